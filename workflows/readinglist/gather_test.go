package readinglist

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const here = "acme/pay"

// library is a repository as GitHub answers for it, and an engine's run over its list
// in few lines: it answers, carries out, and decides again.
type library struct {
	t      *testing.T
	now    time.Time
	policy policy.Policy
	// trees are the files of commits, bases where each begins.
	trees map[string]map[string]string
	bases map[string]string
	// heads are branches; pull is the one that collects.
	heads  map[string]string
	pull   workflows.BranchPull
	issues map[int]workflows.OwnIssue
	moved  map[int]workflows.Subject
	// refuse is why nothing may be written, conflict that branches cannot be merged.
	refuse   string
	conflict bool
	answers  map[workflows.Ask]workflows.Answer

	whole time.Time
	wake  time.Time
	// commits are the messages, opened the issues that were made.
	commits []string
	wrote   []string
	opened  []workflows.IssueIntent
	named   []workflows.Subject
}

func newLibrary(t *testing.T, settings string) *library {
	t.Helper()
	p, problems := policy.Parse("kintsugi.yml", []byte(settings), []policy.Section{Workflow().Policy})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &library{
		t: t, now: instant(t, "2026-12-01T00:00:00Z"), policy: p,
		trees: map[string]map[string]string{"t0": {"README.md": "hello\n"}}, bases: map[string]string{}, heads: map[string]string{"main": "t0"},
		issues: map[int]workflows.OwnIssue{}, moved: map[int]workflows.Subject{}, answers: map[workflows.Ask]workflows.Answer{},
	}
}

func subject(n int) workflows.Subject { return workflows.Subject{Repo: here, Number: n} }

// write puts a postmortem there, recommended or only labelled.
func (l *library) write(n int, title string, recommended ...list.Recommendation) workflows.Subject {
	i := workflows.Issue{
		ID: int64(n), Title: title, Open: true, Labels: []string{policyOf(l.policy).label(l.policy).Name}, URL: root + here + "/issues/" + strconv.Itoa(n),
		CreatedAt: instant(l.t, "2026-11-20T00:00:00Z").AddDate(0, 0, -n), UpdatedAt: l.now,
		Body: "## Summary\n\nPayments failed for an hour because a certificate had run out and nobody was told.\n\n## Timeline\n\n- 2026-11-19 10:00 it began\n",
	}
	own := workflows.OwnIssue{Subject: subject(n), Issue: i}
	if recommended != nil {
		own.Summaries = map[string]string{name: Published{Recommended: recommended, Text: textOf(i)}.encode()}
	}
	l.issues[n] = own
	return own.Subject
}

func by(login string, reason list.Reason) list.Recommendation {
	return list.Recommendation{By: login, Reason: reason}
}

// off is what a postmortem publishes once people took it off.
func (l *library) off(n int) workflows.Subject {
	own := l.issues[n]
	own.Issue.Labels, own.Summaries = nil, map[string]string{name: Published{Off: true}.encode()}
	l.issues[n] = own
	return own.Subject
}

// answer is GitHub's.
func (l *library) answer(ask workflows.Ask) workflows.Answer {
	switch a := ask.(type) {
	case workflows.BranchAsk:
		b := workflows.Branch{Default: "main", Tip: l.heads["main"], Head: l.heads[a.Branch], Pull: l.pull}
		if b.Head != "" {
			b.Base = l.base()
			b.Ahead, b.Behind = l.distance(b.Head, b.Base), l.distance(b.Tip, b.Base)
			for path, content := range l.trees[b.Head] {
				if l.trees[b.Base][path] != content {
					b.Files = append(b.Files, path)
				}
			}
		}
		return workflows.Answer{Branch: b}
	case workflows.FileAsk:
		ref := a.Ref
		if ref == "" {
			ref = l.heads["main"]
		}
		if text, ok := l.trees[ref][a.Path]; ok {
			return workflows.Answer{Text: text}
		}
	case workflows.IssueAsk:
		if to, ok := l.moved[a.Subject.Number]; ok {
			a.Subject = to
		}
		if own, ok := l.issues[a.Subject.Number]; ok {
			return workflows.Answer{Issue: own.Issue, Subject: own.Subject, Summaries: own.Summaries}
		}
	case workflows.LabelledAsk, workflows.OwnIssuesAsk:
		var all []workflows.OwnIssue
		var label string
		switch a := a.(type) {
		case workflows.LabelledAsk:
			label = a.Label
		case workflows.OwnIssuesAsk:
			label = a.Label
		}
		for _, n := range slices.Sorted(maps.Keys(l.issues)) {
			if own := l.issues[n]; slices.Contains(own.Issue.Labels, label) {
				all = append(all, own)
			}
		}
		return workflows.Answer{Own: all}
	}
	if answer, ok := l.answers[ask]; ok {
		return answer
	}
	return workflows.Answer{Unknown: workflows.NotThere}
}

