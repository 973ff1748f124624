package fakehub_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
)

// withPulls has the App permitted, and told of, all that pull requests take.
func withPulls(o *fakehub.Options) {
	o.App.Permissions = map[string]string{
		"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write", "checks": "write",
	}
	o.App.Events = []string{"issues", "issue_comment", "pull_request", "pull_request_review", "check_run", "push"}
}

func encoded(text string) string { return quote(base64.StdEncoding.EncodeToString([]byte(text))) }

// TestPullEndpointsHoldTheContract proposes a file as the App would, and drives
// each endpoint of that way in earnest, both ways through GitHub's description.
func TestPullEndpointsHoldTheContract(t *testing.T) {
	w := newWorld(t, withPulls)
	bot, repo := w.bot().checked(), "/repos/"+shop
	bot.want(409, bot.get(repo+"/git/ref/heads/main"))
	w.PutFile(shop, "README.md", "# Shop")

	tip := field(t, bot.want(200, bot.get(repo+"/git/ref/heads/main")), "object", "sha")
	bot.want(404, bot.get(repo+"/git/ref/heads/new/page"))
	bot.want(404, bot.get(repo+"/compare/main...new%2Fpage"))
	ref := `{"ref":"refs/heads/new/page","sha":"` + tip + `"}`
	bot.want(422, bot.post(repo+"/git/refs", strings.Replace(ref, tip, strings.Repeat("0", 40), 1)))
	bot.want(201, bot.post(repo+"/git/refs", ref))
	bot.want(422, bot.post(repo+"/git/refs", ref))
	bot.want(200, bot.get(repo+"/compare/main...new%2Fpage"))
	pull := `{"title":"A page","body":"New.","head":"new/page","base":"main"}`
	bot.want(422, bot.post(repo+"/pulls", pull)) // no commits between

	page := `{"message":"Add a page","branch":"new/page","content":` + encoded("# Page") + `}`
	bot.want(201, bot.do("PUT", repo+"/contents/docs/page.md", page))
	bot.want(422, bot.do("PUT", repo+"/contents/docs/page.md", page))
	bot.want(409, bot.do("PUT", repo+"/contents/docs/page.md", strings.Replace(page, "{", `{"sha":"1111",`, 1)))
	bot.want(404, bot.do("PUT", repo+"/contents/docs/page.md", strings.Replace(page, "new/page", "newer", 1)))
	bot.want(404, bot.get(repo+"/contents/docs/page.md"))
	bot.want(200, bot.get(repo+"/contents/docs/page.md?ref=new/page"))
	bot.want(200, bot.get(repo+"/compare/main...new%2Fpage"))

	bot.want(422, bot.post(repo+"/pulls", strings.Replace(pull, "new/page", "newer", 1)))
	bot.want(201, bot.post(repo+"/pulls", pull))
	bot.want(422, bot.post(repo+"/pulls", pull))
	bot.want(200, bot.get(repo+"/pulls?state=all&head=acme:new/page&sort=created&direction=asc"))
	bot.want(200, bot.get(repo+"/issues?state=all"))
	_, err := w.Review(shop, 1, "write", "approved")
	w.ok(err)
	for _, at := range []string{"/pulls/1", "/pulls/1/files", "/pulls/1/reviews?per_page=100", "/issues/1"} {
		bot.want(200, bot.get(repo+at))
	}
	bot.want(404, bot.get(repo+"/pulls/2"))

	head := w.Branches(shop)[0].Tip
	run := `{"name":"Postmortem","head_sha":"` + head + `","external_id":"x","status":"completed","conclusion":"neutral",
		"output":{"title":"One remark","summary":"See below.","annotations":[{"path":"docs/page.md","start_line":1,"end_line":1,"annotation_level":"warning","message":"Short."}]}}`
	made := bot.want(201, bot.post(repo+"/check-runs", run)).object(t)
	bot.want(422, bot.post(repo+"/check-runs", strings.Replace(run, head, strings.Repeat("0", 40), 1)))
	at := path("%s/check-runs/%.0f", repo, made["id"])
	bot.want(200, bot.patch(at, `{"status":"completed","conclusion":"success","output":{"title":"Fine","summary":"All is there."}}`))
	bot.want(200, bot.get(repo+"/commits/"+head+"/check-runs?check_name=Postmortem&filter=latest&app_id=7"))
	bot.want(422, bot.get(repo+"/commits/"+strings.Repeat("0", 40)+"/check-runs"))
	suites := repo + "/commits/" + head + "/check-suites?app_id=7&check_name="
	bot.want(200, bot.get(suites+"Postmortem"))
	bot.want(200, bot.get(suites+"another"))
}

