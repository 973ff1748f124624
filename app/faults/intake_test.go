//go:build unix

package faults

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// headers are those of a delivery that is signed with a secret.
func headers(guid, event, secret string, body []byte) http.Header {
	return http.Header{
		"X-Github-Delivery": {guid}, "X-Github-Event": {event}, "X-Hub-Signature-256": {"sha256=" + signed(sha256.New, secret, body)},
	}
}

func signed(with func() hash.Hash, secret string, body []byte) string {
	mac := hmac.New(with, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// give sends a delivery of the test's own making.
func (t *town) give(p *process, guid, event string, body []byte) (status int, text string) {
	t.Helper()
	status, text, err := send(context.Background(), p, headers(guid, event, t.secrets[0], body), body)
	if err != nil {
		t.Errorf("%s: %v", guid, err)
	}
	if status == http.StatusAccepted {
		t.mu.Lock()
		t.accepted[guid] = true
		t.mu.Unlock()
	}
	return status, text
}

// TestFault10TheSameDelivery: one delivery arrives a hundred times at once. It
// is answered with success each time and taken in once.
func TestFault10TheSameDelivery(t *testing.T) {
	onBoth(t, func(t *town) {
		if t.kind.replicas {
			t.process("b").start()
		}
		t.hold(true)
		n := t.open(repo, "sato", "[incident] checkout is blank")
		for _, body := range []string{"", "/ack", "/sev 2", "/resolved"} {
			if body != "" {
				t.say(repo, n, "tanaka", body)
			}
			for _, d := range t.hub.TakeDeliveries() {
				var group sync.WaitGroup
				for i := range 100 {
					group.Go(func() {
						p := t.all()[i%len(t.all())]
						if status, err := t.deliverTo(context.Background(), p, d); status != http.StatusAccepted {
							t.Errorf("answered %d (%v)", status, err)
						}
					})
				}
				group.Wait()
			}
			t.quiet()
		}
		t.hold(false)
		db := t.look()
		for _, guid := range column(t, db, `SELECT guid FROM deliveries GROUP BY guid HAVING count(*) > 1`) {
			t.Errorf("%s is in the store more than once", guid)
		}
		t.rest()
		t.wants(n, told)
		t.promises()
	})
}

// TestFault12ClosedBeforeOpened: the same facts end the same, in whatever order
// they are announced.
func TestFault12ClosedBeforeOpened(t *testing.T) {
	onBoth(t, func(t *town) {
		stories := map[string]func(n int){
			"closed at once": func(n int) { t.must(t.hub.Close(repo, n, "tanaka", "completed")) },
			"closed and reopened": func(n int) {
				t.must(t.hub.Close(repo, n, "tanaka", "completed"))
				t.must(t.hub.Reopen(repo, n, "tanaka"))
			},
			"acknowledged, closed": func(n int) { t.say(repo, n, "tanaka", "/ack"); t.must(t.hub.Close(repo, n, "tanaka", "completed")) },
			"acknowledged, closed, reopened": func(n int) {
				t.say(repo, n, "tanaka", "/ack")
				t.must(t.hub.Close(repo, n, "tanaka", "completed"))
				t.must(t.hub.Reopen(repo, n, "suzuki"))
			},
		}
		for name, act := range stories {
			for _, known := range []bool{false, true} {
				var ends []string
				for _, reversed := range []bool{false, true} {
					t.hold(!known)
					n := t.open(repo, "sato", "[incident] "+name)
					t.quiet()
					t.hold(true)
					act(n)
					deliveries := t.hub.TakeDeliveries()
					if reversed {
						slices.Reverse(deliveries)
					}
					for _, d := range deliveries {
						if status, err := t.hub.Send(context.Background(), d); status != http.StatusAccepted {
							t.Errorf("answered %d (%v)", status, err)
						}
						t.quiet()
					}
					t.hold(false)
					t.restFor(12 * time.Minute)
					ends = append(ends, t.summary(repo, n))
				}
				if ends[0] != ends[1] {
					t.Errorf("%s (known before: %t)\nin order       %s\nin the reverse %s", name, known, ends[0], ends[1])
				}
			}
		}
		t.promises()
	})
}

func (t *town) must(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// padded is a delivery of exactly so many bytes.
func padded(size int) []byte {
	frame := `{"action":"opened","pad":""}`
	return []byte(frame[:len(frame)-2] + strings.Repeat("x", size-len(frame)) + frame[len(frame)-2:])
}

// TestFault14TooLarge: the largest delivery that GitHub makes is taken in; a
// larger one is refused; and many at once do not fill the memory.
func TestFault14TooLarge(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		if status, text := t.give(a, "largest", "issues", padded(25<<20)); status != http.StatusAccepted {
			t.Errorf("25 MiB: %d %s", status, text)
		}
		tooLarge := padded(26 << 20)
		header := headers("too-large", "issues", t.secrets[0], tooLarge)
		for _, length := range []int64{int64(len(tooLarge)), -1} { // announced, and not
			r, _ := http.NewRequest(http.MethodPost, "http://"+a.orders.Addr+"/webhooks/github", bytes.NewReader(tooLarge))
			r.Header, r.ContentLength = header, length
			r.Header.Set("Expect", "100-continue") // so that the answer comes before the pipe breaks
			resp, err := client.Do(r)
			if err != nil {
				if length >= 0 {
					t.Errorf("26 MiB: %v", err)
				}
				continue // cut while it was still being sent
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("26 MiB (%d): answered %d", length, resp.StatusCode)
			}
		}
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				body := padded(25 << 20)
				status, text, err := send(context.Background(), a, headers(fmt.Sprint("large-", i), "issues", t.secrets[0], body), body)
				switch {
				case err != nil || status == http.StatusServiceUnavailable: // too many at once: deliver again
				case status == http.StatusAccepted:
					t.mu.Lock()
					t.accepted[fmt.Sprint("large-", i)] = true
					t.mu.Unlock()
				default:
					t.Errorf("one of many large ones: %d %s", status, text)
				}
			})
		}
		group.Wait()
		if most, ok := peakMemory(a.pid()); ok {
			t.Logf("%d MiB were used at most", most>>20)
			if most > 400<<20 {
				t.Errorf("%d MiB were used at most", most>>20)
			}
		}
		n := t.tell("checkout is blank", func() { t.quiet() })
		t.rest()
		t.wants(n, told)
		t.promises()
	})
}

