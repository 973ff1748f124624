package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// The world of the fuzz tests: one key that signed, one that did not, and the
// real rules.
var (
	fuzzKeys  = mustKeys("current", "previous")
	otherKeys = mustKeys("a stranger's")
	fuzzRules = mustRules()
	// most is how much GitHub takes at once, in bytes of ASCII.
	most    = 65_536
	fuzzNow = time.Date(2026, 11, 26, 3, 2, 0, 0, time.UTC)
)

func mustKeys(secrets ...string) Keys {
	var all [][]byte
	for _, s := range secrets {
		all = append(all, []byte(s))
	}
	keys, err := NewKeys(all...)
	if err != nil {
		panic(err)
	}
	return keys
}

func mustRules() Rules {
	rules, err := NewRules([]workflows.Workflow{incident.Workflow()})
	if err != nil {
		panic(err)
	}
	return rules
}

// fuzzRecord is a record with something in each of its parts.
func fuzzRecord(seq int64) Record {
	r := Record{
		Version: recordVersion, Seq: seq, RepoID: 1, IssueID: 2, Kind: "issue", Cursor: fuzzNow, Owner: "incident", From: fuzzNow,
		Language: words.Japanese, Made: map[string]workflows.Made{statusKey: {Hash: "0123456789ab"}, "incident.opened": {}}, Summary: `{"incident":"{}"}`,
	}
	r.add([]workflows.Act{
		{ID: "title", At: fuzzNow, Author: "sato", Name: "incident", Role: workflows.RoleRead, Verdict: workflows.Done},
		{ID: "c12", At: fuzzNow, Author: "tanaka", Name: "sev", Value: "2", Role: workflows.RoleTriage, Verdict: workflows.Done},
		{ID: "c13.1", At: fuzzNow, Author: "sato", Name: "ack", Role: workflows.RoleRead, Verdict: workflows.Refused, Why: workflows.WhyRole},
	})
	return r
}

// FuzzOpen: no record is believed that our keys did not sign for this very
// issue, whatever stands in a comment.
func FuzzOpen(f *testing.F) {
	genuine, signed := map[string]bool{}, map[string]bool{} // for this issue, and for any
	for seq := range int64(3) {
		for i := range fuzzKeys {
			sealed, err := fuzzRecord(seq + 1).seal(fuzzKeys[i:])
			if err != nil {
				f.Fatal(err)
			}
			genuine[sealed] = true
			f.Add(marked(statusKey, "text\n\n"+sealed))
			f.Add(marked(statusKey, sealed+"\n\ntext"))
			f.Add(marked(statusKey, "text\n\n<!-- kintsugi:incident.opened -->\n"+strings.Replace(sealed, ".", ".1", 1)))
		}
	}
	elsewhere := fuzzRecord(9)
	elsewhere.IssueID = 3
	for _, r := range []Record{elsewhere, fuzzRecord(4)} {
		for _, keys := range []Keys{fuzzKeys, otherKeys} {
			sealed, err := r.seal(keys)
			if err != nil {
				f.Fatal(err)
			}
			if len(keys) == len(fuzzKeys) {
				signed[sealed], genuine[sealed] = true, r.IssueID == 2
			}
			f.Add(sealed)
		}
	}
	for _, text := range hostile.Seeds() {
		f.Add(marked(statusKey, text))
	}
	reasons := []error{errNoRecord, errUnknownKey, errForged, errCopied, errUnreadable}
	f.Fuzz(func(t *testing.T, body string) {
		r, err := open(body, fuzzKeys, 1, 2)
		if err != nil {
			// With errCopied comes another issue's record, as genuine as any.
			another := errors.Is(err, errCopied) && signed[lastRecord(body)[0]]
			if !slices.Contains(reasons, err) || !another && !reflect.DeepEqual(r, Record{}) {
				t.Fatalf("%q gives %+v, %v", body, r, err)
			}
			return
		}
		m := lastRecord(body)
		if !genuine[m[0]] {
			t.Fatalf("believed: %q", m[0])
		}
		if r.RepoID != 1 || r.IssueID != 2 || r.Seq != seqOf(body) || r.Seq < 1 {
			t.Fatalf("of another issue or age: %+v", r)
		}
		if _, err := open(body, otherKeys, 1, 2); err == nil {
			t.Fatal("believed without our key")
		}
		for _, key := range rodeWith(body) {
			if !marker.MatchString("<!-- kintsugi:" + key + " -->") {
				t.Fatalf("rode with %q", key)
			}
		}
	})
}

