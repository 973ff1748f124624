package hostile_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// deep is text that nests n times.
func deep(open, end string, n int) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }

// laughs is a small file that would be a large one with its aliases written
// out.
func laughs() string {
	var b strings.Builder
	b.WriteString("a: &a [x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'z'; c++ {
		fmt.Fprintf(&b, "%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	return b.String()
}

// files are settings that are none, each of which must be said and do nothing
// else. Where whole is true no line of it is at fault.
var files = []struct {
	name, content string
	whole         bool
}{
	{"too large", "language: en\n# " + strings.Repeat("x", 65<<10), true},
	{"far too large", "language: en\n# " + strings.Repeat("x", 2<<20), true},
	{"binary", "\x00\x01\x02\xff\xfe\x7fELF" + strings.Repeat("\x00", 1000), false},
	{"UTF-16", "\xff\xfel\x00a\x00n\x00g\x00", false},
	{"deep in brackets", "incident: " + deep("[", "]", 5000), false},
	{"deep in braces", "incident: " + deep("{a: ", "}", 5000), false},
	{"deep in lists", "incident:\n  " + strings.Repeat("- ", 5000) + "x", false},
	{"deep in lines", strings.Repeat("a:\n ", 3000), false},
	{"aliases", laughs(), false},
	{"one key twice", "language: en\nlanguage: ja\n", false},
	{"tabs", "incident:\n\tlabel: x\n", false},
	{"many keys", strings.Repeat("x: 1\n", 4000), false},
	{"many values", "incident: {notify: [" + strings.Repeat("\"@x\",", 9000) + "]}", false},
	{"tag", "incident: !!python/object:os.system {label: x}\n", false},
	{"two documents", "language: en\n---\nlanguage: ja\n", false},
	{"long line", "language: " + strings.Repeat("w", 60_000) + "\n", false},
	{"merge", "base: &b {label: x}\nincident:\n  <<: *b\n", false},
	{"a list", "- language: en\n", false},
	{"a word", "language\n", false},
}

var placed = regexp.MustCompile("`acme/incidents/\\.github/kintsugi\\.yml(?::([1-9][0-9]*):([1-9][0-9]*))?[0:]*`")

// TestSettingsThatAreNone: each is said in the status comment, with its line
// and column, once for each thing, and the incident goes on.
func TestSettingsThatAreNone(t *testing.T) {
	for _, f := range files {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hub.PutFile("acme/incidents", ".github/kintsugi.yml", f.content)
			w.deliver()
			i := w.incident("acme/incidents")
			w.settle()
			w.say(i, "tanaka", "/ack")
			w.say(i, "tanaka", "/sev 2")
			w.settle()
			status := w.ours(i)[0]
			if !strings.Contains(status, "SEV2") {
				t.Errorf("the incident does not go on: %s", quote(status))
			}
			said := placed.FindAllStringSubmatch(status, -1)
			if len(said) == 0 || len(said) > 3 {
				t.Fatalf("said %d times: %s", len(said), quote(status))
			}
			once := map[string]bool{}
			for line := range strings.SplitSeq(status, "\n") {
				if placed.MatchString(line) && once[line] {
					t.Errorf("said twice: %s", line)
				}
				once[line] = true
			}
			if !f.whole && said[0][1] == "" && len(said) == 1 {
				t.Errorf("no line and column: %s", quote(status))
			}
			if len(status) > 8000 {
				t.Errorf("a status of %d characters", len(status))
			}
		})
	}
}

// TestSettingsThatAreTooLargeStillSayNo: a file that is not read must not
// switch writing on.
func TestSettingsThatAreTooLargeStillSayNo(t *testing.T) {
	for _, size := range []int{10, 65 << 10} {
		w := newWorld(t)
		w.hub.PutFile("acme/incidents", ".github/kintsugi.yml", "enabled: false\n# "+strings.Repeat("x", size))
		w.deliver()
		i := w.incident("acme/incidents")
		w.settle()
		if comments := w.ours(i); len(comments) > 0 {
			t.Errorf("%d bytes that say enabled: false, and yet: %s", size, quote(comments[0]))
		}
	}
}

