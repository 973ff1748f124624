package fakehub_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
)

// releaseWorld is a company whose App hears of all that a release brings about, and that
// "production" waits for; "staging" waits for another one as well.
func releaseWorld(t *testing.T) (w *world, bot *caller) {
	w = newWorld(t, func(o *fakehub.Options) {
		o.App.Permissions = map[string]string{
			"metadata": "read", "contents": "write", "issues": "write", "pull_requests": "write", "checks": "write",
			"actions": "read", "deployments": "write", "statuses": "read", "merge_queues": "read",
		}
		o.App.Events = []string{
			"push", "create", "pull_request", "check_run", "check_suite", "status", "merge_group", "workflow_run", "deployment_status",
			"deployment_protection_rule", "release",
		}
	})
	w.PutFile(shop, "README.md", "# Shop")
	w.ProtectEnvironment(shop, "production", "kintsugi")
	w.ProtectEnvironment(shop, "staging", "kintsugi", "another")
	w.TakeDeliveries()
	return w, w.bot().checked()
}

// TestWaitingForAnApp: a run waits until all Apps have approved, and hears why; a word
// that GitHub would not have is refused.
func TestWaitingForAnApp(t *testing.T) {
	w, bot := releaseWorld(t)
	run, err := w.RunTo(shop, "deploy.yml", "main", "write", "production", "staging", "nowhere")
	w.ok(err)
	repo := "/repos/" + shop
	at := path("%s/actions/runs/%d", repo, run)
	waiting := func() (n int) {
		return int(bot.want(200, bot.get(repo+"/actions/runs?status=waiting&per_page=20")).object(t)["total_count"].(float64))
	}
	pending := func() (names []string) {
		for _, p := range bot.want(200, bot.get(at+"/pending_deployments")).list(t) {
			names = append(names, fmt.Sprint(p["environment"].(map[string]any)["name"]))
		}
		return names
	}
	if got := pending(); waiting() != 1 || !slices.Equal(got, []string{"production", "staging"}) {
		t.Errorf("waiting for %v", got)
	}
	rules := bot.want(200, bot.get(repo+"/environments/staging/deployment_protection_rules")).object(t)
	if rules["total_count"] != 2.0 || !strings.Contains(fmt.Sprint(rules), "slug:another") || !strings.Contains(fmt.Sprint(rules), "slug:kintsugi") {
		t.Errorf("%v", rules)
	}
	bot.want(404, bot.get(repo+"/environments/absent/deployment_protection_rules"))
	bot.want(404, bot.get(repo+"/actions/runs/1/pending_deployments"))
	say := func(status int, body string) {
		t.Helper()
		bot.want(status, bot.post(at+"/deployment_protection_rule", body))
	}
	bot.want(404, bot.post(repo+"/actions/runs/1/deployment_protection_rule", `{"environment_name":"production","comment":"x"}`))
	say(422, `{"environment_name":"nowhere","state":"approved"}`)
	say(422, `{"environment_name":"production","comment":""}`)
	say(422, `{"environment_name":"production","comment":`+quote(strings.Repeat("長", 1025))+`}`)
	for range 9 {
		say(204, `{"environment_name":"production","comment":`+quote(strings.Repeat("長", 1024))+`}`)
	}
	say(204, `{"environment_name":"production","state":"approved","comment":"Ready."}`)
	say(422, `{"environment_name":"production","state":"approved"}`)
	for range 10 {
		say(204, `{"environment_name":"staging","comment":"Wait."}`)
	}
	say(422, `{"environment_name":"staging","comment":"Wait."}`)
	if waiting() != 1 {
		t.Error("one environment is left, and nothing waits")
	}
	w.ok(w.ReviewAs("another", shop, run, "staging", "rejected"))
	if got := pending(); waiting() != 0 || got != nil {
		t.Errorf("waiting for %v", got)
	}
	var ends []string
	for _, v := range w.Protected(shop) {
		ends = append(ends, fmt.Sprint(v.Environment, v.Waits, v.Rejected, len(v.Words)))
	}
	if want := []string{"productionfalse false 10", "stagingfalse true 10", "nowherefalse false 0"}; !slices.Equal(ends, want) {
		t.Errorf("ended as %v", ends)
	}
	if got := bot.want(200, bot.get(repo+"/actions/runs")).object(t); !strings.Contains(fmt.Sprint(got), "conclusion:failure") {
		t.Errorf("%v", got)
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "deployments": "read"})
	bot = w.bot().checked()
	bot.want(403, bot.post(at+"/deployment_protection_rule", `{"environment_name":"production","comment":"x"}`))
	bot.want(403, bot.get(at+"/pending_deployments"))
}

// TestReleaseDeliveries causes each kind of delivery that a release brings about.
func TestReleaseDeliveries(t *testing.T) {
	w, bot := releaseWorld(t)
	w.ok(w.CommitFile(shop, "write", "fix", "a.go", "package a"))
	n, err := w.OpenPull(shop, "write", fakehub.NewIssue{Title: "Fix", Head: "fix"})
	w.ok(err)
	queued, err := w.Enqueue(shop, n, "write")
	w.ok(err)
	w.ok(w.Tag(shop, "v1", "fix", "write"))
	bot.want(200, bot.get("/repos/"+shop+"/commits/v1"))
	w.ok(w.Release(shop, "v2", "write"))
	w.CheckOf("ci", shop, queued, "test", "success", "All of it.")
	w.SetStatus(shop, "", "deploy/preview", "success")
	w.RunWorkflow(shop, "ci.yml", "", "success")
	run, err := w.RunTo(shop, "deploy.yml", "v1", "write", "production")
	w.ok(err)
	bot.want(204, bot.post(path("/repos/%s/actions/runs/%d/deployment_protection_rule", shop, run), `{"environment_name":"production","state":"approved"}`))
	bot.want(201, bot.post("/repos/"+shop+"/check-runs", `{"name":"Ours","head_sha":"`+queued+`","status":"completed","conclusion":"success"}`))
	w.Dequeue(shop)
	seen := map[string]int{}
	for _, d := range w.TakeDeliveries() {
		seen[d.Event+" "+d.Action]++
		contract.Webhook(t, d.Event, d.Payload)
	}
	for name, want := range map[string]int{
		"create ": 4, "release published": 1, "push ": 3, "merge_group checks_requested": 1, "status ": 1, "workflow_run completed": 2, "check_run created": 1,
		"check_run completed": 2, "check_suite completed": 2, "deployment_protection_rule requested": 1, "deployment_status created": 2,
	} {
		if seen[name] != want {
			t.Errorf("%d deliveries %q, want %d", seen[name], name, want)
		}
	}
	for _, b := range w.Branches(shop) {
		if strings.HasPrefix(b.Name, "gh-readonly-queue/") {
			t.Errorf("%s is still there", b.Name)
		}
	}
}