// base is where the branch and the default one part.
func (l *library) base() string {
	seen := map[string]bool{}
	for at := l.heads["main"]; at != ""; at = l.bases[at] {
		seen[at] = true
	}
	for at := l.heads[rolling]; at != ""; at = l.bases[at] {
		if seen[at] {
			return at
		}
	}
	return ""
}

func (l *library) distance(from, to string) (n int) {
	for at := from; at != "" && at != to; at = l.bases[at] {
		n++
	}
	return n
}

// commit makes one on a branch, as anybody may.
func (l *library) commit(branch, parent string, change func(tree map[string]string)) {
	tree := maps.Clone(l.trees[parent])
	change(tree)
	sha := "t" + strconv.Itoa(len(l.trees))
	l.trees[sha], l.bases[sha], l.heads[branch] = tree, parent, sha
}

// run is one run of the list: told of these subjects, it decides and carries out.
func (l *library) run(told ...workflows.Subject) workflows.Plan {
	l.t.Helper()
	in := workflows.Input{
		Now: l.now, Policy: l.policy, Language: l.policy.Language, Owner: name, Facts: workflows.Facts{}, Made: map[string]workflows.Made{},
		Told: told, Whole: l.whole,
	}
	if in.Language == "" {
		in.Language = words.English
	}
	in.Observation.Subject = workflows.Subject{Repo: here, Name: aggregate}
	l.wrote = nil
	for range 4 {
		plan := l.decide(in)
		again := false
		for _, c := range plan.Changes {
			if _, done := in.Made[c.Key]; done {
				continue
			}
			again = true
			in.Made[c.Key] = l.carry(c)
		}
		for _, i := range plan.Issues {
			if _, done := in.Made[i.Key]; !done {
				again = true
				l.opened = append(l.opened, i)
				n := 1000 + len(l.opened)
				in.Made[i.Key] = workflows.Made{ID: int64(n), Number: n}
				made := workflows.Issue{Open: true, Ours: true, Title: i.Title, Body: workflows.Marked(i.Key, in.Observation.Subject, i.Body), URL: root + here + "/issues/" + strconv.Itoa(n), CreatedAt: l.now}
				for _, label := range i.Labels {
					made.Labels = append(made.Labels, label.Name)
				}
				l.issues[n] = workflows.OwnIssue{Subject: subject(n), Issue: made, Key: i.Key, For: in.Observation.Subject}
			}
		}
		if !again {
			if plan.Whole {
				l.whole = l.now
			}
			l.wake, l.named = plan.Wake, plan.Names
			return plan
		}
		maps.DeleteFunc(in.Facts, func(ask workflows.Ask, _ workflows.Answer) bool {
			switch ask.(type) {
			case workflows.BranchAsk, workflows.OwnIssuesAsk:
				return true
			}
			return false
		})
	}
	l.t.Fatal("it never comes to rest")
	return workflows.Plan{}
}

func (l *library) decide(in workflows.Input) workflows.Plan {
	l.t.Helper()
	for range 16 {
		d := Workflow().Decide(in)
		if len(d.Asks) == 0 {
			return d.Plan
		}
		for _, ask := range d.Asks {
			if _, known := in.Facts[ask]; known {
				l.t.Fatalf("it asks again: %v", ask)
			}
			in.Facts[ask] = l.answer(ask)
		}
	}
	l.t.Fatal("it never stops asking")
	return workflows.Plan{}
}

