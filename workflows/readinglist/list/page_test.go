package list

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// sample is a list with one of everything.
func sample() []Entry {
	at := func(e Entry) Entry {
		e.ID, e.Listed, e.Changed = NewID(e.URL, e.Date), dawn, dawn
		return e
	}
	return []Entry{
		at(Entry{
			URL: "../postmortems/2026-11-26-checkout.md", Title: Tell("決済画面が表示されない", "ja"), Severity: "SEV2", Date: "2026-11-26", Characters: 2100,
			Summary:     Tell("証明書の更新漏れに15分で気づき、50分で影響を止めた記録。", "ja"),
			Recommended: []Recommendation{{Reason: Response, Because: Tell("切り分けの順番が参考になります", "ja"), By: "yamamoto"}},
			Read:        []Reading{{Day: "2026-12-01"}, {Day: "2027-01-12", Notes: "https://github.com/acme/club/issues/7#issuecomment-1"}},
			Stale:       []Stale{{"pay/cert.go", Renamed, "pay/tls.go"}, {"old/", Gone, ""}, {"pay/check.go", MostlyRewritten, ""}},
		}),
		at(Entry{
			URL: "../postmortems/search (old).md", Title: Tell("Search was slow: #12, @sato and [links](x)", "en"), Date: "2025-03-01", Words: 1200,
			Summary:     Tell("The index ran out of space. See https://example.com/a_b.", "en"),
			Recommended: []Recommendation{{Reason: Architecture, By: "sato", Because: Tell("How the index is built", "en")}, {Reason: Learning, By: "suzuki", Because: Tell("What a quota does", "en")}},
		}),
		at(Entry{URL: "https://example.com/postmortem?a=1&b=(2)", Title: Told{En: "An outage elsewhere", Ja: "よその障害"}, Date: "2017", Recommended: []Recommendation{{By: "sato"}}}),
		at(Entry{URL: "acme/secret#12", State: Private, Date: "2026-01-01"}),
		at(Entry{URL: "../postmortems/gone.md", State: Deleted, Title: Tell("Gone", "en"), Date: "2024-05-05"}),
	}
}

// TestPages compares the pages of a small list with those that were reviewed.
// KINTSUGI_UPDATE_GOLDEN=1 rewrites them.
func TestPages(t *testing.T) {
	c, err := Build(sample(), both, folderOf(nil))
	if err != nil {
		t.Fatal(err)
	}
	site, err := Website(sample(), both, "../list/")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"README.md": c.Write["README.md"], "README.ja.md": c.Write["README.ja.md"], "feed.xml": c.Write["feed.xml"], "entries.jsonl": c.Write["data/entries.jsonl"], "index.html": site["index.html"], "index.ja.html": site["index.ja.html"]}
	for name, got := range files {
		file := filepath.Join("testdata", "sample", name)
		if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not as it was reviewed:\n%s", name, got)
		}
	}
}

var gfm = goldmark.New(goldmark.WithExtensions(extension.GFM))

var ownComment = regexp.MustCompile(`^<!-- (?:kintsugi-(?:list:(?:begin|end)|note:(?:begin|end) \d{4}-\d{2}-\d{2}-[a-z2-7]{8})|This part [^<>]+|この部分は[^<>]+) -->\n?$`)

// rendered says what is wrong with pages as GitHub would render them: HTML that is
// no comment of ours, tables that are none, links that lead nowhere. Elsewhere says
// of a path that leads out of the folder whether it is fine.
func rendered(pages map[string]string, elsewhere func(string) bool) []string {
	var faults []string
	anchors := map[string]map[string]bool{}
	for name, page := range pages {
		anchors[name] = anchorsOf(page)
	}
	for name, page := range pages {
		if path.Ext(name) != ".md" {
			continue
		}
		fault := func(format string, args ...any) { faults = append(faults, name+": "+fmt.Sprintf(format, args...)) }
		source := []byte(page)
		bars := 0
		for line := range strings.Lines(page) {
			if strings.HasPrefix(line, "| ") {
				bars++
			}
		}
		_ = ast.Walk(gfm.Parser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.RawHTML:
				fault("HTML %q", n.Segments.Value(source))
			case *ast.HTMLBlock:
				html := string(n.Lines().Value(source))
				if n.HasClosure() {
					html += string(n.ClosureLine.Value(source))
				}
				if !ownComment.MatchString(html) {
					fault("HTML %q", html)
				}
			case *extast.TableRow, *extast.TableHeader:
				bars--
			case *ast.AutoLink:
				fault("a bare link %q", n.URL(source))
			case *ast.Link:
				to := string(n.Destination)
				file, anchor, isAnchor := strings.Cut(to, "#")
				if file == "" {
					file = name
				}
				page, ours := pages[file]
				switch {
				case IsWeb(to):
				case !ours && !elsewhere(file):
					fault("a link to %q leads nowhere", to)
				case isAnchor && ours && !anchors[file][anchor]:
					fault("a link to %q finds no such heading in %q", to, page)
				}
			}
			return ast.WalkContinue, nil
		})
		if bars != 0 {
			fault("%d lines of tables are not read as such", bars)
		}
		var b bytes.Buffer
		if err := gfm.Convert(source, &b); err != nil || !strings.Contains(b.String(), "<h1") {
			fault("no heading: %v", err)
		}
	}
	slices.Sort(faults)
	return faults
}

