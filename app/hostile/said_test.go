package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// place is where the program writes.
type place string

const (
	inComment place = "a comment"
	inReply   place = "a comment on a postmortem"
	inTitle   place = "the title of an issue"
	// inProposal: a merge makes it the message of a commit, where GitHub reads it.
	// docs: About pull request merges, "Merge message for a squash merge".
	inProposal place = "the title of a pull request"
	inDraft    place = "the text of a postmortem"
	inFile     place = "a file"
	inCheck    place = "a check"
	inName     place = "the name of a branch or a file"
)

// said is one text that the program wrote.
type said struct {
	place place
	text  string
}

// kind are the texts of which one is read as others are; titles are not read.
func (s said) kind() string {
	switch s.place {
	case inTitle, inProposal, inName, inCommit, inFeed, inData:
		return ""
	case inComment, inReply:
		return string(s.place) + key(s.text)
	default:
		return string(s.place)
	}
}

// isList tells whether a text is a list of points, each of which may be the last.
func (s said) isList() bool {
	return strings.HasPrefix(s.text, "<!-- kintsugi:postmortem.findings -->") || isReminder(s.text)
}

// heard are texts, each once, in the order in which they were there.
type heard []said

func (h *heard) add(place place, texts ...string) {
	for _, text := range texts {
		if s := (said{place, text}); !slices.Contains(*h, s) {
			*h = append(*h, s)
		}
	}
}

// goOn are all texts of ours that come of an issue, as they were at any time. An
// incident is told to its end, where what came in stays, and so is what we open
// because of it.
func (w *world) goOn(in ingress, i issue) heard {
	w.t.Helper()
	if in.gate {
		return w.goOnGate(i)
	}
	var all heard
	listen := func() {
		w.settle()
		all.add(w.places(i), w.ours(i)...)
	}
	listen()
	if in.stays {
		for _, said := range [][]string{{"/ack", "/started 10m ago", "/note x"}, {"/resolved"}} {
			w.clock.Advance(time.Minute) // so that things have an order
			for _, s := range said {
				w.say(i, "tanaka", s)
			}
			listen()
		}
	}
	if in.drafts {
		w.clock.Advance(time.Minute)
		w.say(i, "tanaka", "/postmortem")
		listen()
	}
	if in.document {
		w.write(i)
		for range 2 { // reminders before and after it is due
			w.clock.Advance(5 * 24 * time.Hour)
			listen()
		}
	}
	if in.lists {
		w.kept()
		listen()
		w.shelved(i.repo, &all)
		w.night()
		listen()
		w.shelved(i.repo, &all)
	}
	w.opened(i, &all)
	if in.drafts {
		w.clock.Advance(time.Minute)
		for _, d := range w.drafts(i) {
			w.write(d)
			w.say(d, "yamamoto", "/share 12/24 15:00")
			w.say(d, "yamamoto", "/postpone 12/22 why")
			w.say(i, "tanaka", "/started 20m ago") // which the document does not know
		}
		listen()
	}
	if in.drafts || in.document {
		w.opened(i, &all)
	}
	listen()
	return all
}

// write lets people do to a postmortem what makes the program talk about it, but
// for waiting.
func (w *world) write(d issue) {
	w.t.Helper()
	w.say(d, "yamamoto", "/lint")
	w.settle()
	w.clock.Advance(time.Minute)
	for _, said := range []string{"/review @suzuki", "/help"} {
		w.say(d, "yamamoto", said)
	}
	w.settle()
}

// places is the kind of an issue's comments.
func (w *world) places(i issue) place {
	if view, _ := w.hub.Issue(i.repo, i.number); len(view.Labels) > 0 && slices.ContainsFunc(view.Labels, func(l string) bool { return strings.HasPrefix(l, "postmortem") }) {
		return inReply
	}
	return inComment
}

// drafts are the issues and pull requests that we opened since an issue was.
func (w *world) drafts(i issue) (all []issue) {
	for _, view := range w.hub.Issues(i.repo) {
		if view.Author == app && view.Number > i.number {
			all = append(all, issue{i.repo, view.Number})
		}
	}
	return all
}

// opened adds all that is ours of what we opened since an issue was, and the
// checks on it.
func (w *world) opened(i issue, all *heard) {
	w.t.Helper()
	for _, d := range w.drafts(i) {
		view, _ := w.hub.Issue(d.repo, d.number)
		all.add(inDraft, view.Body)
		all.add(inReply, w.ours(d)...)
		if !view.PullRequest {
			all.add(inTitle, view.Title)
			continue
		}
		all.add(inProposal, view.Title)
	}
	for _, b := range w.hub.Branches(i.repo) {
		if !slices.Contains(b.Commits, app) || w.known[i.repo+b.Name] {
			continue
		}
		w.known[i.repo+b.Name] = true
		for path, content := range b.Files {
			if strings.HasPrefix(path, "postmortems/") {
				all.add(inName, b.Name, path)
				all.add(inFile, content)
			}
		}
	}
	for _, c := range w.hub.Checks(i.repo) {
		key := fmt.Sprint(c.ID, c.Edits)
		if w.known[key] {
			continue
		}
		w.known[key] = true
		if c.ExternalID == "" {
			continue // not ours
		}
		if strings.HasPrefix(c.Name, "Kintsugi readiness") {
			all.add(inTitle, c.Name, c.Title)
			all.add(inVerdict, c.Summary)
			continue
		}
		all.add(inCheck, c.Name, c.Title, c.Summary)
		for _, a := range c.Annotations {
			all.add(inCheck, a.Title, a.Message)
		}
	}
}

