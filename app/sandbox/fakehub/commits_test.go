package fakehub_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// commitsWorld has a README and the App permitted to write.
func commitsWorld(t *testing.T) (w *world, bot *caller, repo string) {
	w = newWorld(t, withPulls)
	w.PutFile(shop, "README.md", "# Shop")
	return w, w.bot().checked(), "/repos/" + shop
}

// commit makes a commit of one file as the App would, in three requests, and
// returns its sha.
func (w *world) commit(bot *caller, on, file, content string) string {
	w.t.Helper()
	t, repo := w.t.(*testing.T), "/repos/"+shop
	base := field(t, bot.want(200, bot.get(repo+"/git/commits/"+on)), "tree", "sha")
	tree := field(t, bot.want(201, bot.post(repo+"/git/trees",
		`{"base_tree":"`+base+`","tree":[{"path":"`+file+`","mode":"100644","type":"blob","content":`+quote(content)+`}]}`)), "sha")
	return field(t, bot.want(201, bot.post(repo+"/git/commits", `{"message":"Change it","tree":"`+tree+`","parents":["`+on+`"]}`)), "sha")
}

// TestCommitsHoldTheContract makes commits by the endpoints for Git data, each held to
// GitHub's description.
func TestCommitsHoldTheContract(t *testing.T) {
	w := newWorld(t, withPulls)
	bot, repo := w.bot().checked(), "/repos/"+shop
	tree := func(base, entry string) string {
		return `{"base_tree":"` + base + `","tree":[{"mode":"100644","type":"blob",` + entry + `}]}`
	}
	bot.want(409, bot.post(repo+"/git/trees", tree("", `"path":"a","content":"A"`)))
	bot.want(409, bot.get(repo+"/commits"))
	w.PutFile(shop, "README.md", "# Shop")
	old := w.Trunk(shop).Tip
	base := field(t, bot.want(200, bot.get(repo+"/git/commits/"+old)), "tree", "sha")
	for entry, status := range map[string]int{
		`"path":"/a","content":"A"`: 422, `"path":"../a","content":"A"`: 422, `"path":"x/.git/config","content":"A"`: 422,
		`"path":"gone","sha":null`: 422, `"path":"README.md","sha":null`: 201, `"path":"b","sha":"1111"`: 422,
		`"path":"README.md/b","content":"in a folder now"`: 201,
	} {
		bot.want(status, bot.post(repo+"/git/trees", tree(base, entry)))
	}
	bot.want(422, bot.post(repo+"/git/trees", tree(old, `"path":"a","content":"A"`))) // a commit is no tree
	bot.want(422, bot.post(repo+"/git/commits", `{"message":"x","tree":"`+old+`"}`))
	bot.want(422, bot.post(repo+"/git/commits", `{"message":"x","tree":"`+base+`","parents":["`+base+`"]}`))

	sha := w.commit(bot, old, "docs/a.md", "A\n")
	if _, there := w.File(shop, "docs/a.md"); there || w.Trunk(shop).Tip != old {
		t.Error("a commit changed the branch before the branch was moved")
	}
	bot.want(200, bot.get(repo+"/contents/docs/a.md?ref="+sha))
	bot.want(422, bot.patch(repo+"/git/refs/heads/none", `{"sha":"`+sha+`"}`))
	bot.want(422, bot.patch(repo+"/git/refs/heads/main", `{"sha":"`+noSHA+`"}`))
	bot.want(200, bot.patch(repo+"/git/refs/heads/main", `{"sha":"`+sha+`"}`))
	if text, _ := w.File(shop, "docs/a.md"); text != "A\n" {
		t.Errorf("the default branch has %q", text)
	}
	bot.want(200, bot.get(repo+"/contents/docs"))
	bot.want(200, bot.get(repo+"/commits?path=docs&per_page=1&until="+start))
	bot.want(404, bot.get(repo+"/commits?sha=none"))
	bot.want(200, bot.get(repo+"/commits/"+sha))
	bot.want(422, bot.get(repo+"/commits/"+noSHA))
	bot.want(200, bot.get(repo+"/compare/"+old+"..."+sha+"?per_page=1"))
}

const noSHA = "1111111111111111111111111111111111111111"

