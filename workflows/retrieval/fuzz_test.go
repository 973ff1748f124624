package retrieval_test

import (
	"testing"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

// FuzzSearch searches for anything among anything: words are the text's, there
// is never more than was asked for, and what is removed is gone.
func FuzzSearch(f *testing.F) {
	f.Add("決済画面が真っ白\n\n注文できない", "決済, 真っ白", "決済APIの証明書切れ")
	f.Add("ｻｰﾊﾞｰ kube_proxy https://a.example/x?y ci.example.io's 502", "ｻｰﾊﾞｰ", "サーバー https://")
	f.Add("\xff\xfe http://", "İ", "ǅ ﷺ \u0300")
	f.Add("---", "　", "ﾞﾞ゙")
	f.Fuzz(func(t *testing.T, text, keyword, body string) {
		x := indexOf(japanese)
		x.Put(retrieval.Document{Key: "x", Number: 1, Title: keyword, Keywords: []string{keyword, text}, Body: body})
		x.Put(retrieval.Incident(2, text, body+text, "", false))
		for k := range 3 {
			got := x.Search(text, k)
			if len(got) > k {
				t.Fatalf("%d matches, want at most %d", len(got), k)
			}
			for _, m := range got {
				if utf8.ValidString(text) && len(text) < 16<<10 {
					mustBeOf(t, text, m)
				}
			}
		}
		x.Similar(text, 100)
		before := indexOf(japanese).Terms()
		x.Remove("x")
		x.Remove("2")
		if x.Terms() != before {
			t.Fatalf("%d terms are left, want %d", x.Terms(), before)
		}
	})
}

// FuzzRunbook reads anything as a runbook: it has a title, and can be found.
func FuzzRunbook(f *testing.F) {
	f.Add([]byte("---\ntitle: Checkout\nkeywords: [a, b]\n---\n# Heading\n"))
	f.Add([]byte("---\nkeywords: &a [*a]\n---\n"))
	f.Add([]byte("\ufeff---\r\n? - x\r\n: |\r\n  y\r\n---\r\n"))
	f.Add([]byte("\x00\xff"))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, ok := retrieval.Runbook("docs/file.md", content)
		if !ok {
			return
		}
		if d.Title == "" || !utf8.ValidString(d.Title) {
			t.Fatalf("title %q", d.Title)
		}
		x := retrieval.Build([]retrieval.Document{d})
		x.Runbooks(d.Title + "\n" + d.Body)
	})
}
