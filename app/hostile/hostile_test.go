package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// harmless are what stands in a hostile text's stead in the stories that it is
// compared with: a word, nothing, and what an argument may be taken for.
var harmless = []string{"xyzzy", "", "Mars/Phobos", "XYZ", "1"}

// TestNothingActs plays every text through every way in. What the program then
// writes must be read as what it writes where a harmless word stands instead,
// and nothing in it may act. The texts take turns in the two repositories, a
// private one in English and a public one in Japanese. With KINTSUGI_TEST_ALL=1
// all of them are played, else each in every fourth way in.
func TestNothingActs(t *testing.T) {
	repos := []string{"acme/incidents", "acme/website"}
	for n, in := range ingresses() {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			shapes := map[string][]string{}
			for _, repo := range repos {
				w.hub.SetRole(repo, "sato2", "triage")
				for _, word := range harmless {
					for _, body := range w.tell(in, repo, word).comments {
						shapes[repo+key(body)] = append(shapes[repo+key(body)], shape(body))
					}
				}
			}
			for m, text := range hostile.Texts() {
				if !everything() && m%4 != n%4 {
					continue
				}
				w.judge(in, repos[(n+m/4)%2], text, shapes)
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
	w.settle()
	if in.stays {
		for _, said := range []string{"/ack", "/started 10m ago", "/note x", "/resolved"} {
			w.say(i, "tanaka", said)
		}
		w.settle()
	}
	return story{at: i, comments: w.ours(i), told: w.told(i), labels: w.hub.Labels(repo), log: w.log.String()}
}

// judge holds the story of a hostile text against those of harmless ones.
func (w *world) judge(in ingress, repo string, text hostile.Text, shapes map[string][]string) {
	w.t.Helper()
	before := w.hub.Labels(repo)
	got := w.tell(in, repo, text.Text)
	fault := func(what, where string, faults []string) {
		w.t.Helper()
		for _, f := range faults {
			w.t.Errorf("%s: %s in %s:\n%s", text.Name, f, what, quote(where))
		}
	}
	own := hostile.Own{Mentions: []string{"@" + oncall}, Links: []string{fmt.Sprintf("https://fakehub.example/%s/issues/%d", repo, got.at.number)}}
	if in.refers {
		own.References = []string{fmt.Sprintf("#%d", got.at.number-1)}
	}
	if in.calls && strings.HasPrefix(text.Text, "@") {
		own.Mentions = append(own.Mentions, text.Text)
	}
	for _, body := range got.comments {
		own.Table = strings.HasPrefix(body, "<!-- kintsugi:incident.help.")
		fault("a comment", body, append(hostile.Markdown(body, own), marks(body)...))
		// Which comments there are depends on what a text means, such as a
		// number; how each is read does not.
		if known := shapes[repo+key(body)]; !in.settings && len(known) > 0 && !slices.Contains(known, shape(body)) {
			w.t.Errorf("%s: a comment is read as\n%s\nand with a harmless word as\n%s", text.Name, shape(body), strings.Join(known, "\n"))
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
// settings name and nobody else.
func (w *world) calledNobodyElse() {
	w.t.Helper()
	for _, m := range w.hub.Mentions() {
		if m.ByApp && m.Who != oncall {
			w.t.Errorf("%s#%d: a comment of ours calls %s", m.Repo, m.Issue, m.Who)
		}
	}
}
