package blame

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// betters returns what Find would say instead, one wording a line.
func betters(s string) string {
	all := make([]string, 0, 1)
	for _, f := range Find(s) {
		all = append(all, f.Better)
	}
	return strings.Join(all, "\n")
}

// TestBetter shows the wordings: what was to be done is taken over where that is
// safe, and a name never is.
func TestBetter(t *testing.T) {
	for text, want := range map[string]string{
		"Aさんが確認を怠った。":                                            "確認が手順に組み込まれていなかった",
		"証明書の更新確認を鈴木さんが怠った。":                                     "この作業が手順に組み込まれていなかった",
		"田中さんがログの保存を失念していた。":                                     "保存が手順に組み込まれていなかった",
		"Kevin forgot to run the smoke test before the release.": "Nothing in the procedure reminded us to run the smoke test before the release",
		"Kevin forgot to tell Anna about it.":                    noReminder,
		"Kevin forgot to send his notes.":                        noReminder,
		"Kevin forgot to tell anna about it.":                    noReminder,
		"Kevin forgot to set *the* flag.":                        noReminder,
		"Kevin forgot to ping @anna.":                            noReminder,
		"Kevin forgot to run `make test`.":                       noReminder,
		"The team failed to notice that disk use had doubled.":   "Nothing made it visible that disk use had doubled",
		"The vendor should have tested the patch.":               "The procedure did not ask us to test the patch",
		"Priya should have tested Anna's patch.":                 noStep,
	} {
		if got := betters(text); got != want {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}

// TestWhoDoesIt shows that the subject decides: the same words are a fact about
// a machine, and a remark of those who write about their own work.
func TestWhoDoesIt(t *testing.T) {
	for text, blames := range map[string]bool{
		"The on-call engineer ignored the alert.":                            true,
		"The proxy ignored the alert.":                                       false,
		"The on-call team's dashboard ignored the alert.":                    false,
		"The alert for the on-call engineer failed to fire.":                 false,
		"Someone in the platform team failed to check it.":                   true,
		"After the deploy Kevin forgot the flag.":                            true,
		"Kevin, who was new, forgot the flag.":                               true,
		"The alert was overlooked by the engineer.":                          true,
		"The alert was overlooked by the filter.":                            false,
		"We failed to check it.":                                             false,
		"We were careless.":                                                  true,
		"The engineer failed to reproduce the fault.":                        false,
		"The engineer didn't check the dashboard because it was down.":       false,
		"If the engineer forgot the flag, the tool would now refuse.":        false,
		"If the engineer had read the log, this would not have happened.":    true,
		"If the engineer had been told, this would not have happened.":       false,
		"Developers should have access to the log.":                          false,
		"The team should have read the log.":                                 true,
		"担当者が忘れたら通知する。":                                                      false,
		"The team should have been told.":                                    false,
		"A message from Kevin failed to arrive.":                             false,
		"She didn’t bother to look.":                                         true,
		"The root cause was \"human error\", the draft said.":                false,
		"The root cause was `human error`.":                                  false,
		"The root cause was human error.":                                    true,
		"This is a blameless review; human error is where it begins.":        false,
		"担当者がアラートを無視した。":                                                     true,
		"プロキシがアラートを無視した。":                                                    false,
		"担当者が見たところ、プロキシがアラートを無視していた。":                                        false,
		"担当者への通知を無視する設定だった。":                                                 false,
		"田中が悪い。":                                                             true,
		"運が悪かった。":                                                            false,
		"担当者のチェックが甘かった。":                                                     true,
		"検証が不十分で、閾値が甘かった。":                                                   false,
		"私たちは確認していなかった。":                                                     false,
		"担当者が見落とさないように一覧を作る。":                                                false,
		"担当者が確認していなかったのは、一覧に項目がなかったためである。":                                   false,
		"監視はSREチームの責任です。":                                                    false,
		"確認漏れはSREチームの責任です。":                                                  true,
		"内部の設定を無視した。":                                                        false,
		"複雑な作業を担当者が行った。":                                                     false,
		"「田中さんの不注意」と書かない。":                                                   false,
		"ユーザーの操作ミスで注文が二重になった。":                                               false,
		"ログに https://example.com/human-error が残った。":                          false,
		"See https://example.com/a?q=human error for the term, said the bot": false,
	} {
		if got := len(Find(text)) > 0; got != blames {
			t.Errorf("%s: %v", text, Find(text))
		}
	}
}

// TestPlaces holds that findings stand where they say in texts of several
// sentences and both languages, each answered in its own.
func TestPlaces(t *testing.T) {
	const both = "Release v1.2.3, e.g. the fix. Kevin forgot it!  田中さんが確認を怠った。The proxy restarted.\nこれは不注意です\nIt was human\nerror."
	found := Find(both)
	sound(t, both, found)
	got := make([]string, 0, len(found))
	for _, f := range found {
		got = append(got, f.Words)
	}
	if want := "forgot|確認を怠った|不注意|human\nerror"; strings.Join(got, "|") != want {
		t.Errorf("found %q", got)
	}
	if betters("これは不注意です") == betters("It was carelessness") {
		t.Error("answers in one language")
	}
}

// TestSentences shows where a text is parted.
func TestSentences(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two! Three?":                "One.| Two!| Three?",
		"Version 1.2 of a.b.c is out. Ok": "Version 1.2 of a.b.c is out.| Ok",
		"See e.g. Redis, i.e. The cache.": "See e.g. Redis, i.e. The cache.",
		"Cut at 3:10 p.m. and back":       "Cut at 3:10 p.m. and back",
		"一つ。二つ！三つ":                        "一つ。|二つ！|三つ",
		"彼は「一つ。二つ。」と言った。三つ":               "彼は「一つ。二つ。」と言った。|三つ",
		"a line\nthat goes on\nThe next":  "a line\nthat goes on\n|The next",
		"`a. B. C` is code. Next":         "`a. B. C` is code.| Next",
	} {
		var parts []string
		for start := 0; start < len(text); {
			end := sentence(text, start)
			parts = append(parts, text[start:end])
			start = end
		}
		if got := strings.Join(parts, "|"); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

// TestTables holds that each rule can be reached and that each better wording
// is in its language.
func TestTables(t *testing.T) {
	for _, r := range rulesEnglish {
		if r.general == "" || strings.Contains(r.general, "%") || r.better != "" && !strings.Contains(r.better, "%") {
			t.Errorf("%q: wordings %q, %q", r.phrase, r.better, r.general)
		}
		if strings.Count(r.phrase, "^") > 1 || strings.HasPrefix(r.phrase, "~") {
			t.Errorf("%q has no word to be looked for by", r.phrase)
		}
	}
	for _, p := range phrasesJapanese {
		if p.general == "" || p.better != "" && !strings.Contains(p.better, "％") {
			t.Errorf("%q: wordings %q, %q", p.words, p.better, p.general)
		}
		for words := range strings.SplitSeq(p.words, "｜") {
			if utf8.RuneCountInString(words) < 2 {
				t.Errorf("%q is too short to be looked for", words)
			}
		}
	}
}

// harmless is what most documents consist of.
const harmless = "At 03:10 the deploy of release 214 began, and error rates rose on both clusters. " +
	"The load balancer retried until its queue was full. Traffic was moved to the second region at 03:31.\n" +
	"03:40 に切り戻しが完了し、エラー率は平常に戻った。原因は接続数の上限で、設定の変更が反映されていた。\n"

func TestHarmlessTextCostsNoMemory(t *testing.T) {
	if n := testing.AllocsPerRun(10, func() { Find(harmless) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzFind(f *testing.F) {
	for _, language := range []string{"en", "ja"} {
		data, err := os.ReadFile("testdata/" + language + ".tsv")
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			f.Add(line[strings.LastIndexByte(line, '\t')+1:])
		}
	}
	f.Add("``` 「「 \"' Kevin's forgot to \xe3\x81 怠 を怠った @ @a-b/c's forgot — ’t n’t ’")
	f.Add(strings.Repeat("and forgot 担当者が怠り", 200))
	f.Fuzz(func(t *testing.T, text string) {
		sound(t, text, Find(text))
		end := 0
		for end < len(text) {
			next := sentence(text, end)
			if next <= end || next > len(text) {
				t.Fatalf("%q: a sentence of %d..%d", text, end, next)
			}
			end = next
		}
	})
}

// BenchmarkFind reports what finding costs of a bare parse of the same text by
// goldmark, once where nothing is found and once where each tenth line blames.
func BenchmarkFind(b *testing.B) {
	for name, document := range map[string]string{
		"harmless":   strings.Repeat(harmless+"\n", 40),
		"blaming":    strings.Repeat(strings.Repeat(harmless+"\n", 5)+"Kevin forgot to run it.\n\n担当者が確認を怠った。\n\n", 8),
		"hostile":    strings.Repeat("and forgot ", 1200),
		"hostile-ja": strings.Repeat("が見落とし", 900),
	} {
		b.Run(name, func(b *testing.B) {
			source := []byte(document)
			parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
			b.SetBytes(int64(len(source)))
			var parsed, sought int64
			for b.Loop() {
				start := b.Elapsed()
				parser.Parse(text.NewReader(source))
				between := b.Elapsed()
				for line := range strings.Lines(document) {
					Find(line)
				}
				parsed += int64(between - start)
				sought += int64(b.Elapsed() - between)
			}
			b.ReportMetric(float64(sought)/float64(parsed), "of-parse")
			b.ReportMetric(float64(sought)/float64(b.N)/float64(len(source)), "ns/byte-found")
		})
	}
}