// peakMemory is the most that a process ever used of the machine's memory, where
// the system tells.
func peakMemory(pid int) (bytes int64, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if err != nil || m == nil {
		return 0, false
	}
	kb, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kb << 10, err == nil
}

// TestFault15Unreadable: whatever is signed and makes no sense costs an answer,
// and nothing else.
func TestFault15Unreadable(t *testing.T) {
	deep := func(n int, open, end string) string { return strings.Repeat(open, n) + "1" + strings.Repeat(end, n) }
	bodies := []string{
		"", "\x00", "\xff\xfe", "null", "1", `""`, "[]", "{", `{"action":1}`, `{"action":{"x":[]}}`,
		`{"action":"opened","issue":{"number":"1"},"repository":{"full_name":7}}`,
		`{"action":"opened","issue":{"number":-1},"repository":{"full_name":"acme/incidents"},"installation":{"id":1}}`,
		`{"action":"opened","issue":{"number":1e99},"repository":{"full_name":"acme/incidents"}}`,
		`{"action":"\u0000","repository":{"full_name":"acme/inc\u0000idents"},"issue":{"number":1}}`,
		"{\"action\":\"\xff\xfe\",\"repository\":{\"full_name\":\"acme/\xff\"},\"issue\":{\"number\":1}}",
		`{"action":"opened","repository":{"full_name":"../../x"},"issue":{"number":1}}`,
		`{"action":"opened","repository":{"full_name":"acme/incidents#1\nacme/x"},"issue":{"number":1}}`,
		`{"action":"` + strings.Repeat("a", 1<<20) + `"}`,
		`{"action":"opened","issue":` + deep(10_000, "[", "]") + "}", `{"action":"opened","issue":` + deep(9_990, `{"issue":`, "}") + "}",
		deep(100_000, "[", "]"),
	}
	onBoth(t, func(t *town) {
		a := t.process("a")
		for i, body := range bodies {
			for _, event := range []string{"issues", "issue_comment", "installation", "push", "never_heard_of"} {
				guid := fmt.Sprintf("unreadable-%d-%s", i, event)
				if status, text := t.give(a, guid, event, []byte(body)); status != http.StatusAccepted && status != http.StatusBadRequest {
					t.Errorf("%s, %.60q: answered %d %s", event, body, status, text)
				}
			}
		}
		if a.lives != 1 || a.ask("resting?") == "" {
			t.Error("it did not survive")
		}
		n := t.tell("nothing \x00 to \xff\xfe see \u202e here", func() { t.quiet() })
		t.say(repo, n, "tanaka", "/note \x00 and \xff"+deep(10_000, "> ", "")+deep(1000, "[", "]"))
		t.rest()
		t.wants(n, strings.Replace(told, "👍3", "👍4", 1))
		t.promises()
	})
}

// TestFault16Signatures: only who knows the secret is heard; the previous secret
// counts for as long as it is configured.
func TestFault16Signatures(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		body := []byte(`{"action":"created"}`)
		old, next := t.secrets[0], canarySecret("webhook")
		try := func(name, signature string, want int) {
			t.Helper()
			header := headers("signature-"+strings.ReplaceAll(name, " ", "-"), "ping", old, body)
			header["X-Hub-Signature-256"] = nil
			if signature != "" {
				kind, _, _ := strings.Cut(signature, "=")
				header.Set(map[string]string{"sha256": "X-Hub-Signature-256", "sha1": "X-Hub-Signature"}[kind], signature)
			}
			if status, text, err := send(context.Background(), a, header, body); status != want {
				t.Errorf("%s: %d %s %v", name, status, text, err)
			}
		}
		good := "sha256=" + signed(sha256.New, old, body)
		try("good", good, http.StatusAccepted)
		try("missing", "", http.StatusUnauthorized)
		try("sha1", "sha1="+signed(sha1.New, old, body), http.StatusUnauthorized)
		try("other secret", "sha256="+signed(sha256.New, next, body), http.StatusUnauthorized)
		try("other body", "sha256="+signed(sha256.New, old, []byte("{}")), http.StatusUnauthorized)
		try("cut short", good[:len(good)-2], http.StatusUnauthorized)
		try("empty", "sha256=", http.StatusUnauthorized)
		for _, secrets := range [][]string{{next, old}, {next}} {
			a.must(a.quit())
			a.orders.Secrets = secrets
			a.start()
			t.secrets = append(t.secrets, next)
			try("next", "sha256="+signed(sha256.New, next, body), http.StatusAccepted)
			if len(secrets) == 2 {
				try("previous", good, http.StatusAccepted)
				continue
			}
			try("no longer", good, http.StatusUnauthorized)
		}
		t.hub.SetWebhook("http://town.example/webhooks/github", next)
		n := t.tell("checkout is blank", func() { t.quiet() })
		t.rest()
		t.wants(n, told)
		t.promises()
	})
}

func (p *process) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