// pasted is a token that somebody put into the wrong place.
var pasted = "ghp_" + strings.Repeat("A1b2", 9)

// TestSettingsHideTokens: one among the settings is not read aloud.
func TestSettingsHideTokens(t *testing.T) {
	for _, file := range []string{
		"language: " + pasted + "\n", "time_zone: " + pasted + "\n", "incident: {notify: [\"" + pasted + "\"]}\n", pasted + ": 1\n", "token: " + pasted + "\n",
		"incident: {token: " + pasted + "}\n", pasted + "\n", "a: b: " + pasted + "\n",
	} {
		w := newWorld(t)
		w.hub.PutFile("acme/incidents", ".github/kintsugi.yml", file)
		w.deliver()
		i := w.incident("acme/incidents")
		w.settle()
		w.hides(i, file)
	}
}

// TestRepliesHideTokens: nor is one behind a command, which stands in our reply
// even after its writer has taken it back.
func TestRepliesHideTokens(t *testing.T) {
	for _, said := range []string{"/sev ", "/started ", "/duplicate-of ", "/resolvd"} {
		w := newWorld(t)
		i := w.incident("acme/incidents")
		w.say(i, "tanaka", said+pasted)
		w.settle()
		w.hides(i, said)
	}
}

func (w *world) hides(i issue, what string) {
	w.t.Helper()
	said := strings.Join(w.ours(i), "\n") + fmt.Sprint(w.told(i)) + w.log.String()
	if at := strings.Index(said, pasted[:20]); at >= 0 {
		w.t.Errorf("%q: a token is read aloud: %s", what, quote(said[max(0, at-200):]))
	}
}

// TestSettingsOfOtherBranches: settings are asked for where the default branch
// has them, and what a fork, a branch or a tag says changes nothing.
func TestSettingsOfOtherBranches(t *testing.T) {
	w := newWorld(t)
	w.hub.AddRepo("mallory", "incidents", false) // a fork
	w.hub.SetRole("mallory/incidents", "mallory", "admin")
	w.hub.PutFile("mallory/incidents", ".github/kintsugi.yml", "enabled: false\nincident: {notify: [\"@tanaka\"]}\n")
	w.settle()
	i := w.incident("acme/incidents")
	w.settle()
	w.hub.RecordExchanges(true)
	for n, payload := range []string{
		`{"ref":"refs/heads/evil","repository":{"full_name":"acme/incidents","default_branch":"main"},"installation":{"id":%d},"commits":[{"modified":[".github/kintsugi.yml"]}]}`,
		`{"ref":"refs/tags/main","repository":{"full_name":"acme/incidents","default_branch":"main"},"installation":{"id":%d},"commits":[{"modified":[".github/kintsugi.yml"]}]}`,
		`{"ref":"refs/heads/refs/heads/main","repository":{"full_name":"acme/incidents","default_branch":"main"},"installation":{"id":%d},"forced":true,"commits":[]}`,
		`{"ref":"refs/heads/main","repository":{"full_name":"mallory/incidents","default_branch":"main"},"installation":{"id":%d},"commits":[{"modified":[".github/kintsugi.yml"]}]}`,
		`{"ref":"","repository":{"full_name":"acme/incidents","default_branch":""},"installation":{"id":%d},"commits":[]}`,
	} {
		w.take(fmt.Sprintf("branch-%d", n), "push", fmt.Appendf(nil, payload, 1))
		w.say(i, "tanaka", "/note x")
		w.clock.Advance(time.Second)
		w.settle()
	}
	for _, e := range w.hub.Exchanges() {
		if e.Path == "/repos/mallory/incidents/installation" {
			continue // by which the gate, which hears of every push, learns that it has no business there
		}
		if strings.Contains(e.Path, "/contents/") || strings.Contains(e.Path, "mallory") {
			t.Errorf("asked for %s", e.Path)
		}
	}
	if status := w.ours(i)[0]; !strings.Contains(status, "Called: "+oncall+"\n") {
		t.Errorf("another's settings count: %s", quote(status))
	}
}
