package fakehub_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func TestATransferredIssueRedirects(t *testing.T) {
	w := newWorld(t)
	w.ok(w.CreateLabel(vault, "write", "障害", "b60205"))
	n := w.open("Slow")
	w.ok(w.Label(shop, n, "write", "障害", "bug", "only-here"))
	w.ok(w.Assign(shop, n, "write", "triage"))
	_, err := w.Comment(shop, n, "stranger", "first")
	w.ok(err)
	gone, err := w.Comment(shop, n, "stranger", "second")
	w.ok(err)
	w.ok(w.DeleteComment(shop, gone, "stranger"))
	if _, err := w.TransferIssue(shop, n, "triage", vault); fakehub.Status(err) != 403 {
		t.Errorf("transferred without the right to write: %v", err)
	}
	w.TakeDeliveries()
	_, err = w.OpenIssue(vault, "write", fakehub.NewIssue{Title: "Another"})
	w.ok(err)
	moved, err := w.TransferIssue(shop, n, "write", vault)
	w.ok(err)
	if moved != 2 {
		t.Errorf("#%d", moved)
	}
	i, _ := w.Issue(vault, moved)
	if len(i.Comments) != 1 || i.Comments[0].Body != "first" || i.Comments[0].Author != "stranger" ||
		!slices.Equal(i.Labels, []string{"障害", "bug"}) || !slices.Equal(i.Assignees, []string{"triage"}) || i.Author != "stranger" {
		t.Errorf("%+v", i)
	}
	if _, there := w.Issue(shop, n); there || len(w.Issues(shop)) != 0 {
		t.Error("the old issue is still listed")
	}
	var seen []string
	for _, d := range w.TakeDeliveries() {
		seen = append(seen, d.Event+" "+d.Action)
	}
	if diff := cmp.Diff([]string{"issues opened", "issues transferred", "issues opened"}, seen); diff != "" {
		t.Error(diff)
	}

	bot := w.bot().checked()
	at := path("/repos/%s/issues/%d", shop, n)
	a := bot.want(301, bot.get(at))
	if found := bot.want(200, bot.get(a.header.Get("Location"))).object(t); found["number"].(float64) != float64(moved) ||
		!strings.HasSuffix(found["repository_url"].(string), "/repos/"+vault) {
		t.Errorf("%v", found)
	}
	a = bot.want(307, bot.post(at+"/comments", `{"body":"x"}`))
	bot.want(201, bot.post(a.header.Get("Location"), `{"body":"x"}`))
	bot.want(404, bot.get(path("/repos/%s/issues/comments/%d", shop, gone)))

	private, err := w.OpenIssue(vault, "write", fakehub.NewIssue{Title: "Hidden"})
	w.ok(err)
	if _, err := w.TransferIssue(vault, private, "write", shop); fakehub.Status(err) != 422 {
		t.Errorf("made public: %v", err)
	}
}

func TestATransferredRepositoryRedirects(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("umbrella", "other", false)
	theirs := w.Install("umbrella", time.Time{})
	w.TakeDeliveries()
	w.TransferRepo(shop, "umbrella")
	bot := w.bot()
	a := bot.want(301, bot.get("/repos/"+shop))
	bot.want(404, bot.get(a.header.Get("Location"))) // acme's token no longer reaches it
	app := w.app()
	a = app.want(301, app.get("/repos/"+shop+"/installation"))
	if found := app.want(200, app.get(a.header.Get("Location"))).object(t); found["id"].(float64) != float64(theirs) {
		t.Errorf("%v", found["id"])
	}
	var seen []string
	for _, d := range w.TakeDeliveries() {
		seen = append(seen, d.Event+" "+d.Action)
	}
	if diff := cmp.Diff([]string{"installation_repositories removed", "installation_repositories added"}, seen); diff != "" {
		t.Error(diff)
	}
	w.AddRepo("acme", "shop", false) // the name is free again, and the redirect ends
	bot.want(200, bot.get("/repos/"+shop))
}

func TestAssignees(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	logins := []string{"nobody", "kintsugi[bot]", "acme"}
	for _, login := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} {
		w.SetRole(shop, login, "read")
		logins = append(logins, login)
	}
	w.AddUser("passer-by")
	bot, at := w.bot(), path("/repos/%s/issues/%d/assignees", shop, n)
	bot.want(201, bot.post(at, `{"assignees":["passer-by"]}`))
	_, err := w.Comment(shop, n, "passer-by", "I can help.")
	w.ok(err)
	bot.want(201, bot.post(at, `{"assignees":["passer-by"]}`))
	bot.want(201, bot.post(at, `{"assignees":["`+strings.Join(logins, `","`)+`"]}`))
	i, _ := w.Issue(shop, n)
	if diff := cmp.Diff([]string{"passer-by", "a", "b", "c", "d", "e", "f", "g", "h", "i"}, i.Assignees); diff != "" {
		t.Error(diff)
	}
	read := w.person("read")
	read.want(200, read.do("DELETE", at, `{"assignees":["a"]}`)) // left out without a word
	bot.want(200, bot.do("DELETE", at, `{"assignees":["b","nobody","l"]}`))
	if i, _ = w.Issue(shop, n); len(i.Assignees) != 9 || slices.Contains(i.Assignees, "b") {
		t.Errorf("%v", i.Assignees)
	}
}

