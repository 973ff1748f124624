package fakehub_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v4"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func TestJWTsAreVerified(t *testing.T) {
	w := newWorld(t)
	now := w.clock.Now()
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": "7", "exp": now.Add(time.Minute).Unix()}).
		SignedString(jwt.UnsafeAllowNoneSignatureType)
	w.ok(err)
	good := w.signed(nil)
	for name, c := range map[string]struct {
		token string
		want  int
	}{
		"good":               {good, 200},
		"issuer as a number": {w.signed(jwt.MapClaims{"iss": 7}), 200},
		"another App":        {w.signed(jwt.MapClaims{"iss": "8"}), 404},
		"expired":            {w.signed(jwt.MapClaims{"exp": now.Add(-time.Minute).Unix()}), 401},
		"too long":           {w.signed(jwt.MapClaims{"exp": now.Add(11 * time.Minute).Unix()}), 401},
		"without an end":     {w.signed(jwt.MapClaims{"exp": nil}), 401},
		"from the future":    {w.signed(jwt.MapClaims{"iat": now.Add(5 * time.Minute).Unix()}), 401},
		"unsigned":           {none, 401},
		"forged":             {good[:len(good)-8] + "AAAAAAAA", 401},
		"nothing":            {"", 401},
	} {
		c1 := &caller{t: t, transport: w.Transport(), credential: "Bearer " + c.token}
		if a := c1.get("/app"); a.status != c.want {
			t.Errorf("%s: %d, want %d: %s", name, a.status, c.want, a.body)
		}
	}
}

func TestTokensEnd(t *testing.T) {
	w := newWorld(t)
	bot := w.bot()
	at := "/repos/" + shop
	bot.want(200, bot.get(at))
	w.ExpireTokens()
	bot.want(401, bot.get(at))
	bot = w.bot()
	w.Suspend("acme")
	bot.want(403, bot.get(at))
	app := w.app()
	app.want(403, app.post(path("/app/installations/%d/access_tokens", w.install), "{}"))
	w.Unsuspend("acme")
	bot.want(200, bot.get(at))
	app.want(403, app.get(at))
	bot.want(401, bot.get("/app"))
	w.Uninstall("acme")
	bot.want(401, bot.get(at))
	app.want(404, app.post(path("/app/installations/%d/access_tokens", w.install), "{}"))
	app.want(404, app.get(at+"/installation"))
}

func TestAnInstallationSeesOnlyItsRepositories(t *testing.T) {
	w := newWorld(t)
	w.AddRepo("other", "thing", false)
	bot := w.bot()
	bot.want(404, bot.get("/repos/other/thing"))
	w.Select("acme", vault)
	bot.want(404, bot.get("/repos/"+shop))
	bot.want(200, bot.get("/repos/"+vault))
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "read"})
	a := bot.want(403, bot.post("/repos/"+vault+"/issues", `{"title":"x"}`))
	if a.object(t)["message"] != "Resource not accessible by integration" || a.header.Get("X-Accepted-GitHub-Permissions") != "issues=write" {
		t.Errorf("%v %s", a.header, a.body)
	}
}

func TestPagesAreLinked(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	for range 7 {
		_, err := w.Comment(shop, n, "stranger", "again")
		w.ok(err)
	}
	read := w.person("read")
	next, total := path("/repos/%s/issues/%d/comments?per_page=3", shop, n), 0
	for pages := 0; next != ""; pages++ {
		a := read.want(200, read.get(next))
		total += len(a.list(t))
		next = ""
		for link := range strings.SplitSeq(a.header.Get("Link"), ", ") {
			if address, found := strings.CutSuffix(link, `; rel="next"`); found {
				next = strings.Trim(address, "<>")
			}
		}
		if pages > 3 {
			t.Fatal("pages do not end")
		}
	}
	if total != 7 {
		t.Errorf("%d comments, want 7", total)
	}
}