// anchorsOf are the anchors of a page's headings, as GitHub makes them. It shares
// nothing with what writes the links.
func anchorsOf(page string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(page) {
		if heading := strings.TrimSpace(strings.TrimLeft(line, "#")); strings.HasPrefix(line, "#") {
			heading = regexp.MustCompile(`[^\p{L}\p{M}\p{N}\s_-]`).ReplaceAllString(strings.ToLower(heading), "")
			all[strings.ReplaceAll(heading, " ", "-")] = true
		}
	}
	return all
}

func TestPagesRender(t *testing.T) {
	for _, entries := range [][]Entry{nil, sample(), append(entryNumbers(1200, 3), sample()...)} {
		files := map[string]string{}
		c, err := Build(entries, both, folderOf(files))
		if err != nil {
			t.Fatal(err)
		}
		carry(files, c)
		for _, fault := range rendered(files, func(to string) bool { return strings.HasPrefix(to, "../postmortems/") }) {
			t.Error(fault)
		}
	}
}

// TestRenderedCanFail shows that the judge of pages sees what is wrong.
func TestRenderedCanFail(t *testing.T) {
	for _, page := range []string{
		"# A\n\n<b>x</b>\n", "# A\n\nx <i>y</i>\n", "# A\n\n<!-- other -->\n", "# A\n\n[x](nowhere.md)\n", "# A\n\n[x](#nothing)\n",
		"# A\n\n| a | b |\n| c | d |\n", "# A\n\nhttps://example.com/\n", "no heading\n",
	} {
		if len(rendered(map[string]string{"README.md": page}, func(string) bool { return false })) == 0 {
			t.Errorf("%q is fine", page)
		}
	}
}

// TestPagesOfStrangers: whatever a document, or who recommends it, holds, nothing
// acts on the page, in the feed, or on the web page.
func TestPagesOfStrangers(t *testing.T) {
	for _, s := range hostile.Texts() {
		e := Entry{
			URL: "../postmortems/x.md", Title: Tell(s.Text, "en"), Severity: s.Text, Date: "2026-11-26", Summary: Tell(s.Text, "en"), Listed: dawn, Changed: dawn,
			Recommended: []Recommendation{{Reason: Response, Because: Tell(s.Text, "en"), By: s.Text}, {Reason: Learning, Because: Tell("a "+s.Text+" b", "en"), By: "sato"}},
			Read:        []Reading{{Day: "2026-12-01", Notes: s.Text}, {Day: "2026-12-08", Notes: "https://example.com/?" + s.Text}},
			Stale:       []Stale{{s.Text, Renamed, s.Text}, {"a/" + s.Text, Gone, ""}, {s.Text + ".go", MostlyRewritten, s.Text}},
		}
		e.ID = NewID(e.URL, e.Date)
		for _, lang := range []words.Language{words.English, words.Japanese} {
			c, err := Build([]Entry{e}, Options{Languages: []words.Language{lang}}, folderOf(nil))
			if err != nil {
				t.Fatal(err)
			}
			page := c.Write["README.md"]
			if _, err := takeApart("README.md", page); err != nil {
				t.Errorf("%s: %v", s.Name, err)
			}
			// The judge knows the comments of other workflows.
			page = regexp.MustCompile(`(?m)^<!-- .* -->$`).ReplaceAllString(page, "")
			links := []string{"../postmortems/x.md", "#", "feed.xml", "https://example.com/?"}
			if IsWeb(s.Text) {
				links = append(links, s.Text) // as the place of notes it is led to
			}
			for _, fault := range hostile.Markdown(page, hostile.Own{Links: links, Table: true, Heading: true}) {
				t.Errorf("%s in %s: %s\n%s", s.Name, lang, fault, page)
			}
			for name, content := range c.Write {
				for _, fault := range hostile.Characters(content) {
					t.Errorf("%s: %s in %s", s.Name, fault, name)
				}
			}
		}
	}
}

// TestLinkTargets: a path leads where it says, whatever is in it.
func TestLinkTargets(t *testing.T) {
	for url, want := range map[string]string{
		"a b/(c).md": "a%20b/%28c%29.md", "50%#1?.md": "50%25%231%3F.md", "x:y.md": "", "a/x:y.md": "a/x:y.md", "障害/決済.md": "障害/決済.md",
		"javascript:alert(1)": "", "//example.com": "", "/etc": "", "https://example.com/(x)?a&b": "https://example.com/%28x%29?a&amp;b", "": "", "https://example.com/\"><b>": "",
	} {
		if got := target(url); got != want {
			t.Errorf("%q becomes %q, want %q", url, got, want)
		}
	}
}
