package hostile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// kindOf is a repository by who may read it.
func kindOf(private bool) string {
	if private {
		return "private"
	}
	return "public"
}

// TestReadingListsStayApart: what one repository recommends, by its label, a command or
// a pull request, is on the list of another one where it may be: where both settings
// name each other and nobody reads the list who may not read what is on it. Nor does a
// newcomer get to see a list that is private elsewhere.
func TestReadingListsStayApart(t *testing.T) {
	for _, c := range []struct{ source, list string }{{"acme/source", "acme/list"}, {"acme/source", "rival/list"}, {"rival/source", "acme/list"}} {
		for n := range 16 {
			isPrivate, isListPrivate, names, isNamed := n&1 > 0, n&2 > 0, n&4 > 0, n&8 > 0
			isOneOwner := strings.HasPrefix(c.source, "acme/") && strings.HasPrefix(c.list, "acme/")
			if !isOneOwner && !(names && isNamed) && !everything() {
				continue // what may not even where both name each other
			}
			what := fmt.Sprintf("%s %s, names the list: %v; %s %s, names the source: %v", kindOf(isPrivate), c.source, names, kindOf(isListPrivate), c.list, isNamed)
			t.Run(what, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.addRepo(c.source, isPrivate, "en")
				w.addRepo(c.list, isListPrivate, "en")
				w.hub.Install("rival", time.Time{})
				day := w.clock.Now().Add(48 * time.Hour).Format(time.DateOnly)
				w.keeps(c.source, names, "repository: "+c.list)
				w.keeps(c.list, isNamed, "from: ["+c.source+"], club: {first: "+day+", every: 1 week, reads: 5}")
				w.settle()
				w.recommends(c.source, canary)
				w.recommends(c.list, "of the list itself")
				w.kept()
				w.night()
				w.say(w.open(c.list, "tanaka", "A newcomer", ""), "tanaka", "/onboard @mika")
				newcomer := w.open(c.source, "tanaka", "A newcomer", "")
				w.say(newcomer, "tanaka", "/onboard @mika")
				w.kept()
				w.night()

				mayList := isOneOwner && isNamed && (!isPrivate || isListPrivate && names)
				if said := w.all(c.list); strings.Contains(said, canary) != mayList {
					t.Errorf("is it listed? %v: %s", !mayList, around(said, canary))
				}
				mayShow := isOneOwner && names && !isListPrivate
				if said := w.all(c.source); strings.Contains(said, "of the list itself") != mayShow {
					t.Errorf("is the list shown to newcomers? %v: %s", !mayShow, around(said, "of the list itself"))
				}
			})
		}
	}
}

// keeps are the settings of a repository that keeps a list, or names that of another.
func (w *world) keeps(repo string, names bool, naming string) {
	if !names {
		naming = "folder: reading-list"
	}
	w.decides(repo, "reading_list: {label: recommended, "+naming+"}\n")
}

// recommends has people recommend what holds a text: by the label, by words, and a file
// of a pull request.
func (w *world) recommends(repo, text string) {
	w.t.Helper()
	body := strings.Replace(sound, "An expired", text+": an expired", 1)
	w.open(repo, "suzuki", text+" by the label", body, "recommended")
	w.say(w.open(repo, "suzuki", text+" by a command", body), "tanaka", "/recommend response because "+text)
	w.must(w.hub.CommitFile(repo, "suzuki", "by-hand", "postmortems/checkout.md", "# "+text+"\n\n"+body))
	n, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: text, Head: "by-hand"})
	w.must(err)
	w.must(w.hub.Label(repo, n, "suzuki", "recommended"))
	w.must(w.hub.Merge(repo, n, "suzuki"))
}

// all is what there is to read in a repository: issues, files, and what commits say;
// and what operators are told of its list.
func (w *world) all(repo string) string {
	w.t.Helper()
	var b strings.Builder
	b.WriteString(w.text(repo))
	for _, v := range w.shelves(repo) {
		fmt.Fprintf(&b, "%s %q %q\n", v.Name, v.Files, v.Messages)
	}
	fmt.Fprint(&b, w.toldOf(aggregate(repo)))
	return b.String()
}

// around is what stands around a text.
func around(all, text string) string {
	at := strings.Index(all, text)
	if at < 0 {
		return "nowhere"
	}
	return quote(all[max(0, at-300):min(len(all), at+300)])
}