// FuzzSeal: what is sealed beneath any text is opened again as it was, and no
// text adds to it.
func FuzzSeal(f *testing.F) {
	for _, text := range hostile.Seeds() {
		f.Add(text, "sato", text, int64(7))
	}
	f.Fuzz(func(t *testing.T, text, author, value string, seq int64) {
		if seq < 1 || seq >= 1e18 {
			return // a sequence counts writes
		}
		// What people wrote came through JSON, which leaves no invalid byte.
		author, value = strings.ToValidUTF8(author, "\ufffd"), strings.ToValidUTF8(value, "\ufffd")
		r := fuzzRecord(seq)
		r.add([]workflows.Act{{ID: "c99", At: fuzzNow, Author: author, Name: "sev", Value: value, Verdict: workflows.Misread, Why: value}})
		sealed, err := r.seal(fuzzKeys)
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(sealed, "\n\r") || strings.Count(sealed, "-->") != 1 || strings.Count(sealed, "<!--") != 1 {
			t.Fatalf("more than one mark: %q", sealed)
		}
		body := strings.Join([]string{marked(statusKey, text), "", "<!-- kintsugi:incident.opened -->", sealed}, "\n")
		again, err := open(body, fuzzKeys, 1, 2)
		if err != nil {
			t.Fatalf("beneath %q: %v", text, err)
		}
		want, _ := json.Marshal(r)
		got, _ := json.Marshal(again)
		if string(want) != string(got) {
			t.Fatalf("sealed\n%s\nopened\n%s", want, got)
		}
		if rode := rodeWith(body); !slices.Equal(rode, []string{"incident.opened"}) {
			t.Fatalf("%q adds to what rode here: %q", text, rode)
		}
		if markerOf(body) != statusKey {
			t.Fatalf("%q hides the marker", text)
		}
		if _, err := open(body, fuzzKeys, 1, 3); err == nil {
			t.Fatal("believed on another issue")
		}
	})
}

