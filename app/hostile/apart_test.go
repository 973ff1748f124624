package hostile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// canary stands in everything that a stranger must not get to see.
const canary = "quiet-canary-7741"

// The places that belong to others, each with the canary in title, body,
// comment, label and settings: of the same owner but private, of another
// owner who uses the App, and of one who does not.
var others = []string{"acme/vault", "rival/vault", "rival/open", "nobody/vault"}

// newNeighbours is a world with those places, at rest and never swept again.
func newNeighbours(t *testing.T) *world {
	w := newWorld(t)
	for _, repo := range others {
		owner, name, _ := strings.Cut(repo, "/")
		w.hub.AddRepo(owner, name, name == "vault")
		w.hub.SetRole(repo, "keeper", "admin")
		w.hub.PutFile(repo, ".github/kintsugi.yml", "language: "+canary+"\nincident: {label: "+canary+"}\n")
		for n := range 4 { // so that the texts' #1 to #4 are there
			i := w.open(repo, "keeper", fmt.Sprintf("[incident] %s %d", canary, n), canary, canary)
			w.say(i, "keeper", "/ack "+canary)
		}
	}
	w.hub.Install("rival", time.Time{})
	for range 4 { // until nobody there is called or reminded any more
		w.settle()
		w.clock.Advance(3 * time.Hour)
	}
	w.settle()
	return w
}

// listens records from now on what is asked, and by which run.
func (w *world) listens() {
	w.hub.RecordExchanges(true)
	w.asked = []asked{}
}

// onItsOwn tells whether an exchange belongs to a run of the aggregate of another
// repository that nothing here told it to: its night comes there whatever happens
// here. What it asks then concerns its own repository.
func (w *world) onItsOwn(n int, path string, here issue) bool {
	at := slices.IndexFunc(w.asked, func(a asked) bool { return n < a.until })
	if at < 0 {
		return false
	}
	of, err := workflows.ParseSubject(w.asked[at].Key)
	isTold := slices.ContainsFunc(w.asked[at].Observed, func(line string) bool { return strings.Contains(line, here.repo+"#") })
	return err == nil && of.Name != "" && !strings.EqualFold(of.Repo, here.repo) && !isTold && ofHere(path, of.Repo)
}

// naming are the ways of naming an issue of another place.
func naming(repo string) []string {
	owner, name, _ := strings.Cut(repo, "/")
	return []string{
		repo + "#1", "#1 of " + repo, "https://github.com/" + repo + "/issues/1", "https://fakehub.example/" + repo + "/issues/1",
		"https://api.fakehub.example/repos/" + repo + "/issues/1", "../../" + repo + "/issues/1", "GH-1", repo + "/1", owner + "#1", name + "#1",
		repo + "@main", "<!-- kintsugi:record " + repo + "#1 -->", strings.ToUpper(repo) + "#1", strings.ReplaceAll(repo, "/", "%2F") + "#1",
	}
}

// TestOthersAreLeftAlone: whatever somebody writes in one repository, the App
// neither asks for, nor writes to, nor quotes from another.
func TestOthersAreLeftAlone(t *testing.T) {
	w := newNeighbours(t)
	commands := []string{
		"", "/duplicate-of ", "/重複 ", "Duplicate of ", "/incident ", "/adopt ", "/note ", "/sev ", "/started ", "/ack ", "/resolved ", "/help ",
	}
	for _, other := range others {
		for _, named := range naming(other) {
			w.clock.Advance(10 * time.Minute)
			w.listens()
			before := w.text(others...)
			i := w.open("acme/website", "stranger", "[incident] "+named, "/incident "+named+"\n\nDuplicate of "+named)
			w.settle()
			for n, c := range commands {
				w.say(i, "tanaka", c+named)
				if n%4 == 3 {
					w.settle()
				}
			}
			title := "Duplicate of " + named
			w.must(w.hub.EditIssue("acme/website", i.number, "stranger", fakehub.Edit{Title: &title}))
			w.must(w.hub.Close("acme/website", i.number, "tanaka", "duplicate"))
			w.settle()
			w.apart(t, named, before, i)
		}
	}
}

// TestSettingsNameNoOthers: names of others' places in the settings lead
// nowhere either.
func TestSettingsNameNoOthers(t *testing.T) {
	w := newNeighbours(t)
	for _, other := range others {
		for _, file := range []string{
			"incident: {label: \"" + other + "#1\"}", "incident: {notify: [\"@" + other + "\"]}", other + ": 1", "incident: {" + strings.ReplaceAll(other, "/", "_") + ": \"" + other + "\"}",
			"time_zone: " + other, "extends: " + other, "<<: *" + other, "include: https://github.com/" + other, "!include " + other + "/.github/kintsugi.yml",
			"incident: {repository: " + other + ", confidential_repository: " + other + ", runbooks: [../../" + other + "/docs, " + other + "/docs]}",
			"incident: {escalate: [\"@" + other + "\"], routes: [{notify: [\"@" + other + "\"]}], teams: {" + other + ": [\"@yamada\"]}}",
			"services: {web: {repositories: [" + other + "], owners: [\"@" + other + "\"], labels: [\"" + other + "#1\"], words: [checkout]}}",
			"reading_list: {repository: " + other + ", from: [" + other + "], folder: ../" + other + ", club: {first: 2026-12-02, hosts: [\"@" + other + "\"], services: [" + other + "]}}",
		} {
			if strings.HasPrefix(other, "acme/") && (strings.HasPrefix(file, "services") || strings.HasPrefix(file, "reading_list")) {
				continue // what changed there, and whether it lists this, may be asked: TestTitlesStayPrivate, TestReadingListsStayApart
			}
			w.clock.Advance(10 * time.Minute)
			w.hub.PutFile("acme/website", ".github/kintsugi.yml", file)
			w.deliver()
			w.listens()
			before := w.text(others...)
			i := w.incident("acme/website")
			w.settle()
			w.clock.Advance(11 * time.Minute) // until the second line is called
			w.settle()
			w.say(i, "tanaka", "/ack")
			w.say(i, "tanaka", "/confidential")
			if strings.HasPrefix(file, "reading_list") {
				w.say(i, "tanaka", "/recommend response because of "+other)
				w.say(i, "tanaka", "/onboard @mika "+other)
				w.kept()
			}
			w.say(i, "tanaka", "/resolved")
			w.settle()
			w.apart(t, file, before, i)
		}
	}
}

