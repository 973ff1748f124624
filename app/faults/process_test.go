//go:build unix

package faults

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/transcript"
)

// process is a child by its name: one replica of the program, which may die and
// be started again. What it said in all its lives is kept.
type process struct {
	t      *testing.T
	dir    string
	gate   *gate
	orders orders
	clock  shared
	said   transcript.Log

	mu      sync.Mutex
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	stopped bool
	lives   int
	kills   int
}

// launch starts the process and returns once it listens, or with what it said
// before it ended.
func (p *process) launch() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, err := json.Marshal(p.orders)
	if err != nil {
		return err
	}
	file := filepath.Join(p.dir, "orders")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	p.lives++
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), ordersFile+"="+file, "GOMAXPROCS=2")
	c.Stderr = &p.said
	var out io.ReadCloser
	if p.in, err = c.StdinPipe(); err != nil {
		return err
	}
	if out, err = c.StdoutPipe(); err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	p.command, p.stopped = c, false
	p.out = bufio.NewScanner(out)
	if p.out.Scan() {
		if addr, ok := strings.CutPrefix(p.out.Text(), "listening "); ok {
			p.orders.Addr = addr // the same one in the next life
			return nil
		}
	}
	err = c.Wait()
	p.command = nil
	return fmt.Errorf("it ended at once (%w) and said:\n%s", err, p.said.String())
}

// start starts the process, which must work.
func (p *process) start() *process {
	p.t.Helper()
	if err := p.launch(); err != nil {
		p.t.Fatal(err)
	}
	return p
}

func (p *process) signal(s syscall.Signal) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil || p.command.Process.Signal(s) != nil {
		return false
	}
	p.stopped = s == syscall.SIGSTOP
	return true
}

// kill ends the process with SIGKILL; nothing of it runs any more once kill
// returns.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return
	}
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
	p.command = nil
	p.kills++
}

// quit asks the process to stop, and waits until it has.
func (p *process) quit() error {
	p.signal(syscall.SIGTERM)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return errors.New("it was not running")
	}
	err := p.command.Wait()
	p.command = nil
	return err
}

// up tells whether the process runs and is not stopped.
func (p *process) up() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.command != nil && !p.stopped
}

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.command.Process.Pid
}

// ask sends a line to the process and returns its answer, or "" where it died.
func (p *process) ask(line string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil || p.stopped {
		return ""
	}
	if _, err := fmt.Fprintln(p.in, line); err != nil {
		return ""
	}
	for p.out.Scan() {
		if answer := p.out.Text(); answer == "true" || answer == "false" {
			return answer
		}
		_, _ = fmt.Fprintln(&p.said, p.out.Text()) // a buffer takes everything
	}
	return ""
}

// get asks a page of the process.
func (p *process) get(path string) (code int, text string) {
	resp, err := client.Get("http://" + p.orders.Addr + path)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body) // one cut short shows in what is missing
	return resp.StatusCode, string(body)
}

// client is every test's; GitHub, too, waits ten seconds for an answer.
var client = &http.Client{Timeout: 10 * time.Second}
