package hostile_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// rolling is the branch on which the list is proposed.
const rolling = "kintsugi/reading-list"

// modes are where a list is kept; the texts of one way in take turns in them.
var modes = []string{"commits", "pull_request", "issue"}

// shelf is a list for one text alone: its label and its folder are of its own, so that
// no text stands on the list of another.
type shelf struct{ label, folder, mode string }

// shelve has a repository keep such a list from now on. What was proposed for the one
// before is thrown away.
func (w *world) shelve(repo, mode, more string) shelf {
	w.t.Helper()
	w.lists++
	s := shelf{fmt.Sprintf("recommended-%d", w.lists), fmt.Sprintf("list-%d", w.lists), mode}
	if mode == "" {
		s.mode = modes[w.lists%len(modes)]
	}
	w.hub.SetRole(repo, "keeper", "admin")
	_ = w.hub.DeleteBranch(repo, "suzuki", rolling) // which may not be there
	for _, view := range w.hub.Issues(repo) {
		if view.Author == app && !view.PullRequest && slices.ContainsFunc(view.Labels, func(l string) bool { return strings.HasPrefix(l, "reading-") }) {
			w.must(w.hub.DeleteIssue(repo, view.Number, "keeper"))
		}
	}
	w.decides(repo, fmt.Sprintf("reading_list: {label: %s, folder: %s, write: %s%s}\n", s.label, s.folder, s.mode, more))
	w.settle()
	return s
}

// recommended is an issue that somebody recommends.
func (w *world) recommended(repo, title, body, said string) issue {
	w.t.Helper()
	i := w.open(repo, "suzuki", title, body)
	w.settle()
	w.say(i, "tanaka", said)
	return i
}

// kept lets what was told reach the list, which waits a minute for more.
func (w *world) kept() {
	w.t.Helper()
	w.settle()
	w.clock.Advance(time.Minute)
	w.settle()
}

// night lets the hour pass at which the whole list is looked at.
func (w *world) night() {
	w.t.Helper()
	w.clock.Advance(24 * time.Hour)
	w.settle()
}

// sound is a document in which nothing is strange.
const sound = "## Summary\n\nAn expired certificate kept customers from paying for fifty minutes, and nobody was told.\n\n## Timeline\n\n- 2026-11-24 02:40 JST started\n- 2026-11-24 02:55 JST detected\n"

// soundTitle is its title.
const soundTitle = "Checkout was blank"

// everyReason is a list with something for every reason and for none, in the language of
// a repository, and a newcomer who reads it.
func (w *world) everyReason(repo string) issue {
	w.t.Helper()
	w.shelve(repo, modes[w.lists%2], "")
	for _, reason := range []string{"", "learning", "architecture", "response"} {
		w.recommended(repo, soundTitle, sound, "/recommend "+reason)
	}
	w.kept()
	i := w.open(repo, "tanaka", "A newcomer", "")
	w.say(i, "tanaka", "/onboard @mika")
	return i
}

// readingLists are the ways in by the reading list: what is recommended, with which
// words, who newcomers are, and what people write into what the App made.
func readingLists() []ingress {
	return slices.Concat(
		inTurn("what is recommended", recommendations()), inTurn("pull request that is recommended", pullsRecommended()), inTurn("newcomer", newcomers()),
		listsByHand()[:1], inTurn("places on the list", listsByHand()[1:wordsByHand]), inTurn("form of the list", listsByHand()[wordsByHand:]), inTurn("what is cited", citations()), inTurn("agenda", clubs()), inTurn("settings of reading lists", decidedOfReadingLists()),
	)
}

// inTurn makes one way in of several that are much alike, which take turns, where
// there is no time for all of them.
func inTurn(name string, several []ingress) []ingress {
	if everything() {
		return several
	}
	one := several[0]
	one.name, one.covers, one.besides = name, nil, nil
	var shows []string
	for _, in := range several {
		one.covers = append(one.covers, in.covers...)
		if in.shows != "" && !slices.Contains(shows, in.shows) {
			shows = append(shows, in.shows)
		}
		for _, b := range in.besides {
			if !slices.Contains(one.besides, b) {
				one.besides = append(one.besides, b)
			}
		}
	}
	one.shows = strings.Join(shows, "|")
	one.play = func(w *world, repo, text string) issue {
		w.turn++
		return several[w.turn%len(several)].play(w, repo, text)
	}
	return []ingress{one}
}

