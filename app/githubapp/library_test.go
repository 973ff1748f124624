package githubapp_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

const (
	treeRoute  = "repos/{owner}/{repo}/git/trees/{tree_sha}"
	blobRoute  = "repos/{owner}/{repo}/git/blobs/{file_sha}"
	listRoute  = "repos/{owner}/{repo}/issues"
	issueRoute = "repos/{owner}/{repo}/issues/{issue_number}"

	atNight = "決済画面が真っ白\n\n決済の画面が真っ白で、注文できないとお客様から8件。"
)

func runbooksOf(repo, text string) workflows.RunbooksAsk {
	return workflows.RunbooksAsk{Repo: repo, Folders: "docs/runbooks\nops", Text: text}
}

// answered asks and fails the test where there is no answer.
func (w *world) answered(ask workflows.Ask) workflows.Answer {
	w.t.Helper()
	got, err := w.app.Answer(ctx, ask)
	must(w.t, err)
	return got
}

func titlesOf(a workflows.Answer) string {
	var titles []string
	for _, m := range a.Matches {
		titles = append(titles, m.Title)
	}
	return strings.Join(titles, ", ")
}

// heed hands the App all deliveries that wait.
func (w *world) heed() {
	w.t.Helper()
	for _, d := range w.TakeDeliveries() {
		e, err := githubapp.Decode(d.Event, d.Payload)
		must(w.t, err)
		w.app.Heed(e)
	}
}

func withRunbooks(t *testing.T) *world {
	w := newWorld(t, checked(t))
	w.PutFile(shop, "README.md", "# Shop\n\n決済 真っ白\n")
	w.PutFile(shop, "docs/runbooks/payments/決済 画面.md", "---\ntitle: 決済画面の切り分け\nkeywords: [決済, 真っ白]\n---\n手順です。\n")
	w.PutFile(shop, "docs/runbooks/search.md", "---\nkeywords: [search index]\n---\n# Rebuild the search index\n")
	w.PutFile(shop, "ops/certs.markdown", "# Renew a certificate\n\nWhen a certificate has expired.\n")
	w.PutFile(shop, "docs/runbooks/notes.txt", "決済 真っ白")
	w.PutFile(shop, "docs/runbooks/binary.md", "\x00\xff 真っ白")
	w.PutFile(shop, "docs/runbooks/huge.md", "---\nkeywords: [真っ白]\n---\n"+strings.Repeat("x", 300<<10))
	return w
}

func TestRunbooks(t *testing.T) {
	w := withRunbooks(t)
	got := w.answered(runbooksOf(shop, atNight))
	if len(got.Matches) != 1 {
		t.Fatalf("%+v", got)
	}
	m := got.Matches[0]
	if m.Title != "決済画面の切り分け" || !slices.Contains(m.Words, "決済") || !slices.Contains(m.Words, "真っ白") {
		t.Errorf("%+v", m)
	}
	if want := "https://github.com/acme/shop/blob/main/docs/runbooks/payments/%E6%B1%BA%E6%B8%88%20%E7%94%BB%E9%9D%A2.md"; m.URL != want {
		t.Errorf("%s, want %s", m.URL, want)
	}
	if n := w.count("GET", blobRoute); n != 4 {
		t.Errorf("%d files read, want 4: no text, no link and nothing too large", n)
	}
	if got := w.answered(runbooksOf(shop, "Nothing that anybody wrote about")); got.Unknown != "" || len(got.Matches) != 0 {
		t.Errorf("unsure: %+v", got)
	}
}

