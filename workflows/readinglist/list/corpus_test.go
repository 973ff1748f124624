package list

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestCorpus lists a folder of real incident reports as if each were recommended.
// Each entry has a title, a summary that is prose of the document, and a reading
// time; the pages render as they should. A sample, drawn with a seed, is written to
// the file that KINTSUGI_CORPUS_OUT names, to be judged by eye. KINTSUGI_CORPUS
// names the folder. The reports are other people's, and so not part of this
// repository: without them the test is skipped, everywhere.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("KINTSUGI_CORPUS")
	if folder == "" {
		t.Skip("KINTSUGI_CORPUS names no folder of incident reports")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no reports in %s: %v", folder, err)
	}
	var entries []Entry
	var without, dated, pieces int
	for i, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := document.Read(string(src))
		e := Describe("../incidents/"+filepath.Base(file), file, d, dawn)
		e.Recommend(Recommendation{Reason: slices.Concat(Reasons, []Reason{""})[i%4], By: "yamamoto"})
		entries = append(entries, e)
		name := filepath.Base(file)
		title, in := e.Title.In(words.English)
		summary, _ := e.Summary.In(words.English)
		if summary == "" {
			without++
			t.Logf("%s has no summary", name)
		}
		if title == "" || e.Minutes() < 1 || e.Minutes() > 120 {
			t.Errorf("%s: the title is %q, %d minutes", name, title, e.Minutes())
		}
		if e.Date != "" {
			dated++
		}
		if in == words.Japanese != (words.Detect(summary) == words.Japanese) && summary != "" {
			t.Errorf("%s: the summary is in another language: %s", name, summary)
		}
		for _, fault := range notProse(summary, d) {
			t.Errorf("%s: %s: %s", name, fault, summary)
		}
		pieces += len(sentences(summary))
	}
	t.Logf("%d reports, %d with a day, %d without a summary, %d sentences", len(files), dated, without, pieces)
	if without > 0 {
		t.Error("an entry has no summary")
	}
	pages := map[string]string{}
	c, err := Build(entries, both, folderOf(nil))
	if err != nil {
		t.Fatal(err)
	}
	carry(pages, c)
	isReport := func(to string) bool {
		dir, name := path.Split(path.Clean(to))
		return dir == "../incidents/" && slices.ContainsFunc(files, func(f string) bool { return filepath.Base(f) == name })
	}
	site, err := Website(entries, Options{}, "../list/")
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range slices.Concat(rendered(pages, isReport), feedFaults(pages[feedFile], nil, nowhere), siteFaults(site, isReport), feedFaults(site[feedFile], site, isReport)) {
		t.Error(fault)
	}
	writeSample(t, entries)
}

// notProse says what about a summary cannot be prose of its document.
func notProse(summary string, d *document.Document) (faults []string) {
	// Half of its words, at least, follow one another in the same way in the source.
	source := strings.Join(strings.Fields(strings.NewReplacer("*", "", "`", "", "_", "", "[[", "", "]]", "").Replace(d.Source)), " ")
	found, all := 0, 0
	for _, s := range sentences(summary) {
		for _, piece := range pieces(s) {
			all++
			if strings.Contains(source, strings.NewReplacer("_", "").Replace(piece)) {
				found++
			}
		}
	}
	if found*2 < all {
		faults = append(faults, "it is not in the document")
	}
	if n := len(sentences(summary)); n > mostSentences+1 {
		faults = append(faults, "too many sentences")
	}
	for _, mark := range []string{"|", "<!--", "```", "](", "**", "TBD", "TODO", "YYYY", "{{", "---"} {
		if strings.Contains(summary, mark) {
			faults = append(faults, "it holds "+mark)
		}
	}
	if strings.HasPrefix(summary, "#") || strings.HasPrefix(summary, "- ") || strings.HasPrefix(summary, "title:") {
		faults = append(faults, "it is a heading, an item or front matter")
	}
	for _, r := range d.Rows {
		if r.Kind == document.Heading && strings.TrimRight(r.Text, " .:") == strings.TrimRight(summary, " .:。") {
			faults = append(faults, "it is a heading")
		}
	}
	shown := 0
	_ = ast.Walk(gfm.Parser().Parse(text.NewReader([]byte(prose(summary, mostSummary)))), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.Document, *ast.Paragraph, *ast.Text, *ast.CodeSpan:
		default:
			if entering {
				shown++
			}
		}
		return ast.WalkContinue, nil
	})
	if shown > 0 {
		faults = append(faults, "something in it acts")
	}
	return faults
}

// pieces are runs of four words, or of twelve characters.
func pieces(s string) (all []string) {
	if words.Detect(s) == words.Japanese {
		for r := []rune(s); len(r) >= 12; r = r[12:] {
			all = append(all, string(r[:12]))
		}
		return all
	}
	for f := strings.Fields(s); len(f) >= 4; f = f[4:] {
		all = append(all, strings.Join(f[:4], " "))
	}
	return all
}

// writeSample writes 30 entries, drawn with a seed.
func writeSample(t *testing.T, entries []Entry) {
	name := os.Getenv("KINTSUGI_CORPUS_OUT")
	if name == "" {
		return
	}
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, n := range rand.New(rand.NewPCG(20261122, 7)).Perm(len(entries))[:min(30, len(entries))] {
		e := entries[n]
		if err := lines.Encode(struct {
			URL            string
			Title, Summary Told
			Date, Severity string
			Minutes        int
		}{e.URL, e.Title, e.Summary, e.Date, e.Severity, e.Minutes()}); err != nil {
			t.Fatal(err)
		}
	}
}
