package document

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
)

// TestSkimmed has what is skimmed, lest a change makes all of it goldmark's
// again, and that is read as goldmark does.
func TestSkimmed(t *testing.T) {
	for src, want := range map[string]bool{
		"Plain words.\nAnd more, at 10:40.":       true,
		"A **strong**, an *emphasized* word":      true,
		"遅延は**約40分**でした。":                         true,
		"*some **more** of it*":                   true,
		"**over\ntwo lines**":                     true,
		"snake_case, 2 * 3 and 5*":                true,
		"`code` and `more`":                       true,
		"a [**link** of `code`](https://a.b/c_d)": true,
		"- an item\n- another":                    true,
		"> quoted":                                true,
		"> *a\n>*.b* c*":                          true,
		"` half blank`":                           true,
		"one `backtick":                           false,
		"code `` of two`":                         false,
		"code `over\nlines`":                      false,
		"an *emphasis":                            false,
		"***both***":                              false,
		"a [reference]":                           false,
		"a [link](b \"title\")":                   false,
		"[link](<b>)":                             false,
		"[a [b](c)](d)":                           false,
		"*a _b* c_ d*":                            false,
		"*a [b* *c](d) e*":                        false,
		"[*a](b) c*":                              false,
		"[ab](b(c)d)":                             false,
		"a\x80*.b*":                               false,
		"` blank `":                               false,
		"![image](b)":                             false,
		"~~struck~~":                              false,
		"a <br> tag":                              false,
		"an \\* escape":                           false,
		"an &amp; entity":                         false,
		"a | b\n--|--":                            false,
		"heading\n===":                            false,
		"- [x] box":                               false,
		"- [x](box)":                              false,
		"[definition]: of":                        false,
	} {
		found := false
		_ = ast.Walk(parse(skimming, []byte(src), new(skim)), func(n ast.Node, _ bool) (ast.WalkStatus, error) {
			found = found || n.Kind() == kindSkimmed
			return ast.WalkContinue, nil
		})
		if found != want {
			t.Errorf("%q is skimmed: %v, want %v", src, found, want)
		}
		readTheSame(t, src)
	}
}

// TestSkimmedReadTheSame reads documents made of few kinds of parts each, among
// which those that belong together meet more often than among many.
func TestSkimmedReadTheSame(t *testing.T) {
	parts := strings.Split("a|b c| |  |\n|\n\n|\r\n|\t|*|**|***|_|__|`|``|[|](|)|](u)|](u_v)|[x]|[ ] |[a](b)|!|~|~~|<|>|<br>|&amp;|\\|&#124;|--|---|===|:|(|「|」|日本|。|\u3000|\u00a0|“|\ufffd|x_y|*a*|**b**|`c`|- |1. |\n> |\n>|# |[a]: b|<!-- |-->|    |http://a.b/c_d", "|")
	parts = append(parts, "|", "|--|--|\n", "\n|", "\xff")
	r := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		kinds := make([]string, 2+r.IntN(5))
		for i := range kinds {
			kinds[i] = parts[r.IntN(len(parts))]
		}
		var src strings.Builder
		for range 1 + r.IntN(14) {
			src.WriteString(kinds[r.IntN(len(kinds))])
		}
		readTheSame(t, src.String())
	}
}

func FuzzSkimmed(f *testing.F) {
	for _, src := range []string{"a **b** `c` [d](e) _f_", "- a\n- **b\n  c**", "> a\n>*b*", "a\n---", "a | b\n--|--\nc | d"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) { readTheSame(t, src) })
}

type complainer interface {
	Helper()
	Errorf(format string, args ...any)
}

// readTheSame holds that skimming changes nothing of what is read.
func readTheSame(t complainer, src string) {
	t.Helper()
	if diff := cmp.Diff(read(src, markdown), Read(src), cmp.AllowUnexported(Row{})); diff != "" {
		t.Errorf("Read(%q) with and without skimming (-without +with)\n%s", src, diff)
	}
}