// What was read is believed for ten minutes, or until a push; then only what
// has changed is read.
func TestRunbooksFollowTheBranch(t *testing.T) {
	w := withRunbooks(t)
	w.heed()
	w.answered(runbooksOf(shop, atNight))
	w.forgetRequests()
	w.answered(runbooksOf(shop, "Search index is stale"))
	if n := w.count("", ""); n != 0 {
		t.Errorf("%d requests for an ask like the last one", n)
	}
	w.PutFile(shop, "docs/runbooks/search.md", "---\ntitle: Search, from scratch\nkeywords: [stale index]\n---\n")
	w.RemoveFile(shop, "docs/runbooks/payments/決済 画面.md")
	w.heed()
	if got := w.answered(runbooksOf(shop, "The search has a stale index")); titlesOf(got) != "Search, from scratch" {
		t.Errorf("after a push: %+v", got)
	}
	if n := w.count("GET", blobRoute); n != 1 {
		t.Errorf("%d files read again, want the one that changed", n)
	}
	if got := w.answered(runbooksOf(shop, atNight)); len(got.Matches) != 0 {
		t.Errorf("a file that is gone: %+v", got)
	}
	w.PutFile(shop, "ops/certs.markdown", "---\nkeywords: [expired]\n---\n# Certificates\n")
	w.TakeDeliveries() // lost on the way
	w.clock.Advance(10 * time.Minute)
	if got := w.answered(runbooksOf(shop, "It says expired")); titlesOf(got) != "Certificates" {
		t.Errorf("after ten minutes: %+v", got)
	}
}

// One ask reads no more than so many files; the next ones read on.
func TestRunbooksInPortions(t *testing.T) {
	w := newWorld(t)
	for n := range 100 {
		w.PutFile(shop, fmt.Sprintf("ops/%03d.md", n), fmt.Sprintf("---\nkeywords: [word%03d]\n---\n", n))
	}
	if got := w.answered(runbooksOf(shop, "word007 and word093")); titlesOf(got) != "007" {
		t.Errorf("at first: %+v", got)
	}
	if n := w.count("GET", blobRoute); n != 60 {
		t.Errorf("%d files read for one ask", n)
	}
	if got := w.answered(runbooksOf(shop, "word007 and word093")); titlesOf(got) != "007, 093" {
		t.Errorf("then: %+v", got)
	}
	w.answered(runbooksOf(shop, "word007 and word093"))
	if n := w.count("GET", blobRoute); n != 100 {
		t.Errorf("%d files read in all", n)
	}
}

func TestRunbooksUnknown(t *testing.T) {
	w := withRunbooks(t)
	w.AddRepo("stranger", "thing", false)
	for _, repo := range []string{"stranger/thing", "no repository"} {
		if got := w.answered(runbooksOf(repo, atNight)); got.Unknown == "" {
			t.Errorf("%s: %+v", repo, got)
		}
	}
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write"})
	if got := w.answered(runbooksOf(shop, atNight)); !strings.Contains(got.Unknown, "contents: read") {
		t.Errorf("not permitted: %+v", got)
	}
}

// Trouble is an error while there is nothing to answer from. A limit never is:
// no suggestion is worth a delay.
func TestLibraryInTrouble(t *testing.T) {
	w := withRunbooks(t)
	w.fault(1, "GET", "/git/trees/", fakehub.Fault{Status: 502})
	if got, err := w.app.Answer(ctx, runbooksOf(shop, atNight)); err == nil {
		t.Errorf("502 and nothing read: %+v", got)
	}
	w.fault(1, "GET", "/git/trees/", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "5"}})
	if got := w.answered(runbooksOf(shop, atNight)); got.Unknown != "" || len(got.Matches) != 0 {
		t.Errorf("a limit: %+v", got)
	}
	w.clock.Advance(time.Minute)
	if got := w.answered(runbooksOf(shop, atNight)); len(got.Matches) != 1 {
		t.Errorf("after the limit: %+v", got)
	}
	w.clock.Advance(10 * time.Minute)
	w.fault(1, "GET", "/git/trees/", fakehub.Fault{Status: 502})
	if got := w.answered(runbooksOf(shop, atNight)); len(got.Matches) != 1 {
		t.Errorf("502 and something read: %+v", got)
	}
	w.fault(1, "GET", "/issues", fakehub.Fault{Status: 503})
	if got, err := w.app.Answer(ctx, similarTo(w.issue.Number, atNight)); err == nil {
		t.Errorf("503 and nothing read: %+v", got)
	}
}

