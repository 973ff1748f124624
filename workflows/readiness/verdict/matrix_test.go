package verdict_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	strangers "github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// evidences are one of each kind, as a checklist writes it.
var evidences = map[checklist.Kind]string{
	checklist.File: "{file: RUNBOOK.md}", checklist.Check: "{check: test, within: 7 days}", checklist.Workflow: "{workflow: load.yml, within: 7 days}",
	checklist.Release: "{release: v*, within: 7 days}", checklist.Deployment: "{deployment: staging, within: 7 days}", checklist.Drill: "{drill: restore, within: 7 days}",
	checklist.NoOpenIssues: "{no_open_issues: [blocker]}", checklist.Confirmation: "{confirmation: a link}", checklist.Approvals: "{approvals: 1}",
}

// states are what may be found of each.
var states = []string{"yes", "no", "unknown", "stale", "waived", "expired", "lapsed"}

// cell is an input with one item of a kind and level, of which this was found. It is
// nil where that cannot be found of the kind.
func cell(t testing.TB, kind checklist.Kind, state string, level checklist.Level) *verdict.Input {
	t.Helper()
	c := read(t, fmt.Sprintf("items:\n- {id: a, level: %s, question: A?, valid_for: 7 days, approvers: [\"@acme/sre\"], evidence: [%s]}\n", level, evidences[kind]))
	in := &verdict.Input{
		Now: now, Zone: tokyo, Checklist: c, Own: true, Commit: "c0ffee", Authors: []string{"tanaka"},
		Answers: map[checklist.Question]verdict.Answer{}, Teams: map[string]verdict.Team{"@acme/sre": {Known: true, Members: []string{"suzuki"}}},
	}
	in.Around.Incidents.Known, in.Around.FollowUps.Known, in.Around.Postmortems.Known = true, true, true
	q, isLooked := c.Items[0].Evidence[0].Question()
	said := verdict.Act{Deed: verdict.Done, Item: "a", By: "suzuki", At: at("2026-11-26 10:00"), Link: "https://example.com", Version: c.Items[0].Version(), Commit: in.Commit}
	if kind == checklist.Approvals {
		said.Deed, said.Version = verdict.Approve, c.Version()
	}
	waiver := verdict.Act{Deed: verdict.Waive, Item: "a", By: "suzuki", At: at("2026-11-01 10:00"), Until: at("2026-11-27 00:00"), Reason: "limited"}
	say := func(acts ...verdict.Act) *verdict.Input { in.Acts = acts; return in }
	if isLooked {
		answer := verdict.Answer{Looked: now}
		switch state {
		case "yes":
			answer.Found, answer.At = verdict.Yes, at("2026-11-26 10:00")
		case "no", "waived", "expired":
			answer.Found = verdict.No
		case "stale":
			answer.Found, answer.At = verdict.Yes, at("2026-11-20 03:39")
			if c.Items[0].Evidence[0].Within == 0 {
				return nil // it is looked at as it is now
			}
		case "lapsed":
			return nil // it is bound to the commit by what is asked
		}
		in.Answers[q] = answer
	}
	switch state {
	case "yes":
		return say(said)
	case "unknown":
		in.Teams = nil
		return say(said)
	case "stale":
		said.At = at("2026-11-20 03:39")
		return say(said)
	case "waived":
		return say(waiver)
	case "expired":
		waiver.Until = at("2026-11-26 00:00")
		return say(waiver)
	case "lapsed":
		said.Version = "000000000000"
		return say(said)
	}
	return in
}

// TestMatrix: every kind of evidence, in every state, at every level.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-15s%-10s%-13s%-10s%-10s%s\n", "evidence", "found", "level", "item", "verdict", "what is told")
	for _, kind := range checklist.Kinds {
		for _, state := range states {
			for _, level := range []checklist.Level{checklist.Required, checklist.Recommended} {
				in := cell(t, kind, state, level)
				if in == nil {
					fmt.Fprintf(&b, "%-15s%-10s%-13s%-10s%-10s\n", kind, state, level, "—", "cannot be")
					continue
				}
				v := verdict.Decide(in)
				if got := string(v.Items[0].State); got != state {
					t.Errorf("%s, %s: the item is %s", kind, state, got)
				}
				isMet := state == "yes" || state == "waived"
				if want := isMet || level == checklist.Recommended; v.Ready != want || v.Passes != want {
					t.Errorf("%s, %s, %s: ready %v, passes %v", kind, state, level, v.Ready, v.Passes)
				}
				shown := "not ready"
				if v.Ready {
					shown = "ready"
				}
				told := ""
				for line := range strings.Lines(v.Text(words.English)) {
					if strings.Contains(line, "`a`:") {
						told = strings.TrimSpace(line)
					}
				}
				fmt.Fprintf(&b, "%-15s%-10s%-13s%-10s%-10s%s\n", kind, state, level, v.Items[0].State, shown, told)
			}
		}
	}
	compare(t, filepath.Join("testdata", "matrix.txt"), []byte(b.String()))
}

