package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// sampleList is a small list with one of everything, as it lies in a repository.
func sampleList(t *testing.T) (entries string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "workflows", "readinglist", "list", "testdata", "sample", "entries.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// breakable is a GitHub that can be down, or silent about files until nobody waits
// any more.
type breakable struct {
	http.RoundTripper
	down, silent    atomic.Bool
	asked, answered atomic.Int64
}

func (b *breakable) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.silent.Load() && strings.Contains(r.URL.Path, "/contents/reading-list/") {
		b.asked.Add(1)
		<-r.Context().Done()
		b.answered.Add(1)
		return nil, r.Context().Err()
	}
	if b.down.Load() {
		return nil, errors.New("GitHub is down")
	}
	return b.RoundTripper.RoundTrip(r)
}

const shown = "/reading-list/acme/incidents/"

// TestReadingListOfARepository: the list of a private repository, as it is there.
func TestReadingListOfARepository(t *testing.T) {
	w := newWorld(t)
	w.hub.PutFile(repo, "docs/読書/data/entries.jsonl", sampleList(t))
	w.hub.PutFile(repo, "docs/読書/data/list.json", `{"languages":["ja","en"],"address":"https://example.com/list/"}`)
	w.config.ReadingLists = []server.ReadingList{{Repo: repo, Folder: "docs/読書"}}
	github := &breakable{RoundTripper: http.DefaultTransport}
	if w.config.Transport != nil {
		github.RoundTripper = w.config.Transport
	}
	w.config.Transport = github
	w.start()
	status, page := w.get(shown)
	for _, want := range []string{
		`<html lang="ja">`, `href="` + w.github.URL + `/acme/incidents/blob/HEAD/docs/%E8%AA%AD%E6%9B%B8/../postmortems/2026-11-26-checkout.md"`, `href="index.en.html"`, "決済画面が表示されない",
	} {
		if status != http.StatusOK || !strings.Contains(page, want) {
			t.Fatalf("%d, without %q:\n%s\n%s", status, want, page, w.log)
		}
	}
	for _, name := range []string{"", "index.en.html", "feed.xml"} {
		status, page := w.get(shown + name)
		if status != http.StatusOK || strings.Contains(page, "secret") || strings.Contains(page, "https://example.com/list/") {
			t.Errorf("%q: %d, or something private is shown, or where the list's own pages are:\n%s", name, status, page)
		}
	}
	for _, path := range []string{"data/entries.jsonl", "README.md", "../../healthz", "2026.html"} {
		if status, text := w.get(shown + path); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if status, _ := w.get("/reading-list/acme/other/"); status != http.StatusNotFound {
		t.Errorf("a list that is not to be shown: %d", status)
	}

	github.down.Store(true)
	w.clock.Advance(30 * time.Minute)
	if status, old := w.get(shown); status != http.StatusOK || old != page {
		t.Errorf("while GitHub is down: %d\n%s", status, old)
	}
	github.down.Store(false)
	w.hub.RemoveFile(repo, "docs/読書/data/entries.jsonl")
	w.clock.Advance(30 * time.Minute)
	if status, text := w.get(shown); status != http.StatusNotFound {
		t.Errorf("after the list went: %d %s\n%s", status, text, w.log)
	}
}

// TestReadingListInParts: a long list has an index; one of which a part is missing is
// not shown as if it were shorter.
func TestReadingListInParts(t *testing.T) {
	w := newWorld(t)
	var entries []list.Entry
	for n := range 300 {
		at := time.Date(2020+n%3, 3, 1+n%28, 0, 0, 0, 0, time.UTC)
		e := list.Entry{URL: fmt.Sprintf("https://example.com/%d", n), Title: list.Tell(fmt.Sprintf("Entry %d", n), "en"), Date: at.Format(time.DateOnly), Listed: at, Changed: at}
		e.ID = list.NewID(e.URL, e.Date)
		entries = append(entries, e)
	}
	files, err := list.Build(entries, list.Options{}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files.Write {
		w.hub.PutFile(repo, "reading-list/"+name, content)
	}
	w.config.ReadingLists = []server.ReadingList{{Repo: repo, Folder: "reading-list"}}
	w.start()
	if status, page := w.get(shown + "2021.html"); status != http.StatusOK || strings.Count(page, "<article") != 100 {
		t.Errorf("%d, %d entries\n%s", status, strings.Count(page, "<article"), w.log)
	}
	w.hub.RemoveFile(repo, "reading-list/data/2021.jsonl")
	w.clock.Advance(30 * time.Minute)
	if status, page := w.get(shown + "2021.html"); status != http.StatusOK || strings.Count(page, "<article") != 100 {
		t.Errorf("with a part missing: %d, %d entries", status, strings.Count(page, "<article"))
	}
	if !strings.Contains(w.log.String(), "a part of the list is missing: the file reading-list/data/2021.jsonl in acme/incidents: not there") {
		t.Errorf("the log does not say so:\n%s", w.log)
	}
}

// TestReadingListCannotBeRead: data that are broken, and an App that is not there.
func TestReadingListCannotBeRead(t *testing.T) {
	w := newWorld(t)
	w.hub.PutFile(repo, "reading-list/data/entries.jsonl", "{\n")
	w.config.ReadingLists = []server.ReadingList{{Repo: repo, Folder: "reading-list"}, {Repo: "elsewhere/repo", Folder: "reading-list"}}
	w.start()
	if status, text := w.get(shown); status != http.StatusServiceUnavailable || !strings.Contains(text, "cannot be read from GitHub") {
		t.Errorf("broken data: %d %s", status, text)
	}
	if status, text := w.get("/reading-list/elsewhere/repo/"); status != http.StatusNotFound {
		t.Errorf("where the App is not: %d %s", status, text)
	}
}

// TestReadingListEndsWithTheServer: what is being read keeps nothing alive.
func TestReadingListEndsWithTheServer(t *testing.T) {
	w := newWorld(t)
	github := &breakable{RoundTripper: http.DefaultTransport}
	github.silent.Store(true)
	w.config.Transport, w.config.Timeout = github, time.Hour
	// The App keeps lists, too, and a run of its own that reads one has an hour's grace.
	w.config.Workflows = []workflows.Workflow{incident.Workflow()}
	w.config.ReadingLists = []server.ReadingList{{Repo: repo, Folder: "reading-list"}}
	w.start()
	left, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(left, http.MethodGet, "http://"+w.server.Addr()+shown, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		if resp, err := http.DefaultClient.Do(r); err == nil {
			resp.Body.Close()
			t.Errorf("it answers %d", resp.StatusCode)
		}
	})
	w.until("the reading", func() bool { return github.asked.Load() > 0 })
	leave()
	asking.Wait()
	if github.answered.Load() != 0 {
		t.Error("the reading ended with who asked")
	}
	if err := w.end(); err != nil {
		t.Error(err)
	}
	w.until("the reading's end", func() bool { return github.answered.Load() == github.asked.Load() })
}

// TestReadingListIsBounded: whatever a repository holds, no more is asked and kept.
func TestReadingListIsBounded(t *testing.T) {
	var parts []string
	for n := range server.MostListFiles + 100 {
		parts = append(parts, fmt.Sprintf(`"%04d-01":{"all":1}`, n))
	}
	index := `{"version":1,"parts":{` + strings.Join(parts, ",") + `},"recent":[]}`
	for name, part := range map[string]string{"files": "", "MiB": strings.Repeat("\n", 1_000_000)} {
		asked, bytes := 0, 0
		_, err := server.ReadList(t.Context(), func(_ context.Context, ask workflows.Ask) (workflows.Answer, error) {
			text := part
			if strings.HasSuffix(ask.(workflows.FileAsk).Path, "index.json") {
				text = index
			}
			asked, bytes = asked+1, bytes+len(text)
			return workflows.Answer{Text: text}, nil
		}, server.ReadingList{Repo: "acme/shop", Folder: "x"}, "https://github.com/")
		if err == nil || !strings.Contains(err.Error(), "the list ") || !strings.Contains(err.Error(), name) || asked > server.MostListFiles || bytes > server.MostListBytes+len(part) {
			t.Errorf("%v after %d files, %d bytes", err, asked, bytes)
		}
	}
}

func TestWebsiteOfTheAPI(t *testing.T) {
	for api, want := range map[string]string{
		"": "https://github.com/", "https://api.github.com/": "https://github.com/", "https://github.example.com/api/v3": "https://github.example.com/",
	} {
		if got := server.WebURL(api); got != want {
			t.Errorf("%q: %s, want %s", api, got, want)
		}
	}
}
