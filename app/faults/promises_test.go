//go:build unix

package faults

import (
	"bytes"
	"cmp"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// promises checks, once the trouble is over and everything has come to rest, what
// this program promises whatever happened.
func (t *town) promises() {
	t.Helper()
	t.rest()
	t.nothingIsLost()
	t.nothingIsTwice()
	t.nothingGoesBack()
	t.nobodyMayMore()
	t.noSecretShows()
	t.allIsTold()
	t.nothingIsLeftToDo() // the last, because it ends the processes
}

// nothingIsLost is promise A: what was answered with success is in the store,
// and no subject has a wake that no run answered.
func (t *town) nothingIsLost() {
	t.Helper()
	db := t.look()
	stored := map[string]bool{}
	for _, guid := range column(t, db, fmt.Sprintf(`SELECT guid FROM deliveries WHERE app = %d`, t.app)) {
		stored[guid] = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for guid := range t.accepted {
		if !stored[guid] {
			t.Errorf("A: delivery %s was answered with success and is not in the store", guid)
		}
	}
	for _, key := range column(t, db, fmt.Sprintf(`SELECT key FROM subjects WHERE app = %d AND done_seq < wake_seq`, t.app)) {
		t.Errorf("A: %s was woken and no run answered", key)
	}
}

var marker = regexp.MustCompile(`(?m)^<!-- kintsugi:([a-z0-9][a-z0-9._-]*) -->$`)

// nothingIsTwice is promise B: every effect is visible once.
func (t *town) nothingIsTwice() {
	t.Helper()
	for _, name := range t.hub.Repos() {
		for _, v := range t.hub.Issues(name) {
			at := fmt.Sprintf("B: %s#%d", name, v.Number)
			markers := map[string]int{}
			for _, c := range v.Comments {
				if c.Author == bot {
					for _, m := range marker.FindAllStringSubmatch(c.Body, -1) {
						markers[m[1]]++
					}
				}
				var given []string
				for _, r := range c.Reactions {
					if r.User == bot {
						given = append(given, r.Content)
					}
				}
				if len(given) > 1 {
					t.Errorf("%s: the reactions %v to one comment", at, given)
				}
			}
			for key, n := range markers {
				if n > 1 {
					t.Errorf("%s: %d × the comment or notice %s", at, n, key)
				}
			}
			for what, n := range repeated(v.Events) {
				t.Errorf("%s: %s %d times more than people undid it", at, what, n)
			}
		}
	}
	called := map[fakehub.Mention]int{}
	for _, m := range t.hub.Mentions() {
		if m.ByApp {
			called[fakehub.Mention{Repo: m.Repo, Issue: m.Issue, Who: m.Who}]++
		}
	}
	for m, n := range called {
		if n > 1 {
			t.Errorf("B: %s was called %d times on %s#%d", m.Who, n, m.Repo, m.Issue)
		}
	}
}

var recordNumber = regexp.MustCompile(`kintsugi:record \d+\.(\d+)\.`)

// nothingGoesBack belongs to promise B: no status comment was ever replaced by
// an older one, by somebody who did not know better.
func (t *town) nothingGoesBack() {
	t.Helper()
	var edits []exchange
	for _, p := range t.all() {
		for _, e := range p.gate.seen() {
			if e.method == http.MethodPatch && e.status == http.StatusOK && recordNumber.Match(e.body) {
				edits = append(edits, e)
			}
		}
	}
	slices.SortFunc(edits, func(a, b exchange) int { return cmp.Compare(a.order, b.order) })
	last := map[string]int{}
	for _, e := range edits {
		number, err := strconv.Atoi(string(recordNumber.FindSubmatch(e.body)[1]))
		if err != nil || number < last[e.path] {
			t.Errorf("B: record %d was replaced by an older one: %s", last[e.path], &e)
		}
		last[e.path] = number
	}
}

// repeated counts what the App did to an issue again although nobody had undone
// it.
func repeated(events []fakehub.EventView) map[string]int {
	undoes := map[string]string{"unlabeled": "labeled", "labeled": "unlabeled", "reopened": "closed", "closed": "reopened"}
	done, again := map[string]bool{}, map[string]int{}
	for _, e := range events {
		what := e.Kind + " " + e.Label
		if e.Kind == "transferred" { // labels that the other repository lacks are dropped
			clear(done)
		}
		if other, ok := undoes[e.Kind]; ok {
			if e.ByApp && done[what] {
				again[what]++
			}
			done[what], done[other+" "+e.Label] = e.ByApp, false
		}
	}
	return again
}

// nobodyMayMore is promise D: what a stranger asked for was not done, and
// nothing of the vault is said outside of it.
func (t *town) nobodyMayMore() {
	t.Helper()
	for _, name := range t.hub.Repos() {
		for _, v := range t.hub.Issues(name) {
			if name == plaza && (v.State != "open" || slices.Contains(v.Labels, "sev1")) {
				t.Errorf("D: a stranger's command was done: %s %v", v.State, v.Labels)
			}
			for _, c := range v.Comments {
				for _, r := range c.Reactions {
					if c.Author == "mallory" && r.User == bot && r.Content == "+1" {
						t.Errorf("D: 👍 for a stranger's %q", c.Body)
					}
				}
			}
		}
	}
	for _, p := range t.all() {
		for _, e := range p.gate.seen() {
			if !strings.Contains(e.path, vault) && bytes.Contains(e.body, []byte(canary)) {
				t.Errorf("D: the vault is quoted elsewhere: %s", &e)
			}
		}
	}
}

// noSecretShows is promise E.
func (t *town) noSecretShows() {
	t.Helper()
	secrets := slices.Concat(t.secrets, t.keys, t.kind.passwords(t.url))
	for line := range strings.Lines(string(t.hub.PrivateKeyPEM())) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			secrets = append(secrets, line)
		}
	}
	outputs := map[string]string{"the database": t.dump()}
	for _, p := range t.all() {
		outputs["the log of "+p.gate.name] = p.said.String()
		for _, page := range []string{"/metrics", "/readyz", "/healthz"} {
			if p.up() {
				_, outputs[page+" of "+p.gate.name] = p.get(page)
			}
		}
		var sent strings.Builder
		for _, e := range p.gate.seen() {
			sent.WriteString(e.path + "\n" + string(e.body) + "\n")
		}
		outputs["what "+p.gate.name+" sent to GitHub"] = sent.String()
		secrets = append(secrets, p.gate.credentials()...)
	}
	slices.Sort(secrets)
	for _, secret := range slices.Compact(secrets) {
		for where, text := range outputs {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("E: %.12s… shows in %s: …%s", secret, where, strings.ReplaceAll(text[max(0, i-200):i], "\n", " ⏎ "))
			}
		}
	}
	if len(secrets) < 25 {
		t.Errorf("E: only %d secrets were looked for", len(secrets))
	}
}