// prompts are the lines of our own templates that ask people for something, and
// are comments of HTML.
var prompts = func() map[string]bool {
	lines := map[string]bool{}
	for _, language := range []string{"en", "ja"} {
		for _, short := range []bool{true, false} {
			for line := range strings.Lines(templates.Postmortem(language, short)) {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "<!--") {
					lines[line] = true
				}
			}
		}
	}
	return lines
}()

// withoutPrompts leaves out the first of each of those lines.
func withoutPrompts(text string) string {
	seen := map[string]bool{}
	var b strings.Builder
	for line := range strings.Lines(text) {
		l := strings.TrimSpace(line)
		if prompts[l] && !seen[l] {
			seen[l] = true
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}

// drafted is the mark by which a draft, or a follow-up, is known again.
var drafted = regexp.MustCompile(`^<!-- kintsugi:(?:postmortem\.draft(?:\.[a-z0-9.!]+)?|followup\.item\.[0-9a-f]{10}(?:\.c[0-9]+)?|readinglist\.reading\.[a-z0-9_-]+) acme/[a-z]+#[1-9][0-9]* -->$|^<!-- kintsugi:readiness\.review\.(?:branch|tag)\.[a-z0-9-]+ acme/[a-z]+/gate -->$|^<!-- kintsugi:readinglist\.(?:change|page|broken\.[0-9a-f]{12}|club\.[0-9]{4}-[0-9]{2}-[0-9]{2}) acme/[a-z]+/reading-list -->$`)

// faults says what acts in a text of ours that is not our own.
func (s said) faults(own hostile.Own) []string {
	if faults, ok := s.faultsOfList(own); ok {
		return faults
	}
	switch s.place {
	case inTitle:
		return append(hostile.Characters(s.text), lines(s.text)...)
	case inVerdict:
		own.Table, own.List, own.Fold = true, true, true
		text := noted.ReplaceAllString(s.text, "")
		if !strings.HasPrefix(text, "<!-- kintsugi:") { // no comment, and so without a mark of ours
			text = "\n" + text
		}
		return append(hostile.Markdown(text, own), marks(text)...)
	case inName:
		return append(hostile.Markdown("`"+s.text+"`", own), lines(s.text)...)
	case inProposal:
		return append(hostile.Markdown(strings.ReplaceAll(s.text, "`", "'"), own), lines(s.text)...) // there is no code in it
	case inDraft, inFile:
		own.Table, own.List, own.Heading = true, true, true
		text, found := s.text, []string(nil)
		if s.place == inDraft {
			var first string
			if first, text, _ = strings.Cut(text, "\n"); !drafted.MatchString(first) {
				found = append(found, "not our mark at its beginning")
			}
			if strings.HasPrefix(first, "<!-- kintsugi:readinglist.") {
				text = taskBox.ReplaceAllString(entryID.ReplaceAllString(text, ""), "- ")
			}
		}
		text = withoutPrompts(text)
		return slices.Concat(found, hostile.Markdown(text, own), marks("\n"+text))
	default:
		return judged(s.text, own)
	}
}

// openedSince is what of ours may refer to, and link to: the issue, and what we opened.
func (w *world) openedSince(i issue) (references, links []string) {
	for _, d := range append(w.drafts(i), i) {
		references = append(references, fmt.Sprintf("#%d", d.number))
		links = append(links, fmt.Sprintf("https://fakehub.example/%s/issues/%d", d.repo, d.number), fmt.Sprintf("https://fakehub.example/%s/pull/%d", d.repo, d.number))
	}
	return references, links
}

// reminded are those whom a reminder mentioned, who lead or write.
func (w *world) reminded(m fakehub.Mention) bool {
	view, _ := w.hub.Issue(m.Repo, m.Issue)
	return slices.ContainsFunc(view.Comments, func(c fakehub.CommentView) bool {
		return c.ID == m.Comment && isReminder(c.Body) && strings.Contains(c.Body, "-->\n@"+m.Who+" ")
	})
}

// isReminder tells whether a comment of ours is one that mentions somebody who has
// something to do.
func isReminder(body string) bool {
	for _, kind := range []string{"incident.update.", "postmortem.share.", "postmortem.before.", "postmortem.after."} {
		if strings.HasPrefix(body, "<!-- kintsugi:"+kind) {
			return true
		}
	}
	return false
}
