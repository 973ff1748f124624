package blame

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// frozen are the sums of the frozen halves as they were written, before any
// rule. Whoever adds sentences adds a file; these stay.
var frozen = map[string]string{
	"en": "053ea6dbd6298f18fe9a80db75485db4d4e4aa433014d12b957efa63e8c7909f",
	"ja": "fe5e185ab48b38923e9a3b572f395af7af454980bea49e7362d68495264f8874",
}

type example struct {
	half, text string
	blames     bool
}

// examples reads a set: id, half, blame, sentence.
func examples(t *testing.T, language string) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/" + language + ".tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 4 {
			t.Fatalf("%s: %q has no four fields", language, line)
		}
		all = append(all, example{f[1], f[3], f[2] == "yes"})
	}
	return all
}

// TestTheSetIsAsWritten holds that nobody moves a sentence to the other half,
// or changes one of the frozen half: the halves follow from the sentences, by
// the order of their sums.
func TestTheSetIsAsWritten(t *testing.T) {
	for language, want := range frozen {
		data, err := os.ReadFile("testdata/" + language + ".tsv")
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		for line := range strings.Lines(string(data)) {
			if strings.Contains(line, "\tfrozen\t") {
				sum.Write([]byte(line))
			}
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != want {
			t.Errorf("%s: the frozen half was changed: %s", language, got)
		}
		all := examples(t, language)
		if len(all) != 200 {
			t.Errorf("%s: %d sentences", language, len(all))
		}
		if !sort.SliceIsSorted(all, func(i, j int) bool {
			a, b := sha256.Sum256([]byte(all[i].text)), sha256.Sum256([]byte(all[j].text))
			return string(a[:]) < string(b[:])
		}) {
			t.Errorf("%s: not in the order of their sums", language)
		}
		for i, e := range all {
			if (e.half == "frozen") != (i%2 == 1) {
				t.Errorf("%s: sentence %d is in the wrong half", language, i+1)
			}
		}
	}
}

// TestTheSet holds precision and recall on each half. It names the sentences of
// the open half that are misread; those of the frozen half it only counts, so
// that rules are not made for them.
func TestTheSet(t *testing.T) {
	for _, language := range []string{"en", "ja"} {
		for _, half := range []string{"open", "frozen"} {
			var right, wrong, missed int
			for _, e := range examples(t, language) {
				if e.half != half {
					continue
				}
				found := Find(e.text)
				sound(t, e.text, found)
				switch {
				case len(found) > 0 && e.blames:
					right++
				case len(found) > 0:
					wrong++
				case e.blames:
					missed++
				default:
					continue
				}
				if half == "open" && (len(found) > 0) != e.blames {
					t.Logf("%s, open: misread: %s %v", language, e.text, found)
				}
			}
			precision, recall := share(right, wrong), share(right, missed)
			t.Logf("%s, %s: precision %.3f, recall %.3f (%d right, %d wrong, %d missed)", language, half, precision, recall, right, wrong, missed)
			if precision < 0.95 || recall < 0.80 {
				t.Errorf("%s, %s: precision %.3f and recall %.3f are below 0.95 and 0.80", language, half, precision, recall)
			}
		}
	}
}

func share(part, rest int) float64 {
	if part+rest == 0 {
		return 0
	}
	return float64(part) / float64(part+rest)
}

// sound holds what is true of every finding in any text.
func sound(t *testing.T, text string, found []Finding) {
	t.Helper()
	end := 0
	for _, f := range found {
		if f.Start < end || f.End <= f.Start || f.End > len(text) || text[f.Start:f.End] != f.Words {
			t.Fatalf("%q: places of %+v", text, f)
		}
		if utf8.ValidString(text) && !utf8.ValidString(f.Words+f.Better) {
			t.Errorf("%q: cuts a character: %+v", text, f)
		}
		want := words.English
		if strings.IndexFunc(f.Better, func(r rune) bool { return r >= 0x3041 && r <= 0x30FF }) >= 0 {
			want = words.Japanese
		}
		if f.Better == "" || strings.ContainsAny(f.Better, "%％\n`@<>#*_") || words.Detect(f.Better) != want {
			t.Errorf("%q: better wording %q", text, f.Better)
		}
		end = f.End
	}
}
