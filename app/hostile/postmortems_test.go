package hostile_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// postmortems are the ways in by postmortems: what they are drafted from, and what
// people write in them.
func postmortems() []ingress {
	var all []ingress
	for _, said := range []string{"/note %s", "/メモ\n%s", "%s\n\n/note"} {
		all = append(all, ingress{name: "note that is drafted, " + said, covers: []string{"Comment.Body"}, stays: true, drafts: true, play: func(w *world, repo, text string) issue {
			i := w.incident(repo)
			w.say(i, "tanaka", fmt.Sprintf(said, strings.TrimLeft(text, " \t\r\n/")))
			return i
		}})
	}
	for _, c := range []struct{ name, said string }{
		{"/postmortem", "/postmortem "}, {"/postmortem-of", "/対象の障害 "}, {"/lint", "/点検 "}, {"/review", "/review @"}, {"people of /review", "/review @tanaka "},
		{"/approve", "/承認 "}, {"/share", "/share "}, {"a time of /share", "/共有会 12/24 "}, {"/postpone", "/postpone "}, {"reason of /postpone", "/延期 12/24 "},
		{"a slip about a postmortem", "/postmortm"}, {"a command of incidents on a postmortem", "/sev "},
	} {
		all = append(all, ingress{name: c.name, covers: []string{"Comment.Body"}, names: true, play: func(w *world, repo, text string) issue {
			i := w.open(repo, "suzuki", "[postmortem] Checkout", "")
			w.settle()
			w.say(i, "suzuki", c.said+strings.TrimLeft(text, " \t\r\n"))
			return i
		}})
	}
	return append(all, append(append(documents(), asFiles()...), append(teamTemplates(), refusals()...)...)...)
}

