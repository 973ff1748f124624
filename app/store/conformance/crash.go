package conformance

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// crashURL tells a re-executed test binary that it is to be killed, and where
// its database is.
const crashURL = "KINTSUGI_TEST_CRASH_URL"

// Crashing tells whether this process is one that Crash started.
func Crashing() bool { return os.Getenv(crashURL) != "" }

// Crash proves that a killed process keeps what it answered. It starts the
// test binary again, which takes in deliveries and prints the id of each one
// after Intake returned, kills it in the middle, and looks for every id
// printed. It must be called by a test of no other content, with the URL of an
// empty database that open can open in both processes. shared: leases of a
// process that died run out, and are not voided.
func Crash(t *testing.T, url string, shared bool, open func(url string, clk clock.Clock) (Store, error)) {
	if child := os.Getenv(crashURL); child != "" {
		intakeForever(t, child, open)
		return
	}
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	const kills, enough = 3, 300
	answered := map[string]bool{}
	for kill := range kills {
		for _, guid := range runAndKill(t, url, enough) {
			answered[guid] = true
		}
		s, err := open(url, clock.New())
		if err != nil {
			t.Fatalf("open after kill %d: %v", kill, err)
		}
		for guid := range answered {
			fresh, err := s.Intake(t.Context(), store.Delivery{GUID: guid, ReceivedAt: start}, nil)
			if err != nil || fresh {
				t.Errorf("after kill %d, delivery %s: fresh %v, %v", kill, guid, fresh, err)
			}
			payload, err := s.Payload(t.Context(), guid)
			if err != nil || !strings.HasPrefix(string(payload), guid) {
				t.Errorf("after kill %d, payload of %s: %.40q, %v", kill, guid, payload, err)
			}
		}
		due, leased, err := s.Busy(t.Context())
		// From the second time on the subject waits a little before it is due.
		if err != nil || !shared && (leased != 0 || kill == 0 && due != 1) {
			t.Errorf("after kill %d: %d due, %d leased, %v, want the one subject due, and not leased", kill, due, leased, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// runAndKill returns the ids that the child had printed when it was killed.
func runAndKill(t *testing.T, url string, enough int) (answered []string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v") //nolint:gosec // this very binary
	child.Env = append(os.Environ(), crashURL+"="+url)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if guid, ok := strings.CutPrefix(lines.Text(), "answered "); ok {
			answered = append(answered, guid)
		} else {
			said = append(said, lines.Text())
		}
		if len(answered) == enough {
			_ = child.Process.Kill() // and read on: what it printed before counts
		}
	}
	_ = child.Wait()
	if len(answered) < enough {
		t.Fatalf("the child ended by itself after %d deliveries: %s", len(answered), strings.Join(said, "\n"))
	}
	return answered
}

// intakeForever is the child: several senders at once, so that groups form,
// and a lease that it holds when it dies.
func intakeForever(t *testing.T, url string, open func(url string, clk clock.Clock) (Store, error)) {
	clk := clock.New()
	s, err := open(url, clk)
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	filler := strings.Repeat(".", 16<<10)
	failed := make(chan error)
	for range 8 {
		go func() {
			for {
				guid := fmt.Sprintf("%d-%d", os.Getpid(), n.Add(1))
				d := store.Delivery{GUID: guid, Payload: []byte(guid + filler), ReceivedAt: clk.Now()}
				if _, err := s.Intake(t.Context(), d, []store.Wake{{Key: "acme/a#1"}}); err != nil {
					failed <- err
					return
				}
				_, _ = fmt.Fprintf(os.Stdout, "answered %s\n", guid)
			}
		}()
	}
	for {
		if _, _, _, err := s.Claim(t.Context(), lease, nil); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-failed:
			t.Fatal(err)
		case <-s.Doorbell():
		}
	}
}