func field(t *testing.T, a answer, names ...string) string {
	t.Helper()
	var at any = a.object(t)
	for _, name := range names {
		inside, _ := at.(map[string]any)
		at = inside[name]
	}
	text, _ := at.(string)
	return text
}

// TestPullDeliveriesHoldTheContract causes each kind of delivery about a pull
// request once.
func TestPullDeliveriesHoldTheContract(t *testing.T) {
	w := newWorld(t, withPulls)
	causeEveryPullDelivery(w)
	seen := map[string]bool{}
	for _, d := range w.TakeDeliveries() {
		seen[d.Event+" "+d.Action] = true
		contract.Webhook(t, d.Event, d.Payload)
	}
	for _, name := range []string{
		"pull_request opened", "pull_request edited", "pull_request labeled", "pull_request unlabeled", "pull_request assigned",
		"pull_request unassigned", "pull_request synchronize", "pull_request ready_for_review", "pull_request closed",
		"pull_request reopened", "pull_request_review submitted", "pull_request_review dismissed", "issue_comment created",
		"check_run created", "check_run rerequested",
	} {
		if !seen[name] {
			t.Errorf("no delivery %q", name)
		}
	}
}

func causeEveryPullDelivery(w *world) {
	w.t.Helper()
	w.PutFile(shop, "README.md", "# Shop")
	w.ok(w.CommitFile(shop, "write", "faster", "fast.md", "Fast."))
	n, err := w.OpenPull(shop, "write", fakehub.NewIssue{Title: "Faster", Head: "faster", Draft: true})
	w.ok(err)
	title := "Much faster"
	w.ok(w.EditIssue(shop, n, "write", fakehub.Edit{Title: &title}))
	w.ok(w.Label(shop, n, "write", "speed"))
	w.ok(w.Unlabel(shop, n, "triage", "speed"))
	w.ok(w.Assign(shop, n, "triage", "write"))
	w.ok(w.Assign(shop, n, "triage"))
	w.ok(w.CommitFile(shop, "write", "faster", "fast.md", "Faster."))
	w.ok(w.ReadyForReview(shop, n, "write"))
	review, err := w.Review(shop, n, "maintain", "approved")
	w.ok(err)
	w.ok(w.DismissReview(shop, n, review, "admin"))
	_, err = w.Comment(shop, n, "read", "Nice.")
	w.ok(err)
	w.ok(w.Close(shop, n, "write", ""))
	w.ok(w.Reopen(shop, n, "write"))
	bot := w.bot()
	bot.want(201, bot.post("/repos/"+shop+"/check-runs", `{"name":"Lint","head_sha":"`+w.Branches(shop)[0].Tip+`","status":"completed","conclusion":"success"}`))
	w.ok(w.RerunCheck(shop, w.Checks(shop)[0].ID, "write"))
	w.ok(w.Merge(shop, n, "write"))
}

// TestMergeLands: what a pull request changed is on the default branch afterwards,
// and its commits are ahead of it no more.
func TestMergeLands(t *testing.T) {
	w := newWorld(t, withPulls)
	causeEveryPullDelivery(w)
	if got, _ := w.File(shop, "fast.md"); got != "Faster." {
		t.Errorf("the default branch has %q", got)
	}
	bot := w.bot()
	if ahead := bot.get("/repos/" + shop + "/compare/main...faster").object(t)["ahead_by"]; ahead != 0.0 {
		t.Errorf("%v commits ahead after the merge", ahead)
	}
	if list := bot.get("/repos/" + shop + "/pulls/1/files").list(t); len(list) != 1 || list[0]["status"] != "added" {
		t.Errorf("files of the merged pull request: %v", list)
	}
}

