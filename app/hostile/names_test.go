package hostile_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// signature is what GitHub would send along with a body.
func signature(body string) string {
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(sum.Sum(nil))
}

// logins are those of the set that GitHub allows.
func logins() []string {
	return slices.DeleteFunc(hostile.Logins(), func(l string) bool { _, ok := words.Login(l); return !ok })
}

// TestNamesOfAccounts lets everybody whose name means something do everything
// that is shown with a name: nothing refers, calls or closes, and each comment
// is found again, so that a second run writes nothing.
func TestNamesOfAccounts(t *testing.T) {
	w := newWorld(t)
	for _, login := range logins() {
		for _, repo := range []string{"acme/incidents", "acme/website"} {
			w.forget()
			w.hub.SetRole(repo, login, "triage")
			w.hub.SetRole(repo, "y"+login[1:], "read")
			i := w.open(repo, login, "[incident] Checkout is blank", "")
			w.must(w.hub.Assign(repo, i.number, "suzuki", login))
			w.settle()
			for _, said := range []string{"/ack", "/sev 2", "/started 10m ago", "/note x", "/help", "/sev x", "/detected yesterdya"} {
				w.say(i, login, said)
			}
			w.say(i, "y"+login[1:], "/ack")
			w.settle()
			w.say(i, login, "/resolved")
			w.settle()
			w.must(w.hub.Reopen(repo, i.number, login))
			w.settle()
			comments := w.ours(i)
			w.named(login, i, ours(i))
			if len(comments) < 4 {
				t.Errorf("%s: only %d comments", login, len(comments))
			}
			for what, said := range w.told(i) {
				for _, f := range hostile.Job(said) {
					t.Errorf("%s: %s in the %s", login, f, what)
				}
				if strings.HasSuffix(what, "dry run did") && said != "" {
					t.Errorf("%s: does not come to rest: %s", login, said)
				}
			}
		}
	}
	w.calledNobodyElse()
}

// named holds that nothing acts in what we wrote on an issue but what is our own,
// and that we wrote nothing twice.
func (w *world) named(login string, i issue, own hostile.Own) {
	w.t.Helper()
	own.References, own.Links = w.openedSince(i)
	seen := map[string]bool{}
	for _, body := range w.ours(i) {
		for _, f := range judged(body, own) {
			w.t.Errorf("%s: %s in %s", login, f, quote(body))
		}
		if seen[key(body)] {
			w.t.Errorf("%s: twice %s", login, key(body))
		}
		seen[key(body)] = true
	}
}

// TestNamesInPostmortems has such accounts lead an incident, write its postmortem,
// be asked for a review and give one, in an issue and in a pull request. Whoever
// writes it is reminded, and nobody else is called.
func TestNamesInPostmortems(t *testing.T) {
	w := newWorld(t)
	for _, login := range logins() {
		for n, repo := range []string{"acme/incidents", "acme/website"} {
			w.forget()
			other := "z" + login[1:]
			w.hub.SetRole(repo, login, "write")
			w.hub.SetRole(repo, other, "write")
			w.decides(repo, []string{"", asFile}[n])
			i := w.open(repo, login, "[incident] Checkout is blank", "")
			w.settle()
			for _, said := range []string{"/ack", "/sev 2", "/scribe " + other, "/note x", "/resolved"} {
				w.say(i, login, said)
			}
			w.settle()
			all := w.drafts(i)
			if len(all) != 1 {
				t.Fatalf("%s: %d drafts", login, len(all))
			}
			d := all[0]
			w.say(d, login, "/review @"+other)
			w.settle()
			w.say(d, login, "/approve")
			w.clock.Advance(10 * 24 * time.Hour) // over the day that it is due
			w.settle()
			if n == 0 {
				w.say(d, other, "/approve")
			} else {
				_, err := w.hub.Review(repo, d.number, other, "approved")
				w.must(err)
			}
			w.settle()
			view, _ := w.hub.Issue(repo, d.number)
			own := ours(i)
			own.References, own.Links = w.openedSince(i)
			own.Links = append(own.Links, "https://fakehub.example/"+repo+"/blob/")
			var drafted heard
			w.opened(i, &drafted)
			for _, s := range drafted {
				if isReminder(s.text) {
					own.Mentions = []string{"@" + login}
				}
				for _, f := range s.faults(own) {
					t.Errorf("%s: %s in %s %s", login, f, s.place, quote(s.text))
				}
				own.Mentions = ours(i).Mentions
			}
			if len(w.ours(d)) < 2 || len(view.Assignees) != 1 {
				t.Errorf("%s: only %d comments on %s of %q", login, len(w.ours(d)), d, view.Assignees)
			}
			w.must(w.hub.Close(repo, d.number, login, "completed"))
			w.settle()
		}
	}
	w.calledNobodyElse()
}

// TestNamesThatAreCalled has the settings call accounts, and teams that the App
// may not see, whose names mean something, and gives such accounts roles: each is
// called where calling is meant, and stands everywhere else as a name.
func TestNamesThatAreCalled(t *testing.T) {
	w := newWorld(t)
	for _, login := range logins() {
		for _, repo := range []string{"acme/incidents", "acme/website"} {
			w.forget()
			at := "\"@" + login + "\""
			w.hub.PutFile(repo, ".github/kintsugi.yml", "language: "+language(repo)+"\nservices: {web: {owners: ["+at+"], lead: "+at+", words: [checkout]}}\n"+
				"incident: {notify: ["+at+", \"@acme/"+login+"\", \"@acme/x"+login+"\"], escalate: ["+at+"], teams: {acme/"+login+": ["+at+"]}}\n")
			w.deliver()
			i := w.incident(repo)
			w.settle()
			before := w.ours(i)
			w.clock.Advance(11 * time.Minute)
			w.settle()
			before = append(before, w.ours(i)...)
			for _, said := range []string{"/sev 2", "/lead @" + login, "/comms " + login, "/scribe " + login, "/ack"} {
				w.say(i, "tanaka", said)
			}
			w.settle()
			before = append(before, w.ours(i)...)
			w.clock.Advance(61 * time.Minute) // after which the lead is reminded
			w.settle()
			w.say(i, "tanaka", "/resolved")
			w.settle()
			own := ours(i)
			own.References, own.Links = w.openedSince(i)
			own.Mentions = []string{"@" + login}
			kinds := map[string]bool{}
			for _, body := range append(before, w.ours(i)...) {
				kinds[key(body)] = true
				for _, f := range judged(body, own) {
					t.Errorf("%s: %s in %s", login, f, quote(body))
				}
			}
			if _, ok := words.Login(login); ok && len(kinds) < 4 {
				t.Errorf("%s: only %v", login, kinds)
			}
		}
	}
}

// TestNamesOfRepositories plays an incident, under settings with a slip, in
// repositories whose names mean something.
func TestNamesOfRepositories(t *testing.T) {
	w := newWorld(t)
	for _, name := range hostile.Names() {
		repo := "acme/" + name
		w.forget()
		w.addRepo(repo, false, "en")
		w.hub.PutFile(repo, ".github/kintsugi.yml", "incident: {nobody: 1}\n")
		i := w.incident(repo)
		w.settle()
		w.say(i, "tanaka", "/ack")
		w.say(i, "sato", "/sev 1")
		w.settle()
		comments := w.ours(i)
		if len(comments) < 2 {
			t.Errorf("%s: only %d comments", name, len(comments))
		}
		for _, body := range comments {
			for _, f := range judged(body, ours(i)) {
				t.Errorf("%s: %s in %s", name, f, quote(body))
			}
		}
	}
	w.calledNobodyElse()
}
