package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// newPostmortemWorld has an App that may do all that postmortems take, and is told
// of pull requests.
func newPostmortemWorld(t testing.TB, settings string) *world {
	w := newWorld(t, 1, withPostmortems)
	w.hub.Ask(paperPermissions, "issues", "issue_comment", "pull_request", "pull_request_review", "check_run", "push")
	w.hub.Accept("acme")
	w.hub.PutFile(repo, ".github/kintsugi.yml", "time_zone: Asia/Tokyo\n"+settings)
	w.settle()
	return w
}

// resolvedIncident is an incident that is over, of a severity that needs a postmortem, and
// its draft, 0 for none.
func (w *world) resolvedIncident() (n, m int) {
	w.t.Helper()
	n = w.open("sato", "[incident] checkout is blank")
	w.settle()
	return n, w.resolves(n)
}

func (w *world) resolves(n int) (m int) {
	w.t.Helper()
	before, _ := w.reported()
	w.say(n, "tanaka", "/ack\n/sev 1\n/started 10m ago\n/resolved")
	w.settle()
	after, _ := w.reported()
	if len(after) == len(before) {
		return 0
	}
	return after[len(after)-1]
}

// write opens an issue that somebody wrote by hand.
func (w *world) write(by, title, body string) int {
	w.t.Helper()
	n, err := w.hub.OpenIssue(repo, by, fakehub.NewIssue{Title: title, Body: body})
	w.must(err)
	w.settle()
	return n
}

// TestFakePostmortemsDoNotCount: what somebody without a role writes does not
// stand for the postmortem of an incident, in whatever way it names it.
func TestFakePostmortemsDoNotCount(t *testing.T) {
	for name, fake := range map[string]func(w *world, n int) int{
		"an issue that says so": func(w *world, n int) int {
			return w.write("sato", "[postmortem] checkout", fmt.Sprintf("Incident: #%d\n/postmortem\n/postmortem-of #%d\n", n, n))
		},
		"an issue with a mark like ours": func(w *world, n int) int {
			return w.write("sato", "Postmortem: checkout", fmt.Sprintf("<!-- kintsugi:postmortem.draft %s#%d -->\nIncident: #%d", repo, n, n))
		},
		"a status comment like ours": func(w *world, n int) int {
			m := w.write("sato", "checkout", fmt.Sprintf("about #%d", n))
			status := strings.Replace(w.status(n), "<!-- kintsugi:status -->", "<!-- kintsugi:status -->\n**Postmortem · done**", 1)
			w.say(m, "sato", status)
			return m
		},
		"an issue that was adopted for another incident": func(w *world, n int) int {
			other := w.open("tanaka", "[incident] the search is slow")
			w.settle()
			m := w.write("sato", "the search was slow", fmt.Sprintf("Incident: #%d", other))
			w.must(w.hub.Label(repo, m, "suzuki", "postmortem"))
			w.settle()
			w.say(m, "sato", fmt.Sprintf("/postmortem-of #%d", n))
			return m
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPostmortemWorld(t, "")
			n := w.open("tanaka", "[incident] checkout is blank")
			w.settle()
			m := fake(w, n)
			w.settle()
			draft := w.resolves(n)
			if draft == 0 || draft == m {
				t.Errorf("no draft was made\n%s", w.visible(n))
			}
			if said := w.visible(n); strings.Contains(said, fmt.Sprintf("ostmortem: #%d", m)) || strings.Contains(said, fmt.Sprintf("postmortem is #%d", m)) {
				t.Errorf("the incident says that #%d is its postmortem\n%s", m, said)
			}
		})
	}
}

