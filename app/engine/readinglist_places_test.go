package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

const (
	handbook = "acme/handbook"
	shop     = "acme/shop"
)

// openPulls are the open pull requests of the App, and how many there ever were.
func (w *world) openPulls() (open []int, all int) {
	for _, v := range w.hub.Issues(repo) {
		if v.PullRequest && v.Author == "kintsugi[bot]" {
			all++
			if v.State == "open" {
				open = append(open, v.Number)
			}
		}
	}
	return open, all
}

// TestListPullEnds: however the pull request ends, a quiet night writes nothing, what
// comes next is proposed in one pull request, and nothing is lost.
func TestListPullEnds(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	merge := func(w *world, n int) { w.must(w.hub.Merge(repo, n, "yamamoto")) }
	squash := func(w *world, n int) { w.must(w.hub.Squash(repo, n, "yamamoto")) }
	closes := func(w *world, n int) { w.must(w.hub.Close(repo, n, "yamamoto", "")) }
	drop := func(w *world, _ int) { w.must(w.hub.DeleteBranch(repo, "yamamoto", listBranch)) }
	force := func(w *world, _ int) { w.must(w.hub.ForceBranch(repo, "yamamoto", listBranch, w.hub.Trunk(repo).Tip)) }
	ours := func(w *world, _ int) { w.must(w.hub.CommitFile(repo, "yamamoto", listBranch, "docs/mine.md", "mine")) }
	theirs := func(w *world, _ int) { w.must(w.hub.CommitFile(repo, "yamamoto", "main", "docs/mine.md", "yours")) }
	for name, ends := range map[string][]func(*world, int){
		"merged": {merge}, "squashed": {squash}, "merged and deleted": {merge, drop}, "squashed and deleted": {squash, drop},
		"closed": {closes}, "closed and deleted": {closes, drop}, "deleted": {drop}, "forced": {force},
		"files of others in conflict": {ours, theirs}, "squashed, then pushed to": {squash, ours},
	} {
		t.Run(name, func(t *testing.T) {
			w := newList(t, "")
			a, b := w.recommends("A good one"), w.recommends("Another one")
			w.soon()
			open, _ := w.openPulls()
			for _, end := range ends {
				end(w, open[0])
			}
			w.nights(1) // which makes again what was thrown away, and proposes what was pushed
			quiet := w.writes()
			w.nights(1)
			if w.writes() != quiet {
				t.Errorf("%d writes in a quiet night", w.writes()-quiet)
			}
			c := w.recommends("A third one")
			w.soon()
			w.nights(1)
			w.wantsListed(true, a, b, c)
			if open, _ := w.openPulls(); len(open) != 1 {
				t.Errorf("open pulls %v", open)
			}
			w.wantsNoFailures()
		})
	}
}

// TestListElsewhere: whoever recommends is told where it is listed, or why not.
func TestListElsewhere(t *testing.T) {
	const named = "reading_list: {from: [acme/incidents]}\n"
	for name, c := range map[string]struct {
		happens func(w *world)
		want    string
	}{
		"as it should be":  {func(*world) {}, "listed in `acme/handbook` · learning"},
		"empty":            {func(w *world) { w.hub.EmptyRepo(handbook) }, "does not name this repository under `reading_list.from`"},
		"not named":        {func(w *world) { w.hub.PutFile(handbook, ".github/kintsugi.yml", listPolicy) }, "does not name this repository under `reading_list.from`"},
		"archived":         {func(w *world) { w.hub.ArchiveRepo(handbook) }, "is archived"},
		"removed":          {func(w *world) { w.hub.RemoveRepo(handbook) }, "is not there for me"},
		"renamed":          {func(w *world) { w.hub.RenameRepo(handbook, "guide") }, "is called `acme/guide` by now"},
		"public":           {func(w *world) { w.hub.SetPrivate(handbook, false) }, "everybody can read the list"},
		"no role":          {func(w *world) { w.hub.SetRole(handbook, "suzuki", "read") }, "needs the role triage in `acme/handbook`, too"},
		"protected":        {func(w *world) { w.hub.Protect(handbook, "") }, "listed in `acme/handbook` · learning"},
		"without its file": {func(w *world) { w.hub.DisableIssues(handbook) }, "listed in `acme/handbook` · learning"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newList(t, "reading_list: {repository: acme/handbook}\n")
			w.addRepo(handbook, true)
			w.hub.PutFile(handbook, ".github/kintsugi.yml", listPolicy+named)
			w.settle()
			c.happens(w)
			n := w.recommends("A good one")
			w.soon()
			w.nights(1)
			w.wants(w.status(n), c.want)
			place := handbook
			if !slices.Contains(w.hub.Repos(), place) {
				return
			}
			is := slices.ContainsFunc(w.hub.Branches(place), func(b fakehub.BranchView) bool { return strings.Contains(b.Files[listData], "A good one") })
			for _, i := range w.ownIn(place) {
				is = is || strings.Contains(w.said(place, i), "A good one")
			}
			if want := strings.HasPrefix(c.want, "listed"); is != want {
				t.Errorf("listed %t, want %t", is, want)
			}
			w.wantsNoFailures()
		})
	}
}