// What an App asks for and what an installation has granted are two things.
func TestPermissionsNotYetAccepted(t *testing.T) {
	w := newWorld(t)
	wanted := map[string]string{"metadata": "read", "issues": "write", "deployments": "write"}
	w.Ask(wanted, "issues", "deployment")
	app := w.app().checked()
	about := app.want(200, app.get("/app")).object(t)
	if about["permissions"].(map[string]any)["deployments"] != "write" || len(about["events"].([]any)) != 2 {
		t.Errorf("asks for %v, %v", about["permissions"], about["events"])
	}
	at := path("/app/installations/%d", w.install)
	granted := func() map[string]any { return app.want(200, app.get(at)).object(t) }
	if g := granted(); g["permissions"].(map[string]any)["deployments"] != nil || len(g["events"].([]any)) != 4 {
		t.Errorf("granted without being asked: %v, %v", g["permissions"], g["events"])
	}
	w.Accept("acme")
	if g := granted(); g["permissions"].(map[string]any)["deployments"] != "write" || len(g["events"].([]any)) != 2 {
		t.Errorf("accepted: %v, %v", g["permissions"], g["events"])
	}
	if d := w.TakeDeliveries(); len(d) != 1 || d[0].Action != "new_permissions_accepted" {
		t.Errorf("%+v", d)
	}
	w.SetWebhookForm("form", true)
	hook := app.want(200, app.get("/app/hook/config")).object(t)
	if hook["content_type"] != "form" || hook["insecure_ssl"] != "1" || hook["secret"] != "********" {
		t.Errorf("%v", hook)
	}
}

// GitHub's time is one: the Date header, and what JWTs are judged by.
func TestSkew(t *testing.T) {
	w := newWorld(t, func(o *fakehub.Options) { o.Skew = -10 * time.Minute })
	app := w.app()
	a := app.want(401, app.get("/app"))
	date, err := time.Parse(time.RFC1123, a.header.Get("Date"))
	w.ok(err)
	if off := w.clock.Now().Sub(date).Round(time.Minute); off != 10*time.Minute {
		t.Errorf("%v off", off)
	}
	app.credential = "Bearer " + w.signed(map[string]any{"iat": date.Unix(), "exp": date.Add(time.Minute).Unix()})
	app.want(200, app.get("/app"))
	app.credential = "Bearer " + w.signed(map[string]any{"iat": nil, "exp": date.Add(time.Minute).Unix()})
	app.want(401, app.get("/app"))
	for _, f := range []fakehub.Fault{{Status: 502}, {Status: 429, Header: map[string]string{"Retry-After": "3"}}} {
		w.Fault(fakehub.Matching(1, "", "", f))
		if a := app.want(f.Status, app.get("/app")); a.header.Get("Date") == "" {
			t.Errorf("%d without a date", f.Status)
		}
	}
}

func TestSecondaryLimits(t *testing.T) {
	w := newWorld(t, func(o *fakehub.Options) { o.Secondary = true })
	n := w.open("Slow")
	bot, at := w.bot(), path("/repos/%s/issues/%d/comments", shop, n)
	for range 80 {
		bot.want(201, bot.post(at, `{"body":"x"}`))
	}
	a := bot.want(403, bot.post(at, `{"body":"x"}`))
	if !strings.Contains(string(a.body), "secondary rate limit") || w.Counts().Limited != 1 {
		t.Errorf("%s, %+v", a.body, w.Counts())
	}
	bot.want(200, bot.post(path("/repos/%s/issues/%d/labels", shop, n), `["bug"]`)) // creates no content
	sent := 80
	for sent < 500 {
		w.clock.Advance(time.Minute)
		for range min(80, 500-sent) {
			bot.want(201, bot.post(at, `{"body":"x"}`))
			sent++
		}
	}
	w.clock.Advance(2 * time.Minute)
	bot.want(403, bot.post(at, `{"body":"x"}`))
	w.clock.Advance(time.Hour)
	bot.want(201, bot.post(at, `{"body":"x"}`))
}

func TestCallsOfAnInstallation(t *testing.T) {
	w := newWorld(t)
	w.RecordExchanges(true)
	from := w.clock.Now()
	bot := w.bot()
	bot.get("/repos/" + shop)
	w.person("read").get("/repos/" + shop)
	w.app().get("/app")
	w.clock.Advance(time.Minute)
	middle := w.clock.Now()
	bot.get("/repos/" + shop)
	if a, b := w.Calls(w.install, from, middle), w.Calls(w.install, middle, middle.Add(time.Minute)); a != 2 || b != 1 {
		t.Errorf("%d calls, then %d", a, b)
	}
	if n := w.Calls(w.install+1, from, middle); n != 0 {
		t.Errorf("%d calls of nobody", n)
	}
}

func TestTokensHaveTheNewForm(t *testing.T) {
	for short, want := range map[bool]int{false: 520, true: 40} {
		w := newWorld(t, func(o *fakehub.Options) { o.ShortTokens = short })
		token := strings.TrimPrefix(w.bot().credential, "token ")
		if len(token) != want || !strings.HasPrefix(token, "ghs_") || strings.Count(token, ".") != map[bool]int{false: 2, true: 0}[short] {
			t.Errorf("%d characters: %s", len(token), token)
		}
	}
}