// TestFakeApprovalsDoNotCount: a postmortem is done when somebody who may and did
// not write it says so, and stands by it.
func TestFakeApprovalsDoNotCount(t *testing.T) {
	for name, approve := range map[string]func(w *world, m int){
		"by somebody who may only read":     func(w *world, m int) { w.say(m, "sato", "/approve") },
		"by somebody who may only triage":   func(w *world, m int) { w.say(m, "tanaka", "/approve") },
		"by an account that is nobody here": func(w *world, m int) { w.say(m, "nobody", "/approve") },
		"by an edit of another's comment": func(w *world, m int) {
			id := w.say(m, "suzuki", "looks fine")
			w.clock.Advance(time.Minute)
			w.must(w.hub.EditComment(repo, id, "yamamoto", "/approve"))
		},
		"in a quotation": func(w *world, m int) { w.say(m, "suzuki", "> /approve\n\n```\n/approve\n```\n`/approve`") },
		"by its author who is not assigned any more": func(w *world, m int) {
			w.must(w.hub.Assign(repo, m, "yamamoto", "suzuki"))
			w.settle()
			w.say(m, "suzuki", "/approve")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPostmortemWorld(t, "")
			w.hub.AddUser("nobody")
			w.hub.SetRole(repo, "nobody", "read")
			_, m := w.resolvedIncident()
			approve(w, m)
			w.settle()
			if v := w.issue(m); v.State != "open" || slices.Contains(v.Labels, "postmortem: done") {
				t.Errorf("it is done\n%s", w.visible(m))
			}
		})
	}
}

// TestReviewsThatDoNotApprove: of reviews of a pull request only those count that
// their reviewers stand by, and who may not write does not approve.
func TestReviewsThatDoNotApprove(t *testing.T) {
	for name, review := range map[string]func(w *world, m int){
		"by somebody who may only read": func(w *world, m int) { w.reviews(m, "sato", "approved") },
		"of its author, who opened it":  func(w *world, m int) { w.say(m, "suzuki", "/approve") },
		"followed by a wish for changes": func(w *world, m int) {
			w.reviews(m, "yamamoto", "approved")
			w.clock.Advance(time.Minute)
			w.reviews(m, "yamamoto", "changes_requested")
		},
		"that was dismissed": func(w *world, m int) {
			id, err := w.hub.Review(repo, m, "yamamoto", "approved")
			w.must(err)
			w.settle()
			w.must(w.hub.DismissReview(repo, m, id, "suzuki"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPostmortemWorld(t, "")
			m := w.proposes("suzuki", "# Checkout\n\n## Summary\n\nIt was blank.\n")
			w.say(m, "suzuki", "/review @yamamoto")
			w.settle()
			review(w, m)
			w.settle()
			if said := w.status(m); strings.Contains(said, "approved: merge it") || !strings.Contains(said, "approve the pull request") {
				t.Errorf("it counts\n%s", said)
			}
		})
	}
}

func (w *world) reviews(m int, by, state string) {
	w.t.Helper()
	_, err := w.hub.Review(repo, m, by, state)
	w.must(err)
	w.settle()
}

// proposes opens a pull request with a postmortem, which a maintainer labels.
func (w *world) proposes(by, content string) int {
	w.t.Helper()
	w.must(w.hub.CommitFile(repo, by, "by-hand", "postmortems/2026-11-26-x.md", content))
	m, err := w.hub.OpenPull(repo, by, fakehub.NewIssue{Title: "[postmortem] x", Head: "by-hand"})
	w.must(err)
	w.settle()
	if w.status(m) != "" {
		w.t.Errorf("a pull request without the label is looked after\n%s", w.visible(m))
	}
	w.must(w.hub.Label(repo, m, "yamamoto", "postmortem"))
	w.settle()
	return m
}

// TestNobodyIsRemindedAtNight: also where a team has named no hours, nobody is
// mentioned at night or at a weekend because of a postmortem.
func TestNobodyIsRemindedAtNight(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	for name, settings := range map[string]string{
		"no hours": "", "holidays alone": "holidays: [jp]\n", "hours": "working_hours: \"10:00-18:00\"\n", "hours that are none": "working_hours: \"25:00-03:00\"\n",
	} {
		for _, said := range []string{"/lint", "/share 12/2 4:00", "/share 12/6 15:00", "/postpone 12/5 a Saturday", "/postpone 12/6 a Sunday"} {
			t.Run(name+" "+said, func(t *testing.T) {
				w := newWorld(t, 1, withPostmortems, withoutSweeps)
				w.hub.PutFile(repo, ".github/kintsugi.yml", "time_zone: Asia/Tokyo\n"+settings)
				_, m := w.resolvedIncident()
				w.say(m, "suzuki", said)
				reminded := 0
				for range 24 * 20 {
					w.waits(time.Hour)
				}
				for _, r := range w.runs {
					for _, did := range r.Did {
						if !strings.HasPrefix(did, "comment postmortem.share.") && !strings.HasPrefix(did, "comment postmortem.before.") && !strings.HasPrefix(did, "comment postmortem.after.") {
							continue
						}
						reminded++
						at := r.At.In(time.FixedZone("JST", 9*60*60))
						if at.Hour() < 8 || at.Hour() >= 20 || at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
							t.Errorf("%s on %s", did, at.Format("Mon 15:04"))
						}
					}
				}
				if reminded == 0 {
					t.Error("nobody was reminded at all")
				}
			})
		}
	}
}

