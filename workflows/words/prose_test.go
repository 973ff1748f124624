package words_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	strangers "github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func TestProse(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "—",
		"Is there a runbook?":               "Is there a runbook?",
		"手順書はありますか。":                        "手順書はありますか。",
		"Run `make test`, then `make lint`": "Run `make test`, then `make lint`",
		"Ask @acme/infra, see #12.":         "Ask `@acme/infra`, see `#12`.",
		"See https://example.com/a_b.":      "See `https://example.com/a_b`.",
		"*No* [link](x) <b> a|b :tada:":     `\*No\* \[link\](x) &lt;b&gt; a\|b ` + "`:tada:`",
		"Times: 2 h":                        "Times: 2 h",
		"- not a list":                      `\- not a list`,
		"1. not a list":                     `1\. not a list`,
		"an odd ` mark":                     "``an odd ` mark``",
		"two\nlines":                        "two lines",
	} {
		if got := words.Foreign(text).Prose(80); got != want {
			t.Errorf("Foreign(%q).Prose\n got %q\nwant %q", text, got, want)
		}
	}
	if got := words.Foreign("one two three").Prose(5); got != "one…" {
		t.Errorf("cut to %q", got)
	}
}

// TestProseIsHarmless: wherever a stranger's sentence stands, it does nothing.
func TestProseIsHarmless(t *testing.T) {
	own := strangers.Own{Table: true, Heading: true, List: true}
	for _, h := range strangers.Texts() {
		for _, place := range []string{"%s", "- %s\n- next\n", "1. %s\n", "# %s\n", "| a | b |\n|---|---|\n| %s | next |\n"} {
			if problems := strangers.Markdown(strings.ReplaceAll(place, "%s", words.Foreign(h.Text).Prose(0)), own); len(problems) > 0 {
				t.Errorf("%s acts in %q: %v", h.Name, place, problems)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := foreignText().Draw(t, "text")
		shown := rapid.SampledFrom([]string{"", "x "}).Draw(t, "before") + text.Prose(rapid.IntRange(-1, 200).Draw(t, "max")) + " y"
		if problems := strangers.Markdown(shown, strangers.Own{}); len(problems) > 0 {
			t.Fatalf("%q: %v", shown, problems)
		}
	})
}
