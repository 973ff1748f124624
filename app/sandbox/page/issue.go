package page

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// issueView is one issue as it is read.
type issueView struct {
	issueLine
	Private   bool
	Assignees []string
	Entries   []entry
	Notified  []string
	Known     []label // that it could be given
	Actors    []actor
	Me        actor
	Commands  []string
	Runs      []runView
	Arrivals  []arrival
	// Draft is what the visitor tried to write and GitHub refused.
	Draft string
}

// MayTriage tells whether the person acted as may close, reopen and label.
func (i issueView) MayTriage() bool { return i.Me.Standing >= triages }

// MayClose tells whether they may close or reopen: those who triage, and who
// opened it.
func (i issueView) MayClose() bool { return i.MayTriage() || i.Me.Login == i.Author.Login }

// entry is one thing in an issue's story: a text or an event.
type entry struct {
	Key    string // also its address on the page
	At     time.Time
	Author author
	Text   *textView
	Event  *eventView

	id int64
}

// entryView is an entry with what its forms need.
type entryView struct {
	entry
	Me         actor
	Path       string // of the issue
	IssueTitle string
}

// textView is a comment, or the text by which the issue was opened.
type textView struct {
	ID        int64 // zero for the opening text
	Opening   bool
	Lang      words.Language
	HTML      template.HTML
	Source    string
	Hidden    []hidden
	Edits     int
	Edited    time.Time
	Reactions []reactionView
	MayAlter  bool
}

type reactionView struct {
	Content string
	Count   int
	Who     string
}

// Icon names the reaction's drawing.
func (r reactionView) Icon() string {
	switch r.Content {
	case "+1":
		return "up"
	case "-1":
		return "down"
	}
	return r.Content
}

// eventView is something done to the issue. Labels changed in one go are one.
type eventView struct {
	Kind      string
	Reason    string // why it was closed, where that is known
	On, Off   []label
	Assignee  string
	Addresses []string // of events told in this one
}

// together is how close label changes must be to be told as one.
const together = time.Minute

func (v *visit) issue() {
	repo, ok := v.named()
	if !ok {
		v.notFound()
		return
	}
	v.showIssue(http.StatusOK, repo, v.number(), "", "")
}

// showIssue shows an issue, with what was refused where that is why.
func (v *visit) showIssue(status int, repo string, number int, alert, draft string) {
	i, ok := v.Hub.Issue(repo, number)
	if !ok {
		v.notFound()
		return
	}
	known := v.labelsOf(repo)
	view := issueView{
		issueLine: v.line(repo, i, known), Assignees: i.Assignees, Known: known, Private: v.private(repo),
		Actors: v.actors(repo), Commands: v.Commands[v.lang], Draft: draft,
		Notified: v.notifiedIn(repo, number),
		Runs:     v.runsOf(fmt.Sprintf("%s#%d", repo, number)),
		Arrivals: v.arrivalsOf(repo, number),
	}
	for _, a := range view.Actors {
		if a.Chosen {
			view.Me = a
		}
	}
	view.Entries = v.story(repo, i, known, view.Me)
	v.showWith(status, "issue", fmt.Sprintf("%s · %s#%d", i.Title, repo, number), alert, view)
}