func (l *library) carry(c workflows.ChangeIntent) workflows.Made {
	l.t.Helper()
	branch := c.Branch
	if branch == "" {
		branch = "main"
	}
	switch {
	case l.refuse != "":
		return workflows.Made{Refused: l.refuse}
	case c.CatchUp && l.conflict:
		return workflows.Made{Refused: workflows.Conflict}
	case c.CatchUp: // what the branch changed, on top of the default one
		base, mine := l.trees[l.base()], l.trees[l.heads[branch]]
		l.commit(branch, l.heads["main"], func(tree map[string]string) {
			for path, content := range mine {
				if base[path] != content {
					tree[path] = content
				}
			}
		})
		return workflows.Made{At: l.now}
	case !c.Anew && l.heads[branch] != "" && !slices.Contains(c.Parents, l.heads[branch]):
		l.t.Fatalf("it changes %s, whose newest commit it did not read", branch)
	}
	if len(c.Write)+len(c.Remove) > 0 || len(c.Parents) > 1 {
		l.commit(branch, c.Parents[0], func(tree map[string]string) {
			maps.Copy(tree, c.Write)
			for _, path := range c.Remove {
				delete(tree, path)
			}
		})
		l.commits, l.wrote = append(l.commits, c.Message), slices.Sorted(maps.Keys(c.Write))
	}
	if c.Title != "" && !l.pull.Open {
		l.pull = workflows.BranchPull{Number: 50 + len(l.commits), Open: true}
	}
	return workflows.Made{At: l.now}
}

// merge merges the pull request, as one commit, and leaves its branch.
func (l *library) merge() {
	tree := l.trees[l.heads[rolling]]
	l.commit("main", l.heads["main"], func(main map[string]string) { maps.Copy(main, tree) })
	l.pull = workflows.BranchPull{Number: l.pull.Number, Merged: true, Head: l.heads[rolling]}
}

