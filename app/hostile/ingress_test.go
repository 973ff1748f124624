package hostile_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// ingress is one way by which text of a stranger's comes in.
type ingress struct {
	name string
	// covers are the fields that the text arrives in, as fields_test.go counts
	// them.
	covers []string
	// play lets the text come in, in a repository of that name, and returns the
	// issue on which the program answers.
	play func(w *world, repo, text string) issue
	// like are openings as which it may be read besides, and besides texts.
	like, besides []string
	// stays is true where the text stands there for as long as the issue does.
	stays bool
	// refers is how far on the issue is that ours may refer to, such as -1 for
	// the one before; 0 for none.
	refers int
	// links are what else on the pages of the repository ours may link to, with blanks
	// between.
	links string
	// shows matches what the program says because of what came in, whatever it
	// was; without that nothing would be tried here.
	shows string
	// settings is true where the text stands in the team's own settings: what
	// they call their label is theirs to say, as long as it is a name.
	settings bool
	// calls is true where a text that is a name is somebody to call, and names
	// where it is somebody who has a role.
	calls, names bool
	// cites is true where a text may name an issue that is there.
	cites bool
	// drafts is true where the text stands in a postmortem, which is then drafted
	// and written, and document where the issue is one from the beginning.
	drafts, document bool
	// lists is true where the text is about the reading list, which is then kept, and
	// byHand where people write it into what the App made: where they say that an
	// address is one to follow, it is.
	lists, byHand bool
	// gate is true where a release is staged, of which the gate speaks.
	gate bool
	// template makes the team's own template of the text, which may do what they let
	// it: a draft holds it as it is.
	template func(text string) string
}

// ingresses are all of them, but for headers and names, which have an alphabet
// and tests of their own.
func ingresses() []ingress {
	return slices.Concat(written(), answered(), done(), near(), decided(), decidedHere(), postmortems(), decidedOfPostmortems(), followups(), readingLists(), releases())
}

// written is what people write.
func written() []ingress {
	all := []ingress{
		{name: "title", drafts: true, covers: []string{"Issue.Title"}, stays: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "sato", "[incident] "+short(text), "")
		}},
		{name: "title in Japanese", drafts: true, covers: []string{"Issue.Title"}, stays: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "sato", "【障害】"+short(text), "")
		}},
		{name: "opening body", covers: []string{"Issue.Body"}, like: readable, stays: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "sato", "Checkout is blank", "/incident\n\n"+text)
		}},
		{name: "argument in the opening body", covers: []string{"Issue.Body"}, like: readable, stays: true, play: func(w *world, repo, text string) issue {
			text = atMost(text, 20_000) // it stands there three times
			return w.open(repo, "sato", "Checkout is blank", "/incident "+text+"\n\n/sev "+text+"\n\n/started "+text)
		}},
		{name: "comment", covers: []string{"Comment.Body"}, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.say(i, "sato", "x"+text)
			return i
		}},
		{name: "comment of a stranger", covers: []string{"Comment.Body"}, play: func(w *world, repo, text string) issue {
			w.hub.SetRole(repo, "stranger", "read")
			i := w.incident(repo)
			w.say(i, "stranger", "/sev "+text)
			return i
		}},
		{name: "edited comment", covers: []string{"Comment.Body"}, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			id, err := w.hub.Comment(repo, i.number, "sato", "x")
			w.must(err)
			w.clock.Advance(2_000_000_000)
			w.must(w.hub.EditComment(repo, id, "sato", "/started "+text))
			return i
		}},
		{name: "comment that joins", covers: []string{"Comment.Body"}, refers: -1, play: func(w *world, repo, text string) issue {
			original := w.incident(repo)
			i := w.incident(repo)
			w.say(i, "tanaka", fmt.Sprintf("/duplicate-of #%d %s", original.number, text))
			w.say(i, "tanaka", fmt.Sprintf("Duplicate of #%d", original.number))
			return i
		}},
		{name: "comment beside a marker of ours", covers: []string{"Comment.Body"}, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.say(i, "sato", "<!-- kintsugi:status -->\n"+text)
			w.say(i, "sato", "<!-- kintsugi:incident.opened -->\n"+text)
			return i
		}},
	}
	for _, c := range []struct{ name, said string }{
		{"/incident", "/incident "}, {"/ack", "/ack "}, {"/sev", "/sev "}, {"/severity at full width", "／重大度　"}, {"/started", "/started "},
		{"a zone of /started", "/started 2:40 "}, {"/detected", "/検知 "}, {"/mitigated", "/mitigated 1m ago "}, {"/resolved", "/復旧 "},
		{"/note", "/note "}, {"/false-alarm", "/false-alarm "}, {"/duplicate-of", "/duplicate-of #"}, {"/help", "/help "}, {"/adopt", "/adopt "},
		{"/reach", "/reach "}, {"a number of /reach", "/影響 お問い合わせ 8件 "}, {"/service", "/サービス "}, {"/near-miss", "/near-miss "}, {"/promote", "/昇格 "}, {"/confidential", "/confidential "}, {"/quiet", "/静かに "}, {"/preview", "/preview "},
		{"a slip", "/resolvd"}, {"a slip in Japanese", "/対応開始"}, {"no command", "/"}, {"a number too close", "/sev1"},
	} {
		all = append(all, ingress{name: c.name, covers: []string{"Comment.Body"}, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.say(i, "tanaka", c.said+strings.TrimLeft(text, " \t\r\n"))
			return i
		}})
	}
	for _, said := range []string{"/lead @", "/連絡担当 ", "/scribe "} {
		all = append(all, ingress{name: said, covers: []string{"Comment.Body"}, stays: true, drafts: true, names: true, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.say(i, "tanaka", said+strings.TrimLeft(text, " \t\r\n"))
			return i
		}})
	}
	return all
}

// done is what people do.
func done() []ingress {
	return []ingress{
		{name: "label", covers: []string{"Issue.Labels", "Event.Label"}, stays: true, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.must(w.hub.Label(repo, i.number, "suzuki", atMost(short(text), 50)))
			return i
		}},
		{name: "label that was taken off", covers: []string{"Event.Label"}, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.must(w.hub.Label(repo, i.number, "suzuki", atMost(short(text), 50)))
			w.must(w.hub.Unlabel(repo, i.number, "tanaka", atMost(short(text), 50)))
			return i
		}},
		{name: "title before", drafts: true, covers: []string{"Event.From"}, stays: true, play: func(w *world, repo, text string) issue {
			i := w.open(repo, "sato", short(text), "")
			title := "[incident] Checkout is blank"
			w.must(w.hub.EditIssue(repo, i.number, "sato", fakehub.Edit{Title: &title}))
			return i
		}},
		{name: "title after", drafts: true, covers: []string{"Issue.Title", "Event.From"}, stays: true, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			title := short(text)
			w.must(w.hub.EditIssue(repo, i.number, "sato2", fakehub.Edit{Title: &title}))
			return i
		}},
	}
}

// short is a text as a title takes it.
func short(text string) string {
	if s := atMost(strings.TrimSpace(text), 200); s != "" {
		return s
	}
	return "x"
}

func atMost(text string, max int) string {
	if r := []rune(text); len(r) > max {
		return string(r[:max])
	}
	return text
}