// nothingIsLeftToDo is promise C: a new process, which knows nothing but what is
// on GitHub, finds everything as it should be and writes nothing.
func (t *town) nothingIsLeftToDo() {
	t.Helper()
	issues := 0
	for _, name := range t.hub.Repos() {
		issues += len(t.hub.Issues(name))
	}
	for _, p := range t.all() {
		p.kill()
	}
	fresh := t.process("fresh")
	fresh.orders.DatabaseURL = filepath.Join(t.dir, "fresh.db")
	fresh.start()
	t.quiet()
	t.restFor(2 * time.Minute)
	looked := 0
	for _, e := range fresh.gate.seen() {
		switch {
		case e.writes():
			t.Errorf("C: a new process still has to write: %s", &e)
		case strings.Contains(e.path, "/issues/"):
			looked++
		}
	}
	if looked < issues {
		t.Errorf("C: the new process read %d times of %d issues", looked, issues)
	}
	fresh.kill()
}

// look opens the database beside the program.
func (t *town) look() *sql.DB {
	t.Helper()
	db, err := t.kind.open(t.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// column is the only column of a query.
func column(t *town, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dump is everything that the database holds, as text or as it is on disk.
func (t *town) dump() string {
	t.Helper()
	if t.kind.replicas {
		db := t.look()
		var all strings.Builder
		for _, table := range column(t, db, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`) {
			for _, row := range column(t, db, `SELECT t::text FROM `+table+` t`) {
				all.WriteString(row + "\n")
			}
		}
		return all.String()
	}
	var all strings.Builder
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(t.url + suffix)
		if err != nil && suffix == "" {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}