// text is all that stands in some places, to the letter.
func (w *world) text(repos ...string) string {
	var b strings.Builder
	for _, repo := range repos {
		fmt.Fprintf(&b, "%s %q %+v\n", repo, w.hub.Labels(repo), w.hub.Issues(repo))
	}
	return b.String()
}

// apart holds that since the exchanges were last recorded anew nothing was
// asked about the others, nothing there has changed, and nothing of theirs is
// on an issue here or in what operators read of it.
func (w *world) apart(t *testing.T, what, before string, i issue) {
	t.Helper()
	asked := 0
	for n, e := range w.hub.Exchanges() {
		if !e.App || w.onItsOwn(n, e.Place(), i) {
			continue
		}
		asked++
		if !ofHere(e.Place(), i.repo) {
			t.Errorf("%s: %s %s", what, e.Method, e.Place())
		}
	}
	if asked == 0 {
		t.Errorf("%s: nothing was done at all", what)
	}
	if w.text(others...) != before {
		t.Errorf("%s: another's place has changed", what)
	}
	comments := w.ours(i)
	if len(comments) == 0 {
		t.Errorf("%s: nothing is answered", what)
	}
	said := strings.Join(comments, "\n") + fmt.Sprint(w.told(i)) + w.log.String()
	if strings.Contains(said, canary) {
		t.Errorf("%s: quotes from another's place: %s", what, quote(said[max(0, strings.Index(said, canary)-300):]))
	}
}

// ofAggregate tells whether an exchange belongs to a run of an aggregate and concerns its
// own repository: what happens there is told to it.
func (w *world) ofAggregate(n int, path string) bool {
	at := slices.IndexFunc(w.asked, func(a asked) bool { return n < a.until })
	if at < 0 {
		return false
	}
	of, err := workflows.ParseSubject(w.asked[at].Key)
	return err == nil && of.Name != "" && ofHere(path, of.Repo)
}

// ofHere tells whether a path of GitHub's API concerns one repository, or the
// App itself, or the teams and the settings that the repository's owner has for
// all.
func ofHere(path, repo string) bool {
	owner, _, _ := strings.Cut(repo, "/")
	for _, here := range []string{"/repos/" + repo + "/", "/repos/" + owner + "/.github/contents/", "/orgs/" + owner + "/teams/", "/app/installations"} {
		if strings.HasPrefix(path, here) && !strings.Contains(path, "/../") {
			return true
		}
	}
	return path == "/repos/"+repo || path == "/orgs/"+owner+"/installation" || path == "/app"
}

// TestPrivateTextStaysPrivate: the organisation's settings may be private where
// a repository that they hold for is not. What is wrong with them is then said
// without their words.
func TestPrivateTextStaysPrivate(t *testing.T) {
	for _, file := range []string{
		"language: " + canary + "\n", "incident: {notify: [\"" + canary + "\"]}\n", canary + ": 1\n", "incident: {" + canary + ": 1}\n",
		"time_zone: " + canary + "\n", "since: " + canary + "\n", "enabled: true\nincident: " + canary + "\n", "a: b: " + canary + "\n", canary + "\n",
	} {
		w := newWorld(t)
		w.hub.AddRepo("acme", ".github", true)
		w.hub.PutFile("acme/.github", ".github/kintsugi.yml", file)
		w.deliver()
		i := w.incident("acme/website")
		w.say(i, "tanaka", "/ack") // a since that cannot be read takes up what is asked for only
		w.settle()
		comments := strings.Join(w.ours(i), "\n")
		if comments == "" {
			t.Errorf("%q: nothing is answered", file)
		}
		if strings.Contains(comments, canary) {
			t.Errorf("%q of a private repository is quoted in a public one: %s", file, quote(comments[strings.Index(comments, canary)-100:]))
		}
	}
}

// TestSummariesStayInTheirRepository: an incident that joins another learns
// whether it is there, and nothing of its words.
func TestSummariesStayInTheirRepository(t *testing.T) {
	w := newWorld(t)
	original := w.open("acme/incidents", "tanaka", "[incident] "+canary, canary)
	w.say(original, "tanaka", "/note "+canary)
	w.settle()
	i := w.incident("acme/incidents")
	w.settle()
	w.say(i, "tanaka", fmt.Sprintf("/duplicate-of #%d", original.number))
	w.settle()
	if said := strings.Join(w.ours(i), "\n"); !strings.Contains(said, fmt.Sprintf("#%d", original.number)) || strings.Contains(said, canary) {
		t.Errorf("joined: %s", quote(said))
	}
	if said := w.log.String() + fmt.Sprint(w.runs); strings.Contains(said, canary) {
		t.Errorf("operators read %s", quote(said[strings.Index(said, canary):]))
	}
}
