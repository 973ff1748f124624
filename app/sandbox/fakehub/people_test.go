package fakehub_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestWhoMayWhat holds people to their roles, over HTTP.
func TestWhoMayWhat(t *testing.T) {
	w := newWorld(t)
	mine := w.open("Opened by a stranger")
	theirs, err := w.OpenIssue(shop, "write", fakehub.NewIssue{Title: "Opened by a writer"})
	w.ok(err)
	hidden, err := w.OpenIssue(vault, "read", fakehub.NewIssue{Title: "Hidden"})
	w.ok(err)
	said, err := w.Comment(shop, mine, "write", "A writer's words.")
	w.ok(err)
	issue := func(n int) string { return path("/repos/%s/issues/%d", shop, n) }
	comment := path("/repos/%s/issues/comments/%d", shop, said)

	for _, c := range []struct {
		who, method, path, body string
		want                    int
	}{
		{"stranger", "GET", path("/repos/%s/issues/%d", vault, hidden), "", 404},
		{"stranger", "POST", path("/repos/%s/issues/%d/comments", vault, hidden), `{"body":"x"}`, 404},
		{"read", "POST", path("/repos/%s/issues/%d/comments", vault, hidden), `{"body":"x"}`, 201},
		{"stranger", "POST", issue(theirs) + "/comments", `{"body":"x"}`, 201},
		{"stranger", "PATCH", issue(theirs), `{"state":"closed"}`, 403},
		{"stranger", "PATCH", issue(mine), `{"state":"closed"}`, 200},
		{"stranger", "PATCH", issue(mine), `{"state":"open"}`, 200},
		{"triage", "PATCH", issue(mine), `{"state":"closed","state_reason":"not_planned"}`, 200},
		{"stranger", "PATCH", issue(mine), `{"state":"open"}`, 403},
		{"stranger", "POST", issue(mine) + "/labels", `{"labels":["bug"]}`, 403},
		{"read", "POST", issue(mine) + "/labels", `["bug"]`, 403},
		{"triage", "POST", issue(mine) + "/labels", `["bug"]`, 200},
		{"triage", "PATCH", comment, `{"body":"x"}`, 403},
		{"triage", "DELETE", comment, "", 403},
		{"maintain", "PATCH", comment, `{"body":"x"}`, 200},
		{"write", "DELETE", comment, "", 204},
		{"triage", "POST", "/repos/" + shop + "/labels", `{"name":"x"}`, 403},
		{"nobody", "GET", issue(mine), "", 401},
		{"read", "GET", "/repos/" + shop + "/collaborators/admin/permission", "", 403},
		{"write", "POST", issue(mine) + "/comments", `{"body":""}`, 422},
		{"write", "POST", issue(mine) + "/comments", `{"body":`, 400},
	} {
		a := w.person(c.who).do(c.method, c.path, c.body)
		if a.status != c.want {
			t.Errorf("%s: %s %s %s: %d, want %d: %s", c.who, c.method, c.path, c.body, a.status, c.want, a.body)
		}
	}
}

func TestLabelsFromAnOpenerWithoutTriageAreDropped(t *testing.T) {
	w := newWorld(t)
	body := `{"title":"x","labels":["bug"],"assignees":["write"]}`
	for who, want := range map[string][]string{"stranger": nil, "read": nil, "triage": {"bug"}} {
		number := w.person(who).want(201, w.person(who).post("/repos/"+shop+"/issues", body)).object(t)["number"].(float64)
		i, _ := w.Issue(shop, int(number))
		if !slices.Equal(i.Labels, want) || (len(i.Assignees) > 0) != (want != nil) {
			t.Errorf("%s: labels %v, assignees %v", who, i.Labels, i.Assignees)
		}
	}
	n, err := w.OpenIssue(shop, "stranger", fakehub.NewIssue{Title: "x", Labels: []string{"bug", "absent"}, FromForm: true})
	w.ok(err)
	if i, _ := w.Issue(shop, n); !slices.Equal(i.Labels, []string{"bug"}) {
		t.Errorf("from a form: %v", i.Labels)
	}
	if slices.Contains(w.Labels(shop), "absent") {
		t.Error("a form made a label")
	}
}

