package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows"
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

// TestFit: however many acts, the record stays within its limit; what is folded
// is not judged again, and the first and last of each command stay.
func TestFit(t *testing.T) {
	keys := keysOf(t, "current")
	rapid.Check(t, func(t *rapid.T) {
		r := aRecord()
		n := rapid.IntRange(0, 3000).Draw(t, "acts")
		names := []string{"sev", "note", "started", "resolved", "reopen"}
		start := time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)
		var acts []workflows.Act
		for i := range n {
			acts = append(acts, workflows.Act{
				ID: fmt.Sprintf("c%d", 1000+i*7919%104729), At: start.Add(time.Duration(i) * 11 * time.Second), Author: fmt.Sprintf("person%d", i%97),
				Name: names[i*31%len(names)], Value: fmt.Sprint(i % 5), Role: workflows.RoleTriage, Verdict: workflows.Verdict(1 + i%3),
			})
		}
		r.add(acts)
		now := start.Add(time.Duration(n)*11*time.Second + time.Hour)
		small, sealed, err := r.fit(keys, now)
		if err != nil || len(sealed) > maxRecord {
			t.Fatalf("%d acts: %d characters, %v", n, len(sealed), err)
		}
		kept := map[string]bool{}
		for _, a := range small.acts() {
			kept[a.ID] = true
		}
		first, last := map[string]string{}, map[string]string{}
		for _, a := range r.acts() {
			if a.Verdict == workflows.Done {
				if first[a.Name] == "" {
					first[a.Name] = a.ID
				}
				last[a.Name] = a.ID
			}
			if !kept[a.ID] && !small.answered(a.At) {
				t.Fatalf("%s is gone and would be judged again", a.ID)
			}
		}
		for _, ends := range []map[string]string{first, last} {
			for name, id := range ends {
				if !kept[id] {
					t.Fatalf("the first or last %s was folded", name)
				}
			}
		}
	})
}