// recommendations are the ways in by an issue that is recommended.
func recommendations() []ingress {
	var all []ingress
	for _, c := range []struct {
		name, title, body, said string
		covers                  []string
	}{
		{"title of what is recommended", "%s", sound, "/recommend response because", []string{"Issue.Title"}},
		{"title of a postmortem that is recommended", "[postmortem] %s", sound, "/推薦 学び", []string{"Issue.Title"}},
		{"body of what is recommended", soundTitle, "%s", "/recommend response", []string{"Issue.Body"}},
		{"words of /recommend", soundTitle, sound, "/recommend response because %s", []string{"Comment.Body", "Told.En", "Told.Ja"}},
		{"words of /推薦", soundTitle, sound, "/推薦 障害時の動き %s", []string{"Comment.Body"}},
		{"reason of /recommend", soundTitle, sound, "/recommend %s", []string{"Comment.Body"}},
		{"words of /unrecommend", soundTitle, sound, "/recommend learning\n/unrecommend %s", []string{"Comment.Body"}},
	} {
		all = append(all, ingress{
			name: c.name, covers: c.covers, lists: true, names: true, shows: "(?i)reading list|読書リスト",
			play: func(w *world, repo, text string) issue {
				w.shelve(repo, "", "")
				fill := func(format, text string) string {
					if !strings.Contains(format, "%s") {
						return format
					}
					return fmt.Sprintf(format, text)
				}
				body := c.body
				if body == "%s" {
					body = document(text)
				}
				said := fill(c.said, strings.TrimLeft(atMost(text, 5_000), " \t\r\n"))
				return w.recommended(repo, fill(c.title, short(text)), body, said)
			},
		})
	}
	return append(all, ingress{
		name: "label of what is recommended", covers: []string{"Issue.Labels"}, lists: true, shows: "(?i)reading list|読書リスト",
		play: func(w *world, repo, text string) issue {
			w.shelve(repo, "", "")
			i := w.recommended(repo, soundTitle, sound, "/recommend response")
			w.must(w.hub.Label(repo, i.number, "suzuki", atMost(short(text), 50)))
			return i
		},
	}, ingress{
		name: "service of what is recommended", covers: []string{"policy.services name"}, lists: true,
		play: func(w *world, repo, text string) issue {
			s := w.shelve(repo, "", "")
			w.decides(repo, fmt.Sprintf("services: {%[1]s: {labels: [%[1]s]}}\nreading_list: {label: %[2]s, folder: %[3]s, write: %[4]s}\n", yaml(atMost(short(text), 50)), s.label, s.folder, s.mode))
			i := w.open(repo, "suzuki", soundTitle, sound, atMost(short(text), 50))
			w.say(i, "tanaka", "/recommend response")
			return i
		},
	})
}

// pullsRecommended are documents that a pull request brings.
func pullsRecommended() []ingress {
	var all []ingress
	for _, c := range []struct{ name, path string }{{"document of a pull request that is recommended", "checkout"}, {"name of a file of a pull request that is recommended", "%s"}} {
		all = append(all, ingress{
			name: c.name, covers: []string{"Answer.Text", "Pull.Files", "Published.Files"}, lists: true, links: "blob/",
			play: func(w *world, repo, text string) issue {
				s := w.shelve(repo, []string{"commits", "issue"}[w.lists%2], "")
				path, content := c.path, sound
				if strings.Contains(path, "%s") {
					path = fmt.Sprintf(path, nameOfFile(text))
				} else {
					content = document(text)
				}
				w.branches++
				branch := fmt.Sprintf("by-hand-%d", w.branches)
				w.must(w.hub.CommitFile(repo, "suzuki", branch, fmt.Sprintf("notes/%d/%s.md", w.branches, path), content))
				n, err := w.hub.OpenPull(repo, "suzuki", fakehub.NewIssue{Title: soundTitle, Head: branch})
				w.must(err)
				w.must(w.hub.Label(repo, n, "suzuki", s.label))
				w.say(issue{repo, n}, "tanaka", "/recommend response")
				w.settle()
				w.must(w.hub.Merge(repo, n, "suzuki"))
				return issue{repo, n}
			},
		})
	}
	return all
}

