package lint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// complete are postmortems in which there is nothing to find.
var complete = map[words.Language]string{
	words.English: `# Checkout was blank

## Impact

Every third visitor saw an empty page and 212 orders were lost.

## Timeline

| Time (UTC) | Event |
|---|---|
| 2026-11-26 02:40 | Incident started: a certificate expired. |
| 2026-11-26 02:55 | Detected by an alert on failed payments. |
| 2026-11-26 04:05 | Resolved: all pages load again. |

## Contributing factors

- The renewal job had been switched off during a migration, and nothing reports a job that does not run.
- The alert on expiry looks at one of two load balancers.

## Action items

| Action | Owner | Due |
|---|---|---|
| Alert on certificates that expire within 14 days | @tanaka | 2026-12-18 |
| Run the renewal job from the scheduler that is watched | @suzuki | 2026-12-11 |
`,
	words.Japanese: `# 決済画面が表示されない

## 影響

来訪者の3人に1人に空白のページが表示され、212件の注文が失われました。

## タイムライン

| 時刻 (JST) | 出来事 |
|---|---|
| 2026-11-26 02:40 | 発生: 証明書の期限が切れた。 |
| 2026-11-26 02:55 | 検知: 決済失敗のアラートが鳴った。 |
| 2026-11-26 04:05 | 復旧: すべてのページが表示された。 |

## 要因

- 移行のときに更新ジョブが止められ、動いていないジョブを知らせる仕組みがなかった。
- 期限のアラートが、2台あるロードバランサーの片方しか見ていない。

## 対応策

| 対応策 | 担当 | 期限 |
|---|---|---|
| 14日以内に切れる証明書をアラートで知らせる | @tanaka | 2026-12-18 |
| 更新ジョブを監視付きのスケジューラーで動かす | @suzuki | 2026-12-11 |
`,
}

func check(source string, options lint.Options) []lint.Finding {
	d := document.Read(source)
	return lint.Check(d, inspect.Read("2026-11-26-checkout.md", d), options)
}

// places are findings as "rule:line".
func places(found []lint.Finding) (all []string) {
	for _, f := range found {
		all = append(all, fmt.Sprintf("%s:%d", f.Rule, f.Line))
	}
	return all
}

func TestCompleteDocuments(t *testing.T) {
	for lang, source := range complete {
		for _, f := range check(source, lint.Options{}) {
			t.Errorf("%s: %d:%d %s: %s", lang, f.Line, f.Column, f.Rule, f.Message(lang))
		}
	}
}

// change is a document that differs from the complete one in one place.
func change(t *testing.T, lang words.Language, old, by string) string {
	t.Helper()
	source := complete[lang]
	if strings.Count(source, old) != 1 {
		t.Fatalf("%q stands %d times in the document", old, strings.Count(source, old))
	}
	return strings.Replace(source, old, by, 1)
}

