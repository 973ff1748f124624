package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// harmless are what stands in a hostile text's stead in the stories that it is
// compared with: a word, nothing, and what an argument may be taken for.
var harmless = []string{"xyzzy", "", " ", "Mars/Phobos", "XYZ", "1"}

// TestNothingActs plays every text through every way in. What the program then
// writes must be read, line by line, as what it writes where a harmless word stands
// instead, and nothing in it may act. The texts take turns in the two repositories, a
// private one in English and a public one in Japanese. With KINTSUGI_TEST_LONG=1
// all of them are played, else each in every sixteenth way in.
func TestNothingActs(t *testing.T) {
	repos := []string{"acme/incidents", "acme/website"}
	for n, in := range ingresses() {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			known := shapes{}
			all := ""
			for _, repo := range repos {
				w.hub.SetRole(repo, "sato2", "triage")
				for _, opening := range in.like {
					for _, s := range w.goOn(in, w.open(repo, "tanaka", "[incident] Checkout", opening)) {
						known.add(repo, s, in)
					}
				}
				words := harmless
				if in.gate {
					words = harmless[:2]
				}
				if in.lists { // which take longer, and of which one says what all look like
					words = harmless[:4]
					for _, s := range w.goOn(in, w.everyReason(repo)) {
						known.add(repo, s, in)
					}
				}
				for _, word := range slices.Concat(words, in.besides) {
					_, said := w.hear(in, repo, word)
					for _, s := range said {
						known.add(repo, s, in)
						all += s.text + "\n"
					}
				}
			}
			if !regexp.MustCompile(in.shows).MatchString(all) {
				t.Errorf("nowhere %s: this way in is not open", in.shows)
			}
			for m, text := range hostile.Texts() {
				if !everything() && m%16 != n%16 {
					continue
				}
				w.judge(in, repos[(n+m/16)%2], text, known)
			}
			if !in.calls && in.template == nil {
				w.calledNobodyElse()
			}
		})
	}
}

// story is what came of one text.
type story struct {
	at     issue
	heard  heard
	told   map[string]string
	labels []string
	log    string
}

// hear lets a text in and, where it stays, the incident go on to its end, so
// that everything which is said on the way is said.
func (w *world) hear(in ingress, repo, text string) (issue, heard) {
	w.t.Helper()
	w.forget()
	i := in.play(w, repo, text)
	all := w.goOn(in, i)
	if in.document { // which need not be reminded of any more
		w.must(w.hub.Close(repo, i.number, "suzuki", "not_planned"))
		w.settle()
	}
	if in.document || in.lists {
		w.clock.Advance(time.Minute) // for our own limits on what is asked
	}
	return i, all
}

// tell plays a text, and asks besides what operators are told of it.
func (w *world) tell(in ingress, repo, text string) story {
	w.t.Helper()
	i, all := w.hear(in, repo, text)
	told := w.told(i)
	for _, d := range w.drafts(i) {
		for what, said := range w.told(d) {
			told[d.String()+" "+what] = said
		}
	}
	if in.lists {
		for what, said := range w.toldOf(aggregate(repo)) {
			told["list "+what] = said
		}
	}
	if in.gate {
		for what, said := range w.toldOf(workflows.Subject{Repo: repo, Name: workflows.Gate}) {
			told["gate "+what] = said
		}
	}
	return story{at: i, heard: all, told: told, labels: w.hub.Labels(repo), log: w.log.String()}
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
	own.References, own.Links = w.openedSince(got.at)
	if in.refers != 0 {
		refers := got.at.number + in.refers
		own.References = append(own.References, fmt.Sprintf("#%d", refers))
		own.Links = append(own.Links, fmt.Sprintf("https://fakehub.example/%s/issues/%d", repo, refers))
	}
	for links := range strings.FieldsSeq(in.links) {
		own.Links = append(own.Links, "https://fakehub.example/"+repo+"/"+links)
	}
	if in.lists {
		own.Links = append(own.Links, "https://fakehub.example/"+repo+"/blob/HEAD/", "https://fakehub.example/"+repo+"/issues/")
	}
	if in.byHand && list.IsWeb(text.Text) {
		own.Links = append(own.Links, text.Text)
	}
	if in.gate { // of which the digest names those before
		own.References, own.Links = append(own.References, w.staged[repo]...), append(own.Links, "https://fakehub.example/"+repo+"/")
	}
	if in.cites {
		own.References = append(own.References, "#1")
	}
	if in.calls && strings.HasPrefix(text.Text, "@") {
		own.Mentions = append(own.Mentions, text.Text)
	}
	for _, s := range got.heard {
		found := s.faults(own)
		if in.template != nil && (s.place == inDraft || s.place == inFile) {
			found = beyond(found, said{inFile, in.template(text.Text)}.faults(own))
		}
		fault(string(s.place), s.text, found)
		if !in.settings && in.template == nil && !(in.names && isName(text.Text)) {
			for _, line := range known.strange(repo, s, in) {
				w.t.Errorf("%s: read as no harmless word is:\n%s\nin %s %s", text.Name, line, s.place, quote(s.text))
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

// beyond are the faults of a draft that the team's own template does not have: it
// may do what they let it.
func beyond(found, before []string) []string {
	for i, f := range before {
		before[i] = number.ReplaceAllString(f, "0")
	}
	return slices.DeleteFunc(found, func(f string) bool { return slices.Contains(before, number.ReplaceAllString(f, "0")) })
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
	own.Table = own.Table || strings.HasPrefix(body, "<!-- kintsugi:postmortem.help.") || strings.HasPrefix(body, "<!-- kintsugi:followup.list")
	own.Fold = strings.HasPrefix(body, "<!-- kintsugi:incident.resolved -->")
	own.Table = own.Table || strings.HasPrefix(body, "<!-- kintsugi:readinglist.help.")
	own.Heading = strings.HasPrefix(body, "<!-- kintsugi:readinglist.entries")
	if isReminder(body) { // of whoever leads, or writes it
		own.Mentions = append(own.Mentions, "@tanaka", "@suzuki", "@stranger")
	}
	own.List = own.Fold || isReminder(body) || strings.HasPrefix(body, "<!-- kintsugi:postmortem.findings -->") || strings.HasPrefix(body, "<!-- kintsugi:postmortem.facts -->") || strings.Contains(body, "\n**The team's steps**\n1. ") || strings.Contains(body, "\n**チームの手順**\n1. ")
	return append(hostile.Markdown(similar.ReplaceAllString(body, "$1: "), own), marks(body)...)
}

// waiver is how a rule is waived, as our advice shows it.
var waiver = regexp.MustCompile("`<!-- kintsugi-lint: ignore (?:RULE reason|規則 理由) -->`")

var mark = regexp.MustCompile(`<!--.*?-->`)

// marks says which marks of ours do not stand where ours stand: the first line,
// and the block of lines at the end.
func marks(body string) []string {
	lines := strings.Split(body, "\n")
	last := len(lines)
	for last > 1 && mark.FindString(lines[last-1]) == lines[last-1] {
		last--
	}
	middle := waiver.ReplaceAllString(strings.Join(lines[1:last], "\n"), "")
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
		if m.ByApp && m.Who != oncall && !w.reminded(m) {
			w.t.Errorf("%s#%d: a comment of ours calls %s", m.Repo, m.Issue, m.Who)
		}
	}
}
