package engine_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// secretRepo is a private repository in which Mallory, who may write where the
// postmortem is, has no role, and Suzuki, who approves, has none either. Tanaka has.
const (
	secretRepo = "acme/secret"
	hush       = "Layoffs on Friday"
)

func newSecretWorld(t *testing.T, more string) *world {
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings+more)
	w.hub.AddRepo("acme", "secret", true)
	w.hub.SetRole(secretRepo, "tanaka", "write")
	w.hub.SetRole(secretRepo, "hidden", "write")
	w.hub.SetRole(repo, "mallory", "write")
	n, err := w.hub.OpenIssue(secretRepo, "tanaka", fakehub.NewIssue{Title: hush, Body: "Really: " + hush})
	w.must(err)
	w.must(w.hub.Assign(secretRepo, n, "tanaka", "hidden"))
	return w
}

// heldOff fails where anything happened in the secret repository, or anything of it
// is told elsewhere.
func (w *world) heldOff(m int) {
	w.t.Helper()
	all := w.hub.Issues(secretRepo)
	if len(all) != 1 || len(all[0].Comments) != 0 || len(all[0].Labels) != 0 || all[0].State != "open" || len(w.hub.Labels(secretRepo)) != len(w.hub.Labels(atticRepo)) {
		w.t.Errorf("something happened over there: %+v", all)
	}
	for _, v := range w.hub.Issues(repo) {
		for _, text := range append([]string{v.Title, v.Body}, bodies(v)...) {
			if strings.Contains(text, "Layoffs") || strings.Contains(text, "hidden") {
				w.t.Errorf("#%d tells it:\n%s", v.Number, text)
			}
		}
		for _, text := range bodies(v) { // a reference would show over there
			if strings.Contains(code.ReplaceAllString(text, ""), "secret") {
				w.t.Errorf("#%d refers to it:\n%s", v.Number, text)
			}
		}
	}
	w.wantsNoFailures()
}

var code = regexp.MustCompile("`[^`]*`")

func bodies(v fakehub.IssueView) (all []string) {
	for _, c := range v.Comments {
		if c.Author == "kintsugi[bot]" {
			all = append(all, c.Body)
		}
	}
	return all
}

// TestFollowUpsElsewhere: somebody who may write here and not over there has nothing
// made there, and reads nothing of it, in whatever way it is named.
func TestFollowUpsElsewhere(t *testing.T) {
	row := func(text, owner, issue string) string {
		return "## Action items\n\n| Action | Owner | Due | Issue |\n|---|---|---|---|\n| " + text + " | " + owner + " | | " + issue + " |\n"
	}
	for name, c := range map[string]struct {
		policy string
		play   func(w *world) (m int)
	}{
		"a row that names the repository": {"", func(w *world) int { return w.accepted(row("Look repo:acme/secret", "@suzuki", "")) }},
		"a row that names the issue": {"", func(w *world) int {
			return w.accepted(row("Look", "@suzuki", "https://fakehub.example/acme/secret/issues/1"))
		}},
		"a row that names the issue in short": {"", func(w *world) int { return w.accepted(row("Look acme/secret#1", "@suzuki", "acme/secret#1")) }},
		"the policy of here":                  {"followup: {repository: acme/secret}\n", func(w *world) int { return w.accepted(row("Look", "@suzuki", "")) }},
		"an owner's repository":               {"followup: {owners: {\"@suzuki\": acme/secret}}\n", func(w *world) int { return w.accepted(row("Look", "@suzuki", "")) }},
		"a command": {"", func(w *world) int {
			m := w.accepted(row("Look", "", ""))
			w.settle()
			w.say(m, "mallory", "/follow-up 1 @suzuki repo:acme/secret")
			w.say(m, "mallory", "/follow-up Read it repo:acme/secret @suzuki")
			return m
		}},
		"at once": {"followup: {create: at_once}\n", func(w *world) int {
			return w.write("mallory", "[postmortem] x", row("Look repo:acme/secret", "@suzuki", ""))
		}},
		"an edit after it was accepted": {"", func(w *world) int {
			m := w.write("mallory", "[postmortem] x", row("Look", "@suzuki", ""))
			w.hub.SetRole(repo, "tanaka", "write")
			w.say(m, "tanaka", "/approve")
			w.settle()
			w.must(w.hub.EditIssue(repo, m, "mallory", fakehub.Edit{Body: new(row("Look repo:acme/secret", "@suzuki", "") + "| More repo:acme/secret | @suzuki | | |\n")}))
			return m
		}},
		"an edit after it was accepted, and before that was read": {"", func(w *world) int {
			m := w.write("mallory", "[postmortem] x", row("Look", "@suzuki", ""))
			w.settle()
			w.hub.SetRole(repo, "tanaka", "write")
			w.say(m, "tanaka", "/approve")
			w.clock.Advance(2 * time.Second)
			w.must(w.hub.EditIssue(repo, m, "mallory", fakehub.Edit{Body: new(row("Look repo:acme/secret", "@suzuki", ""))}))
			return m
		}},
		"an edit while many wait": {"", func(w *world) int {
			m := w.write("mallory", "[postmortem] x", items(12))
			w.hub.SetRole(repo, "tanaka", "write")
			w.say(m, "tanaka", "/approve")
			for w.status(m) == "" || !strings.Contains(w.status(m), "are being made") {
				w.deliver()
				_, _, err := w.engine.Step(w.t.Context())
				w.must(err)
			}
			body := strings.ReplaceAll(w.issue(m).Body, "| prevent |", "repo:acme/secret | prevent |")
			w.must(w.hub.EditIssue(repo, m, "mallory", fakehub.Edit{Body: &body}))
			return m
		}},
		"a mark that is forged": {"", func(w *world) int {
			m := w.accepted(row("Look", "@suzuki", ""))
			w.settle()
			made := w.ownIn(repo)[0]
			w.must(w.hub.EditIssue(repo, made, "mallory", fakehub.Edit{Body: new("<!-- kintsugi:followup.item.aaaaaaaaaa acme/secret#1 -->\n- Postmortem: acme/secret#1\n- Due: 2026-11-27")}))
			w.say(made, "mallory", "/postpone 2026-12-01 x\n/evidence https://example.org/x")
			w.say(m, "mallory", "<!-- kintsugi:status -->\nFollow-ups\n<!-- kintsugi:followup.item.bbbbbbbbbb acme/secret#1 -->")
			w.say(m, "mallory", "/recurrence-of #1")
			return m
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newSecretWorld(t, c.policy)
			w.addRepo(atticRepo, true)
			m := c.play(w)
			w.settle()
			w.clock.Advance(24 * time.Hour)
			w.settle()
			w.heldOff(m)
		})
	}
}

