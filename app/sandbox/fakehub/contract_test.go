package fakehub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
)

// TestEveryEndpointHoldsTheContract drives each endpoint once in earnest, both
// ways through GitHub's description.
func TestEveryEndpointHoldsTheContract(t *testing.T) {
	w := newWorld(t)
	w.PutFile(shop, ".github/kintsugi.yml", strings.Repeat("language: ja\n", 20))
	app, bot, repo := w.app().checked(), w.bot().checked(), "/repos/"+shop

	app.want(200, app.get("/app"))
	app.want(200, app.get("/app/installations?per_page=1"))
	app.want(200, app.get(path("/app/installations/%d", w.install)))
	app.want(201, app.post(path("/app/installations/%d/access_tokens", w.install), `{}`))
	app.want(200, app.get(repo+"/installation"))
	bot.want(200, bot.get("/installation/repositories"))
	bot.want(200, bot.get(repo))
	bot.want(200, bot.get(repo+"/contents/.github/kintsugi.yml"))
	bot.want(404, bot.get(repo+"/contents/absent.yml"))
	bot.want(200, bot.get("/users/stranger"))
	bot.want(200, bot.get(repo+"/collaborators/triage/permission"))
	bot.want(404, bot.get(repo+"/collaborators/nobody/permission"))

	bot.want(201, bot.post(repo+"/labels", `{"name":"障害","color":"b60205","description":"起きています"}`))
	bot.want(422, bot.post(repo+"/labels", `{"name":"障害","color":"b60205"}`))
	bot.want(200, bot.get(repo+"/labels"))
	bot.want(200, bot.get(repo+"/labels/%E9%9A%9C%E5%AE%B3"))
	bot.want(404, bot.get(repo+"/labels/absent"))

	bot.want(201, bot.post(repo+"/issues", `{"title":"Slow","body":"cc @triage","labels":["障害"],"assignees":["write"]}`))
	bot.want(422, bot.post(repo+"/issues", `{"title":""}`))
	bot.want(200, bot.get(repo+"/issues?state=all&labels=%E9%9A%9C%E5%AE%B3&sort=updated&direction=asc&since="+start))
	bot.want(422, bot.post(repo+"/issues", `{"title":"Slow","assignees":["write","nobody"]}`))
	bot.want(204, bot.get(repo+"/assignees/write"))
	bot.want(404, bot.get(repo+"/assignees/nobody"))
	issue := repo + "/issues/1"
	bot.want(200, bot.get(issue))
	bot.want(404, bot.get(repo+"/issues/99"))
	bot.want(200, bot.patch(issue, `{"title":"Slower","labels":["bug"],"assignees":[]}`))
	bot.want(200, bot.patch(issue, `{"state":"closed","state_reason":"not_planned"}`))
	bot.want(200, bot.patch(issue, `{"state":"open","state_reason":"reopened"}`))
	bot.want(200, bot.post(issue+"/labels", `{"labels":["new"]}`))
	bot.want(200, bot.get(issue+"/labels"))
	bot.want(200, bot.delete(issue+"/labels/new"))
	bot.want(404, bot.delete(issue+"/labels/new"))
	bot.want(200, bot.get(issue+"/events"))
	bot.want(201, bot.post(issue+"/assignees", `{"assignees":["write","nobody"]}`))
	bot.want(200, bot.do("DELETE", issue+"/assignees", `{"assignees":["write","triage"]}`))
	bot.want(201, bot.post(issue+"/reactions", `{"content":"eyes"}`))
	bot.want(200, bot.post(issue+"/reactions", `{"content":"eyes"}`))
	bot.want(200, bot.get(issue+"/reactions"))

	made := bot.want(201, bot.post(issue+"/comments", `{"body":"On it."}`)).object(t)
	comment := path("%s/issues/comments/%.0f", repo, made["id"])
	bot.want(200, bot.get(comment))
	bot.want(200, bot.patch(comment, `{"body":"On it now."}`))
	bot.want(422, bot.patch(comment, `{"body":`+quote(strings.Repeat("x", 65537))+`}`))
	bot.want(201, bot.post(comment+"/reactions", `{"content":"+1"}`))
	bot.want(200, bot.get(comment+"/reactions?content=%2B1"))
	bot.want(200, bot.get(issue+"/comments?since="+start+"&per_page=100"))
	bot.want(204, bot.delete(comment))
	bot.want(404, bot.get(comment))

	everythingInTimeline(w)
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "read", "members": "read", "deployments": "read"})
	app.want(200, app.get("/orgs/acme/installation"))
	app.want(404, app.get("/orgs/stranger/installation"))
	bot.want(200, bot.get(issue+"/timeline?per_page=100"))
	bot.want(200, bot.get(issue+"/timeline?exclude=commented,labeled"))
	bot.want(404, bot.get(repo+"/issues/99/timeline"))
	bot.want(200, bot.get("/orgs/acme/teams/pay/members?per_page=1"))
	bot.want(404, bot.get("/orgs/acme/teams/nobody/members"))
	bot.want(200, bot.get(repo+"/deployments"))
	bot.want(200, bot.get(repo+"/releases"))

	everythingOfARelease(w)
	app.want(200, app.get("/app/hook/config"))
	w.Lose(w.TakeDeliveries()[0])
	sent := app.want(200, app.get("/app/hook/deliveries?per_page=100")).list(t)
	delivery := path("/app/hook/deliveries/%.0f", sent[0]["id"])
	app.want(200, app.get(delivery))
	app.want(202, app.post(delivery+"/attempts", ""))
}