// FuzzRecord: what a newer binary wrote, as JSON behind a signature that held,
// is read without harm and written again with nothing lost.
func FuzzRecord(f *testing.F) {
	seed, _ := json.Marshal(fuzzRecord(1))
	f.Add(seed)
	for _, text := range []string{
		`{}`, `null`, `[]`, `{"v":2,"weather":{"a":[1,2]},"acts":[{"i":"c1","zz":1}]}`, `{"acts":[null,{}]}`, `{"made":{"x":null}}`,
		`{"V":1,"v":2,"SEQ":3}`, `{"cursor":"0000-00-00"}`, `{"acts":[{"t":9223372036854775807}]}`, `{"":1}`, `{"v":1,"v":2}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Record
		rest, err := unmarshalWith(data, &r)
		if err != nil {
			return
		}
		once, err := marshalWith(r, rest)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		var again Record
		restAgain, err := unmarshalWith(once, &again)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		twice, err := marshalWith(again, restAgain)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("not the same a second time:\n%s\n%s\n%v", once, twice, err)
		}
		if len(rest) != len(restAgain) {
			t.Fatalf("%d unknown parts became %d: %s", len(rest), len(restAgain), once)
		}
		for _, a := range r.acts() { // what follows must stand any act
			a.FromComment()
			a.FromEvent()
			_ = verdict(a) + described(a) + a.Role.String()
		}
		_ = fuzzRules.replies(r.acts(), "incident", words.Japanese)
	})
}

// FuzzFold: folding keeps the order, loses count of nothing, and drops nothing
// that would be judged again.
func FuzzFold(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252}, uint8(3))
	f.Add([]byte(strings.Repeat("abcdefghijklmnopqrstuvwxyz", 20)), uint8(0))
	var names []string
	for _, c := range incident.Workflow().Commands {
		names = append(names, c.Name)
	}
	f.Fuzz(func(t *testing.T, script []byte, back uint8) {
		r := Record{Seq: 1}
		at := fuzzNow.Add(-time.Duration(len(script)) * time.Minute)
		for i, b := range script {
			at = at.Add(time.Duration(b>>5) * 20 * time.Second)
			r.Acts = append(r.Acts, recordedAct{
				ID: fmt.Sprintf("c%d", i), At: at.Unix(), Author: "sato", Name: names[int(b)%len(names)], Verdict: workflows.Verdict(int(b>>3)%6 + 1),
			})
		}
		horizon := fuzzNow.Add(-time.Duration(back) * time.Minute)
		for _, keep := range []func([]recordedAct) map[string]bool{effective, lastUses(fuzzRules.Commands), firstAndLast} {
			kept := r.fold(keep(r.Acts), horizon)
			if len(kept.Acts)+kept.FoldedCount != len(r.Acts) {
				t.Fatalf("%d acts became %d and %d folded ones", len(r.Acts), len(kept.Acts), kept.FoldedCount)
			}
			j := 0
			for _, a := range r.Acts {
				if j < len(kept.Acts) && kept.Acts[j].ID == a.ID {
					j++
					continue
				}
				if !kept.answered(a.act().At) || a.act().At.After(horizon) {
					t.Fatalf("%s of %s is dropped and would be judged again", a.ID, a.act().At)
				}
			}
			if j != len(kept.Acts) {
				t.Fatal("the order changed")
			}
			if again := kept.fold(keep(kept.Acts), horizon); !reflect.DeepEqual(again, kept) {
				t.Fatalf("folding twice differs: %d, then %d acts", len(kept.Acts), len(again.Acts))
			}
		}
	})
}

// FuzzComment: any comment by somebody who may only read is judged once, within
// bounds, and what is answered quotes it in code and nowhere else.
func FuzzComment(f *testing.F) {
	for _, text := range hostile.Seeds() {
		for _, before := range []string{"", "/sev ", "/started 2:40 ", "/重大度　", "/duplicate-of ", "/ackk"} {
			f.Add(before+text, false, false)
		}
		f.Add("/resolvd"+text+"\n/影響収束 "+text, true, true)
	}
	f.Add(strings.Repeat("/ack\n\n", 50), false, false)
	p, _ := policy.Parse("kintsugi.yml", []byte("time_zone: Asia/Tokyo"), fuzzRules.Sections())
	f.Fuzz(func(t *testing.T, body string, edited, thumbed bool) {
		if len(body) > most {
			return
		}
		c := workflows.Comment{ID: 12, Author: workflows.User{Login: "sato"}, Body: body, CreatedAt: fuzzNow, UpdatedAt: fuzzNow}
		if edited {
			c.UpdatedAt = fuzzNow.Add(time.Second)
		}
		g := gatherer{rules: fuzzRules, policy: p, ours: map[int64]bool{12: thumbed}}
		g.record = Record{Seq: 1}
		g.o.Subject = workflows.Subject{Repo: "acme/incidents", Number: 340}
		g.o.Comments = []workflows.Comment{c}
		acts := g.acts()
		facts := workflows.Facts{workflows.RoleAsk{Repo: g.o.Subject.Repo, Login: "sato"}: {Role: workflows.RoleRead}}
		judged, asks := g.judge(acts, facts)
		if len(asks) > 0 || len(acts) > mostLines {
			t.Fatalf("%d acts, asks %v", len(acts), asks)
		}
		seen := map[string]bool{}
		for _, a := range judged {
			id, ok := a.FromComment()
			if !ok || id != 12 || seen[a.ID] || a.Verdict == workflows.Pending {
				t.Fatalf("%+v", a)
			}
			seen[a.ID] = true
			if name, _ := fuzzRules.Commands.Find(a.Name); name.Role > workflows.RoleRead && a.Verdict == workflows.Done && !thumbed {
				t.Fatalf("executed without the role: %+v", a)
			}
			if len(a.Value) > 4*40 || len(a.Why) > 200 {
				t.Fatalf("keeps too much: %+v", a)
			}
			if faults := hostile.Terminal(described(a) + " " + verdict(a)); len(faults) > 0 && !strings.Contains(body, "##[") {
				t.Fatalf("%q shows %q", described(a)+" "+verdict(a), faults)
			}
		}
		quoted(t, judged)
		g.record.add(judged)
		if again := g.acts(); len(again) > 0 && len(judged) > 0 {
			t.Fatalf("judged a second time: %+v", again)
		}
	})
}

// quoted holds that the replies are what they would be for a harmless text.
func quoted(t *testing.T, judged []workflows.Act) {
	t.Helper()
	harmless := slices.Clone(judged)
	for i := range harmless {
		if v := words.Foreign(harmless[i].Value); harmless[i].Verdict != workflows.Done && v.String() != "—" { // else it stands plainly
			harmless[i].Value = "x"
		}
		if kind, zone, found := strings.Cut(harmless[i].Why, " "); found {
			harmless[i].Why = kind + " " + strings.Map(letters, zone)
		}
	}
	for _, lang := range []words.Language{words.English, words.Japanese} {
		want := fuzzRules.replies(harmless, "incident", lang)
		for i, reply := range fuzzRules.replies(judged, "incident", lang) {
			if faults := hostile.Markdown(reply.Body, hostile.Own{}); len(faults) > 0 {
				t.Fatalf("%q: %q", reply.Body, faults)
			}
			if got := hostile.Skeleton(reply.Body); got != hostile.Skeleton(want[i].Body) {
				t.Fatalf("%q is read as\n%s", reply.Body, got)
			}
			if markerOf(marked(reply.Key, reply.Body)) != reply.Key {
				t.Fatalf("%q is not found again", reply.Key)
			}
		}
	}
}

// letters keeps of a zone what cannot act, so that its meaning stays.
func letters(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return 'x'
}

// FuzzOpening: title, body and events of an issue are read once, for no more
// than triage may do, and a form's answers are texts like any other.
func FuzzOpening(f *testing.F) {
	for _, text := range hostile.Seeds() {
		f.Add("[incident] "+text, text, text)
		f.Add(text, "### What happened\n\n"+text+"\n\n### Severity\n\n/sev 1\n\n_No response_\n\n- [X] "+text, "sev1")
	}
	f.Fuzz(func(t *testing.T, title, body, label string) {
		if len(title)+len(body)+len(label) > most {
			return
		}
		g := gatherer{rules: fuzzRules, policy: policy.Default(fuzzRules.Sections())}
		g.o.Subject = workflows.Subject{Repo: "acme/incidents", Number: 340}
		g.o.Issue = workflows.Issue{Title: title, Body: body, Author: workflows.User{Login: "sato"}, CreatedAt: fuzzNow}
		g.o.Events = []workflows.Event{
			{ID: 1, Kind: workflows.EventRenamed, From: label, Actor: workflows.User{Login: "sato"}, At: fuzzNow},
			{ID: 2, Kind: workflows.EventLabeled, Label: label, Actor: workflows.User{Login: "sato"}, At: fuzzNow},
			{ID: 3, Kind: workflows.EventClosed, Reason: label, Actor: workflows.User{Login: "sato"}, At: fuzzNow},
			{ID: 4, Kind: label, Actor: workflows.User{Login: label}, At: fuzzNow},
		}
		facts := workflows.Facts{
			workflows.RoleAsk{Repo: g.o.Subject.Repo, Login: "sato"}: {Role: workflows.RoleAdmin},
			workflows.RoleAsk{Repo: g.o.Subject.Repo, Login: label}:  {Role: workflows.RoleNone},
		}
		judged, asks := g.judge(g.acts(), facts)
		if len(asks) > 0 {
			t.Fatal(asks)
		}
		seen := map[string]bool{}
		for _, a := range judged {
			c, known := fuzzRules.Commands.Find(a.Name)
			if !known || seen[a.ID] {
				t.Fatalf("%+v", a)
			}
			seen[a.ID] = true
			if a.FromOpening() && (a.Role > workflows.RoleTriage || !c.Opening || c.GestureOnly) {
				t.Fatalf("the opening may not do this: %+v", a)
			}
			if len(a.Value) > 4*40 || len(a.Why) > 200 {
				t.Fatalf("keeps too much: %+v", a)
			}
		}
		if got := fuzzRules.replies(judged, "incident", words.English); len(got) > 0 {
			t.Fatalf("who reports is corrected: %+v", got)
		}
		g.record = Record{Seq: 1}
		g.record.add(judged)
		if again := g.acts(); len(again) > 0 {
			t.Fatalf("judged a second time: %+v", again)
		}
	})
}
