package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// harmless are what stands in a hostile text's stead in the stories that it is
// compared with: a word, nothing, and what an argument may be taken for.
var harmless = []string{"xyzzy", "", " ", "Mars/Phobos", "XYZ", "1"}

// TestNothingActs plays every text through every way in. What the program then
// writes must be read, line by line, as what it writes where a harmless word stands
// instead, and nothing in it may act. The texts take turns in the two repositories, a
// private one in English and a public one in Japanese. With KINTSUGI_TEST_LONG=1
// all of them are played, else each in every eighth way in.
func TestNothingActs(t *testing.T) {
	repos := []string{"acme/incidents", "acme/website"}
	for n, in := range ingresses() {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			known := shapes{}
			said := ""
			for _, repo := range repos {
				w.hub.SetRole(repo, "sato2", "triage")
				for _, opening := range in.like {
					for _, body := range w.goOn(in, w.open(repo, "tanaka", "[incident] Checkout", opening)) {
						known.add(repo, body, in)
					}
				}
				for _, word := range harmless {
					for _, body := range w.tell(in, repo, word).comments {
						known.add(repo, body, in)
						said += body
					}
				}
			}
			if !regexp.MustCompile(in.shows).MatchString(said) {
				t.Errorf("nowhere %s: this way in is not open", in.shows)
			}
			for m, text := range hostile.Texts() {
				if !everything() && m%8 != n%8 {
					continue
				}
				w.judge(in, repos[(n+m/8)%2], text, known)
			}
			if !in.calls {
				w.calledNobodyElse()
			}
		})
	}
}

// story is what came of one text.
type story struct {
	at       issue
	comments []string
	told     map[string]string
	labels   []string
	log      string
}

// tell lets a text in and, where it stays, the incident go on to its end, so
// that everything which is said on the way is said.
func (w *world) tell(in ingress, repo, text string) story {
	w.t.Helper()
	w.forget()
	i := in.play(w, repo, text)
	comments := w.goOn(in, i)
	return story{at: i, comments: comments, told: w.told(i), labels: w.hub.Labels(repo), log: w.log.String()}
}

// goOn are all comments of ours on an issue, as they were at any time.
func (w *world) goOn(in ingress, i issue) []string {
	w.t.Helper()
	w.settle()
	comments := w.ours(i)
	if in.stays {
		for _, said := range [][]string{{"/ack", "/started 10m ago", "/note x"}, {"/resolved"}} {
			w.clock.Advance(time.Minute) // so that things have an order
			for _, s := range said {
				w.say(i, "tanaka", s)
			}
			w.settle()
			for _, body := range w.ours(i) {
				if !slices.Contains(comments, body) {
					comments = append(comments, body)
				}
			}
		}
	}
	return comments
}

// judge holds the story of a hostile text against those of harmless ones.
func (w *world) judge(in ingress, repo string, text hostile.Text, known shapes) {
	w.t.Helper()
	before := w.hub.Labels(repo)
	got := w.tell(in, repo, text.Text)
	fault := func(what, where string, faults []string) {
		w.t.Helper()
		for _, f := range faults {
			w.t.Errorf("%s: %s in %s:\n%s", text.Name, f, what, quote(where))
		}
	}
	own := ours(got.at)
	if in.refers != 0 {
		own.References = []string{fmt.Sprintf("#%d", got.at.number+in.refers)}
	}
	if in.links != "" {
		own.Links = append(own.Links, "https://fakehub.example/"+repo+"/"+in.links)
	}
	if in.calls && strings.HasPrefix(text.Text, "@") {
		own.Mentions = append(own.Mentions, text.Text)
	}
	for _, body := range got.comments {
		fault("a comment", body, judged(body, own))
		if !in.settings && !(in.names && isName(text.Text)) {
			for _, line := range known.strange(repo, body, in) {
				w.t.Errorf("%s: read as no harmless word is:\n%s\nin %s", text.Name, line, quote(body))
			}
		}
	}
	for what, said := range got.told {
		fault("the "+what, said, hostile.Terminal(said))
	}
	for line := range strings.Lines(got.log) {
		fault("the log", line, hostile.Terminal(strings.TrimSuffix(line, "\n")))
	}
	for _, label := range got.labels {
		if in.settings && !slices.Contains(before, label) { // then it is we who made it
			fault("a label", label, append(hostile.Characters(label), lines(label)...))
		}
	}
}

// ours is what acts in our comments on any incident.
func ours(at issue) hostile.Own {
	return hostile.Own{Mentions: []string{"@" + oncall}, Links: []string{fmt.Sprintf("https://fakehub.example/%s/issues/%d", at.repo, at.number)}}
}

// A suggestion of an earlier incident refers to it.
var similar = regexp.MustCompile(`(?m)^(Similar|似た障害): #[0-9]+ `)

// judged says what acts in a comment of ours that is not our own.
func judged(body string, own hostile.Own) []string {
	own.Table = strings.HasPrefix(body, "<!-- kintsugi:incident.help.")
	own.Fold = strings.HasPrefix(body, "<!-- kintsugi:incident.resolved -->")
	own.List = own.Fold || strings.Contains(body, "\n**The team's steps**\n1. ") || strings.Contains(body, "\n**チームの手順**\n1. ")
	return append(hostile.Markdown(similar.ReplaceAllString(body, "$1: "), own), marks(body)...)
}

var mark = regexp.MustCompile(`<!--.*?-->`)

// marks says which marks of ours do not stand where ours stand: the first line,
// and the block of lines at the end.
func marks(body string) []string {
	lines := strings.Split(body, "\n")
	last := len(lines)
	for last > 1 && mark.FindString(lines[last-1]) == lines[last-1] {
		last--
	}
	middle := strings.Join(lines[1:last], "\n")
	if strings.Contains(middle, "<!--") || strings.Contains(middle, "-->") {
		return []string{"a mark amid the text"}
	}
	return nil
}

// key is the marker of a comment of ours.
func key(body string) string {
	first, _, _ := strings.Cut(body, "\n")
	return first
}

// lines says whether a name is more than one line.
func lines(name string) []string {
	if strings.ContainsAny(name, "\n\r\t") || strings.TrimSpace(name) == "" {
		return []string{"no name on one line"}
	}
	return nil
}

// calledNobodyElse: as GitHub itself reads our comments, they called whom the
// settings name and nobody else, but for leads, who are reminded.
func (w *world) calledNobodyElse() {
	w.t.Helper()
	for _, m := range w.hub.Mentions() {
		if m.ByApp && m.Who != oncall && !w.reminds(m) {
			w.t.Errorf("%s#%d: a comment of ours calls %s", m.Repo, m.Issue, m.Who)
		}
	}
}

// reminds tells whether it was a reminder that mentioned somebody, who leads.
func (w *world) reminds(m fakehub.Mention) bool {
	view, _ := w.hub.Issue(m.Repo, m.Issue)
	return slices.ContainsFunc(view.Comments, func(c fakehub.CommentView) bool {
		return c.ID == m.Comment && strings.HasPrefix(c.Body, "<!-- kintsugi:incident.update.") && strings.Contains(c.Body, "-->\n@"+m.Who+" ")
	})
}
