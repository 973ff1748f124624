package fakehub_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func (w *world) comments(n int) int {
	i, _ := w.Issue(shop, n)
	return len(i.Comments)
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault  fakehub.Fault
		status int // zero for a cut connection
		effect bool
	}{
		"refused":       {fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "60"}}, 429, false},
		"lost request":  {fakehub.Fault{DropRequest: true}, 0, false},
		"lost answer":   {fakehub.Fault{DropAnswer: true}, 0, true},
		"delay":         {fakehub.Fault{Delay: time.Minute}, 201, true},
		"slow and lost": {fakehub.Fault{Delay: time.Minute, DropAnswer: true}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			n := w.open("Slow")
			remove := w.Fault(fakehub.Matching(1, "POST", "/comments", c.fault))
			bot, at := w.bot(), path("/repos/%s/issues/%d/comments", shop, n)
			before := w.clock.Now()
			a := bot.post(at, `{"body":"x"}`)
			if a.status != c.status || (a.err == nil) != (c.status != 0) || (w.comments(n) == 1) != c.effect {
				t.Errorf("%d %v, %d comments", a.status, a.err, w.comments(n))
			}
			if w.clock.Now().Sub(before) < c.fault.Delay {
				t.Error("no delay")
			}
			if c.status == 429 && a.header.Get("Retry-After") != "60" {
				t.Errorf("header %v", a.header)
			}
			remove()
			bot.want(201, bot.post(at, `{"body":"y"}`))
		})
	}
}

func TestALateWriteLandsInItsTime(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	bot, at := w.bot(), path("/repos/%s/issues/%d/comments", shop, n)
	w.Fault(fakehub.Matching(1, "POST", "/comments", fakehub.Fault{LandAfter: time.Minute}))
	sent := w.clock.Now()
	if a := bot.post(at, `{"body":"late"}`); a.err == nil {
		t.Fatalf("answered %d", a.status)
	}
	if w.comments(n) != 0 || w.LateWrites() != 1 {
		t.Fatalf("%d comments", w.comments(n))
	}
	w.clock.Advance(5 * time.Minute)
	i, _ := w.Issue(shop, n)
	if len(i.Comments) != 1 {
		t.Fatalf("%d comments", len(i.Comments))
	}
	if after := i.Comments[0].Created.Sub(sent); after < 59*time.Second || after > 61*time.Second {
		t.Errorf("landed after %v", after)
	}
}

func TestADelayEndsWithTheRequest(t *testing.T) {
	options := fakehub.Options{Clock: clock.New(), App: fakehub.App{PrivateKey: key()}}
	h := fakehub.New(options)
	h.AddRepo("acme", "shop", false)
	h.AddUser("read")
	h.Fault(fakehub.Matching(1, "", "", fakehub.Fault{Delay: time.Hour}))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	c := &caller{t: t, transport: h.Transport(), credential: "token user-read"}
	if a := c.doWith(ctx, "GET", "/repos/acme/shop", ""); !errors.Is(a.err, context.DeadlineExceeded) {
		t.Errorf("%v", a.err)
	}
}

func TestListsLag(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	id, err := w.Comment(shop, n, "stranger", "first")
	w.ok(err)
	w.clock.Advance(time.Hour)
	w.LagLists(10*time.Second, 0.5)
	w.ok(w.EditComment(shop, id, "stranger", "second"))
	_, err = w.Comment(shop, n, "stranger", "third")
	w.ok(err)
	read, at := w.person("read"), path("/repos/%s/issues/%d/comments", shop, n)
	old, fresh := 0, 0
	for range 200 {
		switch list := read.get(at).list(t); {
		case len(list) == 1 && list[0]["body"] == "first":
			old++
		case len(list) == 2 && list[0]["body"] == "second":
			fresh++
		}
		if got := read.get(path("/repos/%s/issues/comments/%d", shop, id)).object(t)["body"]; got != "second" {
			t.Fatalf("by its id it is old: %v", got)
		}
	}
	if old < 50 || fresh < 50 {
		t.Errorf("%d lists were old, %d fresh", old, fresh)
	}
	w.clock.Advance(10 * time.Second)
	for range 20 {
		if len(read.get(at).list(t)) != 2 {
			t.Fatal("the lag does not end")
		}
	}
}

// TestEveryListLags looks at each list right after a change, always lagging.
func TestEveryListLags(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	id, err := w.Comment(shop, n, "stranger", "/ack")
	w.ok(err)
	w.clock.Advance(time.Hour)
	w.LagLists(time.Hour, 1)
	title := "Slower"
	w.ok(w.EditIssue(shop, n, "triage", fakehub.Edit{Title: &title}))
	w.ok(w.Label(shop, n, "triage", "bug"))
	w.ok(w.React(shop, id, "triage", "+1"))
	w.ok(w.DeleteComment(shop, id, "stranger"))
	read, issue := w.person("read"), path("/repos/%s/issues/%d", shop, n)
	if got := read.get("/repos/" + shop + "/issues").list(t); got[0]["title"] != "Slow" || got[0]["comments"].(float64) != 1 {
		t.Errorf("the list of issues is fresh: %v", got)
	}
	if got := read.get(issue + "/events").list(t); len(got) != 0 {
		t.Errorf("the list of events is fresh: %v", got)
	}
	if got := read.get(issue + "/comments").list(t); len(got) != 1 {
		t.Errorf("the list of comments is fresh: %v", got)
	}
	if got := read.get(issue).object(t); got["title"] != title {
		t.Errorf("the issue itself is old: %v", got["title"])
	}
	kept, err := w.Comment(shop, n, "stranger", "/sev 2")
	w.ok(err)
	w.clock.Advance(2 * time.Hour)
	w.ok(w.React(shop, kept, "triage", "+1"))
	if got := read.get(path("/repos/%s/issues/comments/%d/reactions", shop, kept)).list(t); len(got) != 0 {
		t.Errorf("the list of reactions is fresh: %v", got)
	}
}