// everythingOfARelease asks for what is looked at before one.
func everythingOfARelease(w *world) {
	w.t.Helper()
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "read", "members": "read", "deployments": "read", "actions": "read", "statuses": "read", "checks": "read"})
	bot := w.bot().checked()
	repo, tip := "/repos/"+shop, w.Tip(shop)
	w.RunWorkflow(shop, "ci.yml", "", "success")
	w.SetStatus(shop, "", "deploy/preview", "success")
	w.Check(shop, "", "lint", "neutral")
	w.Deployed(shop, "production", "success")
	bot.want(200, bot.get(repo+"/actions/runs?head_sha="+tip+"&exclude_pull_requests=true&per_page=100"))
	_, err := w.RunJobs(shop, "deploy.yml", "", "write", "workflow_dispatch", fakehub.Job{Name: "gate", Annotations: []fakehub.Annotation{{Level: "notice", Title: "Released", Message: "now"}}})
	w.ok(err)
	if by := bot.want(200, bot.get(repo+"/actions/runs?event=workflow_dispatch&created="+url.QueryEscape(">="+start[:10]))).object(w.t); by["total_count"] != 1.0 {
		w.t.Errorf("%v", by)
	}
	bot.want(200, bot.get(repo+"/actions/workflows/ci.yml/runs?status=success&per_page=1"))
	bot.want(404, bot.get(repo+"/actions/workflows/absent.yml/runs"))
	bot.want(200, bot.get(repo+"/commits/"+tip+"/status?per_page=100"))
	bot.want(200, bot.get(repo+"/commits/"+tip+"/check-runs?filter=latest"))
}

// everythingInTimeline causes what there is to show of teams, timelines and
// changes, on the shop's first issue.
func everythingInTimeline(w *world) {
	w.t.Helper()
	w.SetTeam("acme", "pay", "write", "triage")
	_, err := w.Comment(shop, 1, "stranger", "Any news, @triage?")
	w.ok(err)
	title := "Slowest"
	w.ok(w.EditIssue(shop, 1, "write", fakehub.Edit{Title: &title}))
	pull, err := w.OpenIssue(shop, "write", fakehub.NewIssue{Title: "Faster", Body: "Fixes #1", PullRequest: true})
	w.ok(err)
	w.ok(w.Merge(shop, pull, "write"))
	w.ok(w.Close(shop, 1, "write", ""))
	w.ok(w.Deploy(shop, "production", "main", "write"))
	w.ok(w.Release(shop, "v1.0 beta", "write"))
}

