package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"github.com/kintsugi-app/kintsugi/app/browser"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// bothLanguages is how the lists here are made.
var bothLanguages = list.Options{Languages: []words.Language{words.English, words.Japanese}}

// publishedAndSample is a part of the list that the project ships, with one of
// everything else.
func publishedAndSample(t *testing.T) []list.Entry {
	t.Helper()
	published, err := os.ReadFile(filepath.Join("..", "..", "reading-list", "data", "entries.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfterN(string(published), "\n", 9)
	entries, err := list.Decode("entries.jsonl", strings.Join(lines[:8], "")+sampleList(t))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// each looks at a page in light and dark, on a desktop and a phone.
func each(t *testing.T, b *browser.Browser, path string) {
	t.Helper()
	b.Open(path)
	for _, width := range []int{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			where := fmt.Sprintf("%s in %s, %d wide", path, scheme, width)
			b.Look(width, scheme)
			if over := b.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth"); over != "0" {
				t.Errorf("%s: wider than the window by %s", where, over)
			}
			for _, barrier := range b.Barriers() {
				t.Errorf("%s: %s", where, barrier)
			}
			b.Clean(where)
		}
	}
}

// TestReadingListForEverybody: the pages as the server sends them, with its policy,
// keep nobody out.
func TestReadingListForEverybody(t *testing.T) {
	w := newWorld(t)
	files, err := list.Build(publishedAndSample(t), bothLanguages, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files.Write {
		w.hub.PutFile(repo, "reading-list/"+name, content)
	}
	w.config.ReadingLists = []server.ReadingList{{Repo: repo, Folder: "reading-list"}}
	w.start()
	b := browser.New(t, "http://"+w.server.Addr())
	for _, name := range []string{"", "index.ja.html"} {
		each(t, b, shown+name)
		if got := b.Eval("getComputedStyle(document.body).maxWidth"); got != "736px" {
			t.Errorf("the policy keeps the style out: a width of %s", got)
		}
	}
}

// asGitHub is a page with Markdown as GitHub renders it, without what GitHub puts
// around it.
func asGitHub(t *testing.T, markdown string) string {
	t.Helper()
	var b bytes.Buffer
	gfm := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	if err := gfm.Convert([]byte(markdown), &b); err != nil {
		t.Fatal(err)
	}
	return `<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>README.md</title>
		<style>:root{color-scheme:light dark} body{overflow-wrap:anywhere} a{color:#0969da} @media (prefers-color-scheme:dark){body{background:#0d1117;color:#f0f6fc} a{color:#4493f8}}</style>
		</head><body><main><article>` + b.String() + `</article></main></body></html>`
}

// TestReadingListOnGitHubForEverybody: so does the page in the repository.
func TestReadingListOnGitHubForEverybody(t *testing.T) {
	files, err := list.Build(publishedAndSample(t), bothLanguages, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	b := browser.New(t, pageServer(t, func(name string) string { return asGitHub(t, files.Write[strings.TrimPrefix(name, "/")]) }))
	for _, name := range []string{"/README.md", "/README.ja.md"} {
		each(t, b, name)
		if got := b.Eval(`String(document.querySelectorAll("h1").length + document.querySelectorAll("article a").length > 20)`); got != "true" {
			t.Errorf("%s is not the list", name)
		}
	}
}

// TestBarriersAreFound shows that pages with known faults do not pass.
func TestBarriersAreFound(t *testing.T) {
	site, err := list.Website(publishedAndSample(t), bothLanguages, "../")
	if err != nil {
		t.Fatal(err)
	}
	fine := site["index.html"]
	faults := []struct{ old, broken, rule string }{
		{`<html lang="en">`, `<html>`, "html-has-lang"},
		{`--text: #1f2328`, `--text: #c8ccd0`, "color-contrast"},
		{`--faint: #9da7b3`, `--faint: #3d444d`, "color-contrast"}, // in dark only
		{`<h2 id="learning">`, `<img src="data:,"><h2 id="learning">`, "image-alt"},
		{`<title>`, `<title></title><p hidden>`, "document-title"},
		{`Skip to the list`, ``, "link-name"},
		{`lang="ja"`, `lang="japanese"`, "valid-lang"},
	}
	b := browser.New(t, pageServer(t, func(name string) string {
		for i, f := range faults {
			if name == fmt.Sprintf("/%d", i) {
				return strings.ReplaceAll(fine, f.old, f.broken)
			}
		}
		return fine
	}))
	for i, f := range faults {
		b.Look(390, "light")
		if strings.Contains(f.old, "#9da7b3") {
			b.Look(390, "dark")
		}
		b.Open(fmt.Sprintf("/%d", i))
		found := false
		for _, barrier := range b.Barriers() {
			found = found || barrier.Rule == f.rule && (barrier.Impact == "serious" || barrier.Impact == "critical")
		}
		if !found {
			t.Errorf("%q in place of %q is fine", f.broken, f.old)
		}
	}
}

// pageServer serves pages by their paths.
func pageServer(t *testing.T, page func(path string) string) (address string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page(r.URL.Path)))
	}))
	t.Cleanup(s.Close)
	return s.URL
}