// entries are those of a branch.
func (l *library) entries(branch string) []list.Entry {
	l.t.Helper()
	entries, err := list.Entries(func(file string) (string, bool) {
		text, ok := l.trees[l.heads[branch]]["reading-list/"+file]
		return text, ok
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return entries
}

func titles(entries []list.Entry) (all []string) {
	for i := range entries {
		title, _ := entries[i].Title.In(words.English)
		all = append(all, title)
	}
	slices.Sort(all)
	return all
}

func (l *library) wants(branch string, want ...string) {
	l.t.Helper()
	if got := titles(l.entries(branch)); !slices.Equal(got, want) {
		l.t.Fatalf("the list on %s has %q, want %q", branch, got, want)
	}
}

// Installing writes nothing: a label that is older lists only once somebody has
// recommended something.
func TestInstallingWritesNothing(t *testing.T) {
	l := newLibrary(t, "")
	l.write(1, "Old and labelled")
	for range 3 {
		if plan := l.run(); len(plan.Changes)+len(plan.Issues) > 0 || !plan.Whole {
			t.Fatal(plan)
		}
		l.now, l.whole = l.now.AddDate(0, 0, 1), time.Time{}
	}
	l.run(l.write(2, "New", by("yamamoto", list.Response)))
	l.wants(rolling, "New", "Old and labelled")
	if e := list.Find(l.entries(rolling), root+here+"/issues/1"); len(e.Recommended) != 0 {
		t.Fatal("nobody recommended the old one, and the list says so of somebody")
	}
}

func TestOneRollingPullRequest(t *testing.T) {
	l := newLibrary(t, "")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	if !l.pull.Open || l.heads["main"] != "t0" {
		t.Fatal("no pull request")
	}
	number := l.pull.Number
	l.run(l.write(2, "Second", by("suzuki", list.Learning)), l.write(3, "Third", by("suzuki", list.Learning)))
	if l.pull.Number != number || len(l.commits) != 2 {
		t.Fatal("not one pull request with a commit for each run", l.pull, l.commits)
	}
	want := []string{"reading-list/README.ja.md", "reading-list/README.md", "reading-list/data/entries.jsonl", "reading-list/feed.xml"}
	if !slices.Equal(l.wrote, want) {
		t.Fatalf("it rewrote %q, want %q", l.wrote, want)
	}
	if l.commits[0] != "Reading list: add “First”" || l.commits[1] != "Reading list: add 2 postmortems" {
		t.Fatalf("%q", l.commits)
	}
	l.run(subject(2)) // told of, and the same as ever
	if len(l.commits) != 2 {
		t.Fatal("what is there already was written again")
	}
	l.merge()
	l.wants("main", "First", "Second", "Third")
	l.run(l.write(4, "Fourth", by("suzuki", list.Learning)))
	if l.pull.Number == number || !l.pull.Open || l.bases[l.heads[rolling]] != l.heads["main"] {
		t.Fatal("what comes after the merge is no new pull request on what was merged")
	}
	l.wants(rolling, "First", "Fourth", "Second", "Third")
	l.run(l.off(2))
	l.wants(rolling, "First", "Fourth", "Third")
	if got := l.commits[len(l.commits)-1]; got != "Reading list: take off “Second”" {
		t.Fatal(got)
	}
}

// What people commit in between stays: on the branch, on the default branch, on both.
func TestPeoplesCommitsStay(t *testing.T) {
	page := "reading-list/README.md"
	note := func(tree map[string]string, words string) {
		end := strings.Index(tree[page], "<!-- kintsugi-note:end ")
		tree[page] = tree[page][:end] + words + "\n" + tree[page][end:]
	}
	l := newLibrary(t, "")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	l.commit(rolling, l.heads[rolling], func(tree map[string]string) { note(tree, "Read this with the diagram.") })
	l.run(l.write(2, "Second", by("yamamoto", list.Response)))
	if !strings.Contains(l.trees[l.heads[rolling]][page], "Read this with the diagram.") {
		t.Fatal("a note on the branch is lost")
	}
	l.merge()
	l.run(l.write(3, "Third", by("yamamoto", list.Response)))
	l.commit("main", l.heads["main"], func(tree map[string]string) {
		tree["main.go"] = "package main\n"
	})
	l.run(l.write(4, "Fourth", by("yamamoto", list.Response)))
	if tree := l.trees[l.heads[rolling]]; tree["main.go"] == "" || !strings.Contains(tree[page], "Read this with the diagram.") {
		t.Fatal("the default branch was not merged in")
	}
	l.wants(rolling, "First", "Fourth", "Second", "Third")

	l.conflict = true
	l.commit("main", l.heads["main"], func(tree map[string]string) { note(tree, "And ask Sato.") })
	l.commit(rolling, l.heads[rolling], func(tree map[string]string) { note(tree, "Or the runbook.") })
	l.run(l.write(5, "Fifth", by("yamamoto", list.Response)))
	text := l.trees[l.heads[rolling]][page]
	for _, words := range []string{"Read this with the diagram.", "And ask Sato.", "Or the runbook."} {
		if strings.Count(text, words) != 1 {
			t.Errorf("%q stands %d times on the page", words, strings.Count(text, words))
		}
	}
	l.wants(rolling, "Fifth", "First", "Fourth", "Second", "Third")
}

// A run that ended between the commit and the pull request is made up for. One that
// people closed is not opened again before there is something new.
func TestPullRequestIsMadeUpFor(t *testing.T) {
	l := newLibrary(t, "")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	l.pull = workflows.BranchPull{}
	l.now = l.now.AddDate(0, 0, 1)
	l.run()
	if !l.pull.Open || len(l.commits) != 1 {
		t.Fatal("the pull request is missing", l.pull, l.commits)
	}
	l.pull = workflows.BranchPull{Number: l.pull.Number, Head: l.heads[rolling]}
	l.now = l.now.AddDate(0, 0, 1)
	l.run()
	if l.pull.Open {
		t.Fatal("it was opened again after somebody had closed it")
	}
	l.run(l.write(2, "Second", by("yamamoto", list.Response)))
	if !l.pull.Open {
		t.Fatal("what is new is not proposed")
	}
}

func TestCommitsToTheDefaultBranch(t *testing.T) {
	l := newLibrary(t, "reading_list: {write: commits, folder: docs/reading}")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	if l.heads[rolling] != "" || l.pull.Number != 0 || l.trees[l.heads["main"]]["docs/reading/README.md"] == "" {
		t.Fatal("not committed to the default branch")
	}
}

// Where files cannot be written, an issue has the list.
func TestListOnAnIssue(t *testing.T) {
	for _, settings := range []string{"", "reading_list: {write: issue}"} {
		l := newLibrary(t, settings)
		l.refuse = "403 Resource not accessible by integration"
		l.run()
		if len(l.opened) != 0 {
			t.Fatal("an issue before anybody recommended anything")
		}
		l.run(l.write(1, "First", by("yamamoto", list.Response)))
		if len(l.opened) != 1 || l.opened[0].Key != keyPage {
			t.Fatal("no issue for the list", l.opened)
		}
		before := l.named
		l.now = l.now.Add(time.Hour)
		l.run(l.write(2, "Second", by("yamamoto", list.Response)))
		if len(l.opened) != 1 || len(l.named) != 1 || len(before) != 1 {
			t.Fatal("the list's issue is not woken, or made twice", l.opened, l.named)
		}
		in := workflows.Input{Now: l.now, Policy: l.policy, Language: words.English, Owner: name, Facts: workflows.Facts{}, Made: map[string]workflows.Made{}}
		in.Observation.Subject, in.Observation.Issue = l.named[0], l.issues[l.named[0].Number].Issue
		plan := l.decide(in)
		if len(plan.Comments) != 1 || !strings.Contains(plan.Comments[0].Body, "First") || !strings.Contains(plan.Comments[0].Body, "Second") || !strings.Contains(plan.Sections[0].Title, "2 postmortems") {
			t.Fatal(plan)
		}
	}
}

// What was transferred keeps its entry and its id, and is not listed twice; what was
// deleted keeps its entry with its state.
func TestMovedAndDeleted(t *testing.T) {
	l := newLibrary(t, "")
	l.run(l.write(1, "First", by("yamamoto", list.Response)), l.write(2, "Second", by("yamamoto", list.Response)))
	id := list.Find(l.entries(rolling), root+here+"/issues/1").ID
	l.moved[1] = subject(8)
	l.write(8, "First, renamed", by("yamamoto", list.Response))
	delete(l.issues, 1)
	delete(l.issues, 2)
	l.run(subject(8)) // at once it is listed under its new address, too
	l.now = l.now.AddDate(0, 0, 1)
	l.run()
	l.wants(rolling, "First, renamed", "Second")
	entries := l.entries(rolling)
	first := list.Find(entries, root+here+"/issues/1")
	if first == nil || first.ID != id || first.State != list.Moved || first.MovedTo != root+here+"/issues/8" {
		t.Fatalf("%+v", first)
	}
	if second := list.Find(entries, root+here+"/issues/2"); second.State != list.Deleted {
		t.Fatalf("%+v", second)
	}
	commits := len(l.commits)
	for range 3 {
		l.now = l.now.AddDate(0, 0, 1)
		l.run()
	}
	if len(l.commits) != commits {
		t.Fatal("a night without news wrote something", l.commits[commits:])
	}
}

// Ids stay when titles change, and what people added to an entry by hand does.
func TestIDsStay(t *testing.T) {
	l := newLibrary(t, "")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	before := l.entries(rolling)[0]
	l.commit(rolling, l.heads[rolling], func(tree map[string]string) {
		tree["reading-list/data/entries.jsonl"] = strings.Replace(tree["reading-list/data/entries.jsonl"], `"recommended":[`, `"recommended":[{"reason":"learning","by":"sato"},`, 1)
	})
	own := l.issues[1]
	own.Issue.Title = "Another title"
	l.issues[1] = own
	l.run(subject(1))
	after := l.entries(rolling)[0]
	if after.ID != before.ID || len(after.Recommended) != 2 {
		t.Fatalf("%+v", after)
	}
	l.wants(rolling, "Another title")
}

// A page that cannot be read is left as it is, and what is wrong is said once.
func TestBrokenPage(t *testing.T) {
	l := newLibrary(t, "language: ja")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	l.commit(rolling, l.heads[rolling], func(tree map[string]string) {
		tree["reading-list/README.md"] = strings.Replace(tree["reading-list/README.md"], "<!-- kintsugi-note:end ", "<!-- kintsugi-note:fin ", 1)
	})
	for range 3 {
		l.now = l.now.AddDate(0, 0, 1)
		l.run(l.write(2, "Second", by("yamamoto", list.Response)))
	}
	if len(l.opened) != 1 || !strings.Contains(l.opened[0].Body, "reading-list/README.md:") || len(l.commits) != 1 {
		t.Fatal(l.opened, l.commits)
	}
}

// The club's agenda comes three working days before, with what was read least; what
// was read is noted with a link, and nothing comes again until all was read.
func TestReadingClub(t *testing.T) {
	l := newLibrary(t, "reading_list: {write: commits, club: {first: 2026-12-16, at: \"16:00\", every: 2 weeks, hosts: [\"@tanaka\", \"@suzuki\"], reads: 2}}")
	for n := range 5 {
		l.run(l.write(n+1, fmt.Sprintf("Number %d", n+1), by("yamamoto", list.Response)))
	}
	opened := func() (agendas []workflows.IssueIntent) {
		for _, i := range l.opened {
			if strings.HasPrefix(i.Key, keyClub) {
				agendas = append(agendas, i)
			}
		}
		return agendas
	}
	hosts, read := []string{}, map[string]int{}
	for range 3 {
		for range 20 { // its wakes lead to the next agenda
			if l.now.Before(l.wake) {
				l.now = l.wake
			}
			before := len(opened())
			l.run()
			if len(opened()) > before {
				break
			}
		}
		all := opened()
		last := all[len(all)-1]
		hosts = append(hosts, last.Assignees...)
		ids, _ := boxes(last.Body)
		for _, id := range ids {
			read[id]++
		}
		n := 1000 + len(l.opened)
		own := l.issues[n]
		own.Issue.Open, own.Issue.Reason = false, "completed"
		l.issues[n] = own
		l.now = l.now.AddDate(0, 0, 4)
		l.run(own.Subject)
	}
	if fmt.Sprint(hosts) != "[tanaka suzuki tanaka]" {
		t.Error("the host does not rotate", hosts)
	}
	if len(read) != 5 {
		t.Errorf("something came again before all was read: %v", read)
	}
	for _, e := range l.entries("main") {
		if len(e.Read) == 0 || !strings.HasPrefix(e.Read[0].Notes, root+here+"/issues/1") {
			t.Errorf("what was read is not noted with a link: %+v", e.Read)
		}
	}
	if days := len(opened()); days != 3 {
		t.Errorf("%d agendas", days)
	}
}

// TestAgendaRewritten: an agenda's key stands in its text, which people edit. What is no
// day there is noted nowhere, and stops nothing.
func TestAgendaRewritten(t *testing.T) {
	l := newLibrary(t, "reading_list: {write: commits, club: {first: 2026-12-02, every: 1 week}}")
	l.run(l.write(1, "First", by("yamamoto", list.Response)))
	l.run()
	if len(l.opened) != 1 {
		t.Fatalf("no agenda: %+v", l.opened)
	}
	own := l.issues[1001]
	for _, day := range []string{"soon", "2026-99-99", "2026", "2026-12-02-x"} {
		own.Issue.Open, own.Issue.Reason, own.Key = false, "completed", keyClub+day
		l.issues[1001] = own
		l.now = l.now.AddDate(0, 0, 1)
		l.run(own.Subject, l.write(2, "Second, "+day, by("yamamoto", list.Learning)))
		l.wants("main", "First", "Second, "+day)
		broken := slices.ContainsFunc(l.opened, func(i workflows.IssueIntent) bool { return strings.HasPrefix(i.Key, keyBroken) })
		if e := l.entries("main"); len(e[0].Read)+len(e[1].Read) > 0 || broken {
			t.Fatalf("%s: %+v, broken: %v", day, e, broken)
		}
	}
}

// TestFilesBecomePrivate: of a file in a repository that is private by now, nothing
// stays on the list but where it is; one that is only too large stays as it was.
func TestFilesBecomePrivate(t *testing.T) {
	for _, c := range []struct {
		place workflows.Place
		want  list.State
	}{{workflows.Place{Private: true}, list.Private}, {workflows.Place{}, list.Fine}} {
		l := newLibrary(t, "reading_list: {write: commits, from: [acme/docs]}")
		e := list.Entry{URL: root + "acme/docs/blob/HEAD/checkout.md", Title: list.Tell("Checkout", words.English)}
		e.ID = list.NewID(e.URL, "2026-11-26")
		files, err := list.Build([]list.Entry{e}, list.Options{}, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		l.commit("main", "t0", func(tree map[string]string) {
			for file, content := range files.Write {
				tree["reading-list/"+file] = content
			}
		})
		l.answers[workflows.FileAsk{Repo: "acme/docs", Path: "checkout.md"}] = workflows.Answer{Unknown: "it is not told"}
		l.answers[workflows.PlaceAsk{Repo: "acme/docs"}] = workflows.Answer{Place: c.place}
		l.run()
		if got := l.entries("main")[0]; got.State != c.want || (got.Title.En == "") != (c.want == list.Private) {
			t.Errorf("%+v: %+v", c.place, got)
		}
	}
}

func TestTitleOf(t *testing.T) {
	for title, want := range map[string]string{
		"[postmortem] Checkout was blank": "Checkout was blank", "Postmortem: [incident] Checkout": "Checkout", "【ポストモーテム】決済画面": "決済画面", "[ポストモーテム] [障害] 決済": "決済",
		"Postmortem": "Postmortem", "[postmortem]": "[postmortem]", "Postmortem of the outage": "Postmortem of the outage", "[PAY-12] x": "[PAY-12] x",
	} {
		if got := titleOf(workflows.Issue{Title: title}); got != want {
			t.Errorf("%q becomes %q, want %q", title, got, want)
		}
	}
}

// TestFreshness: what a postmortem cites and is not as it was stands on the page,
// and goes when it is as it was.
func TestFreshness(t *testing.T) {
	l := newLibrary(t, "services: {payments: {repositories: [acme/gateway]}}")
	own := l.write(1, "First", by("yamamoto", list.Response))
	i := l.issues[1]
	i.Issue.Body += "\nThe certificate is read in `pay/cert.go`, sent by `pay/send.go`, kept in `pay/keep.go` and never in `no/such.go`; see https://github.com/acme/old-gateway too.\n"
	l.issues[1] = i
	ask := func(repo, path string) workflows.HistoryAsk {
		return workflows.HistoryAsk{Repo: repo, Path: path, Since: "2026-11-19"}
	}
	lines := strings.Repeat("a line of its own\nanother line\n", 8)
	l.answers[ask(here, "pay/cert.go")] = workflows.Answer{History: workflows.History{Gone: true, Now: "pay/tls.go"}}
	l.answers[ask(here, "pay/send.go")] = workflows.Answer{History: workflows.History{Gone: true}}
	l.answers[ask(here, "pay/keep.go")] = workflows.Answer{History: workflows.History{Then: lines, Text: strings.ReplaceAll(lines, "line", "word")}}
	l.answers[ask("acme/old-gateway", "")] = workflows.Answer{Unknown: "GitHub would not say"}
	l.run(own)
	page := func() string { return l.trees[l.heads[rolling]]["reading-list/README.md"] }
	if strings.Contains(page(), "Since then") {
		t.Fatal("looked at before it was on the list")
	}
	l.now = l.now.AddDate(0, 0, 1)
	l.run()
	e := l.entries(rolling)[0]
	want := []list.Stale{{What: "pay/cert.go", How: list.Renamed, Now: "pay/tls.go"}, {What: "pay/send.go", How: list.Gone}, {What: "pay/keep.go", How: list.MostlyRewritten}}
	if !slices.Equal(e.Stale, want) || !strings.Contains(page(), "pay/tls.go") {
		t.Fatalf("%+v\n%s", e.Stale, page())
	}
	l.answers[ask(here, "pay/cert.go")] = workflows.Answer{}
	l.answers[ask(here, "pay/send.go")] = workflows.Answer{Unknown: "GitHub would not say"}
	l.answers[ask(here, "pay/keep.go")] = workflows.Answer{}
	l.now = l.now.AddDate(0, 0, 1)
	l.run()
	if e := l.entries(rolling)[0]; len(e.Stale) != 1 || e.Stale[0].What != "pay/send.go" {
		t.Fatalf("%+v", e.Stale)
	}
}

// TestFilesOfAPull: what a merged pull request brought is listed, and goes when people
// take the pull request off.
func TestFilesOfAPull(t *testing.T) {
	l := newLibrary(t, "reading_list: {write: commits}")
	told := l.write(7, "Add a postmortem")
	own := l.issues[7]
	own.Issue.Pull, own.Issue.URL = true, root+here+"/pull/7"
	own.Summaries = map[string]string{name: Published{Recommended: []list.Recommendation{by("yamamoto", list.Response)}, Files: []string{"docs/決済.md"}}.encode()}
	l.issues[7] = own
	l.commit("main", "t0", func(tree map[string]string) {
		tree["docs/決済.md"] = "# Checkout was blank\n\n## Summary\n\nAn expired certificate kept customers from paying for an hour.\n"
	})
	l.run(told)
	l.wants("main", "Checkout was blank")
	own.Issue.Labels, own.Summaries = nil, map[string]string{name: Published{Off: true, Files: []string{"docs/決済.md"}}.encode()}
	l.issues[7] = own
	l.run(told)
	l.wants("main")
}
