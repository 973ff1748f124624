package fakehub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestWhatRefers: which texts make a reference on the first issue of the shop.
func TestWhatRefers(t *testing.T) {
	for text, want := range map[string]bool{
		"See #1.":       true,
		"(#1)":          true,
		"GH-1 and gh-1": true,
		"acme/shop#1":   true,
		"ACME/Shop#1":   true,
		"as in https://fakehub.example/acme/shop/issues/1#issuecomment-5": true,
		"https://fakehub.example/acme/shop/pull/1":                        true,
		"#2":                                    false,
		"#10":                                   false,
		"acme/vault#1":                          false,
		"nobody/nothing#1":                      false,
		"x#1":                                   false,
		"`#1`":                                  false,
		"```\n#1\n```":                          false,
		"<!-- #1 -->":                           false,
		"# 1":                                   false,
		"https://github.com/acme/shop/issues/1": false,
		"https://fakehub.example/acme/shop/issues/11": false,
	} {
		w := newWorld(t)
		first := w.open("Slow")
		other := w.open("Slow, too")
		_, err := w.Comment(shop, other, "stranger", text)
		w.ok(err)
		bot := w.bot()
		got := len(references(t, bot.want(200, bot.get(path("/repos/%s/issues/%d/timeline", shop, first))))) > 0
		if got != want {
			t.Errorf("%q refers: %t", text, got)
		}
	}
}

// references are the sources in a timeline, as REPO#NUMBER.
func references(t *testing.T, a answer) []string {
	t.Helper()
	var found []string
	for _, m := range a.list(t) {
		if m["event"] != "cross-referenced" {
			continue
		}
		source, _ := m["source"].(map[string]any)
		i, _ := source["issue"].(map[string]any)
		repo, _ := i["repository_url"].(string)
		found = append(found, fmt.Sprintf("%s#%v", repo[strings.Index(repo, "/repos/")+len("/repos/"):], i["number"]))
	}
	return found
}

// TestTimeline: everything in its order, each source once, the newest state of
// a source, and nothing that the one who asks may not see.
func TestTimeline(t *testing.T) {
	w := newWorld(t)
	first := w.open("Slow")
	at := path("/repos/%s/issues/%d/timeline", shop, first)
	tick := func() { w.clock.Advance(time.Second) }
	tick()
	w.ok(w.Label(shop, first, "triage", "bug"))
	tick()
	_, err := w.Comment(shop, first, "read", "It is #1 itself.")
	w.ok(err)
	tick()
	other := w.open("Slow, too")
	for range 2 {
		_, err = w.Comment(shop, other, "read", "Like #1")
		w.ok(err)
	}
	hidden, err := w.OpenIssue(vault, "write", fakehub.NewIssue{Title: "Hidden", Body: "acme/shop#1"})
	w.ok(err)
	pull, err := w.OpenIssue(vault, "write", fakehub.NewIssue{Title: "A fix", Body: "acme/shop#1", PullRequest: true})
	w.ok(err)
	public, err := w.OpenIssue(shop, "write", fakehub.NewIssue{Title: "Faster", PullRequest: true})
	w.ok(err)
	body := "Fixes #1"
	w.ok(w.EditIssue(shop, public, "write", fakehub.Edit{Body: &body}))
	tick()
	w.ok(w.Merge(shop, public, "write"))

	bot := w.bot()
	all := bot.want(200, bot.get(at)).list(t)
	var kinds []string
	for _, m := range all {
		kinds = append(kinds, fmt.Sprint(m["event"]))
	}
	want := []string{"labeled", "commented", "cross-referenced", "cross-referenced", "cross-referenced"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if text := fmt.Sprint(all[len(all)-1]["source"]); !strings.Contains(text, "merged_at:2026-11-20T09:00:04Z") {
		t.Errorf("the merged pull request is %s", text)
	}
	in := func(repo string, n int) string { return fmt.Sprintf("%s#%d", repo, n) }
	sees := func(c *caller, want ...string) {
		t.Helper()
		if got := references(t, c.want(200, c.get(at+"?exclude=commented,mentioned"))); !slices.Equal(got, want) {
			t.Errorf("sees %v, want %v", got, want)
		}
	}
	sees(w.person("stranger"), in(shop, other), in(shop, public))
	sees(w.person("read"), in(shop, other), in(vault, hidden), in(vault, pull), in(shop, public))
	sees(bot, in(shop, other), in(vault, hidden), in(shop, public))
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "read", "pull_requests": "read"})
	sees(bot, in(shop, other), in(vault, hidden), in(vault, pull), in(shop, public))
	w.Select("acme", shop)
	sees(bot, in(shop, other), in(shop, public))
	w.ok(w.DeleteIssue(shop, other, "admin"))
	sees(bot, in(shop, public))
}

