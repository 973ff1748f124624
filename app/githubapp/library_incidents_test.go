package githubapp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func similarTo(number int, text string) workflows.SimilarAsk {
	return workflows.SimilarAsk{Subject: workflows.Subject{Repo: shop, Number: number}, Label: "障害", Text: text}
}

// past opens an incident and closes it.
func (w *world) past(title, body string) int {
	w.t.Helper()
	n, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: title, Body: body, Labels: []string{"障害"}})
	must(w.t, err)
	must(w.t, w.Close(shop, n, "alice", "completed"))
	return n
}

const (
	expired     = "決済APIの証明書切れ"
	expiredBody = "### 何が起きていますか\n\n決済画面が真っ白になりました。証明書の期限切れで、注文ができません。\n"
)

func TestSimilar(t *testing.T) {
	w := newWorld(t, checked(t))
	old := w.past(expired, expiredBody)
	w.past("検索が遅い", "検索の応答に30秒かかります。")
	now := w.past("決済画面が真っ白", atNight)
	w.past("決済画面が真っ白 その2", atNight)
	got := w.answered(similarTo(now, atNight))
	if len(got.Matches) != 1 || got.Matches[0].Number != old || got.Matches[0].Title != expired {
		t.Fatalf("%+v, want %d: not itself, and not the one after it", got, old)
	}
	m := got.Matches[0]
	if want := fmt.Sprintf("https://github.com/acme/shop/issues/%d", old); m.URL != want {
		t.Errorf("%s, want %s", m.URL, want)
	}
	for _, word := range m.Words {
		if !strings.Contains(atNight, word) {
			t.Errorf("%q is not in the text", word)
		}
	}
	if got := w.answered(similarTo(now, "まったく別の話です")); len(got.Matches) != 0 {
		t.Errorf("unsure: %+v", got)
	}
	w.app = w.newApp() // a restart loses all that was kept
	if got := w.answered(similarTo(now, atNight)); titlesOf(got) != expired {
		t.Errorf("after a restart: %+v", got)
	}
}

// An incident that is no longer one, or gone, is not suggested a minute later, although no
// list tells; one that is new is, after a minute.
func TestSimilarFollowsTheIssues(t *testing.T) {
	for name, change := range map[string]func(w *world, n int) error{
		"unlabelled":  func(w *world, n int) error { return w.Unlabel(shop, n, "alice", "障害") },
		"deleted":     func(w *world, n int) error { return w.DeleteIssue(shop, n, "alice") },
		"transferred": func(w *world, n int) error { _, err := w.TransferIssue(shop, n, "alice", vault); return err },
	} {
		w := newWorld(t)
		second := w.past(expired, expiredBody)
		first := w.past(expired+" (再)", expiredBody+expiredBody)
		ask := similarTo(1000, atNight)
		if got := w.answered(ask); len(got.Matches) != 1 || got.Matches[0].Number != first {
			t.Fatalf("%s: %+v", name, got)
		}
		must(t, change(w, first))
		w.clock.Advance(time.Minute)
		if got := w.answered(ask); len(got.Matches) != 1 || got.Matches[0].Number != second {
			t.Errorf("%s: %+v, want the other one", name, got)
		}
	}
	w := newWorld(t)
	ask := similarTo(1000, atNight)
	w.past("検索が遅い", "検索の応答に30秒かかります。")
	w.answered(ask)
	n := w.past(expired, expiredBody)
	w.clock.Advance(time.Minute)
	w.forgetRequests()
	if got := w.answered(ask); len(got.Matches) != 1 || got.Matches[0].Number != n {
		t.Errorf("a new one: %+v", got)
	}
	if lists := w.count("GET", listRoute); lists != 1 {
		t.Errorf("%d lists to learn of one change", lists)
	}
	title, body := "配送の遅れ", "荷物が届きません。"
	must(t, w.EditIssue(shop, n, "alice", fakehub.Edit{Title: &title, Body: &body}))
	w.clock.Advance(time.Minute)
	if got := w.answered(ask); len(got.Matches) != 0 {
		t.Errorf("an edited one: %+v", got)
	}
}

// After a restart a repository with very many incidents is read in portions,
// the newest first.
func TestSimilarInPortions(t *testing.T) {
	w := newWorld(t)
	w.past(expired, expiredBody)
	for n := range 1020 {
		_, err := w.OpenIssue(shop, "alice", fakehub.NewIssue{Title: fmt.Sprint("Something else ", n), Labels: []string{"障害"}})
		must(t, err)
	}
	ask := similarTo(5000, atNight)
	if got := w.answered(ask); len(got.Matches) != 0 || w.count("GET", listRoute) != 10 {
		t.Errorf("at first: %+v with %d lists", got, w.count("GET", listRoute))
	}
	if got := w.answered(ask); titlesOf(got) != expired {
		t.Errorf("then: %+v", got)
	}
	w.forgetRequests()
	w.answered(ask)
	if n := w.count("", ""); n != 0 {
		t.Errorf("%d requests for what was looked at just now", n)
	}
	w.clock.Advance(time.Minute)
	w.answered(ask)
	if n := w.count("GET", issueRoute); n != 1 {
		t.Errorf("%d requests when all is read, want a look at the one suggested", n)
	}
}

func TestSimilarUnknown(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("stranger", "thing", false)
	for _, ask := range []workflows.SimilarAsk{
		{Subject: workflows.Subject{Repo: "stranger/thing", Number: 1}, Label: "障害", Text: atNight},
		{Subject: workflows.Subject{Repo: "../..", Number: 1}, Label: "障害", Text: atNight},
		{Subject: w.issue, Text: atNight},
	} {
		if got := w.answered(ask); got.Unknown == "" {
			t.Errorf("%+v: %+v", ask, got)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read"})
	if got := w.answered(similarTo(5, atNight)); !strings.Contains(got.Unknown, "issues: read") {
		t.Errorf("not permitted: %+v", got)
	}
}