// TestNothingTellsWhatIsElsewhere: a repository that is there, one that is not, an
// issue that is there and one that is not are answered alike to whoever has no role.
func TestNothingTellsWhatIsElsewhere(t *testing.T) {
	for _, pair := range [][2]string{
		{"| Look repo:acme/secret | @suzuki | |", "| Look repo:acme/nothing | @suzuki | |"},
		{"| Look repo:acme/attic | @suzuki | |", "| Look repo:acme/nothing | @suzuki | |"},
		{"| Look | @suzuki | acme/secret#1 |", "| Look | @suzuki | acme/secret#9 |"},
		{"| Look | @suzuki | https://fakehub.example/acme/secret/issues/1 |", "| Look | @suzuki | https://fakehub.example/acme/nothing/issues/1 |"},
	} {
		var told [2]string
		for i, row := range pair {
			w := newSecretWorld(t, "")
			w.hub.AddRepo("acme", "attic", true)
			w.hub.ArchiveRepo(atticRepo)
			m := w.accepted("## Action items\n\n| Action | Owner | Issue |\n|---|---|---|\n" + row + "\n")
			w.settle()
			told[i] = strings.NewReplacer("acme/nothing", "X", "acme/secret", "X", "acme/attic", "X", "#9", "#1").Replace(w.list(m) + w.status(m)[:strings.Index(w.status(m), "<!-- kintsugi:record")])
		}
		if told[0] != told[1] {
			t.Errorf("%s is told from %s:\n%s\n%s", pair[0], pair[1], told[0], told[1])
		}
	}
}

// TestPrivateToPublic: what stands in a private postmortem becomes a bare reference
// in a public repository, and a private issue of a public postmortem shows there how
// it stands and no words of it.
func TestPrivateToPublic(t *testing.T) {
	w := newWorld(t, 1, withFollowUps, withoutSweeps)
	w.hub.PutFile(repo, ".github/kintsugi.yml", followUpSettings)
	w.addRepo(public, false)
	w.hub.PutFile(public, ".github/kintsugi.yml", followUpSettings)
	m := w.accepted("## Action items\n\n| Action | Owner |\n|---|---|\n| Rotate the leaked key repo:" + public + " | @suzuki |\n")
	w.settle()
	v, _ := w.hub.Issue(public, 1)
	if v.Author != "kintsugi[bot]" || strings.Contains(v.Title+v.Body, "leaked") || !strings.Contains(v.Body, fmt.Sprintf("%s#%d", repo, m)) {
		t.Errorf("%s: %s\n%s", v.Author, v.Title, v.Body)
	}
	p, err := w.hub.OpenIssue(public, "yamamoto", fakehub.NewIssue{Title: "[postmortem] Outage", Body: "## Action items\n\n| Action | Owner |\n|---|---|\n| Look closer repo:" + repo + " | @suzuki |\n"})
	w.must(err)
	w.settle()
	_, err = w.hub.Comment(public, p, "suzuki", "/approve")
	w.must(err)
	w.settle()
	made := w.ownIn(repo)
	last := made[len(made)-1]
	w.must(w.hub.EditIssue(repo, last, "suzuki", fakehub.Edit{Title: new("It was Eve")}))
	w.settle()
	w.clock.Advance(24 * time.Hour)
	w.settle()
	view, _ := w.hub.Issue(public, p)
	text := strings.Join(bodies(view), "\n")
	if !strings.Contains(text, fmt.Sprintf("%s#%d · open", repo, last)) || strings.Contains(text, "Eve") {
		t.Errorf("the public postmortem says\n%s", text)
	}
}