func TestDeliveriesAreSignedLoggedAndSentAgain(t *testing.T) {
	refuse, got := true, []*http.Request{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r)
		if refuse {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	w := newWorld(t, func(o *fakehub.Options) { o.WebhookURL = server.URL })
	w.open("Slow")
	d := w.TakeDeliveries()[0]
	if status, err := w.Send(context.Background(), d); status != 503 || err != nil {
		t.Fatalf("%d %v", status, err)
	}
	app := w.app()
	first := app.get("/app/hook/deliveries").list(t)[0]
	refuse = false
	app.want(202, app.post(path("/app/hook/deliveries/%.0f/attempts", first["id"]), ""))
	again := w.TakeDeliveries()
	if len(again) != 1 || again[0].GUID != d.GUID || !again[0].Redelivery {
		t.Fatalf("%+v", again)
	}
	if _, err := w.Send(context.Background(), again[0]); err != nil {
		t.Fatal(err)
	}
	log := w.DeliveryLog()
	if len(log) != 2 || log[0].Status != "Invalid HTTP Response: 503" || log[1].Status != "OK" || log[0].ID == log[1].ID {
		t.Errorf("%+v", log)
	}
	if got[0].Header.Get("X-GitHub-Delivery") != d.GUID || got[0].Header.Get("X-GitHub-Event") != "issues" {
		t.Errorf("%v", got[0].Header)
	}
	w.clock.Advance(73 * time.Hour)
	if left := w.app().get("/app/hook/deliveries").list(t); len(left) != 0 {
		t.Errorf("the log reaches back too far: %v", left)
	}
}

func TestDeliveriesPage(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		w.open("Slow")
	}
	for _, d := range w.TakeDeliveries() {
		w.Lose(d)
	}
	app := w.app().checked()
	seen, next := map[any]bool{}, "/app/hook/deliveries?per_page=2"
	for next != "" {
		a := app.want(200, app.get(next))
		for _, d := range a.list(t) {
			seen[d["guid"]] = true
		}
		next = ""
		if link := a.header.Get("Link"); link != "" {
			next = link[1 : len(link)-len(`>; rel="next"`)]
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d deliveries, want 5", len(seen))
	}
}

// TestSignature is GitHub's own example. docs: Validating webhook deliveries.
func TestSignature(t *testing.T) {
	w := newWorld(t)
	w.open("Slow")
	d := w.TakeDeliveries()[0]
	d.Payload = []byte("Hello, World!")
	sum := hmac.New(sha256.New, []byte("It's a Secret to Everybody"))
	sum.Write(d.Payload)
	want := "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	if got := d.Header().Get("X-Hub-Signature-256"); got != want || got != "sha256="+hex.EncodeToString(sum.Sum(nil)) {
		t.Errorf("%s", got)
	}
}

func TestTheAppHearsOfItsOwnWrites(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	w.TakeDeliveries()
	bot := w.bot()
	made := bot.want(201, bot.post(path("/repos/%s/issues/%d/comments", shop, n), `{"body":"Hello."}`)).object(t)
	d := w.TakeDeliveries()
	if len(d) != 1 || !d[0].ByApp || d[0].Event != "issue_comment" {
		t.Errorf("%+v", d)
	}
	user, via := made["user"].(map[string]any), made["performed_via_github_app"].(map[string]any)
	if user["login"] != "kintsugi[bot]" || user["type"] != "Bot" || via["slug"] != "kintsugi" {
		t.Errorf("by %v via %v", user, via)
	}
}

func TestRunSendsInOrder(t *testing.T) {
	sent := make(chan string, 10)
	h := fakehub.New(fakehub.Options{
		Clock: clock.New(), App: fakehub.App{PrivateKey: key()},
		Deliver: func(_ context.Context, d fakehub.Delivery) (int, error) {
			sent <- d.Event + " " + d.Action
			return 202, nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- h.Run(ctx) }()
	h.AddRepo("acme", "shop", false)
	h.Install("acme", time.Time{})
	h.AddUser("tanaka")
	n, err := h.OpenIssue("acme/shop", "tanaka", fakehub.NewIssue{Title: "Slow"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close("acme/shop", n, "tanaka", ""); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"installation created", "issues opened", "issues closed"} {
		if got := <-sent; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheSameSeedTellsTheSameStory(t *testing.T) {
	tell := func() (guids []string) {
		w := newWorld(t)
		w.open("Slow")
		w.PutFile(shop, "README.md", "# Shop")
		for _, d := range w.TakeDeliveries() {
			guids = append(guids, d.GUID+string(d.Payload))
		}
		return guids
	}
	one, two := tell(), tell()
	for n := range one {
		if one[n] != two[n] {
			t.Errorf("%s\n%s", one[n], two[n])
		}
	}
}