// TestFastForward: without force a branch only moves on, and open pull requests and
// pushes tell of it.
func TestFastForward(t *testing.T) {
	w, bot, repo := commitsWorld(t)
	old := w.Trunk(shop).Tip
	ours := w.commit(bot, old, "a.md", "A")
	w.ok(w.CommitFile(shop, "write", "main", "b.md", "B"))
	theirs := w.Trunk(shop).Tip
	main := repo + "/git/refs/heads/main"
	if a := bot.want(422, bot.patch(main, `{"sha":"`+ours+`"}`)); !strings.Contains(string(a.body), "Update is not a fast forward") {
		t.Errorf("%s", a.body)
	}
	bot.want(422, bot.patch(main, `{"sha":"`+old+`","force":false}`)) // backwards
	if w.Trunk(shop).Tip != theirs {
		t.Error("the branch moved")
	}
	bot.want(201, bot.post(repo+"/git/refs", `{"ref":"refs/heads/ours","sha":"`+ours+`"}`))
	n, err := w.OpenPull(shop, "write", fakehub.NewIssue{Title: "Ours", Head: "ours"})
	w.ok(err)
	w.TakeDeliveries()
	bot.want(200, bot.patch(repo+"/git/refs/heads/ours", `{"sha":"`+theirs+`","force":true}`))
	bot.want(200, bot.patch(main, `{"sha":"`+ours+`","force":true}`))
	w.ok(w.ForceBranch(shop, "write", "main", old))
	var seen []string
	for _, d := range w.TakeDeliveries() {
		seen = append(seen, d.Event+d.Action+fmt.Sprint(d.ByApp, strings.Contains(string(d.Payload), `"forced":true`)))
	}
	if fmt.Sprint(seen) != "[pushtrue true pull_requestsynchronizetrue false pushtrue true pushfalse true]" {
		t.Errorf("deliveries %v", seen)
	}
	if head := field(t, bot.get(path("%s/pulls/%d", repo, n)), "head", "sha"); head != theirs {
		t.Errorf("the pull request is at %s", head)
	}
	w.Protect(shop, "main")
	bot.want(422, bot.patch(main, `{"sha":"`+ours+`"}`))
}

// TestMergesBranches: what both sides changed differently is a conflict, and what only
// one changed is kept; a second time there is nothing to do.
func TestMergesBranches(t *testing.T) {
	w, bot, repo := commitsWorld(t)
	w.PutFiles(shop, map[string]string{"both.md": "1", "theirs.md": "1", "ours.md": "1", "gone.md": "1"})
	_, err := w.CommitFiles(shop, "write", "draft", map[string]string{"ours.md": "2", "both.md": "2", "new.md": "1"}, "gone.md")
	w.ok(err)
	w.PutFiles(shop, map[string]string{"theirs.md": "2", "both.md": "2"})
	merge := func(base, head string) string { return `{"base":"` + base + `","head":"` + head + `"}` }
	bot.want(404, bot.post(repo+"/merges", merge("none", "main")))
	bot.want(404, bot.post(repo+"/merges", merge("draft", "none")))
	made := field(t, bot.want(201, bot.post(repo+"/merges", merge("draft", "main"))), "sha")
	b := w.Branches(shop)[0]
	if fmt.Sprint(b.Files) != "map[README.md:# Shop both.md:2 new.md:1 ours.md:2 theirs.md:2]" || b.Tip != made {
		t.Errorf("merged: %v", b)
	}
	bot.want(204, bot.post(repo+"/merges", merge("draft", "main")))
	w.PutFile(shop, "ours.md", "3")
	bot.want(409, bot.post(repo+"/merges", merge("draft", "main")))
	if w.Branches(shop)[0].Tip != made {
		t.Error("a conflict moved the branch")
	}
	n, err := w.OpenPull(shop, "write", fakehub.NewIssue{Title: "Draft", Head: "draft"})
	w.ok(err)
	if err := w.Merge(shop, n, "write"); fakehub.Status(err) != 405 {
		t.Errorf("a pull request with a conflict: %v", err)
	}
	w.Protect(shop, "draft")
	bot.want(403, bot.post(repo+"/merges", merge("draft", "main")))
}

