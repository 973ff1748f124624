package list

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestSummary(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{
			"the section for it comes first",
			"# Search was down\n\n## Impact\n\nNobody could search for an hour, and orders fell.\n\n## Summary\n\nThe index ran out of space at night. It was **rebuilt** on a [new volume](https://example.com/v).\n",
			"The index ran out of space at night. It was rebuilt on a new volume.",
		},
		{
			"a timeline of milestones alone tells nothing",
			"# X\n\n## Timeline\n\n- 2026-03-01 02:40 JST started (entered by tanaka, date assumed)\n- 2026-03-01 02:55 JST 検知（tanakaさん記入、日付は推定です）\n",
			"",
		},
		{
			"else the impact",
			"# Search was down\n\n## Root cause\n\nA quota was too low for the nightly rebuild of the index.\n\n## Impact\n\n- Searches failed for half of all customers\n- Orders took three times as long\n",
			"Searches failed for half of all customers. Orders took three times as long.",
		},
		{
			"what leads a document without a summary is one",
			"---\ntitle: x\nsummary: not this one, which is front matter\n---\n\n# Keys leaked\n\nA key for the build service was published by mistake and revoked an hour later.\n\n## Impact\n\nNo customer was affected by any of this.\n",
			"A key for the build service was published by mistake and revoked an hour later.",
		},
		{
			"labels in place of headings",
			"# 2026-03-01\n\n- **Key events**\n  - Started 2026-03-01 10:00\n- **Identified**: an alert told the people on call about it\n- **Impact**:\n\n  Logins failed for everybody who had not been there before.\n",
			"Logins failed for everybody who had not been there before.",
		},
		{
			"a table's row for it",
			"# X\n\n| item | value |\n|---|---|\n| Severity | SEV2 |\n| Summary | Half of all payments failed because a certificate had expired. |\n",
			"Half of all payments failed because a certificate had expired.",
		},
		{
			"no hints, boxes, code, quotations of templates",
			"# X\n\n## Summary\n\n_Describe what happened in a few words._\n\n> Provide a short description of the incident.\n\n<!-- what happened? -->\n\n- [ ] write this part before the meeting starts\n\n```\nthis is a log and says nothing to people\n```\n\nTBD\n\nWhat happened, and who was it that noticed first?\n\n## Causes\n\nA change of the pool's size had not been tried under load.\n",
			"A change of the pool's size had not been tried under load.",
		},
		{
			"at most three sentences, and no abbreviation ends one",
			"## Summary\n\nThe cache, e.g. of sessions, was emptied at 10 a.m. by mistake. Logins became slow. Some failed. All was well by noon.\n",
			"The cache, e.g. of sessions, was emptied at 10 a.m. by mistake. Logins became slow. Some failed.",
		},
		{
			"a sentence that only introduces what follows is left out",
			"## Summary\n\nThe build was broken for a day by an update. We agreed on this:\n\n1. versions are pinned\n",
			"The build was broken for a day by an update.",
		},
		{
			"a status page tells it in its first message",
			"[Resolved]\nThe certificate was renewed and all is well again.\n\n[Initial message]\nThe certificate of the mirror has expired, downloads fail.\nWe look into it.\n",
			"The certificate of the mirror has expired, downloads fail. We look into it.",
		},
		{
			"addresses become their hosts",
			"## Summary\n\nThe service at <https://shop.example.com/cart> did not answer, as https://status.example.com/7 said.\n",
			"The service at shop.example.com did not answer, as status.example.com said.",
		},
		{
			"secrets are masked",
			"## Summary\n\nThe token ghp_0123456789abcdefghijABCDEFGHIJ012345 was written into a public log.\n",
			"The token ghp_… was written into a public log.",
		},
		{
			"nothing but a timeline",
			"# X\n\n## Timeline\n\n- 2026-03-01 10:00 UTC - The nightly job deletes the wrong table by mistake\n- 2026-03-01 10:05 UTC - Detected by the on-call engineer, who stops the job\n",
			"The nightly job deletes the wrong table by mistake. Detected by the on-call engineer, who stops the job.",
		},
		{
			"headings in bold",
			"# X\n\n**What happened**\nA config map with a tab crashed the gateway at its start.\n\n**How we fixed it**\nThe config map was reverted by the engineer on call.\n",
			"A config map with a tab crashed the gateway at its start.",
		},
		{
			"お詫びの手紙",
			"# サーバー障害のお詫び\n\n平素は当サービスをご利用いただき誠にありがとうございます。データベースの負荷が上がり、サービスを利用できない状態でした。深くお詫び申し上げます。\n",
			"データベースの負荷が上がり、サービスを利用できない状態でした。",
		},
		{"a short sentence", "### What broke?\n\nThe public search returned nothing.\n", "The public search returned nothing."},
		{"no prose at all", "# X\n\n## Summary\n\nTBD\n", ""},
		{
			"日本語",
			"# 決済が遅い\n\n## 影響\n\n- 注文の半分が失敗した\n\n## 概要\n\n決済の証明書が夜中に切れ、`pay`への接続が\nすべて失敗しました（「SSLエラー。」と表示）。50分後に更新しました。\n",
			"決済の証明書が夜中に切れ、payへの接続がすべて失敗しました（「SSLエラー。」と表示）。50分後に更新しました。",
		},
		{
			"日本語の影響",
			"# 検索停止\n\n## タイムライン\n\n| 時刻 | 内容 |\n|---|---|\n| 10:00 | 発生 |\n\n## 影響\n\n- **利用者**: 検索の結果がまったく表示されず、問い合わせが20件ありました\n\n## 概要\n\n（ここに概要を記入してください）\n",
			"検索の結果がまったく表示されず、問い合わせが20件ありました。",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Summary(document.Read(c.source)); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestSummarySize: however long a sentence is, the summary is not.
func TestSummarySize(t *testing.T) {
	english := Summary(document.Read("## Summary\n\n" + strings.Repeat("and then another thing went wrong ", 100)))
	japanese := Summary(document.Read("## 概要\n\n" + strings.Repeat("さらに別の問題が起きて、", 100)))
	if n := len([]rune(english)); n < 200 || n > mostEnglish*mostFirst/100 || !strings.HasSuffix(english, "…") {
		t.Errorf("%d: %s", n, english)
	}
	if n := len([]rune(japanese)); n < 100 || n > mostJapanese*mostFirst/100 || !strings.HasSuffix(japanese, "…") {
		t.Errorf("%d: %s", n, japanese)
	}
}

// FuzzSummary: of any document a summary is a line that can be seen, and short.
func FuzzSummary(f *testing.F) {
	f.Add("## Summary\n\nThe index ran out of space. It was rebuilt.\n")
	f.Add("# 障害\n\n**概要**: 検索が「止まりました。」\n\n| 概要 | x |\n|---|---|\n")
	f.Add("[Initial message]\nx <https://a.b/c> `y`\n\n- **Impact**:\n  - z.\n")
	f.Fuzz(func(t *testing.T, source string) {
		got := Summary(document.Read(source))
		if !words.IsVisible(got) || utf8.RuneCountInString(got) > mostSummary || words.Masked(got) != got {
			t.Errorf("%q", got)
		}
	})
}

func TestMinutes(t *testing.T) {
	for _, c := range []struct {
		source string
		want   int
	}{
		{"", 0},
		{"one two", 1},
		{strings.Repeat("word ", 228), 1},
		{strings.Repeat("word ", 229), 2},
		{strings.Repeat("字", 357), 1},
		{strings.Repeat("字", 358), 2},
		{strings.Repeat("word ", 114) + strings.Repeat("字", 179), 2},
		{"```\n" + strings.Repeat("word ", 900) + "\n```\n", 0},
		{"| a | b |\n|---|---|\n| one | " + strings.Repeat("word ", 228) + "|\n", 2},
	} {
		var e Entry
		e.Words, e.Characters = Length(document.Read(c.source))
		if got := e.Minutes(); got != c.want {
			t.Errorf("%.30q: %d minutes, want %d (%d words, %d characters)", c.source, got, c.want, e.Words, e.Characters)
		}
	}
}
