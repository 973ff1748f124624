package section_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// enough is the share of headings with a counterpart in ours that must be known
// for what they are.
const enough = 0.9

// TestCorpusTemplates reads the templates of real teams and compares what their
// headings are taken for with testdata/corpus-headings.txt, which a person wrote
// who had read them; "none" has no counterpart in ours. KINTSUGI_CORPUS names a
// folder that holds them in templates, or has that folder beside it. The templates
// are other people's, and so not part of this repository: without them the test
// is skipped, everywhere.
func TestCorpusTemplates(t *testing.T) {
	folder := os.Getenv("KINTSUGI_CORPUS")
	if folder == "" {
		t.Skip("KINTSUGI_CORPUS names no folder of templates")
	}
	files, err := filepath.Glob(filepath.Join(folder, "templates", "*.md"))
	if err == nil && len(files) == 0 {
		files, err = filepath.Glob(filepath.Join(filepath.Dir(filepath.Clean(folder)), "templates", "*.md"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skipf("there are no templates in %s, nor beside it", folder)
	}
	truth, seen := truths(t), map[string]bool{}
	var templates, none, extra, have, known int
	for _, file := range files {
		if strings.Contains(strings.ToLower(filepath.Base(file)), "readme") {
			continue // which is about templates, and is none
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		headings := section.Headings(string(src))
		if len(headings) > 0 {
			templates++
		}
		for _, h := range headings {
			want, judged := truth[folded(h.Heading)]
			seen[folded(h.Heading)] = true
			switch {
			case !judged:
				t.Errorf("%s: nobody has judged %q, which is read as %q", filepath.Base(file), h.Heading, h.Kind)
			case want == section.Unknown && h.Kind == section.Unknown:
				none++
			case want == section.Unknown:
				extra++
				t.Logf("%q is read as %q, and has no counterpart", h.Heading, h.Kind)
			default:
				have++
				if h.Kind == want {
					known++
					continue
				}
				t.Logf("%q is read as %q, want %q", h.Heading, h.Kind, want)
			}
		}
	}
	for heading := range truth {
		if !seen[heading] {
			t.Errorf("no template has %q", heading)
		}
	}
	t.Logf("%d files, %d with headings. Of %d headings with a counterpart %d are known (%.3f); of %d without one %d are taken for another",
		len(files), templates, have, known, float64(known)/float64(have), none+extra, extra)
	if float64(known) < enough*float64(have) {
		t.Error("too few headings are known")
	}
}

// truths reads what each heading is, by its words alone.
func truths(t *testing.T) map[string]section.Kind {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", "corpus-headings.txt"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]section.Kind{}
	for line := range strings.Lines(string(src)) {
		kind, heading, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if kind == "none" {
			kind = ""
		}
		if !ok || kind != "" && section.Kind(kind).Name("en") == "" {
			t.Fatalf("%q is no kind and a heading", line)
		}
		all[folded(heading)] = section.Kind(kind)
	}
	return all
}

// folded is a heading without emoji before it, in lower case.
func folded(heading string) string {
	return strings.ToLower(strings.TrimLeftFunc(heading, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}