func TestETagsBelongToTheToken(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	at := path("/repos/%s/issues/%d", shop, n)
	one, two := w.bot(), w.bot()
	tag := one.get(at).header.Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) {
		t.Fatalf("tag %s", tag)
	}
	one.want(304, one.with("If-None-Match", tag).get(at))
	two.want(200, two.with("If-None-Match", tag).get(at))
	w.ok(w.Label(shop, n, "triage", "bug"))
	one.want(200, one.get(at))
	if got := w.Counts().NotModified; got != 1 {
		t.Errorf("%d answers not modified, want 1", got)
	}
}

func TestRenamedRepositoriesRedirect(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	w.RenameRepo(shop, "store")
	bot := w.bot().checked()
	a := bot.want(301, bot.get(path("/repos/%s/issues/%d", shop, n)))
	bot.want(200, bot.get(a.header.Get("Location")))
	a = bot.want(307, bot.post(path("/repos/%s/issues/%d/comments", shop, n), `{"body":"x"}`))
	bot.want(201, bot.post(a.header.Get("Location"), `{"body":"x"}`))
	bot.want(200, bot.get(path("/api/v3/repos/acme/store/issues/%d", n)))
}

func TestRateLimitCounts(t *testing.T) {
	w := newWorld(t, func(o *fakehub.Options) { o.RateLimit = 2 })
	bot := w.bot()
	bot.get("/repos/" + shop)
	if got := bot.get("/repos/" + shop).header.Get("X-RateLimit-Remaining"); got != "0" {
		t.Errorf("%s remaining", got)
	}
	bot.want(403, bot.get("/repos/"+shop))
	w.clock.Advance(time.Hour)
	bot.want(200, bot.get("/repos/"+shop))
	counts := w.Counts()
	if counts.Points != 5+4 || counts.Refused != 1 || counts.ByRoute["GET /repos/{owner}/{repo}"] != 4 {
		t.Errorf("%+v", counts)
	}
}

func TestListsFilter(t *testing.T) {
	w := newWorld(t)
	first := w.open("First")
	w.clock.Advance(time.Minute)
	second := w.open("Second")
	middle := w.clock.Now().Add(time.Minute)
	w.clock.Advance(2 * time.Minute)
	w.ok(w.Label(shop, first, "write", "bug", "障害"))
	w.ok(w.Close(shop, second, "triage", ""))
	read := w.person("read")
	for query, want := range map[string]int{
		"": 1, "?state=closed": 1, "?state=all": 2, "?labels=bug,%E9%9A%9C%E5%AE%B3": 1, "?labels=bug,absent": 0,
		"?state=all&since=" + middle.Format(time.RFC3339): 2, "?state=all&since=2027-01-01T00:00:00Z": 0,
		"?state=all&creator=stranger": 2, "?state=all&creator=read": 0,
	} {
		if got := len(read.get("/repos/" + shop + "/issues" + query).list(t)); got != want {
			t.Errorf("%q: %d issues, want %d", query, got, want)
		}
	}
	sorted := read.get("/repos/" + shop + "/issues?state=all&sort=created&direction=asc").list(t)
	if sorted[0]["number"].(float64) != float64(first) {
		t.Errorf("oldest first: %v", sorted[0]["number"])
	}
}

// TestOverSockets is the same hub behind a real server.
func TestOverSockets(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(w.Hub)
	defer server.Close()
	c := &caller{t: t, transport: http.DefaultTransport, credential: "token user-read"}
	c.want(200, c.get(server.URL+"/api/v3/repos/"+shop))
	w.Fault(fakehub.Matching(1, "GET", "/labels", fakehub.Fault{DropRequest: true}))
	w.Fault(fakehub.Matching(1, "GET", "/labels", fakehub.Fault{DropRequest: true})) // net/http tries a GET twice
	if a := c.get(server.URL + "/repos/" + shop + "/labels"); a.err == nil {
		t.Errorf("the connection held: %d", a.status)
	}
	c.want(200, c.get(server.URL+"/repos/"+shop+"/labels"))
}

func TestACancelledRequestIsNotSent(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a := w.person("read").doWith(ctx, "POST", path("/repos/%s/issues/%d/comments", shop, n), `{"body":"x"}`)
	if i, _ := w.Issue(shop, n); a.err == nil || len(i.Comments) != 0 {
		t.Errorf("%v, %d comments", a.err, len(i.Comments))
	}
}