// TestRules: each rule finds what it is about, and says nothing of what only
// looks like it.
func TestRules(t *testing.T) {
	const en, ja = words.English, words.Japanese
	for _, c := range []struct {
		lang    words.Language
		old, by string
		want    []string
	}{
		{en, "## Impact", "## Weather", []string{"section-missing:1"}},
		{ja, "## 影響", "## 天気", []string{"section-missing:1"}},
		{en, "## Impact", "## Who was affected?", nil},
		{ja, "## 影響", "## 【影響範囲】", nil},
		{en, "## Impact\n\nEvery", "**Impact**: Every", nil},
		{en, "## Impact", "## Summary", nil},
		{ja, "## 要因", "## うまくいかなかったこと", nil},
		{en, "## Contributing factors", "## What went well", []string{"section-missing:1"}},
		{ja, "## 要因\n", "## 根本原因\n", nil},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "", []string{"section-empty:3"}},
		{ja, "来訪者の3人に1人に空白のページが表示され、212件の注文が失われました。", "<!-- だれに、どのくらい -->", []string{"section-empty:3"}},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "_No response_", []string{"section-empty:3"}},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "None.", nil},

		{en, "Every third visitor saw an empty page and 212 orders were lost.", "Orders lost: TBD", []string{"template-text:5"}},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "[TODO]", []string{"template-text:5"}},
		{ja, "来訪者の3人に1人に空白のページが表示され、212件の注文が失われました。", "件数：（未記入）", []string{"template-text:5"}},
		{ja, "来訪者の3人に1人に空白のページが表示され、212件の注文が失われました。", "YYYY年MM月DD日から", []string{"template-text:5"}},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "The parser expects `YYYY-MM-DD`, so every date was lost.", nil},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "A TODO in the code says that orders may be lost.", nil},
		{en, "Every third visitor saw an empty page and 212 orders were lost.", "```\nTBD\n```", nil},

		{en, "## Timeline\n", "## That night\n", nil},
		{ja, "## タイムライン\n", "## その夜\n", nil},
		{en, "Resolved: all pages load again.", "All pages load.", []string{"timeline-missing-milestone:7"}},
		{ja, "検知: 決済失敗のアラートが鳴った。", "電話が鳴った。", []string{"timeline-missing-milestone:7"}},
		{en, "| 2026-11-26 02:55 | Detected", "| 2026-11-26 02:35 | Detected", []string{"timeline-missing-milestone:7", "timeline-order:12"}},
		{ja, "| 2026-11-26 04:05 | 復旧", "| 2026-11-25 04:05 | 復旧", []string{"timeline-missing-milestone:7", "timeline-order:13"}},
		{en, "| 2026-11-26 02:40 |", "| 2026-11-26 02:55:30 | Somebody looks. |\n| 2026-11-26 02:55 | Somebody else looks. |\n| 2026-11-26 02:40 |", []string{"timeline-order:13"}},
		{en, "Time (UTC)", "Time", []string{"zone-missing:11"}},
		{ja, "時刻 (JST)", "時刻", []string{"zone-missing:11"}},
		{en, "## Timeline\n", "## Timeline\n\nTime to resolve: 3 hours\n", []string{"stated-differs:9"}},
		{ja, "## タイムライン\n", "## タイムライン\n\n復旧までの時間: 3時間\n", []string{"stated-differs:9"}},
		{en, "## Timeline\n", "## Timeline\n\nTime to resolve: 1 h 25 min\n", nil},
		{en, "## Timeline\n", "## Timeline\n\nTime to resolve: about 1.5 hours\n", nil},

		{en, "| @tanaka |", "| |", []string{"action-without-owner:24"}},
		{ja, "| @suzuki |", "| |", []string{"action-without-owner:25"}},
		{en, "| 2026-12-11 |", "| |", []string{"action-without-due:25"}},
		{ja, "| 2026-12-18 |", "| |", []string{"action-without-due:24"}},
		{en, "Alert on certificates that expire within 14 days", "Be more careful with certificates", []string{"action-not-verifiable:24"}},
		{en, "Alert on certificates that expire within 14 days", "Alert on certificates, so that nobody has to remember to look", nil},
		{ja, "14日以内に切れる証明書をアラートで知らせる", "証明書の期限に気をつける", []string{"action-not-verifiable:24"}},
		{ja, "14日以内に切れる証明書をアラートで知らせる", "手順書の注意書きを先頭に移す", nil},
	} {
		source := change(t, c.lang, c.old, c.by)
		if diff := cmp.Diff(c.want, places(check(source, lint.Options{}))); diff != "" {
			t.Errorf("%q instead of %q (-want +got)\n%s", c.by, c.old, diff)
		}
	}
}

const (
	factorsEN = "- The renewal job had been switched off during a migration, and nothing reports a job that does not run.\n- The alert on expiry looks at one of two load balancers.\n"
	factorsJA = "- 移行のときに更新ジョブが止められ、動いていないジョブを知らせる仕組みがなかった。\n- 期限のアラートが、2台あるロードバランサーの片方しか見ていない。\n"
)

func TestSingleHumanError(t *testing.T) {
	for _, c := range []struct {
		lang words.Language
		by   string
		want []string
	}{
		{words.English, "Human error.\n", []string{"single-human-error:17"}},
		{words.English, "- Human error: the wrong command was run.\n", []string{"single-human-error:17"}},
		{words.Japanese, "作業者の操作ミス。\n", []string{"single-human-error:17"}},
		{words.Japanese, "- 人為的ミスによる設定の誤り\n", []string{"single-human-error:17"}},
		{words.English, "- Human error.\n- Both clusters have the same name.\n", nil},
		{words.English, "This was not a human error: the tool ran by itself.\n", nil},
		{words.English, "At first it looked like human error. The command had been pasted from the runbook. The runbook was for the old cluster.\n", nil},
		{words.Japanese, "- 操作ミス\n- 確認の画面が2つの環境で同じだった\n", nil},
		{words.Japanese, "操作ミスではなく、設定の自動反映によるもの。\n", nil},
	} {
		old := factorsEN
		if c.lang == words.Japanese {
			old = factorsJA
		}
		var got []string
		for _, place := range places(check(change(t, c.lang, old, c.by), lint.Options{})) {
			if strings.HasPrefix(place, "single") {
				got = append(got, place)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got)\n%s", c.by, diff)
		}
	}
}