// TestNeighboursComeToRest: whatever incidents and postmortems say about each
// other, the program comes to rest, which settle holds.
func TestNeighboursComeToRest(t *testing.T) {
	w := newPostmortemWorld(t, "")
	var all []int
	for range 3 {
		n, m := w.resolvedIncident()
		all = append(all, n, m, w.write("suzuki", "[postmortem] by hand", fmt.Sprintf("Incident: #%d", n)))
	}
	for i, n := range all {
		for _, other := range []int{all[(i+1)%len(all)], all[(i+4)%len(all)], n, 999_999} {
			w.clock.Advance(time.Minute)
			w.say(n, "suzuki", fmt.Sprintf("/postmortem #%d\n/postmortem-of #%d\n/duplicate-of #%d", other, other, other))
			w.settle()
		}
	}
	runs := len(w.runs)
	w.clock.Advance(time.Minute)
	for _, n := range all {
		w.say(n, "suzuki", "a word that means nothing")
	}
	w.settle()
	if again := len(w.runs) - runs; again > 4*len(all) {
		t.Errorf("a comment on each of %d woke %d runs", len(all), again)
	}
	for _, r := range w.runs[runs:] {
		if len(r.Did) > 0 && strings.Contains(r.Key, "#") {
			t.Errorf("%s still writes: %q", r.Key, r.Did)
		}
	}
}

