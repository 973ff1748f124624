// Package browser is a real Chromium for tests: pages are opened, looked at and
// pressed in it as people do, and judged by axe-core. Only tests import it; it must
// not know what the pages are about.
package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// Browser is a Chromium that a test started, spoken to over two pipes in
// Chrome's DevTools protocol: a real browser without a driver to install.
type Browser struct {
	t       testing.TB
	to      *os.File
	session string

	mu       sync.Mutex
	lastID   int
	waiting  map[int]chan reply
	loaded   chan struct{}
	problems []string
	// foreign are addresses outside of the page that were asked for.
	foreign []string
	home    string
	axe     string // its source, once it is needed
}

type reply struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

const patience = 30 * time.Second

// New starts Chromium for pages below home, such as "http://127.0.0.1:8080". Where there is none the test is skipped, or
// failed if everything must be tested.
func New(t testing.TB, home string) *Browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const why = "no Chromium is installed, in which the page would be looked at"
		if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	commands, to := pipe(t)
	from, answers := pipe(t)
	running, kill := context.WithCancel(context.WithoutCancel(t.Context())) // it is told to close first
	//nolint:gosec // the path is that of one of the four names above
	c := exec.CommandContext(running, path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
		"--disable-background-networking", "--no-first-run", "--user-data-dir="+t.TempDir(), "about:blank")
	c.ExtraFiles = []*os.File{commands, answers} // descriptors 3 and 4
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = commands.Close(), answers.Close() // Chromium has its own of both
	b := &Browser{t: t, to: to, waiting: map[int]chan reply{}, loaded: make(chan struct{}, 1), home: home}
	t.Cleanup(func() {
		_, _ = fmt.Fprint(to, `{"id":0,"method":"Browser.close"}`+"\x00")
		patient, done := context.WithTimeout(running, patience)
		context.AfterFunc(patient, kill)
		_ = c.Wait()
		done()
	})
	go b.listen(from)
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() }) // one of each was closed before
	return r, w
}

func (b *Browser) listen(from *os.File) {
	in := bufio.NewReader(from)
	for {
		message, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			reply
			ID     int
			Method string
			Params json.RawMessage
		}
		if json.Unmarshal(bytes.TrimSuffix(message, []byte{0}), &m) != nil {
			continue
		}
		b.mu.Lock()
		if answer := b.waiting[m.ID]; answer != nil {
			delete(b.waiting, m.ID)
			answer <- m.reply
		}
		b.note(m.Method, m.Params)
		b.mu.Unlock()
	}
}

// note keeps what went wrong in the page, and where it asked for something.
func (b *Browser) note(method string, params json.RawMessage) {
	var p struct {
		Type    string
		Entry   struct{ Level, Text, URL string }
		Request struct{ URL string }
	}
	_ = json.Unmarshal(params, &p)
	switch {
	case method == "Page.loadEventFired":
		select {
		case b.loaded <- struct{}{}:
		default:
		}
	case method == "Runtime.exceptionThrown",
		method == "Runtime.consoleAPICalled" && (p.Type == "error" || p.Type == "warning"),
		method == "Page.javascriptDialogOpening":
		b.problems = append(b.problems, method+" "+string(params))
	case method == "Log.entryAdded" && p.Entry.Level != "info" && p.Entry.Level != "verbose":
		b.problems = append(b.problems, p.Entry.Text+" "+p.Entry.URL)
	case method == "Network.requestWillBeSent" && !strings.HasPrefix(p.Request.URL, b.home) && p.Request.URL != "about:blank":
		b.foreign = append(b.foreign, p.Request.URL)
	}
}

// call asks the browser for something and waits for its answer.
func (b *Browser) call(method string, params map[string]any, into any) {
	b.t.Helper()
	answer := make(chan reply, 1)
	b.mu.Lock()
	b.lastID++
	b.waiting[b.lastID] = answer
	message := map[string]any{"id": b.lastID, "method": method, "params": params}
	b.mu.Unlock()
	if params == nil {
		message["params"] = map[string]any{}
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	patient, done := context.WithTimeout(b.t.Context(), patience)
	defer done()
	select {
	case r := <-answer:
		if r.Error != nil {
			b.t.Fatalf("%s: %s", method, r.Error.Message)
		}
		if into != nil {
			if err := json.Unmarshal(r.Result, into); err != nil {
				b.t.Fatal(err)
			}
		}
	case <-patient.Done():
		b.t.Fatalf("%s: the browser does not answer", method)
	}
}

// Look makes the window this wide, in this colour scheme.
func (b *Browser) Look(width int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// Scripts switches JavaScript on or off.
func (b *Browser) Scripts(on bool) {
	b.t.Helper()
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": !on}, nil)
}

// Loading waits until what do begins has loaded a page.
func (b *Browser) Loading(do func()) {
	b.t.Helper()
	select {
	case <-b.loaded:
	default:
	}
	do()
	patient, done := context.WithTimeout(b.t.Context(), patience)
	defer done()
	select {
	case <-b.loaded:
	case <-patient.Done():
		b.t.Fatal("the page does not load")
	}
}

// Open opens a page.
func (b *Browser) Open(path string) {
	b.t.Helper()
	b.Loading(func() { b.call("Page.navigate", map[string]any{"url": b.home + path}, nil) })
}

// Eval returns the value of an expression in the page.
func (b *Browser) Eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails.Text)
	}
	var text string
	if json.Unmarshal(r.Result.Value, &text) == nil {
		return text
	}
	return string(r.Result.Value)
}

// Until waits for an expression to become true.
func (b *Browser) Until(expression string) {
	b.t.Helper()
	patient, done := context.WithTimeout(b.t.Context(), patience)
	defer done()
	for b.Eval(expression) != "true" {
		if clock.Sleep(patient, clock.New(), 50*time.Millisecond) != nil {
			b.t.Fatalf("never true: %s", expression)
		}
	}
}

// Press clicks the one button with these words or value, as a person would with
// a mouse.
func (b *Browser) Press(words string) {
	b.t.Helper()
	at := b.Eval(fmt.Sprintf(`(() => { const b = [...document.querySelectorAll("button, summary")].filter(b => (b.textContent.trim().startsWith(%[1]q) || b.value === %[1]q) && b.getClientRects().length);
		if (b.length !== 1) return "found " + b.length; b[0].scrollIntoView({block: "center"}); const r = b[0].getBoundingClientRect();
		return Math.round(r.x + r.width / 2) + " " + Math.round(r.y + r.height / 2) })()`, words))
	var x, y int
	if _, err := fmt.Sscanf(at, "%d %d", &x, &y); err != nil {
		b.t.Fatalf("button %q: %s", words, at)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil)
	}
}

// Write types into the field with this id.
func (b *Browser) Write(id, text string) {
	b.t.Helper()
	b.Eval(fmt.Sprintf("document.getElementById(%q).focus()", id))
	b.call("Input.insertText", map[string]any{"text": text}, nil)
}

// Clean fails the test for what went wrong in the page since the last time.
func (b *Browser) Clean(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Errorf("%s: %s", where, p)
	}
	for _, f := range b.foreign {
		b.t.Errorf("%s: something was asked of %s", where, f)
	}
	b.problems, b.foreign = nil, nil
}