// newcomers are what is said of them, and of what they read.
func newcomers() []ingress {
	listed := func(w *world, repo string) issue {
		w.shelve(repo, "", "")
		w.recommended(repo, soundTitle, sound, "/recommend response because the order of checks helps")
		w.kept()
		return w.open(repo, "tanaka", "A newcomer", "")
	}
	var all []ingress
	for _, c := range []struct{ name, said string }{
		{"/onboard", "/onboard %s"}, {"newcomer", "/onboard @%s"}, {"services of a newcomer", "/オンボーディング @mika %s"},
	} {
		all = append(all, ingress{name: c.name, covers: []string{"Comment.Body"}, lists: true, names: true, play: func(w *world, repo, text string) issue {
			i := listed(w, repo)
			w.say(i, "tanaka", fmt.Sprintf(c.said, strings.TrimLeft(atMost(text, 5_000), " \t\r\n")))
			return i
		}})
	}
	for _, c := range []struct{ name, body string }{
		{"who is new, by the form", "### Who is new?\n\n@%s\n\n### What will they work on?\n\npayments\n"},
		{"what a newcomer works on, by the form", "### Who is new?\n\n@mika\n\n### What will they work on?\n\n%s\n"},
		{"what a newcomer works on, by the form in Japanese", "### 新しく入る方\n\n@mika\n\n### 担当するサービス\n\n%s\n"},
	} {
		all = append(all, ingress{name: c.name, covers: []string{"Issue.Body"}, lists: true, names: true, play: func(w *world, repo, text string) issue {
			listed(w, repo)
			return w.open(repo, "tanaka", "A newcomer", fmt.Sprintf(c.body, strings.TrimLeft(atMost(text, 5_000), " \t\r\n@")))
		}})
	}
	for _, c := range []struct {
		name  string
		write func(w *world, i issue, text string)
	}{
		{"/read", func(w *world, i issue, text string) { w.say(i, "sato", "/read "+strings.TrimLeft(text, " \t\r\n")) }},
		{"text of a reading", func(w *world, i issue, text string) {
			view, _ := w.hub.Issue(i.repo, i.number)
			first, rest, _ := strings.Cut(view.Body, "\n")
			body := first + "\n" + atMost(text, 5_000) + "\n" + strings.ReplaceAll(rest, "- [ ]", "- [x] "+oneLine(atMost(text, 500)))
			w.must(w.hub.EditIssue(i.repo, i.number, "suzuki", fakehub.Edit{Body: &body}))
		}},
	} {
		all = append(all, ingress{name: c.name, covers: []string{"Comment.Body", "Issue.Body"}, lists: true, byHand: true, shows: "(?i)reading · |読書 · ", play: func(w *world, repo, text string) issue {
			i := listed(w, repo)
			w.say(i, "tanaka", "/onboard @mika")
			w.settle()
			made := w.drafts(i)
			if len(made) != 1 {
				w.t.Fatalf("%d readings for %s", len(made), i)
			}
			w.say(made[0], "sato", "/read 1")
			w.settle()
			c.write(w, made[0], text)
			return made[0]
		}})
	}
	remove := func() {}
	return append(all, ingress{
		name: "refusal of a reading", covers: []string{"Made.Refused"}, lists: true, shows: "did not take|作れませんでした", play: func(w *world, repo, text string) issue {
			remove()
			i := listed(w, repo)
			w.settle()
			remove = w.hub.Fault(func(r *http.Request) *fakehub.Fault {
				if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/issues") {
					return nil
				}
				_, _ = io.Copy(io.Discard, r.Body)
				return &fakehub.Fault{Status: http.StatusUnprocessableEntity, Message: atMost(text, 1_000)}
			})
			w.say(i, "tanaka", "/onboard @mika")
			w.settle()
			remove()
			return i
		},
	})
}