// Whoever asks waits for some seconds at most, however slow GitHub is: what is
// read by then is what there is.
func TestLibraryIsPatientWithinBounds(t *testing.T) {
	w := withRunbooks(t)
	slow := true
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if slow && strings.Contains(r.URL.Path, "/git/blobs/") {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return nil, nil
		}}
	})
	w.app.BePatientFor(time.Millisecond)
	if got := w.answered(runbooksOf(shop, atNight)); got.Unknown != "" || len(got.Matches) != 0 {
		t.Errorf("slow: %+v", got)
	}
	slow = false
	w.app.BePatientFor(time.Minute)
	if got := w.answered(runbooksOf(shop, atNight)); len(got.Matches) != 1 {
		t.Errorf("then: %+v", got)
	}
}

// When the App is removed, what was read goes with it.
func TestLibraryForgets(t *testing.T) {
	w := withRunbooks(t)
	w.heed()
	w.answered(runbooksOf(shop, atNight))
	w.answered(similarTo(5, atNight))
	if n := w.app.Shelves(); n != 2 {
		t.Fatalf("%d shelves", n)
	}
	w.Uninstall("acme")
	w.heed()
	if n := w.app.Shelves(); n != 0 {
		t.Errorf("%d shelves are left", n)
	}
	if got := w.answered(runbooksOf(shop, atNight)); got.Unknown == "" {
		t.Errorf("after the App was removed: %+v", got)
	}
}

// Reading gives way to live work: it leaves a quarter of the hour's requests.
func TestLibraryGivesWay(t *testing.T) {
	w := withRunbooks(t)
	w.build(fakehub.Options{RateLimit: 100})
	w.PutFile(shop, "ops/a.md", "---\nkeywords: [checkout]\n---\n")
	w.app = w.newApp()
	for range 76 {
		_, err := w.app.Issue(ctx, w.issue)
		must(t, err)
	}
	w.forgetRequests()
	if got := w.answered(runbooksOf(shop, "checkout")); len(got.Matches) != 0 || got.Unknown != "" || w.count("", "") != 0 {
		t.Errorf("%+v with %d requests", got, w.count("", ""))
	}
	if _, err := w.app.Issue(ctx, w.issue); err != nil {
		t.Errorf("live work: %v", err)
	}
}

// Asks at once for the same place read it once.
func TestLibraryReadsOnce(t *testing.T) {
	w := withRunbooks(t)
	failed := make(chan error, 8)
	for range cap(failed) {
		go func() {
			got, err := w.app.Answer(engine.WithRank(ctx, engine.Urgent), runbooksOf(shop, atNight))
			if err == nil && len(got.Matches) != 1 {
				err = fmt.Errorf("%+v", got)
			}
			failed <- err
		}()
	}
	for range cap(failed) {
		must(t, <-failed)
	}
	if n := w.count("GET", blobRoute); n != 4 {
		t.Errorf("%d files read", n)
	}
}

// An answer that makes no sense is none, and never stops the program.
func TestLibraryReadsNonsense(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"tree":null}`, `{"tree":[{"type":"blob","path":"a.md"}]}`, `{"truncated":true,"tree":[{"type":"tree","path":"ops","sha":""}]}`,
		`{"tree":[{"type":"blob","path":"../../x.md","sha":"..","size":-1,"mode":"100644"}]}`, `[]`, `"x"`,
		`{"encoding":"none","content":"決済"}`,
	} {
		w := newWorld(t)
		w.app = w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.URL.Path, "/git/") || strings.HasSuffix(r.URL.Path, "/issues") {
					return answer(200, body), nil
				}
				return nil, nil
			}}
		})
		for _, ask := range []workflows.Ask{runbooksOf(shop, atNight), similarTo(5, atNight)} {
			if got, err := w.app.Answer(ctx, ask); len(got.Matches) != 0 {
				t.Errorf("%s: %+v, %v", body, got, err)
			}
		}
	}
}