// TestPullRights: nobody approves what is their own, whoever may only read opens no
// branch, a draft is not merged, and a deleted branch closes its pull request.
func TestPullRights(t *testing.T) {
	w := newWorld(t, withPulls)
	w.PutFile(shop, "README.md", "# Shop")
	if err := w.CommitFile(shop, "read", "mine", "a.md", "A"); fakehub.Status(err) != 403 {
		t.Errorf("a reader committed: %v", err)
	}
	w.ok(w.CommitFile(shop, "write", "mine", "a.md", "A"))
	n, err := w.OpenPull(shop, "write", fakehub.NewIssue{Title: "Mine", Head: "mine", Draft: true})
	w.ok(err)
	if _, err := w.Review(shop, n, "write", "approved"); fakehub.Status(err) != 422 {
		t.Errorf("approved by its author: %v", err)
	}
	if err := w.Merge(shop, n, "write"); fakehub.Status(err) != 405 {
		t.Errorf("a draft was merged: %v", err)
	}
	w.ok(w.DeleteBranch(shop, "write", "mine"))
	if i, _ := w.Issue(shop, n); i.State != "closed" {
		t.Errorf("the pull request is %s without its branch", i.State)
	}
}

// TestWithoutPullPermission: an App that may see issues only is shown no pull
// request, neither in a list nor by its number.
func TestWithoutPullPermission(t *testing.T) {
	w := newWorld(t)
	w.PutFile(shop, "README.md", "# Shop")
	n, err := w.OpenIssue(shop, "write", fakehub.NewIssue{Title: "Faster", PullRequest: true})
	w.ok(err)
	bot := w.bot()
	bot.want(403, bot.get(path("/repos/%s/issues/%d", shop, n)))
	bot.want(403, bot.post(path("/repos/%s/issues/%d/comments", shop, n), `{"body":"Hello"}`))
	if list := bot.get("/repos/" + shop + "/issues?state=all").list(t); len(list) != 0 {
		t.Errorf("listed: %v", list)
	}
}

// TestProtected: a rule keeps new branches and direct commits away.
func TestProtected(t *testing.T) {
	w := newWorld(t, withPulls)
	w.PutFile(shop, "README.md", "# Shop")
	w.Protect(shop, "")
	bot, repo := w.bot(), "/repos/"+shop
	tip := field(t, bot.get(repo+"/git/ref/heads/main"), "object", "sha")
	bot.want(422, bot.post(repo+"/git/refs", `{"ref":"refs/heads/new","sha":"`+tip+`"}`))
	bot.want(409, bot.do("PUT", repo+"/contents/a.md", `{"message":"A","content":`+encoded("A")+`}`))
}

// TestCheckBounds: fifty annotations at a time, added to those that are there, and
// the latest run of a name hides those before it.
func TestCheckBounds(t *testing.T) {
	w := newWorld(t, withPulls)
	w.PutFile(shop, "README.md", "# Shop")
	bot, repo := w.bot(), "/repos/"+shop
	tip := field(t, bot.get(repo+"/git/ref/heads/main"), "object", "sha")
	one := `{"path":"README.md","start_line":1,"end_line":1,"annotation_level":"notice","message":"x"}`
	output := func(n int) string {
		return `"output":{"title":"t","summary":"s","annotations":[` + strings.Join(slices.Repeat([]string{one}, n), ",") + `]}`
	}
	head := `{"name":"Lint","head_sha":"` + tip + `","status":"completed","conclusion":"neutral",`
	bot.want(422, bot.post(repo+"/check-runs", head+output(51)+`}`))
	for range 2 {
		made := bot.want(201, bot.post(repo+"/check-runs", head+output(50)+`}`)).object(t)
		bot.want(200, bot.patch(path("%s/check-runs/%.0f", repo, made["id"]), `{`+output(2)+`}`))
	}
	if all := w.Checks(shop); len(all) != 2 || len(all[0].Annotations) != 52 {
		t.Errorf("check runs: %d", len(all))
	}
	list := bot.get(repo + "/commits/" + tip + "/check-runs").object(t)
	if list["total_count"] != 1.0 {
		t.Errorf("%v of one name are shown", list["total_count"])
	}
}