// clubs are the agendas of the reading club, which people may rewrite.
func clubs() []ingress {
	var all []ingress
	for _, c := range []struct {
		name  string
		write func(body, text string) string
	}{
		{"notes on an agenda", func(body, text string) string { return strings.Replace(body, "- [ ]", "- [x]", 1) + text + "\n" }},
		{"entry of an agenda", func(body, text string) string {
			return strings.ReplaceAll(body, "- [ ] ", "- [x] "+oneLine(text)+" ")
		}},
		{"mark of an agenda", func(body, text string) string {
			first, rest, _ := strings.Cut(body, "\n")
			_, subject, _ := strings.Cut(first, "club.2")
			_, subject, _ = strings.Cut(subject, " ")
			return "<!-- kintsugi:readinglist.club." + oneLine(text) + " " + subject + "\n" + strings.Replace(rest, "- [ ]", "- [x]", 1)
		}},
		{"subject of an agenda", func(body, text string) string {
			first, rest, _ := strings.Cut(body, "\n")
			return strings.Replace(first, "/reading-list -->", "/"+oneLine(text)+" -->", 1) + "\n" + rest
		}},
		{"agenda that is none", func(_, text string) string { return text }},
	} {
		all = append(all, ingress{
			name: c.name, covers: []string{"Issue.Body", "OwnIssue.Key", "Subject.Name"}, lists: true, byHand: true, besides: []string{"2026-12-02"}, play: func(w *world, repo, text string) issue {
				w.clock.Advance(7 * 24 * time.Hour) // to a meeting that nobody prepared yet
				first := w.clock.Now().Add(48 * time.Hour).Format(time.DateOnly)
				w.shelve(repo, "", ", club: {first: "+first+", every: 1 week, reads: 5, hosts: [tanaka]}")
				i := w.recommended(repo, soundTitle, sound, "/recommend response because the order of checks helps")
				w.kept()
				w.night()
				for _, view := range w.hub.Issues(repo) {
					if view.Author == app && slices.Contains(view.Labels, "reading-club") {
						body := c.write(view.Body, atMost(text, 5_000))
						w.must(w.hub.EditIssue(repo, view.Number, "suzuki", fakehub.Edit{Body: &body}))
						w.must(w.hub.Close(repo, view.Number, "suzuki", "completed"))
						return issue{repo, view.Number}
					}
				}
				w.t.Fatalf("no agenda in %s", repo)
				return i
			},
		})
	}
	return all
}

// decidedOfReadingLists are the settings of reading lists.
func decidedOfReadingLists() []ingress {
	var all []ingress
	for _, k := range []struct{ key, more string }{
		{"label", "label: %s"}, {"repository", "repository: %s"}, {"repository", "repository: %[2]s"}, {"from", "from: [%[1]s, %[2]s]"}, {"folder", "write: commits, folder: %s"}, {"write", "write: %s"},
		{"club.first", "club: {first: %s}"}, {"club.at", "club: {first: 2026-12-02, at: %s}"}, {"club.every", "club: {first: 2026-12-02, every: %s}"},
		{"club.hosts", "club: {first: 2026-12-02, every: 1 week, hosts: [%s]}"}, {"club.reads", "club: {first: 2026-12-02, reads: %s}"}, {"club.services", "club: {first: 2026-12-02, every: 1 week, services: [%s]}"},
	} {
		all = append(all, ingress{
			name: k.more + " of reading lists in the settings", covers: []string{"policy.reading_list." + k.key}, settings: true, lists: true, besides: []string{".."},
			play: func(w *world, repo, text string) issue {
				w.shelve(repo, "", "")
				w.decides(repo, "reading_list: {"+fmt.Sprintf(k.more+"%[3]s", yaml(text), yaml("acme/"+text), "")+"}\n")
				return w.recommended(repo, soundTitle, sound, "/recommend response because the order of checks helps")
			},
		})
	}
	return all
}