// story puts texts and events into one order: of time, then of id, which the
// hub counts through everything.
func (v *visit) story(repo string, i fakehub.IssueView, known []label, me actor) []entry {
	home := strings.TrimSuffix(i.URL, fmt.Sprintf("/%s/issues/%d", repo, i.Number))
	mentions := v.Hub.Mentions()
	render := func(body string, comment int64) template.HTML {
		return v.prose.render(body, setting{repo, home, notifiedBy(mentions, repo, i.Number, comment)})
	}
	alters := func(login string) bool { return me.Standing >= writes || me.Login == login }
	later := v.events(i, known)
	for _, c := range i.Comments {
		later = append(later, entry{
			Key: fmt.Sprintf("issuecomment-%d", c.ID), At: c.Created, Author: v.author(c.Author), id: c.ID,
			Text: &textView{
				ID: c.ID, Lang: words.Detect(c.Body), HTML: render(c.Body, c.ID), Source: c.Body, Hidden: hiddenIn(c.Body),
				Edits: c.Edits, Edited: c.Updated, Reactions: counted(c.Reactions), MayAlter: alters(c.Author),
			},
		})
	}
	slices.SortStableFunc(later, func(a, b entry) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return int(a.id - b.id)
	})
	opening := entry{
		Key: fmt.Sprintf("issue-%d", i.ID), At: i.Created, Author: v.author(i.Author), id: i.ID,
		Text: &textView{
			Opening: true, Lang: words.Detect(i.Body), HTML: render(i.Body, 0), Source: i.Body, Hidden: hiddenIn(i.Body),
			Reactions: counted(i.Reactions), MayAlter: me.Standing >= triages || me.Login == i.Author,
		},
	}
	return joined(append([]entry{opening}, later...))
}

// events are those that GitHub shows among the comments.
func (v *visit) events(i fakehub.IssueView, known []label) []entry {
	var list []entry
	lastClosed := int64(0)
	for _, e := range i.Events {
		if e.Kind == "closed" {
			lastClosed = e.ID
		}
	}
	for _, e := range i.Events {
		shown := &eventView{Kind: e.Kind, Assignee: e.Assignee}
		switch e.Kind {
		case "mentioned":
			continue // GitHub does not show it either
		case "labeled":
			shown.On = coloured([]string{e.Label}, known)
		case "unlabeled":
			shown.Off = coloured([]string{e.Label}, known)
		case "closed":
			if e.ID == lastClosed && i.State == "closed" {
				shown.Reason = i.Reason
			}
		}
		list = append(list, entry{Key: fmt.Sprintf("event-%d", e.ID), At: e.At, Author: v.author(e.Actor), Event: shown, id: e.ID})
	}
	return list
}

// joined tells label changes by one account, close together and with nothing
// between them, as one.
func joined(entries []entry) []entry {
	var out []entry
	for _, e := range entries {
		if n := len(out); n > 0 && changesLabels(e) && changesLabels(out[n-1]) &&
			out[n-1].Author == e.Author && e.At.Sub(out[n-1].At) <= together {
			before := out[n-1].Event
			before.On, before.Off = append(before.On, e.Event.On...), append(before.Off, e.Event.Off...)
			before.Addresses = append(before.Addresses, e.Key)
			continue
		}
		out = append(out, e)
	}
	return out
}

func changesLabels(e entry) bool {
	return e.Event != nil && (e.Event.Kind == "labeled" || e.Event.Kind == "unlabeled")
}

// counted groups reactions by what they are, in the order of the first.
func counted(reactions []fakehub.ReactionView) []reactionView {
	var list []reactionView
	for _, r := range reactions {
		i := slices.IndexFunc(list, func(c reactionView) bool { return c.Content == r.Content })
		if i < 0 {
			list = append(list, reactionView{Content: r.Content, Count: 1, Who: r.User})
			continue
		}
		list[i].Count++
		list[i].Who += ", " + r.User
	}
	return list
}

// notifiedBy lists whom one text notified.
func notifiedBy(mentions []fakehub.Mention, repo string, issue int, comment int64) []string {
	var who []string
	for _, m := range mentions {
		if m.Repo == repo && m.Issue == issue && m.Comment == comment {
			who = append(who, m.Who)
		}
	}
	return who
}

// notifiedIn lists whom an issue notified by name, each as often as it did.
func (v *visit) notifiedIn(repo string, issue int) []string {
	var who []string
	for _, m := range v.Hub.Mentions() {
		if m.Repo == repo && m.Issue == issue {
			who = append(who, m.Who)
		}
	}
	return who
}