// document says a text wherever a postmortem says something.
func document(text string) string {
	line := oneLine(atMost(text, 500))
	return strings.NewReplacer("LINE", line, "TEXT", atMost(text, 5_000)).Replace(`# Postmortem: LINE

- Severity: LINE
- Date: 2026-11-20 LINE
- Started: 02:40 LINE
- Resolved: 01:10 LINE
- TTR: 3 hours LINE

## Summary

TEXT

## LINE

## Timeline

| Time | What happened |
|---|---|
| 02:40 | LINE |
| 01:10 LINE | resolved LINE |

- 02:55 LINE

## Root cause

Human error. Anna carelessly forgot to LINE, and sato should have known LINE. 田中さんが LINE を怠ったためです。

## Action items

- [ ] be careful with LINE
- [ ] LINE を気をつける
- LINE (owner: LINE, due: LINE)

| Action | Owner | Due |
|---|---|---|
| LINE | LINE | LINE |
| Watch LINE | @LINE | 2026-13-40 LINE |

<!-- kintsugi-lint: ignore LINE -->
<!-- kintsugi-lint: ignore no-actions LINE -->

## Lessons learned

TODO LINE
`)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// meaning are words with which a document says one thing or another.
var meaning = []string{"be careful", "2026-12-01", "TODO", "@xyzzy", "```", "~~~", "<!--", "```\nx\n```", "```\n<!-- x -->\n```", "03:10 started", strings.Repeat("word ", 150), strings.Repeat("w", 600), "x\n\n## Detected\n\n02:45"}

// documents are postmortems that people write, as issues and as files of pull
// requests.
func documents() []ingress {
	all := []ingress{{
		name: "document", covers: []string{"Issue.Body"}, besides: meaning, document: true, shows: "open points|か所です",
		play: func(w *world, repo, text string) issue {
			return w.open(repo, "suzuki", "[postmortem] Checkout", document(text))
		},
	}, {
		name: "document of a stranger", covers: []string{"Issue.Body"}, besides: meaning, document: true, shows: "open points|か所です",
		play: func(w *world, repo, text string) issue {
			w.hub.SetRole(repo, "stranger", "read")
			i := w.open(repo, "stranger", "[postmortem] "+short(text), document(text))
			w.must(w.hub.Label(repo, i.number, "suzuki", "postmortem"))
			return i
		},
	}, {
		name: "title of a postmortem", covers: []string{"Issue.Title"}, document: true, play: func(w *world, repo, text string) issue {
			return w.open(repo, "suzuki", "[postmortem] "+short(text), "")
		},
	}}
	for _, c := range []struct{ name, path string }{{"document of a pull request", "2026-11-26-checkout"}, {"name of a file of a pull request", "%s"}, {"folder of a file of a pull request", "%s/x"}} {
		all = append(all, ingress{
			name: c.name, covers: []string{"Answer.Text", "Pull.Files"}, besides: meaning, document: true, links: "blob/", shows: "open points|か所です",
			play: func(w *world, repo, text string) issue {
				path, content := c.path, document("x")
				if strings.Contains(path, "%s") {
					path = fmt.Sprintf(path, nameOfFile(text))
				} else {
					content = document(text)
				}
				return w.propose(repo, "suzuki", "postmortems/"+path+".md", content)
			},
		})
	}
	return all
}

// nameOfFile is a text as git takes it for a name.
func nameOfFile(text string) string {
	name := strings.Trim(strings.NewReplacer("/", "_", "\x00", "_").Replace(atMost(text, longName)), ".")
	if name == "" {
		return "x"
	}
	return strings.ToValidUTF8(name, "_") // GitHub's answers are JSON
}

// propose is a postmortem that somebody wrote as a file.
func (w *world) propose(repo, by, path, content string) issue {
	w.t.Helper()
	w.branches++
	branch := fmt.Sprintf("by-hand-%d", w.branches)
	w.must(w.hub.CommitFile(repo, by, branch, path, content))
	n, err := w.hub.OpenPull(repo, by, fakehub.NewIssue{Title: "Postmortem", Head: branch})
	w.must(err)
	w.must(w.hub.Label(repo, n, "suzuki", "postmortem"))
	return issue{repo, n}
}

// asFile are settings under which drafts are files.
const asFile = "postmortem: {as: file}\n"

// decides writes the settings that a test needs besides the usual ones.
func (w *world) decides(repo, more string) {
	w.hub.PutFile(repo, ".github/kintsugi.yml", fmt.Sprintf(settings, language(repo))+more)
	w.deliver()
}

// asFiles are incidents whose drafts are proposed by pull requests.
func asFiles() []ingress {
	return []ingress{{
		name: "title, drafted as a file", covers: []string{"Issue.Title"}, stays: true, drafts: true, links: "blob/", play: func(w *world, repo, text string) issue {
			w.decides(repo, asFile)
			return w.open(repo, "sato", "[incident] "+short(text), "")
		},
	}, {
		name: "note, drafted as a file", covers: []string{"Comment.Body"}, stays: true, drafts: true, links: "blob/", play: func(w *world, repo, text string) issue {
			w.decides(repo, asFile)
			i := w.incident(repo)
			w.say(i, "tanaka", "/note "+strings.TrimLeft(text, " \t\r\n"))
			return i
		},
	}}
}

// teamTemplates are templates that a team has of its own.
func teamTemplates() []ingress {
	var all []ingress
	for _, c := range []struct{ name, path, content, more string }{
		{"text of a team's template", ".github/ISSUE_TEMPLATE/postmortem.md", "## Summary\n\n%[1]s\n\n## Timeline\n\n## Action items\n\n%[1]s\n", ""},
		{"beginning of a team's template", ".github/ISSUE_TEMPLATE/postmortem.md", "%[1]s\n\n## Summary\n\n## Timeline\n", ""},
		{"heading of a team's template", "postmortems/template.md", "# %[2]s\n\n## %[2]s\n\n## Summary %[2]s\n\n## Timeline %[2]s\n", ""},
		{"front matter of a team's template", ".github/ISSUE_TEMPLATE/postmortem.md", "---\nname: Postmortem\ntitle: %[3]s\nlabels: %[3]s\n---\n\n## Summary\n\n## Timeline\n", ""},
		{"question of a team's form", ".github/ISSUE_TEMPLATE/postmortem.yml", "name: Postmortem\nbody:\n  - type: textarea\n    attributes: {label: %[3]s, description: %[3]s, value: %[3]s}\n  - type: textarea\n    attributes: {label: Timeline}\n", ""},
		{"text of a team's template of files", "docs/postmortems/template.md", "## Summary\n\n%[1]s\n\n## Impact\n\n## Timeline\n", asFile},
		{"template with our mark", ".github/ISSUE_TEMPLATE/postmortem.md", "<!-- kintsugi:postmortem.draft acme/incidents#1 -->\n<!-- kintsugi:status -->\n%[1]s\n\n## Summary\n\n## Timeline\n", ""},
	} {
		all = append(all, ingress{
			name: c.name, covers: []string{"Answer.Text"}, stays: true, drafts: true, links: "blob/",
			template: func(text string) string {
				if strings.HasSuffix(c.path, ".yml") {
					return "### " + oneLine(atMost(text, 1_000)) + "\n"
				}
				return fill(c.content, text)
			},
			play: func(w *world, repo, text string) issue {
				w.decides(repo, c.more)
				w.hub.PutFile(repo, c.path, fill(c.content, text))
				w.deliver()
				return w.incident(repo)
			},
		})
	}
	return all
}

// fill puts a text into a file as it is, on one line, and as YAML.
func fill(content, text string) string {
	return fmt.Sprintf(content+"%[4]s", text, oneLine(atMost(text, 1_000)), yaml(oneLine(atMost(text, 1_000))), "")
}

// refusals are GitHub's words on why it would not have a draft.
func refusals() []ingress {
	var all []ingress
	for _, c := range []struct{ name, more, path string }{
		{"refusal of an issue", "", "/issues"}, {"refusal of a branch", asFile, "/git/refs"}, {"refusal of a pull request", asFile, "/pulls"},
	} {
		remove := func() {}
		all = append(all, ingress{
			name: c.name, covers: []string{"Made.Refused"}, stays: true, drafts: true, shows: `could not be made|下書きを作れません`,
			play: func(w *world, repo, text string) issue {
				remove()
				remove = w.hub.Fault(func(r *http.Request) *fakehub.Fault {
					if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, c.path) {
						return nil
					}
					_, _ = io.Copy(io.Discard, r.Body)
					return &fakehub.Fault{Status: http.StatusUnprocessableEntity, Message: atMost(text, 1_000)}
				})
				w.decides(repo, c.more)
				return w.incident(repo)
			},
		})
	}
	return all
}

// decidedOfPostmortems are the settings of postmortems.
func decidedOfPostmortems() []ingress {
	var all []ingress
	for _, k := range []struct{ name, key, more string }{
		{"label", "label", "label: %s"}, {"required", "required", "required: [%s]"}, {"due", "due", "due: %s"}, {"as", "as", "as: %s"},
		{"folder", "folder", "folder: %s"}, {"folder of files", "folder", "as: file, folder: %s"}, {"template", "template", "template: %s"},
		{"approvals", "approvals", "approvals: %s"}, {"on_close", "on_close", "on_close: %s"}, {"reminders", "reminders", "reminders: %s"},
		{"name of a rule", "lint name", "lint: {%s: error}"}, {"severity of a rule", "lint", "lint: {blame: %[1]s, no-actions: %[1]s}"},
	} {
		all = append(all, ingress{
			name: k.name + " of postmortems in the settings", covers: []string{"policy.postmortem." + k.key}, stays: true, drafts: true, settings: true, links: "blob/",
			play: func(w *world, repo, text string) issue {
				w.decides(repo, "postmortem: {"+fmt.Sprintf(k.more, yaml(text))+"}\n")
				return w.incident(repo)
			},
		})
	}
	return all
}