// made is any release: a checklist, what was found, and what people said.
func made(t *rapid.T) *verdict.Input {
	kinds, ages := rapid.SampledFrom(checklist.Kinds), rapid.SampledFrom([]string{"7 days", "30 days"})
	var b strings.Builder
	b.WriteString("traits: {big: " + rapid.SampledFrom([]string{"true", "false"}).Draw(t, "big") + "}\nitems:\n")
	n := rapid.IntRange(1, 5).Draw(t, "items")
	for i := range n {
		fmt.Fprintf(&b, "- {id: i%d, question: A?, level: %s, enough: %s", i, rapid.SampledFrom([]string{"required", "recommended"}).Draw(t, "level"), rapid.SampledFrom([]string{"all", "any"}).Draw(t, "enough"))
		if rapid.Bool().Draw(t, "conditional") {
			b.WriteString(", when: big")
		}
		if rapid.Bool().Draw(t, "valid") {
			b.WriteString(", valid_for: " + ages.Draw(t, "age"))
		}
		if rapid.Bool().Draw(t, "approvers") {
			b.WriteString(", approvers: [\"@acme/sre\", \"@yamamoto\"]")
		}
		b.WriteString(", evidence: [")
		for range rapid.IntRange(0, 3).Draw(t, "pieces") {
			b.WriteString(evidences[kinds.Draw(t, "kind")] + ", ")
		}
		b.WriteString("]}\n")
	}
	c, problems := checklist.Parse("c.yml", []byte(b.String()))
	if c == nil {
		t.Fatal(problems)
	}
	in := &verdict.Input{
		Now: now, Zone: tokyo, Checklist: c, Own: true, Commit: "c0ffee", Authors: []string{"tanaka"}, Answers: map[checklist.Question]verdict.Answer{},
		Teams: map[string]verdict.Team{"@acme/sre": {Known: rapid.Bool().Draw(t, "team"), Members: []string{"suzuki", "kobayashi"}}},
	}
	in.Around.Incidents.Known = rapid.Bool().Draw(t, "known")
	if rapid.IntRange(0, 4).Draw(t, "incident") == 0 {
		in.Around.Incidents.All = []verdict.Incident{{Ref: "#1", Severity: rapid.IntRange(0, 4).Draw(t, "severity"), Confirmed: rapid.Bool().Draw(t, "confirmed")}}
	}
	in.Fixes = rapid.SampledFrom([]string{"", "", "#1", "#2"}).Draw(t, "fixes")
	when := rapid.IntRange(0, 60*24)
	for _, q := range c.Questions("") {
		if rapid.IntRange(0, 9).Draw(t, "looked") > 0 {
			in.Answers[q] = verdict.Answer{Found: verdict.Found(rapid.IntRange(0, 2).Draw(t, "found")), At: now.Add(-hours(when.Draw(t, "ago"))), Looked: now}
		}
	}
	for range rapid.IntRange(0, 8).Draw(t, "acts") {
		in.Acts = append(in.Acts, act(t, c, n))
	}
	return in
}

func act(t *rapid.T, c *checklist.Checklist, items int) verdict.Act {
	i := rapid.IntRange(0, items-1).Draw(t, "item")
	a := verdict.Act{
		Deed: rapid.SampledFrom([]verdict.Deed{verdict.Done, verdict.Approve, verdict.Waive}).Draw(t, "deed"),
		By:   rapid.SampledFrom([]string{"tanaka", "suzuki", "kobayashi", "yamamoto", "sato"}).Draw(t, "by"),
		At:   now.Add(-hours(rapid.IntRange(0, 60*24).Draw(t, "ago"))), Item: c.Items[i].ID, Commit: rapid.SampledFrom([]string{"c0ffee", "c0ffee", "decaf"}).Draw(t, "commit"),
		Link: rapid.SampledFrom([]string{"https://example.com", ""}).Draw(t, "link"), Reason: "reason", Until: now.Add(hours(rapid.IntRange(-48, 48).Draw(t, "until"))),
	}
	a.Version = rapid.SampledFrom([]string{c.Version(), c.Items[i].Version(), "000000000000"}).Draw(t, "version")
	return a
}

// TestMoreEvidenceNeverHarms: whatever positive and in date is added, what was ready
// stays so.
func TestMoreEvidenceNeverHarms(t *testing.T) {
	saw := 0
	rapid.Check(t, func(t *rapid.T) {
		in := made(t)
		before := verdict.Decide(in)
		if before.Ready {
			saw++
		}
		switch questions := in.Checklist.Questions(""); {
		case len(questions) > 0 && rapid.Bool().Draw(t, "an answer"):
			in.Answers[rapid.SampledFrom(questions).Draw(t, "question")] = verdict.Answer{Found: verdict.Yes, At: now, Looked: now}
		default:
			more := act(t, in.Checklist, len(in.Checklist.Items))
			more.At, more.Until, more.Commit, more.Link = now, now, in.Commit, "https://example.com"
			if more.Deed == verdict.Approve {
				more.Version = in.Checklist.Version()
			}
			for _, item := range in.Checklist.Items {
				if more.Deed == verdict.Done && item.ID == more.Item {
					more.Version = item.Version()
				}
			}
			at := rapid.IntRange(0, len(in.Acts)).Draw(t, "place")
			in.Acts = append(in.Acts[:at:at], append([]verdict.Act{more}, in.Acts[at:]...)...)
		}
		if after := verdict.Decide(in); before.Ready && !after.Ready || before.Passes && !after.Passes {
			t.Fatalf("it was ready:\n%s\nand is no longer:\n%s", before.Text(words.English), after.Text(words.English))
		}
	})
	if saw == 0 {
		t.Error("no release was ready, so nothing was shown")
	}
}