// TestListMadePrivate: the words of what is not for everybody any more are gone after the
// next night, however many there are; where it is, and that it is private, stays.
func TestListMadePrivate(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	for kind, count := range map[string]int{"issues": 60, "files": 1, "no longer named": 1, "uninstalled": 1, "transferred": 1} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, 1, withReadingList, withoutSweeps)
			w.hub.Ask(filePermissions, "issues", "issue_comment", "pull_request", "push")
			w.hub.Accept("acme")
			w.addRepo(shop, false)
			w.addRepo(handbook, false)
			w.addRepo("acme/vault", true)
			w.hub.PutFile(shop, ".github/kintsugi.yml", listPolicy+"reading_list: {repository: acme/handbook}\n")
			w.hub.PutFile(handbook, ".github/kintsugi.yml", listPolicy+"reading_list: {write: commits, from: [acme/shop]}\n")
			w.must(w.hub.CreateLabel(shop, "yamamoto", recommended, "ededed"))
			w.settle()
			w.at(11, 0)
			for i := range count {
				w.clock.Advance(time.Minute)
				w.recommendsSecret(i, kind == "files")
			}
			w.soon()
			data, _ := w.hub.File(handbook, listData)
			w.wants(data, "SECRET")
			w.clock.Advance(10 * time.Minute)
			switch kind {
			case "no longer named":
				w.hub.PutFile(handbook, ".github/kintsugi.yml", listPolicy+"reading_list: {write: commits}\n")
				w.nights(1)
			case "uninstalled":
				w.hub.Select("acme", handbook, repo)
			case "transferred":
				_, err := w.hub.TransferIssue(shop, 1, "yamamoto", "acme/vault")
				w.must(err)
			}
			w.hub.SetPrivate(shop, kind != "transferred")
			w.nights(1)
			for path, text := range w.hub.Trunk(handbook).Files {
				w.wantsNone(path+"\n"+text, "SECRET")
			}
			data, _ = w.hub.File(handbook, listData)
			if got := strings.Count(data, `"state":"private"`); got != count {
				t.Errorf("%d are said to be private, want %d", got, count)
			}
			w.wantsNoFailures()
		})
	}
}

// recommendsSecret has a postmortem of the shop recommended that will not be for
// everybody, as an issue or as a file.
func (w *world) recommendsSecret(i int, isFile bool) {
	w.t.Helper()
	body := strings.Replace(listTales["en"].body, "An expired certificate", fmt.Sprintf("SECRET%d certificate", i), 1)
	in := fakehub.NewIssue{Title: "[postmortem] SECRET Checkout was blank", Body: body}
	open := w.hub.OpenIssue
	if isFile {
		w.must(w.hub.CommitFile(shop, "yamamoto", "pm", "postmortems/one.md", "# SECRET Checkout was blank\n\n"+body))
		in.Head, open = "pm", w.hub.OpenPull
	}
	n, err := open(shop, "yamamoto", in)
	w.must(err)
	if isFile { // what no label makes ours, nobody reads
		w.must(w.hub.Label(shop, n, "suzuki", recommended))
	}
	_, err = w.hub.Comment(shop, n, "suzuki", "/recommend learning because of SECRET reasons")
	w.must(err)
	w.catchUp()
	if isFile {
		w.must(w.hub.Merge(shop, n, "yamamoto"))
		w.catchUp()
	}
}

