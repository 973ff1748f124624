package emulate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/transcript"
)

// patience bounds every wait. It is for a machine that is busy with something
// else; what is waited for takes a fraction of a second.
const patience = 60 * time.Second

// installed is where `npm ci --prefix tools` puts emulate.
var installed = filepath.Join("..", "..", "tools", "node_modules", "emulate", "dist", "index.js")

// needsEmulate skips where Node or emulate is missing, and fails instead where
// nothing may be skipped.
func needsEmulate(t *testing.T) (node string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(installed)
	}
	if err == nil {
		return node
	}
	const reason = "needs Node and npm's emulate (npm ci --ignore-scripts --prefix tools)"
	if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
		t.Fatalf("%s: %v", reason, err)
	}
	t.Skipf("%s: %v", reason, err)
	return ""
}

// process is a program of which the log is kept.
type process struct {
	command *exec.Cmd
	log     transcript.Log
	ended   chan struct{}
	err     error // how it ended, to be read once it has
}

func start(t *testing.T, environment []string, path string, arguments ...string) *process {
	t.Helper()
	p := &process{command: exec.Command(path, arguments...), ended: make(chan struct{})}
	// Nothing of this machine's settings but where programs are found.
	p.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "NO_COLOR=1"}, environment...)
	p.command.Stdout, p.command.Stderr = &p.log, &p.log
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill()
		<-p.ended
	})
	return p
}

func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// stop asks the process to end, as whoever runs it does, and returns how it did.
func (p *process) stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return p.err
	case <-time.After(patience):
		return fmt.Errorf("it did not end within %v of SIGTERM", patience)
	}
}

// startEmulate returns emulate, seeded, and its address. It takes no port 0, and
// a port that was free a moment ago may be taken, so that it is tried again.
func startEmulate(t *testing.T, node, public string, seed map[string]any) (*process, *url.URL) {
	t.Helper()
	written, err := json.Marshal(seed)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(file, written, 0o600); err != nil {
		t.Fatal(err)
	}
	var p *process
	for range 5 {
		at := &url.URL{Scheme: "http", Host: freeAddress(t)}
		p = start(t, nil, node, installed, "start", "--service", "github", "--port", at.Port(), "--seed", file, "--base-url", public)
		for deadline := time.Now().Add(patience); p.alive() && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if status, _ := get(at.JoinPath("zen").String()); status == http.StatusOK && p.alive() {
				return p, at
			}
		}
	}
	t.Fatalf("emulate did not start:\n%s", &p.log)
	return nil, nil
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get returns status 0 where nobody answers.
func get(address string) (status int, body string) {
	answer, err := http.Get(address)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err.Error()
	}
	return answer.StatusCode, string(text)
}

// build makes the real binary.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kintsugi")
	if said, err := exec.Command("go", "build", "-o", path, "../kintsugi").CombinedOutput(); err != nil {
		t.Fatalf("the program cannot be built: %v\n%s", err, said)
	}
	return path
}

// program is `kintsugi serve`, with all that it is set to.
type program struct {
	t           *testing.T
	binary      string
	database    string
	environment []string
	proxy       *proxy
	process     *process
	address     string
}

var listening = regexp.MustCompile(`msg=listening address=(\S+)`)

// start returns once the program is ready and receives deliveries.
func (p *program) start() {
	p.t.Helper()
	p.process = start(p.t, append(p.environment, "KINTSUGI_DATABASE_URL="+p.database), p.binary, "serve")
	p.until("the program is ready", func() error {
		found := listening.FindStringSubmatch(p.process.log.String())
		if found == nil {
			return errors.New("it does not say where it listens")
		}
		p.address = "http://" + found[1]
		if status, body := get(p.address + "/readyz"); status != http.StatusOK {
			return fmt.Errorf("/readyz says %d: %s", status, body)
		}
		return nil
	})
	p.proxy.sendTo(p.address + "/webhooks/github")
}

// stop ends the program; what is delivered from now on is lost.
func (p *program) stop() {
	p.t.Helper()
	p.proxy.sendTo("")
	if err := p.process.stop(); err != nil {
		p.t.Fatalf("the program did not end well: %v\n%s", err, &p.process.log)
	}
}

// until waits for something to hold, and says why it does not.
func (p *program) until(what string, lacks func() error) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := lacks()
		if err == nil {
			return
		}
		if !p.process.alive() || time.Now().After(deadline) {
			p.t.Fatalf("%s: not within %v: %v\n\nthe program's log:\n%s\nits exchanges:\n%s",
				what, patience, err, &p.process.log, lines(p.proxy.seen()))
		}
	}
}

var waiting = regexp.MustCompile(`(?m)^kintsugi_subjects\{state="(?:due|leased)"\} (\S+)$`)

// rest waits until the program has nothing left to do.
func (p *program) rest() {
	p.t.Helper()
	p.until("rest", func() error {
		if !p.proxy.quiet() {
			return errors.New("requests or deliveries are under way")
		}
		_, metrics := get(p.address + "/metrics")
		found := waiting.FindAllStringSubmatch(metrics, -1)
		if len(found) != 2 {
			return fmt.Errorf("the metrics do not say how many subjects wait:\n%s", metrics)
		}
		for _, f := range found {
			if n, err := strconv.ParseFloat(f[1], 64); err != nil || n != 0 {
				return errors.New(f[0])
			}
		}
		return nil
	})
}

func lines(exchanges []exchange) string {
	var b bytes.Buffer
	for _, e := range exchanges {
		fmt.Fprintln(&b, e)
	}
	return b.String()
}