// TestEveryDeliveryHoldsTheContract causes each kind of delivery once.
func TestEveryDeliveryHoldsTheContract(t *testing.T) {
	w := newWorld(t)
	causeEveryDelivery(w)
	seen := map[string]bool{}
	for _, d := range w.TakeDeliveries() {
		seen[d.Event+" "+d.Action] = true
		contract.Webhook(t, d.Event, d.Payload)
	}
	for _, name := range []string{
		"issues opened", "issues edited", "issues closed", "issues reopened", "issues labeled", "issues unlabeled",
		"issues deleted", "issues transferred", "issues assigned", "issues unassigned", "issue_comment created", "issue_comment edited",
		"issue_comment deleted", "label created", "label deleted", "installation suspend", "installation unsuspend",
		"installation new_permissions_accepted", "installation_repositories removed", "installation_repositories added",
		"installation deleted", "installation created", "push ", "ping ",
	} {
		if !seen[name] {
			t.Errorf("no delivery %q", name)
		}
	}
}

func causeEveryDelivery(w *world) {
	w.t.Helper()
	title, body := "Slower", "Much slower."
	w.Ping()
	w.PutFile(shop, "README.md", "# Shop")
	w.RemoveFile(shop, "README.md")
	n := w.open("Slow")
	w.ok(w.EditIssue(shop, n, "stranger", fakehub.Edit{Title: &title, Body: &body}))
	w.ok(w.Label(shop, n, "kintsugi[bot]", "障害"))
	w.ok(w.Unlabel(shop, n, "triage", "障害"))
	w.ok(w.Assign(shop, n, "triage", "write"))
	w.ok(w.Assign(shop, n, "triage"))
	w.ok(w.Close(shop, n, "triage", "not_planned"))
	w.ok(w.Reopen(shop, n, "triage"))
	id, err := w.Comment(shop, n, "kintsugi[bot]", "Looking.")
	w.ok(err)
	w.ok(w.EditComment(shop, id, "kintsugi[bot]", "Looked."))
	w.ok(w.DeleteComment(shop, id, "kintsugi[bot]"))
	w.ok(w.CreateLabel(shop, "write", "sev1", "b60205"))
	w.ok(w.DeleteLabel(shop, "write", "sev1"))
	w.ok(w.DeleteIssue(shop, n, "admin"))
	_, err = w.TransferIssue(shop, w.open("Elsewhere"), "write", vault)
	w.ok(err)
	pull, err := w.OpenIssue(shop, "write", fakehub.NewIssue{Title: "Faster", PullRequest: true})
	w.ok(err)
	_, err = w.Comment(shop, pull, "read", "Nice.")
	w.ok(err)
	w.Suspend("acme")
	w.Unsuspend("acme")
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
	w.Select("acme", shop)
	w.Select("acme")
	w.Uninstall("acme")
	w.AddUser("solo")
	w.AddRepo("solo", "notes", true)
	w.Install("solo", w.clock.Now())
}

// TestGoGitHubReadsEveryDelivery parses our deliveries with the client library.
func TestGoGitHubReadsEveryDelivery(t *testing.T) {
	w := newWorld(t)
	causeEveryDelivery(w)
	for _, d := range w.TakeDeliveries() {
		if _, err := github.ParseWebHook(d.Event, d.Payload); err != nil {
			t.Errorf("%s %s: %v", d.Event, d.Action, err)
		}
	}
}

