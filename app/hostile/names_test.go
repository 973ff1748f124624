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
			seen := map[string]bool{}
			for _, body := range comments {
				for _, f := range judged(body, ours(i)) {
					t.Errorf("%s: %s in %s", login, f, quote(body))
				}
				if seen[key(body)] {
					t.Errorf("%s: twice %s", login, key(body))
				}
				seen[key(body)] = true
			}
			if len(comments) < 4 {
				t.Errorf("%s: only %d comments, %v", login, len(comments), seen)
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
