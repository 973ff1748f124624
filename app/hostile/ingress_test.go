package hostile_test

import (
	"fmt"
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
	// stays is true where the text stands there for as long as the issue does.
	stays bool
	// refers is true where ours may refer to the issue that is joined.
	refers bool
	// settings is true where the text stands in the team's own settings: what
	// they call their label is theirs to say, as long as it is a name.
	settings bool
	// calls is true where a text that is a name is somebody to call.
	calls bool
}

// ingresses are all of them, but for headers and names, which have an alphabet
// and tests of their own.
func ingresses() []ingress {
	return append(append(written(), done()...), decided()...)
}

// written is what people write.
func written() []ingress {
	all := []ingress{
		{name: "title", covers: []string{"Issue.Title"}, stays: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "sato", "[incident] "+short(text), "")
		}},
		{name: "title in Japanese", covers: []string{"Issue.Title"}, stays: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "sato", "【障害】"+short(text), "")
		}},
		{name: "opening body", covers: []string{"Issue.Body"}, stays: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "sato", "Checkout is blank", "/incident\n\n"+text)
		}},
		{name: "form answer", covers: []string{"Issue.Body"}, stays: true, play: func(w *world, repo, text string) issue {
			text = atMost(text, 15_000)
			body := "### What happened\n\n" + text + "\n\n### Severity\n\n_No response_\n\n### Since when\n\n" + text + "\n\n### Where\n\n- [X] " + text
			n, err := w.hub.OpenIssue(repo, "sato", fakehub.NewIssue{Title: "Checkout", Body: body, Labels: []string{"incident"}, FromForm: true})
			w.must(err)
			return issue{repo, n}
		}},
		{name: "argument in the opening body", covers: []string{"Issue.Body"}, stays: true, play: func(w *world, repo, text string) issue {
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
		{name: "comment that joins", covers: []string{"Comment.Body"}, refers: true, play: func(w *world, repo, text string) issue {
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
		{"a slip", "/resolvd"}, {"a slip in Japanese", "/対応開始"}, {"no command", "/"}, {"a number too close", "/sev1"},
	} {
		all = append(all, ingress{name: c.name, covers: []string{"Comment.Body"}, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.say(i, "tanaka", c.said+strings.TrimLeft(text, " \t\r\n"))
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
		{name: "title before", covers: []string{"Event.From"}, stays: true, play: func(w *world, repo, text string) issue {
			i := w.open(repo, "sato", short(text), "")
			title := "[incident] Checkout is blank"
			w.must(w.hub.EditIssue(repo, i.number, "sato", fakehub.Edit{Title: &title}))
			return i
		}},
		{name: "title after", covers: []string{"Issue.Title", "Event.From"}, stays: true, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			title := short(text)
			w.must(w.hub.EditIssue(repo, i.number, "sato2", fakehub.Edit{Title: &title}))
			return i
		}},
	}
}

// decided is what stands in the team's settings, of the repository and of the
// organisation.
func decided() []ingress {
	var all []ingress
	for _, place := range []string{"", "acme/.github"} {
		for _, c := range []struct{ name, key, format string }{
			{"language", "language", "language: %s\n"},
			{"time zone", "time_zone", "time_zone: %s\n"},
			{"enabled", "enabled", "enabled: true # %s\n"},
			{"since", "since", "since: %s\n"},
			{"label", "incident.label", "incident:\n  label: %s\n"},
			{"notify", "incident.notify", "incident:\n  notify: [%s]\n"},
			{"unknown key", "", "%s: 1\n"},
			{"unknown key of a section", "", "incident:\n  %s: 1\n"},
		} {
			all = append(all, ingress{
				name: c.name + " of the settings of " + where(place), covers: []string{"policy." + c.key}, stays: true, settings: true,
				calls: c.key == "incident.notify",
				play: func(w *world, repo, text string) issue {
					file := fmt.Sprintf(c.format, yaml(text))
					if place == "" {
						file += fmt.Sprintf(settings, language(repo))
						if c.key == "language" || c.key == "time_zone" || strings.HasPrefix(c.format, "incident") {
							file = fmt.Sprintf(c.format, yaml(text))
						}
					}
					return w.decide(place, repo, file)
				},
			})
		}
		all = append(all, ingress{
			name: "settings that are no YAML of " + where(place), covers: []string{"policy."}, stays: true, settings: true,
			play: func(w *world, repo, text string) issue { return w.decide(place, repo, text) },
		})
	}
	return all
}

// decide writes settings and opens an incident under them.
func (w *world) decide(place, repo, file string) issue {
	if place == "" {
		place = repo
	} else {
		owner, name, _ := strings.Cut(place, "/")
		w.hub.AddRepo(owner, name, false)
		w.hub.PutFile(repo, ".github/kintsugi.yml", "enabled: true\n") // which leaves what lies beneath
	}
	w.hub.PutFile(place, ".github/kintsugi.yml", file)
	w.deliver()
	i := w.incident(repo)
	w.say(i, "sato", "/sev x")
	return i
}

func where(place string) string {
	if place == "" {
		return "the repository"
	}
	return "the organisation"
}

func language(repo string) string {
	if repo == "acme/website" {
		return "ja"
	}
	return "en"
}

// yaml writes a text as a scalar that reads as it.
func yaml(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
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