func TestPermissionOfAPerson(t *testing.T) {
	w := newWorld(t)
	w.SetCustomRole(shop, "lead", "incident-lead", "triage")
	bot := w.bot()
	type seen struct {
		Permission, Role    string
		Pull, Triage, Write bool
	}
	got := map[string]seen{}
	for _, who := range []string{"stranger", "triage", "maintain", "admin", "lead"} {
		v := bot.want(200, bot.get("/repos/"+shop+"/collaborators/"+who+"/permission")).object(t)
		p := v["user"].(map[string]any)["permissions"].(map[string]any)
		got[who] = seen{v["permission"].(string), v["role_name"].(string), p["pull"].(bool), p["triage"].(bool), p["push"].(bool)}
	}
	want := map[string]seen{
		"stranger": {"read", "read", true, false, false},
		"triage":   {"read", "triage", true, true, false},
		"maintain": {"write", "maintain", true, true, true},
		"admin":    {"admin", "admin", true, true, true},
		"lead":     {"read", "incident-lead", true, true, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnIssueTellsItsStory(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	title := "Slower"
	w.ok(w.EditIssue(shop, n, "triage", fakehub.Edit{Title: &title}))
	w.ok(w.Label(shop, n, "kintsugi[bot]", "障害"))
	w.ok(w.Label(shop, n, "triage", "障害")) // has it already
	w.ok(w.Close(shop, n, "triage", "duplicate"))
	w.ok(w.Close(shop, n, "triage", "completed")) // is closed already
	w.ok(w.Reopen(shop, n, "triage"))
	w.ok(w.Unlabel(shop, n, "triage", "障害"))
	i, _ := w.Issue(shop, n)
	var told []string
	for _, e := range i.Events {
		told = append(told, strings.TrimSpace(e.Kind+" "+e.Actor+" "+e.Label))
	}
	want := []string{"renamed triage", "labeled kintsugi[bot] 障害", "closed triage", "reopened triage", "unlabeled triage 障害"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if i.State != "open" || i.Reason != "reopened" || !i.Events[1].ByApp || i.Title != title {
		t.Errorf("%+v", i)
	}
	for _, e := range w.person("read").get(path("/repos/%s/issues/%d/events", shop, n)).list(t) {
		if _, told := e["state_reason"]; told {
			t.Errorf("the event %v gives a state_reason", e["event"])
		}
	}
}

func TestReactionsAreOnePerPersonAndContent(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	id, err := w.Comment(shop, n, "stranger", "/ack")
	w.ok(err)
	before, _ := w.Issue(shop, n)
	bot, at := w.bot(), path("/repos/%s/issues/comments/%d/reactions", shop, id)
	first := bot.want(201, bot.post(at, `{"content":"+1"}`)).object(t)
	second := bot.want(200, bot.post(at, `{"content":"+1"}`)).object(t)
	if first["id"] != second["id"] {
		t.Errorf("two reactions: %v, %v", first["id"], second["id"])
	}
	bot.want(422, bot.post(at, `{"content":"shrug"}`))
	after, _ := w.Issue(shop, n)
	if diff := cmp.Diff([]fakehub.ReactionView{{User: "kintsugi[bot]", Content: "+1"}}, after.Comments[0].Reactions); diff != "" {
		t.Error(diff)
	}
	if !after.Updated.Equal(before.Updated) {
		t.Error("a reaction moved updated_at")
	}
}

func TestMentions(t *testing.T) {
	w := newWorld(t)
	w.AddUser("tanaka")
	n := w.open("Slow")
	for body, want := range map[string][]string{
		"@tanaka please":                           {"tanaka"},
		"@Tanaka and @tanaka, @nobody":             {"tanaka"},
		"`@tanaka` and mail@tanaka.example":        nil,
		"```\n@tanaka\n```\n> quoted":              nil,
		"<!-- @tanaka -->":                         nil,
		"<!-- kintsugi:x -->\n@acme/pay, see this": {"acme/pay"},
		`\@tanaka`:    {"tanaka"},
		"&#64;tanaka": {"tanaka"},
		"<details><summary>@tanaka</summary></details>":   {"tanaka"},
		"<code>@tanaka</code> <a title=\"@tanaka\">x</a>": nil,
		"- one\n- @tanaka\n- ~~~@tanaka~~~":               {"tanaka"},
		"    @tanaka in a code block":                     nil,
		"@triage\n@stranger speaks":                       {"triage"},
	} {
		before := len(w.Mentions())
		id, err := w.Comment(shop, n, "stranger", body)
		w.ok(err)
		w.ok(w.EditComment(shop, id, "stranger", body+" @admin"))
		var got []string
		for _, m := range w.Mentions()[before:] {
			got = append(got, m.Who)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", body, diff)
		}
	}
}

func TestPrivateRepositoriesNotifyOnlyReaders(t *testing.T) {
	w := newWorld(t)
	_, err := w.OpenIssue(vault, "read", fakehub.NewIssue{Title: "x", Body: "@stranger @triage"})
	w.ok(err)
	if m := w.Mentions(); len(m) != 1 || m[0].Who != "triage" {
		t.Errorf("%v", m)
	}
}

func TestDeletedAndArchived(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	if err := w.DeleteIssue(shop, n, "maintain"); fakehub.Status(err) != 403 {
		t.Errorf("deleting without admin: %v", err)
	}
	w.ok(w.DeleteIssue(shop, n, "admin"))
	read := w.person("read")
	read.want(410, read.get(path("/repos/%s/issues/%d", shop, n)))
	if got := read.get("/repos/" + shop + "/issues?state=all").list(t); len(got) != 0 {
		t.Errorf("a deleted issue is listed: %v", got)
	}
	kept := w.open("Kept")
	w.ArchiveRepo(shop)
	read.want(403, read.post(path("/repos/%s/issues/%d/comments", shop, kept), `{"body":"x"}`))
}
