package fakehub_test

import (
	"strings"
	"testing"
)

// names lists a tree as "kind path", and by path what each is called.
func names(t *testing.T, tree map[string]any) (lines string, shas map[string]string) {
	t.Helper()
	shas = map[string]string{}
	entries, _ := tree["tree"].([]any)
	var all []string
	for _, e := range entries {
		entry, ok := e.(map[string]any)
		if !ok {
			t.Fatalf("%v is no entry", e)
		}
		kind, _ := entry["type"].(string)
		path, _ := entry["path"].(string)
		shas[path], _ = entry["sha"].(string)
		all = append(all, kind+" "+path)
	}
	return strings.Join(all, ", "), shas
}

// A repository is walked through folder by folder, or at once, and a folder's
// name changes with anything below it.
func TestTrees(t *testing.T) {
	w := newWorld(t)
	bot, git := w.bot().checked(), "/repos/"+shop+"/git"
	bot.want(409, bot.get(git+"/trees/main"))
	w.PutFile(shop, "README.md", "# Shop")
	w.PutFile(shop, "docs/a.md", "A")
	w.PutFile(shop, "docs/deep/er/b.md", strings.Repeat("B", 100))

	root := bot.want(200, bot.get(git+"/trees/main")).object(t)
	lines, shas := names(t, root)
	if lines != "blob README.md, tree docs" {
		t.Errorf("the root holds %s", lines)
	}
	docs := bot.want(200, bot.get(git+"/trees/"+shas["docs"])).object(t)
	if lines, _ := names(t, docs); lines != "blob a.md, tree deep" {
		t.Errorf("docs holds %s", lines)
	}
	all := bot.want(200, bot.get(git+"/trees/"+shas["docs"]+"?recursive=1")).object(t)
	lines, below := names(t, all)
	if lines != "blob a.md, tree deep, tree deep/er, blob deep/er/b.md" || all["truncated"] != false {
		t.Errorf("docs holds in all %s, truncated: %v", lines, all["truncated"])
	}
	blob := bot.want(200, bot.get(git+"/blobs/"+below["deep/er/b.md"])).object(t)
	if blob["size"] != 100.0 || blob["encoding"] != "base64" {
		t.Errorf("the file is %v", blob)
	}
	bot.want(404, bot.get(git+"/trees/other"))
	bot.want(404, bot.get(git+"/blobs/"+shas["docs"]))

	w.PutFile(shop, "docs/deep/er/b.md", "C")
	_, after := names(t, bot.want(200, bot.get(git+"/trees/HEAD")).object(t))
	if after["docs"] == shas["docs"] || after["README.md"] != shas["README.md"] {
		t.Errorf("after a change docs is %s, was %s", after["docs"], shas["docs"])
	}
}

// A branch has a tree of its own.
func TestTreesOfBranches(t *testing.T) {
	w := newWorld(t)
	bot, git := w.bot().checked(), "/repos/"+shop+"/git"
	w.PutFile(shop, "README.md", "# Shop")
	w.ok(w.CommitFile(shop, "write", "drafts/one", "docs/a.md", "A"))
	for _, name := range []string{"drafts%2Fone", "refs%2Fheads%2Fdrafts%2Fone"} {
		lines, shas := names(t, bot.want(200, bot.get(git+"/trees/"+name+"?recursive=1")).object(t))
		if lines != "blob README.md, tree docs, blob docs/a.md" {
			t.Errorf("%s holds %s", name, lines)
		}
		bot.want(200, bot.get(git+"/trees/"+shas["docs"]))
		bot.want(200, bot.get(git+"/blobs/"+shas["docs/a.md"]))
	}
	if lines, _ := names(t, bot.want(200, bot.get(git+"/trees/main")).object(t)); lines != "blob README.md" {
		t.Errorf("main holds %s", lines)
	}
}

// What is too much is cut off and said to be.
func TestTreesAreTruncated(t *testing.T) {
	w := newWorld(t, unlimited)
	files := map[string]string{}
	for n := range 5001 {
		files[path("docs/%d.md", n)] = "A"
	}
	w.PutFiles(shop, files)
	tree := w.bot().get("/repos/" + shop + "/git/trees/main?recursive=true").object(t)
	entries, _ := tree["tree"].([]any)
	if tree["truncated"] != true || len(entries) != 5000 {
		t.Errorf("%d entries, truncated: %v", len(entries), tree["truncated"])
	}
}