// TestMerge takes an open pull request and somebody who may write.
func TestMerge(t *testing.T) {
	w := newWorld(t)
	pull, err := w.OpenIssue(shop, "read", fakehub.NewIssue{Title: "Faster", PullRequest: true})
	w.ok(err)
	for _, c := range []struct {
		number int
		by     string
		want   int
	}{{w.open("An issue"), "write", 404}, {pull, "triage", 403}, {pull, "write", 0}, {pull, "write", 405}} {
		if err := w.Merge(shop, c.number, c.by); fakehub.Status(err) != c.want {
			t.Errorf("%s merges #%d: %v, want %d", c.by, c.number, err, c.want)
		}
	}
}

// TestTeamsAndChanges: who may see them, what lags, and what comes first.
func TestTeamsAndChanges(t *testing.T) {
	w := newWorld(t)
	w.SetTeam("acme", "Pay", "write", "triage")
	w.AddOrg("other", "theirs")
	members, deployments, releases := "/orgs/acme/teams/pay/members", "/repos/"+shop+"/deployments", "/repos/"+shop+"/releases"
	bot := w.bot()
	for _, c := range []struct {
		who    *caller
		path   string
		status int
	}{
		{bot, members, 403}, {bot, deployments, 403}, {bot, releases, 200}, {bot, "/orgs/other/teams/theirs/members", 404},
		{w.person("write"), members, 200}, {w.person("read"), members, 404}, {w.person("read"), deployments, 200},
	} {
		if a := c.who.get(c.path); a.status != c.status {
			t.Errorf("%s: %d, want %d", c.path, a.status, c.status)
		} else if needs := a.header.Get("X-Accepted-GitHub-Permissions"); a.status == 403 && needs == "" {
			t.Errorf("%s does not say what it takes", c.path)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "contents": "read", "members": "read", "deployments": "read"})
	for n := range 3 {
		w.ok(w.Deploy(shop, "production", fmt.Sprint("v", n), "write"))
		w.ok(w.Release(shop, fmt.Sprint("v", n), "write"))
		w.clock.Advance(time.Second)
	}
	if err := w.Deploy(shop, "production", "main", "triage"); fakehub.Status(err) != 403 {
		t.Errorf("somebody deploys who may not write: %v", err)
	}
	if a := bot.get(deployments + "?per_page=2"); a.list(t)[0]["ref"] != "v2" || !strings.Contains(a.header.Get("Link"), `rel="next"`) {
		t.Errorf("%v, %s", a.header, a.body)
	}
	if a := bot.get(releases).list(t); len(a) != 3 || a[0]["tag_name"] != "v2" {
		t.Errorf("%v", a)
	}
	w.SetTeam("acme", "pay", "write")
	w.ok(w.Deploy(shop, "production", "late", "write"))
	w.LagLists(time.Second, 1)
	if a := bot.get(members).list(t); len(a) != 2 {
		t.Errorf("the list of members does not lag: %v", a)
	}
	if a := bot.get(deployments).list(t); len(a) != 3 {
		t.Errorf("the list of deployments does not lag: %v", a)
	}
	w.LagLists(0, 0)
	if a := bot.get(members).list(t); len(a) != 1 {
		t.Errorf("%v", a)
	}
}
