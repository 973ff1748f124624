package retrieval_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

func TestRunbook(t *testing.T) {
	for _, c := range []struct {
		content, title string
		keywords       []string
	}{
		{"---\ntitle: Checkout  triage\nkeywords: [checkout, \"blank page\"]\n---\n# Other", "Checkout triage", []string{"checkout", "blank page"}},
		{"---\r\nkeywords: [決済, 真っ白]\r\n---\r\n\r\n## 決済の切り分け ##\r\n", "決済の切り分け", []string{"決済", "真っ白"}},
		{"\ufeff---\nkeywords: 決済、真っ白, 502\n---\n", "file", []string{"決済", "真っ白", " 502"}},
		{"---\nkeywords:\n- 502\n- yes\n- [nested]\n- {a: b}\n---\n", "file", []string{"502", "yes"}},
		{"---\ntitle: [a, b]\nkeywords: {a: b}\n---\n# Title", "Title", nil},
		{"---\ntitle: *x\nkeywords: &x [a]\n---\n# Title", "Title", nil},
		{"---\n- a\n- b\n---\n# Title", "Title", nil},
		{"---\nkeywords: [a\n---\n# Title", "Title", nil},
		{"---\n\tkeywords: [a]\n---\n# Title", "Title", nil},
		{"---\ntitle: never closed\n# Title", "Title", nil},
		{"---\n---\n# Title", "Title", nil},
		{"```\n# no heading\n```\n<!-- # nor this -->\n#nor this\n\n### Title", "Title", nil},
		{"no heading at all", "file", nil},
		{"", "file", nil},
	} {
		d, ok := retrieval.Runbook("docs/file.md", []byte(c.content))
		if !ok || d.Title != c.title || !slices.Equal(d.Keywords, c.keywords) {
			t.Errorf("%q: %t, %q, %q; want %q, %q", c.content, ok, d.Title, d.Keywords, c.title, c.keywords)
		}
	}
}

// What is no text is skipped, and what is made to keep a reader busy is read
// plainly.
func TestRunbookIsHostile(t *testing.T) {
	for name, content := range map[string]string{
		"binary": "# Title\x00", "latin-1": "# Gr\xfc\xdfe", "huge": strings.Repeat("x", retrieval.MostRunbook+1),
	} {
		if _, ok := retrieval.Runbook("a.md", []byte(content)); ok {
			t.Errorf("%s: read", name)
		}
	}
	for name, front := range map[string]string{
		"deep":    "keywords: " + strings.Repeat("[", 500) + strings.Repeat("]", 500),
		"nested":  strings.Repeat("- ", 500) + "a",
		"many":    "keywords: [" + strings.Repeat("a,", 2000) + "]",
		"long":    "keywords: [" + strings.Repeat("a", 20<<10) + "]",
		"aliases": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nkeywords: *c",
	} {
		d, ok := retrieval.Runbook("a.md", []byte("---\n"+front+"\n---\n# Title\n"))
		if !ok || d.Title != "Title" || len(d.Keywords) != 0 {
			t.Errorf("%s: %t, %q, %d keywords", name, ok, d.Title, len(d.Keywords))
		}
	}
}

func TestReport(t *testing.T) {
	body := "### 何が起きていますか\r\n\r\n決済画面が真っ白\r\n\r\n### 影響\r\n\r\n_No response_\r\n\r\n- [X] 個人情報\r\n- [ ] 法務\r\n<!-- メモ -->\r\n#### 自分の見出し\r\n- [リンク](x)\r\n"
	got := strings.Join(strings.Fields(retrieval.Report(body)), " ")
	if want := "決済画面が真っ白 #### 自分の見出し - [リンク](x)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
