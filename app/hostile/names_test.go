package hostile_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

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
			own := hostile.Own{Mentions: []string{"@" + oncall}, Links: []string{fmt.Sprintf("https://fakehub.example/%s/issues/%d", repo, i.number)}}
			comments := w.ours(i)
			seen := map[string]bool{}
			for _, body := range comments {
				own.Table = strings.HasPrefix(body, "<!-- kintsugi:incident.help.")
				for _, f := range append(hostile.Markdown(body, own), marks(body)...) {
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
		own := hostile.Own{Links: []string{fmt.Sprintf("https://fakehub.example/%s/issues/%d", repo, i.number)}}
		for _, body := range comments {
			for _, f := range hostile.Markdown(body, own) {
				t.Errorf("%s: %s in %s", name, f, quote(body))
			}
		}
	}
	w.calledNobodyElse()
}