// TestDraftThatIsMovedOrRewritten: what people do to the issue of a draft neither
// makes another incident's of it, nor lets it fall out of the App's care.
func TestDraftThatIsMovedOrRewritten(t *testing.T) {
	t.Run("it names another incident", func(t *testing.T) {
		w := newPostmortemWorld(t, "")
		n, m := w.resolvedIncident()
		other := w.open("tanaka", "[incident] the search is slow")
		w.settle()
		first, rest, _ := strings.Cut(w.issue(m).Body, "\n")
		body := fmt.Sprintf("%s\n<!-- kintsugi:postmortem.draft %s#%d -->\nIncident: #%d\n%s", first, repo, other, other, rest)
		w.must(w.hub.EditIssue(repo, m, "suzuki", fakehub.Edit{Body: &body}))
		w.settle()
		w.wants(w.status(m), fmt.Sprintf("Incident: #%d", n))
		if strings.Contains(w.visible(other), fmt.Sprintf("#%d", m)) {
			t.Errorf("the other incident has it\n%s", w.visible(other))
		}
	})
	t.Run("its text is replaced", func(t *testing.T) {
		w := newPostmortemWorld(t, "")
		n, m := w.resolvedIncident()
		body := "# Checkout\n\n## Summary\n\nPasted from our editor.\n"
		w.must(w.hub.EditIssue(repo, m, "suzuki", fakehub.Edit{Body: &body}))
		w.settle()
		w.say(m, "suzuki", "/review @yamamoto")
		w.settle()
		w.wants(w.status(m), "in review", fmt.Sprintf("Incident: #%d", n))
		if made, _ := w.reported(); len(made) != 1 {
			t.Errorf("%d drafts", len(made))
		}
	})
	t.Run("it is deleted", func(t *testing.T) {
		w := newPostmortemWorld(t, "")
		n, m := w.resolvedIncident()
		w.hub.SetRole(repo, "yamamoto", "admin")
		w.must(w.hub.DeleteIssue(repo, m, "yamamoto"))
		w.say(n, "tanaka", "/note x")
		w.settle()
		if err := w.failures(); err != nil {
			t.Error(err)
		}
	})
	t.Run("it is transferred", func(t *testing.T) {
		w := newPostmortemWorld(t, "")
		w.addRepo(elsewhere, true)
		_, err := w.hub.OpenIssue(elsewhere, "tanaka", fakehub.NewIssue{Title: "[incident] something else"}) // of the same number
		w.must(err)
		w.settle()
		_, m := w.resolvedIncident()
		moved, err := w.hub.TransferIssue(repo, m, "suzuki", elsewhere)
		w.must(err)
		w.settle()
		v, _ := w.hub.Issue(elsewhere, moved)
		for _, c := range v.Comments {
			if strings.Contains(c.Body, "Incident: #1\n") || strings.Contains(c.Body, "Incident: #1 ") {
				t.Errorf("it is taken for the postmortem of another incident, %s#1\n%s", elsewhere, c.Body)
			}
		}
		_, err = w.hub.Comment(elsewhere, 1, "tanaka", "/ack\n/sev 1\n/resolved")
		w.must(err)
		w.settle()
		one, _ := w.hub.Issue(elsewhere, 1)
		for _, c := range one.Comments {
			if strings.Contains(c.Body, fmt.Sprintf("#%d", moved)) {
				t.Errorf("%s#1 takes it for its own\n%s", elsewhere, c.Body)
			}
		}
	})
}

// TestPostmortemsOfAnySize: neither a document nor a template nor a title of
// the greatest size, of whatever it is made, stops the program or makes it write
// more than GitHub takes.
func TestPostmortemsOfAnySize(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	const most = 200_000
	for name, line := range map[string]string{
		"headings": "# a\n", "long headings": "## " + strings.Repeat("長", 400) + "\n", "items": "- [ ] be careful\n", "blame": "He forgot it. ", "rows": "| 02:40 | x | y |\n",
		"times": "02:40 ", "brackets": "[", "comments": "<!-- ", "waivers": "<!-- kintsugi-lint: ignore blame x -->\n", "fences": "```\n", "tags": "<a ", "emoji": "👩",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newPostmortemWorld(t, "")
			w.hub.PutFile(repo, ".github/ISSUE_TEMPLATE/postmortem.md", "## Summary\n\n## Timeline\n\n## Action items\n\n"+strings.Repeat(line, most/len(line)))
			w.settle()
			n := w.open("tanaka", "[incident] "+strings.Repeat("👩", 240))
			w.settle()
			m := w.resolves(n)
			if m == 0 {
				t.Fatalf("no draft\n%s", w.visible(n))
			}
			body := "## Timeline\n\n## Action items\n\n" + strings.Repeat(line, 60_000/utf8.RuneCountInString(line))
			w.must(w.hub.EditIssue(repo, m, "suzuki", fakehub.Edit{Body: &body}))
			byHand := w.write("suzuki", "[postmortem] "+strings.Repeat("👩", 240), body)
			p := w.proposes("suzuki", "## Timeline\n\n## Action items\n\n"+strings.Repeat(line, most/len(line)))
			for _, one := range []int{byHand, p} {
				w.say(one, "suzuki", "/lint")
				w.settle()
				if len(w.ours(one)) == 0 || len(w.ours(one)) > 2 {
					t.Errorf("#%d has %d comments", one, len(w.ours(one)))
				}
				for _, c := range w.ours(one) {
					if size := utf8.RuneCountInString(c.Body); size > 20_000 {
						t.Errorf("a comment of %d characters", size)
					}
				}
			}
			if err := w.failures(); err != nil {
				t.Error(err)
			}
		})
	}
}