// TestListOnboardsElsewhere: nothing of a private list is shown where others read, and
// nobody is told that it is empty.
func TestListOnboardsElsewhere(t *testing.T) {
	w := newList(t, "reading_list: {repository: acme/handbook}\n")
	w.addRepo(handbook, true)
	w.addRepo(shop, false)
	w.hub.PutFile(handbook, ".github/kintsugi.yml", listPolicy+"reading_list: {folder: books, from: [acme/incidents, acme/shop]}\n")
	w.hub.PutFile(shop, ".github/kintsugi.yml", listPolicy+"reading_list: {repository: acme/handbook}\n")
	w.recommends("A SECRET one")
	w.soon()
	for _, there := range []string{shop, repo} {
		n, err := w.hub.OpenIssue(there, "suzuki", fakehub.NewIssue{Title: "hello"})
		w.must(err)
		_, err = w.hub.Comment(there, n, "suzuki", "/onboard @sato payments")
		w.must(err)
		w.soon()
		w.wants(w.said(there, n), "The reading list is in `acme/handbook`, and nothing of it can be shown here.")
		w.wantsNone(w.said(there, n), "SECRET")
		if own := w.ownIn(there); len(own) != 0 {
			t.Errorf("opened were %d", own)
		}
	}
	w.wantsNoFailures()
}

// TestListRenamed: where the repository gets another name, or a postmortem is transferred,
// it stays listed once, under its id.
func TestListRenamed(t *testing.T) {
	w := newList(t, "reading_list: {write: commits}\n")
	const many, renamed = 12, "acme/trouble"
	for i := range many {
		w.recommends(fmt.Sprint("No. ", i))
		w.soon()
	}
	ids := idsIn(w.onList())
	w.hub.RenameRepo(repo, "trouble")
	w.must(w.store.Wake(t.Context(), engine.Live, renamed+"/reading-list"))
	w.nights(2)
	_, err := w.hub.Comment(renamed, 1, "suzuki", "/recommend response because of the checks")
	w.must(err)
	w.soon()
	data, _ := w.hub.File(renamed, listData)
	if got := idsIn(data); len(ids) != many || !slices.Equal(got, ids) {
		t.Errorf("%d entries, want %d as before:\n%s", len(got), many, data)
	}
	w.wants(data, "The checks")
	w.wantsNoFailures()
}

// idsIn are the ids of a list's data, in order.
func idsIn(data string) (ids []string) {
	for line := range strings.Lines(data) {
		id, _, _ := strings.Cut(strings.TrimPrefix(line, `{"id":"`), `"`)
		ids = append(ids, id)
	}
	return ids
}

// TestListWriteSwitched: the issue of a list says that there are files as well, and both
// tell the same; whoever closes it has the files alone.
func TestListWriteSwitched(t *testing.T) {
	w := newList(t, "reading_list: {write: issue}\n")
	a := w.recommends("A good one")
	w.soon()
	page := w.ownIn(repo)[0]
	w.hub.PutFile(repo, ".github/kintsugi.yml", listPolicy+"reading_list: {write: commits}\n")
	b := w.recommends("Another one")
	w.soon()
	w.nights(1)
	w.wantsListed(true, a, b)
	w.wants(w.said(repo, page), "2 postmortems", "It is kept in `reading-list/README.md` as well")
	w.must(w.hub.Close(repo, page, "yamamoto", "completed"))
	w.recommends("A third one")
	w.soon()
	w.nights(1)
	w.wants(w.said(repo, page), "not kept any more")
	if own := w.ownIn(repo); len(own) != 1 {
		t.Errorf("opened were %d", own)
	}
	w.wantsNoFailures()
}

// TestListBroken: of a file that cannot be read an issue tells, once, also where it is
// closed and nothing was mended; of another one, another.
func TestListBroken(t *testing.T) {
	w := newList(t, "reading_list: {write: commits}\n")
	a := w.recommends("A good one")
	w.soon()
	data, _ := w.hub.File(repo, listData)
	w.hub.PutFile(repo, listData, data+"{oops\n")
	b := w.recommends("Another one")
	w.soon()
	w.nights(2)
	own := w.ownIn(repo)
	if len(own) != 1 {
		t.Fatalf("opened were %d", own)
	}
	w.wants(w.issue(own[0]).Body, "\nreading-list/data/entries.jsonl:2:2: this is no entry")
	w.must(w.hub.Close(repo, own[0], "suzuki", "completed"))
	w.nights(2)
	if got := w.ownIn(repo); len(got) != 1 {
		t.Fatalf("opened were %d", got)
	}
	w.hub.PutFile(repo, listData, data)
	w.nights(1)
	w.wantsListed(true, a, b)
	w.hub.PutFile(repo, listPage, "<!-- kintsugi-list:begin -->\nhalf\n")
	w.nights(2)
	if got := w.ownIn(repo); len(got) != 2 {
		t.Fatalf("opened were %d", got)
	}
	w.wants(w.issue(w.ownIn(repo)[1]).Body, "reading-list/README.md:")
	w.wantsNoFailures()
}