// TestSquash: one commit comes to the default branch, and the pull request says which.
func TestSquash(t *testing.T) {
	w, bot, repo := commitsWorld(t)
	w.ok(w.CommitFile(shop, "write", "draft", "a.md", "1"))
	w.ok(w.CommitFile(shop, "write", "draft", "a.md", "2"))
	n, err := w.OpenPull(shop, "write", fakehub.NewIssue{Title: "Draft", Head: "draft"})
	w.ok(err)
	w.ok(w.Squash(shop, n, "write"))
	trunk := w.Trunk(shop)
	if trunk.Files["a.md"] != "2" || len(trunk.Commits) != 2 || trunk.Messages[1] != "Draft (#1)" {
		t.Errorf("%+v", trunk)
	}
	if sha := field(t, bot.get(path("%s/pulls/%d", repo, n)), "merge_commit_sha"); sha != trunk.Tip {
		t.Errorf("merged as %s", sha)
	}
	between := bot.want(200, bot.get(repo+"/compare/main...draft")).object(t)
	if between["ahead_by"] != 2.0 || between["behind_by"] != 1.0 || between["status"] != "diverged" {
		t.Errorf("after a squash: ahead %v, behind %v, %v", between["ahead_by"], between["behind_by"], between["status"])
	}
}

// TestHistoryOfAFile: commits are found by path and day, and say what was renamed.
func TestHistoryOfAFile(t *testing.T) {
	w, bot, repo := commitsWorld(t)
	text := strings.Repeat("A line.\n", 10)
	day := func(n int) { w.clock.Advance(time.Duration(n) * 24 * time.Hour) }
	w.PutFile(shop, "docs/a.md", text)
	day(1)
	w.PutFile(shop, "docs/a.md", text+"More.\n")
	day(1)
	moved, err := w.CommitFiles(shop, "write", "main", map[string]string{"books/a.md": text + "Other.\n"}, "docs/a.md")
	w.ok(err)
	commits := func(query string) []map[string]any { return bot.want(200, bot.get(repo+"/commits?"+query)).list(t) }
	if list := commits("path=docs/a.md"); len(list) != 3 || list[0]["sha"] != moved {
		t.Errorf("commits of docs/a.md: %d", len(list))
	}
	if list := commits("path=docs/a.md&until=2026-11-20T23:59:59Z"); len(list) != 1 {
		t.Errorf("commits until the first day: %d", len(list))
	}
	if list := commits("path=books&since=2026-11-21T23:59:59Z"); len(list) != 1 {
		t.Errorf("commits of the folder: %d", len(list))
	}
	files, _ := bot.want(200, bot.get(repo+"/commits/"+moved)).object(t)["files"].([]any)
	if said := fmt.Sprint(files...); len(files) != 1 || !strings.Contains(said, "previous_filename:docs/a.md") || !strings.Contains(said, "status:renamed") {
		t.Errorf("the commit says %s", said)
	}
}

// TestCompareIsCut: a comparison shows 300 files, on its first page only.
func TestCompareIsCut(t *testing.T) {
	w, bot, repo := commitsWorld(t)
	many := map[string]string{}
	for n := range 301 {
		many[path("%d.md", n)] = path("%d", n)
	}
	_, err := w.CommitFiles(shop, "write", "many", many)
	w.ok(err)
	for query, want := range map[string]int{"": 300, "?per_page=1": 300, "?per_page=1&page=2": 0} {
		files, _ := bot.want(200, bot.get(repo+"/compare/main...many"+query)).object(t)["files"].([]any)
		if len(files) != want {
			t.Errorf("%q: %d files", query, len(files))
		}
	}
}

// TestContentsPermission: who may only read writes nothing, and who was granted
// nothing reads nothing.
func TestContentsPermission(t *testing.T) {
	w, bot, repo := commitsWorld(t)
	tip := w.Trunk(shop).Tip
	for level, want := range map[string]int{"read": 200, "": 403} {
		granted := map[string]string{"metadata": "read"}
		if level != "" {
			granted["contents"] = level
		}
		w.SetPermissions("acme", granted)
		for _, at := range []string{"/commits", "/commits/" + tip, "/git/commits/" + tip, "/compare/main...main", "/contents/README.md"} {
			bot.want(want, bot.get(repo+at))
		}
		bot.want(403, bot.post(repo+"/git/trees", `{"tree":[]}`))
		bot.want(403, bot.post(repo+"/git/commits", `{"message":"x","tree":"x"}`))
		bot.want(403, bot.patch(repo+"/git/refs/heads/main", `{"sha":"x"}`))
		bot.want(403, bot.post(repo+"/merges", `{"base":"main","head":"main"}`))
	}
}