// TestHumanErrorIsToldOnce: what is named as the only cause is not called blame as
// well.
func TestHumanErrorIsToldOnce(t *testing.T) {
	const human = "The cause was human error.\n"
	if diff := cmp.Diff([]string{"single-human-error:17"}, places(check(change(t, words.English, factorsEN, human), lint.Options{}))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	options := lint.Options{Severities: lint.Severities{"single-human-error": "off"}}
	if diff := cmp.Diff([]string{"blame:17"}, places(check(change(t, words.English, factorsEN, human), options))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNewestFirst: a timeline that goes back all the way is in order.
func TestNewestFirst(t *testing.T) {
	const rows = "| 2026-11-26 02:40 | Incident started: a certificate expired. |\n| 2026-11-26 02:55 | Detected by an alert on failed payments. |\n| 2026-11-26 04:05 | Resolved: all pages load again. |\n"
	lines := strings.SplitAfter(rows, "\n")
	for _, place := range places(check(change(t, words.English, rows, lines[2]+lines[1]+lines[0]), lint.Options{})) {
		if strings.HasPrefix(place, "timeline-order") {
			t.Error(place)
		}
	}
}

// TestMilestonesInOrder: a milestone before one that usually comes first is
// remarked on, once.
func TestMilestonesInOrder(t *testing.T) {
	d := document.Read("# x\n\n- Started 10:00\n- Detected 09:50\n- Resolved 11:00\n")
	at := func(hour, minute, line int) inspect.Milestone {
		return inspect.Milestone{At: time.Date(2026, 11, 26, hour, minute, 0, 0, time.UTC), Zoned: true, Line: line, Source: inspect.Field}
	}
	i := inspect.Incident{Line: 1, Started: at(10, 0, 3), Detected: at(9, 50, 4), Resolved: at(11, 0, 5), ActionItems: []inspect.ActionItem{{Done: true}}}
	only := lint.Options{Severities: lint.Severities{"section-missing": "off"}}
	found := lint.Check(d, []inspect.Incident{i}, only)
	if diff := cmp.Diff([]string{"timeline-order:4"}, places(found)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	} else if got := found[0].Message(words.English); got != `The time of "detected" is before that of "started".` {
		t.Error(got)
	}
	i.Timeline = []inspect.Entry{{Line: 3, At: i.Started.At, Zoned: true, Written: "10:00"}, {Line: 4, At: i.Detected.At, Zoned: true, Written: "09:50"}, {Line: 5, At: i.Resolved.At, Zoned: true, Written: "11:00"}}
	found = lint.Check(d, []inspect.Incident{i}, only)
	if diff := cmp.Diff([]string{"timeline-order:4"}, places(found)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNoActions(t *testing.T) {
	for lang, source := range complete {
		at := strings.LastIndex(source, "\n## ")
		if diff := cmp.Diff([]string{"no-actions:1"}, places(check(source[:at], lint.Options{}))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", lang, diff)
		}
		heading, _, _ := strings.Cut(source[at:], "\n\n")
		if diff := cmp.Diff([]string{"no-actions:20"}, places(check(source[:at]+heading+"\n\n", lint.Options{}))); diff != "" {
			t.Errorf("%s, an empty section (-want +got)\n%s", lang, diff)
		}
	}
}

// TestActionsAsAWhole: where no item has an owner, that is said once.
func TestActionsAsAWhole(t *testing.T) {
	source := strings.NewReplacer("@tanaka", "", "@suzuki", "").Replace(complete[words.English])
	found := check(source, lint.Options{})
	if diff := cmp.Diff([]string{"action-without-owner:24"}, places(found)); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	if got := found[0].Message(words.English); !strings.Contains(got, "None of the 2") {
		t.Error(got)
	}
}

// TestDoneActions: of what is done, nobody asks by whom and until when.
func TestDoneActions(t *testing.T) {
	at := strings.Index(complete[words.English], "## Action items")
	source := complete[words.English][:at] + "## Action items\n\n- [x] Renewed the certificate\n- [ ] Alert on expiry (owner: @tanaka, due: 2026-12-18)\n"
	if got := places(check(source, lint.Options{})); got != nil {
		t.Error(got)
	}
}

// TestBlame: it is offered as a suggestion with a better wording in the language
// of the sentence, whatever a policy says, and not for what is quoted.
func TestBlame(t *testing.T) {
	for _, c := range []struct {
		lang       words.Language
		old, by    string
		line, from int
	}{
		{words.English, "- The alert on expiry", "- **On Friday** Tom carelessly skipped the check.\n- The alert on expiry", 18, 18},
		{words.Japanese, "- 期限のアラート", "- **金曜日**、田中さんが確認を怠った。\n- 期限のアラート", 18, 8},
	} {
		source := change(t, c.lang, c.old, c.by)
		found := check(source, lint.Options{Severities: lint.Severities{"blame": "error"}})
		if len(found) == 0 {
			t.Errorf("%s: nothing was found", c.lang)
		}
		for _, f := range found {
			if f.Rule != "blame" || f.Severity != lint.Suggestion || f.Line != c.line || f.Column < c.from || words.Detect(f.Suggestion(c.lang)) != c.lang {
				t.Errorf("%+v", f)
			}
		}
		if got := places(check(source, lint.Options{Severities: lint.Severities{"blame": "off"}})); got != nil {
			t.Error(got)
		}
		quoted := change(t, c.lang, c.old, "\n> "+strings.TrimPrefix(strings.Replace(c.by, "\n", "\n\n", 1), "- "))
		if got := places(check(quoted, lint.Options{})); got != nil {
			t.Errorf("a quotation was taken for the author's words: %v", got)
		}
	}
}