// TestGoGitHubReadsAnswers reads a whole issue with the client library.
func TestGoGitHubReadsAnswers(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	_, err := w.Comment(shop, n, "kintsugi[bot]", "Looking.")
	w.ok(err)
	bot := w.bot()
	client := github.NewClient(&http.Client{Transport: contract.Check(t, w.Transport())}).
		WithAuthToken(strings.TrimPrefix(bot.credential, "token "))
	client.BaseURL, _ = client.BaseURL.Parse("https://fakehub.example/api/v3/")
	issue, _, err := client.Issues.Get(context.Background(), "acme", "shop", n)
	w.ok(err)
	comments, _, err := client.Issues.ListComments(context.Background(), "acme", "shop", n, nil)
	w.ok(err)
	if issue.GetUser().GetLogin() != "stranger" || len(comments) != 1 || comments[0].GetUser().GetType() != "Bot" {
		t.Errorf("issue by %v, comments %v", issue.GetUser(), comments)
	}
}

// TestExamplesAreThere guards the other half of the contract.
func TestExamplesAreThere(t *testing.T) {
	total := 0
	for _, payloads := range contract.Examples(t) {
		total += len(payloads)
	}
	if total != 329 {
		t.Errorf("%d example deliveries, want 329", total)
	}
}

// TestContractNotices shows that the check can fail.
func TestContractNotices(t *testing.T) {
	for name, c := range map[string]struct{ method, path, body, answer string }{
		"unknown operation": {"GET", "/repos/acme/shop/teapots", "", `{}`},
		"unknown parameter": {"GET", "/repos/acme/shop/issues?colour=red", "", `[]`},
		"unknown member":    {"POST", "/repos/acme/shop/labels", `{"name":"a","colour":"red"}`, `{}`},
		"bad reaction":      {"POST", "/repos/acme/shop/issues/1/reactions", `{"content":"shrug"}`, `{}`},
		"bad answer":        {"GET", "/repos/acme/shop/labels/a", "", `{"id":"one"}`},
		"bad time":          {"POST", "/repos/acme/shop/issues/1/reactions", `{"content":"eyes"}`, `{"id":1,"node_id":"","user":null,"content":"eyes","created_at":"yesterday"}`},
		"bad address":       {"GET", "/repos/acme/shop/labels/a", "", `{"id":1,"node_id":"","url":"here","name":"a","description":null,"color":"","default":false}`},
		"bad state":         {"GET", "/repos/acme/shop/labels/a", "", `{"id":1,"node_id":"","url":"https://x.example","name":"a","description":null,"color":"","default":false,"number":1,"state":"maybe"}`},
	} {
		t.Run(name, func(t *testing.T) {
			silent := &recorder{TB: t}
			caller := &caller{t: t, transport: contract.Check(silent, answering(c.answer))}
			caller.do(c.method, c.path, c.body)
			if len(silent.errors) == 0 {
				t.Error("not noticed")
			}
			silent.errors = nil
			contract.Webhook(silent, "issues", json.RawMessage(`{"action":"opened"}`))
			if len(silent.errors) == 0 {
				t.Error("delivery not noticed")
			}
		})
	}
}

// answering answers every request alike.
func answering(body string) http.RoundTripper {
	return roundTripper(func(r *http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: reader(body), Request: r}
	})
}

// recorder keeps errors instead of failing.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// TestGHInstallationGetsTokens signs in as our client does.
func TestGHInstallationGetsTokens(t *testing.T) {
	// It signs by the machine's clock.
	w := newWorld(t, func(o *fakehub.Options) { o.Clock = clock.New() })
	checked := contract.Check(t, w.Transport())
	transport, err := ghinstallation.New(checked, 7, w.install, w.PrivateKeyPEM())
	w.ok(err)
	transport.BaseURL = "https://fakehub.example/api/v3"
	transport.InstallationTokenOptions = &github.InstallationTokenOptions{}
	client := github.NewClient(&http.Client{Transport: transport})
	client.BaseURL, _ = client.BaseURL.Parse("https://fakehub.example/api/v3/")
	list, _, err := client.Apps.ListRepos(context.Background(), nil)
	w.ok(err)
	if list.GetTotalCount() != 2 {
		t.Errorf("%d repositories", list.GetTotalCount())
	}
}