// TestOneMoreUnmetNeverHelps: with one required item more that is not met, nothing
// becomes ready; and without a way out, nothing passes.
func TestOneMoreUnmetNeverHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := made(t)
		before := verdict.Decide(in)
		more := *in.Checklist
		kind := rapid.SampledFrom(checklist.Kinds).Draw(t, "kind")
		extra, problems := checklist.Parse("c.yml", []byte("items:\n- {id: extra, question: B?, approvers: [\"@nobody\"], evidence: ["+strings.Replace(evidences[kind], "7 days", "1 hour", 1)+"]}\n"))
		if extra == nil {
			t.Fatal(problems)
		}
		item := extra.Items[0]
		if kind == checklist.File {
			item.Evidence[0].File = "extra"
		}
		at := rapid.IntRange(0, len(more.Items)).Draw(t, "place")
		more.Items = append(more.Items[:at:at], append([]checklist.Item{item}, more.Items[at:]...)...)
		if q, ok := item.Evidence[0].Question(); ok {
			in.Answers[q] = verdict.Answer{Found: rapid.SampledFrom([]verdict.Found{verdict.No, verdict.Unknown}).Draw(t, "found"), Looked: now}
		}
		in.Checklist = &more
		after := verdict.Decide(in)
		if after.Ready || after.Passes {
			t.Fatalf("ready with an unmet item; before: %v\n%s", before.Ready, after.Text(words.English))
		}
	})
}

// TestTextsAreHarmless: whatever strangers write into a checklist, a check or a
// reason, nobody is called and nothing is closed by what we say of it.
func TestTextsAreHarmless(t *testing.T) {
	own := strangers.Own{List: true, Table: true, Fold: true, References: []string{"#1", "#2"}}
	for _, h := range strangers.Texts() {
		in := ready(t)
		c := *in.Checklist
		c.Items = []checklist.Item{c.Items[0], c.Items[6], c.Items[8]}
		text := checklist.Text{English: h.Text, Japanese: h.Text}
		for i := range c.Items {
			c.Items[i].Question = text
			c.Items[i].Approvers = []string{h.Text}
			if i > 0 {
				continue
			}
			c.Items[i].Evidence = append([]checklist.Evidence{
				{File: h.Text, Matches: h.Text}, {Check: h.Text}, {Workflow: h.Text, Within: 24}, {Release: h.Text, Within: 24}, {Deployment: h.Text, Within: 24}, {Drill: h.Text, Within: 24}, {NoOpenIssues: []string{h.Text}}, {Confirmation: text},
			}, c.Items[i].Evidence...)
		}
		in.Checklist, in.Service, in.Fixes = &c, h.Text, h.Text
		in.Authors = nil
		in.Answers = map[checklist.Question]verdict.Answer{}
		for i, q := range c.Questions(h.Text) {
			in.Answers[q] = verdict.Answer{Found: verdict.Found(i % 3), At: now.AddDate(0, 0, -i), Seen: h.Text, URL: h.Text}
		}
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Waive, Item: c.Items[0].ID, By: h.Text, At: now, Until: now, Reason: h.Text}, verdict.Act{Deed: verdict.ShipAnyway, By: h.Text, At: now, Reason: h.Text, Commit: in.Commit})
		in.Around = verdict.Around{Touched: []verdict.Touched{{File: h.Text, Incident: h.Text, FollowUps: 1}}}
		in.Around.Incidents.All = []verdict.Incident{{Ref: h.Text, Severity: 1, Confirmed: true}}
		in.Around.FollowUps.All = []verdict.FollowUp{{Ref: h.Text, Incident: h.Text + "x", Type: "prevent", Due: now.AddDate(0, 0, -3), Owners: []string{h.Text}}}
		in.Around.Postmortems.All = []verdict.Postmortem{{Ref: h.Text, Incident: h.Text, Due: now.AddDate(0, 0, -3), Author: h.Text}}
		in.Settings.Freezes = []verdict.Freeze{{From: "2026-11-26", To: "2026-11-30", Reason: h.Text}}
		for _, lang := range []words.Language{words.English, words.Japanese} {
			v := verdict.Decide(in)
			if faults := strangers.Markdown(v.Text(lang), own); len(faults) > 0 {
				t.Errorf("%s acts: %v\n%s", h.Name, faults, v.Text(lang))
			}
			in.Acts, in.Fixes = in.Acts[:len(in.Acts)-1], "" // the second time it is held
		}
	}
}
