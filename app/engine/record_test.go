package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

func keysOf(t testing.TB, secrets ...string) Keys {
	t.Helper()
	raw := make([][]byte, len(secrets))
	for i, s := range secrets {
		raw[i] = []byte(s)
	}
	keys, err := NewKeys(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func aRecord() Record {
	r := Record{
		Version: 1, Seq: 7, RepoID: 11, IssueID: 12, Kind: "issue", Owner: "incident",
		Cursor: time.Date(2026, 11, 25, 18, 2, 0, 0, time.UTC), Language: "ja",
		Made: map[string]workflows.Made{"status": {Hash: "abc"}, "incident.opened": {}, "gone": {ID: 4, Gone: true}},
	}
	r.add([]workflows.Act{
		{ID: "c2", At: time.Unix(200, 0).UTC(), Author: "tanaka", Name: "ack", Role: workflows.RoleTriage, Verdict: workflows.Done},
		{ID: "title", At: time.Unix(100, 0).UTC(), Author: "sato", Name: "incident", Role: workflows.RoleRead, Verdict: workflows.Done},
	})
	return r
}

// TestEnvelope: what was sealed opens again, and nothing else does.
func TestEnvelope(t *testing.T) {
	current, previous := keysOf(t, "current", "previous"), keysOf(t, "previous")
	sealed, err := aRecord().seal(previous)
	if err != nil {
		t.Fatal(err)
	}
	body := "some text\n\n" + sealed
	got, err := open(body, current, 11, 12)
	if err != nil {
		t.Fatal("signed with the previous key:", err)
	}
	if diff := cmp.Diff(aRecord().acts(), got.acts()); diff != "" || got.Seq != 7 || !got.Made["gone"].Gone {
		t.Errorf("not what was sealed: %+v %s", got, diff)
	}
	half := len(sealed) / 2
	flip := sealed[:half] + string(sealed[half]^1) + sealed[half+1:]
	for name, c := range map[string]struct {
		body  string
		keys  Keys
		issue int64
		want  error
	}{
		"another issue's":           {body, current, 13, errCopied},
		"an unknown key":            {body, keysOf(t, "another"), 12, errUnknownKey},
		"one bit":                   {flip, current, 12, errForged},
		"another sequence":          {strings.Replace(body, "record 1.7.", "record 1.8.", 1), current, 12, errForged},
		"none":                      {"some text", current, 12, errNoRecord},
		"quoted in the text":        {sealed + "\n\nsome text", current, 12, errNoRecord},
		"cut short":                 {body[:len(body)-9], current, 12, errNoRecord},
		"before another, newer":     {strings.Replace(sealed, ".7.", ".9.", 1) + "\n" + sealed, current, 12, errForged},
		"signed but no longer ours": {body, Keys{}, 12, errUnknownKey},
	} {
		if _, err := open(c.body, c.keys, 11, c.issue); !errors.Is(err, c.want) && !(c.want == errForged && errors.Is(err, errNoRecord)) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestNewerVersion: parts of a newer binary's record are carried unread, at the
// top and in each act.
func TestNewerVersion(t *testing.T) {
	keys := keysOf(t, "current")
	r := aRecord()
	r.Version = 9
	r.rest = map[string]json.RawMessage{"weather": json.RawMessage(`{"wind":3}`)}
	r.Acts[0].rest = map[string]json.RawMessage{"mood": json.RawMessage(`"calm"`)}
	sealed, err := r.seal(keys)
	if err != nil {
		t.Fatal(err)
	}
	read, err := open(sealed, keys, 11, 12)
	if err != nil {
		t.Fatal(err)
	}
	read.Seq++ // an older binary continues
	sealed, err = read.seal(keys)
	if err != nil {
		t.Fatal(err)
	}
	read, err = open(sealed, keys, 11, 12)
	if err != nil {
		t.Fatal(err)
	}
	if string(read.rest["weather"]) != `{"wind":3}` || string(read.Acts[0].rest["mood"]) != `"calm"` || read.Version != 9 {
		t.Errorf("lost on the way: %+v", read)
	}
}

// TestFit: however many acts, the record stays within its limit, what is folded
// is not judged again, and the incident decides as it did before.
func TestFit(t *testing.T) {
	keys := keysOf(t, "current")
	w := incident.Workflow()
	rules, err := NewRules([]workflows.Workflow{w})
	if err != nil {
		t.Fatal(err)
	}
	settings := policy.Default(rules.Sections())
	start := time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)
	summary := func(r Record) string {
		return w.Decide(workflows.Input{Owner: w.Name, From: start, Acts: r.acts(), Policy: settings}).Plan.Summary
	}
	folded := 0
	for seed, n := range map[int]int{1: 0, 3: 50, 7: 700, 11: 3000, 13: 5000, 17: 7000, 101: 7000} {
		r := aRecord()
		r.Acts = nil
		var acts []workflows.Act
		for i := range n {
			at := start.Add(time.Duration(i) * 11 * time.Second)
			a := workflows.Act{
				ID: fmt.Sprintf("c%d", 1000+i), At: at, Author: fmt.Sprintf("person%d", i*seed%97),
				Name: "note", Role: workflows.RoleTriage, Verdict: workflows.Done,
			}
			switch k := i * seed * 7919 % 100; {
			case k < 20:
				a.Verdict, a.Why = workflows.Refused, workflows.WhyRole
			case k < 50:
				a.Name, a.Value = "sev", fmt.Sprint(i%5)
			case k < 60:
				a.Name, a.Value = "started", at.Add(-time.Hour).Format(time.RFC3339)
			case k == 61:
				a.Name = "mitigated"
			case k == 62:
				a.Name, a.Value = "mitigated", at.Add(-time.Minute).Format(time.RFC3339)
			case k == 63:
				a.Name = "resolved"
			case k == 64:
				a.Name = "reopen"
			case k == 65:
				a.Name = "ack"
			}
			acts = append(acts, a)
		}
		r.add(acts)
		small, sealed, err := r.fit(keys, rules.Commands)
		if err != nil || len(sealed) > maxRecord {
			t.Fatalf("%d acts: %d characters, %v", n, len(sealed), err)
		}
		kept := map[string]bool{}
		for _, a := range small.acts() {
			kept[a.ID] = true
		}
		for _, a := range r.acts() {
			if !kept[a.ID] && !small.answered(a.At) {
				t.Fatalf("%s is gone and would be judged again", a.ID)
			}
		}
		if before, after := summary(r), summary(small); before != after {
			t.Fatalf("folding %d of %d acts changed the incident\n%s\n%s", small.FoldedCount, n, before, after)
		}
		folded = max(folded, small.FoldedCount)
	}
	if folded < 1000 {
		t.Errorf("no more than %d acts were folded: the limit was not tried", folded)
	}
}
