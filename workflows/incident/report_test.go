package incident

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// written is what a report says, one command a line.
func written(said []workflows.Said) string {
	var b strings.Builder
	for _, s := range said {
		b.WriteString(strings.TrimSpace("/"+s.Command+" "+s.Argument) + "\n")
	}
	return b.String()
}

// TestReport reads openings as people write them: testdata/report holds, one
// after the other, a text under the name of its case and what it says under the
// same name and "= said".
func TestReport(t *testing.T) {
	files, err := filepath.Glob("testdata/report/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(archive.Files); i += 2 {
			opening, said := archive.Files[i], archive.Files[i+1]
			t.Run(filepath.Base(file)+"/"+opening.Name, func(t *testing.T) {
				if said.Name != opening.Name+" = said" {
					t.Fatalf("%q is followed by %q", opening.Name, said.Name)
				}
				title, body, _ := strings.Cut(string(opening.Data), "\n")
				title = strings.TrimPrefix(title, "title: ")
				if diff := cmp.Diff(string(said.Data), written(report(title, body))); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				// A browser sends the answers to a form with other line ends.
				if diff := cmp.Diff(string(said.Data), written(report(title, strings.ReplaceAll(body, "\n", "\r\n")))); diff != "" {
					t.Errorf("with carriage returns (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestSentences reads single sentences. Those that say nothing are as many as
// those that do: a time or a number without the words that say of what, or one
// that is asked, planned, denied or told of another day.
func TestSentences(t *testing.T) {
	for said, texts := range map[string][]string{
		"/started 2:40\n": {
			"Checkout has been blank since 2:40.", "It started at 2:40", "The errors began failing at 2:40", "Started at 2:40.", "Timeouts starting 2:40", "Fault occurs 2:40",
			"2:40から真っ白です", "2:40に障害が発生しました", "発生は2:40です。", "We deployed at 2:30, and the errors started at 2:40", "発生時刻 2:40",
			"始まったのは2:40です", "２：４０から表示されません。",
		},
		"/started 2:40ごろ\n":         {"2:40ごろから決済できません", "だめです。2:40ごろ から重いです"},
		"/started about 2:40\n":     {"It happened at about 2:40", "blank since about 2:40"},
		"/started 午後3時半頃\n":         {"午後3時半頃から遅いです"},
		"/started 昨日の23:50\n":       {"昨日の23:50からエラーです"},
		"/started 11/20 2:40 JST\n": {"Broken since 11/20 2:40 JST."},
		"/started 10分前\n":           {"10分前から見られません"},
		"/started 10 minutes ago\n": {"Down since 10 minutes ago"},
		"/detected 2:55\n": {
			"Noticed at 2:55", "We noticed it at 2:55.", "At 2:55 we noticed blank pages", "At 2:55, Sato got an alert.", "An alert fired at 2:55", "Support was alerted at 2:55",
			"2:55に気づきました", "2:55に監視のアラートが鳴りました", "気づいたのは2:55です", "2:55にお客様の連絡で発覚", "検知 2:55", "2:55検知",
		},
		"/reach contacts 8\n": {
			"8 customers wrote in", "8 people have already contacted us.", "eight customers complained", "We have 8 support contacts so far", "8 tickets",
			"お問い合わせが8件あります", "お問合せは８件です", "8件のお問い合わせ", "お客様8名からご連絡がありました", "8人のお客様から問い合わせ",
			"3 customers wrote in at first, by now 8 tickets",
		},
		"/reach contacts 5+\n": {"At least 5 customers called", "お問い合わせは5件以上です"},
		"/reach users 1200\n":  {"1,200 users are affected", "This affects about 1200 customers", "約1200人に影響があります", "1200人のユーザーがログインできません", "影響を受けたユーザーは1200人です"},
		"/reach share 30\n":    {"About 30% of users see it", "約30%のユーザーに影響", "ユーザーの3割が使えません"},
		"/reach slo yes\n":     {"The SLO alert is firing", "SLOアラートが鳴っています"},
		"": {
			"It was fine until 2:40.", "Is it since 2:40?", "2:40からですか？", "The deploy started at 2:40", "2:40からメンテナンスの予定です", "毎日2:40から遅いです", "It may start at 2:40 if we deploy",
			"2:40", "Call me at 2:40", "2:40に再起動しました", "2:40から調査しています", "Last week it started at 2:40", "前回は2:40に気づきました", "since v2.40", "since 12:40:99:1", "`since 2:40`",
			"Working since 2:40", "All runs smoothly again since 2:40", "We plan to do it on Monday, starting at 2:40", "On Friday, starting at 2:40, we'll move", "It started working at 2:40", "since yesterday", "It happened in 2:4", "復旧は2:40の見込み",
			"8 errors", "IE11 users could not log in", "8 of 10 servers", "30% of requests fail", "エラー率30%", "8件", "No customers wrote in", "お問い合わせはありません", "If 8 customers write in, tell me",
			"SLO alert is not firing", "SLOアラートは鳴っていません", "An alert is firing", "個人情報は関係ありません", "Customers' personal data", "many customers wrote in", "数件のお問い合わせ",
			"SEV1 would be too much", "resolved at 3:30", "3:30に復旧しました", "Fixes #12", "",
		},
	} {
		for _, text := range texts {
			if got := written(report("", text)); got != said {
				t.Errorf("%q says %q, want %q", text, got, said)
			}
		}
	}
}

// TestAnswers reads single fields.
func TestAnswers(t *testing.T) {
	for said, texts := range map[string][]string{
		"/started 2:40\n": {
			"Started: 2:40", "## When did it start?\n2:40", "**Start time:** 2:40", "Incident start: 2:40", "| Start Time | 2:40 |\n|-|-|", "いつから: 2:40", "発生時刻：2:40", "障害発生日時\n2:40",
			"### いつから起きていますか？\n\n2:40", "1. 発生日時: 2:40", "📝 発生日時：2:40", "Time of incident: 2:40", "Started: `2:40`", "Since when?\n2:40",
			"Date: unknown\nStarted: 2:40",
		},
		"/started 2:40 UTC\n":                   {"Started (UTC): 2:40", "All times in UTC\n\nStarted: 2:40", "発生時刻（UTC）：2:40"},
		"/started about 2:40\n":                 {"Started: maybe 2:40", "Started: about 2:40, I think"},
		"/started 2026-11-26 2:40\n":            {"Date: 2026-11-26\nStarted: 2:40", "発生日: 2026-11-26\n発生時刻: 2:40"},
		"/started 2:40\n/mitigated 3:30\n":      {"Impact window: 2:40 - 3:30", "影響時間帯：2:40〜3:30", "障害期間: 2:40から3:30"},
		"/detected 2:55\n":                      {"Detected: 2:55", "### When was it noticed?\n\n2:55", "検知日時：2:55", "気づいた時刻: 2:55", "| 2:55 | Incident detected |\n|-|-|", "Detection time: 2:55"},
		"/mitigated 3:30\n":                     {"Mitigated: 3:30", "影響収束: 3:30", "Mitigation time: 3:30"},
		"/resolved 4:05\n":                      {"Resolved at: 4:05", "復旧日時：4:05", "End time: 4:05", "Status: resolved\nResolved: 4:05"},
		"/resolved\n":                           {"Status: Resolved", "ステータス：復旧済み"},
		"/sev 2\n":                              {"Severity: SEV2", "重大度：２", "Severity: sev-2 (major)", "### Severity\n\n- [x] SEV2\n- [ ] SEV3", "Severity level: 2 - major", "重大度 : SEV-2（一部の機能）", "Severity: `SEV2`"},
		"/reach contacts 8\n":                   {"Support contacts: 8", "お問い合わせ件数：8件", "How many customers contacted us?\n8 so far", "問い合わせ：8件（3:00時点）", "Number of tickets: about 8"},
		"/reach contacts 5+\n":                  {"Support contacts: 5 or more", "Support contacts: 5-10", "お問い合わせ件数: 5〜10件", "Tickets: >5"},
		"/reach contacts 0\n":                   {"Support contacts: none", "お問い合わせ件数：なし", "お問い合わせ件数：0件"},
		"/reach contacts unknown\n":             {"Support contacts: I don't know", "お問い合わせ件数：分からない", "Support contacts: unknown yet"},
		"/reach users 1200\n":                   {"Users affected: 1,200", "影響を受けたユーザー数：1200人", "影響人数: 約1200人"},
		"/reach share 30\n":                     {"Users affected: 30%", "Percentage of users: 30", "影響割合：3割"},
		"/reach share 100\n":                    {"Users affected: all", "影響ユーザー: 全ユーザー"},
		"/reach unknown\n":                      {"Impact: unknown", "影響範囲：不明", "### How far does it reach?\n\nI don't know"},
		"/reach slo yes\n":                      {"SLO alert: yes", "SLO/SLA違反: あり", "- [x] An SLO alert is firing"},
		"/reach slo no\n":                       {"SLO alert: no", "SLOアラート：なし"},
		"/reach money yes\n":                    {"Revenue impact: $12,000", "金額: 120万円", "- [x] Customers were charged twice"},
		"/reach money no\n":                     {"Revenue impact: None", "売上への影響：なし"},
		"/confidential\n/reach legal\n":         {"Personal data involved: yes", "個人情報：あり", "- [X] 個人情報に関わるかもしれない", "- [x] A legal duty may be concerned", "Privacy: possibly, yes\n- [x] Legal duty"},
		"/confidential\n/reach legal unknown\n": {"Personal data: addresses of 12 people", "個人情報: 住所"},
		"/reach no legal\n":                     {"Personal data involved: no", "個人情報：なし"},
		"/reach legal unknown\n":                {"Personal data involved: I don't know", "個人情報: 調査中"},
		"/service payments\n":                   {"Service: payments", "### Which service?\n\n`payments`", "影響サービス：payments"},
		"/service pay, web\n":                   {"## Affected services\n- pay\n- web", "対象システム: pay, web"},
		"": {
			"### Started\n\n_No response_", "Started: HH:mm", "Started: YYYY-MM-DD HH:MM", "Started: [time]", "Started: TBD", "Started: n/a", "Started: I don't know", "発生時刻：不明", "発生時刻：分からない", "Started: -",
			"Started: yesterday", "Started: by a deploy", "Resolution: we rolled back at 3:30", "対応: 3:30に戻した", "Detected by: Datadog at 2:55", "Time to detect: 2:40", "検知方法: 監視", "検知までの時間: 0:15",
			"Note: 2:40", "> Started: 2:40", "```\nStarted: 2:40\n```", "<!-- Started: 2:40 -->", "    Started: 2:40", "`Started: 2:40`",
			"Severity: SEV1 / SEV2 / SEV3", "Severity: 1 | 2 | 3", "Severity: 5", "Severity: SEV0", "Severity: high", "Severity: P0 | Security", "Severity: 2026", "Severity: undecided", "重大度：分からない", "Severity: 1-2",
			"Support contacts: many", "Support contacts: [number]", "Users affected: ??", "お問い合わせ件数: 数件", "Support contacts: fewer than 5", "Users affected: some",
			"- [ ] Personal data", "- [x] I have put no customer data or personal data here", "- [X] 個人情報を書いていないことを確認しました", "- [x] I agree to the privacy policy", "- [x] 個人情報は含まれません",
			"Service: unknown", "Service: app | docs | website", "Service: <name>", "Service: none", "Affected: _which one_", "Status: Investigating", "Status: Investigating | Resolved", "Impact: users are sad", "SLO alert: see the dashboard",
			"## Timeline\n\nErrors since 2:40. Noticed at 2:55.", "## 根本原因\n\n2:40から壊れていました", "## Steps to reproduce\n\nIt started at 2:40",
		},
	} {
		for _, text := range texts {
			if got := written(report("", text)); got != said {
				t.Errorf("%q says %q, want %q", text, got, said)
			}
		}
	}
}

// TestReportOfTitle: a title may name the severity, and tell what a sentence can.
func TestReportOfTitle(t *testing.T) {
	for title, said := range map[string]string{
		"[SEV1] Checkout is down":         "/sev 1\n",
		"[incident] SEV-2: checkout":      "/sev 2\n",
		"【障害】重大度2 決済":                     "/sev 2\n",
		"Checkout blank since 2:40":       "/started 2:40\n",
		"SEV5":                            "",
		"Explain SEV1 better":             "",
		"[SEV1] x":                        "/sev 1\n",
		"Add a severity 2 column to docs": "",
	} {
		if got := written(report(title, "It is blank.")); got != said {
			t.Errorf("%q says %q, want %q", title, got, said)
		}
	}
	if got := written(report("[SEV1] x", "Severity: SEV3")); got != "/sev 3\n" {
		t.Errorf("the field does not count before the title: %q", got)
	}
	if got := written(report("[SEV1] x", "### What?\n\nx\n\n### Severity\n\nI don't know")); got != "" {
		t.Errorf("an answer not to know does not count before the title: %q", got)
	}
}

// reportCommands are all that a report may say.
var reportCommands = []string{"confidential", "service", "sev", "started", "detected", "mitigated", "resolved", "reach"}

// sound holds what must be true of whatever a report says.
func sound(said []workflows.Said) string {
	count := map[string]int{}
	for _, s := range said {
		count[s.Command]++
		switch {
		case !slices.Contains(reportCommands, s.Command):
			return "no command of a report: " + s.Command
		case s.Command != "reach" && count[s.Command] > 1:
			return "said twice: " + s.Command
		case count[s.Command] > 2*len(kinds):
			return "too much of the reach"
		case strings.ContainsAny(s.Argument, "\n\r"):
			return "more than a line: " + s.Argument
		case s.Command == "sev" && !regexp.MustCompile(`^[1-4]$`).MatchString(s.Argument):
			return "no severity: " + s.Argument
		case s.Command == "service" && (s.Argument == "" || len([]rune(s.Argument)) > longestService):
			return "no service: " + s.Argument
		case (s.Command == "started" || s.Command == "detected") && !isTime(s.Argument):
			return "no time: " + s.Argument
		case (s.Command == "mitigated" || s.Command == "resolved") && s.Argument != "" && !isTime(s.Argument):
			return "no time: " + s.Argument
		}
		if s.Command == "reach" {
			if value, problem := parseReach(workflows.Argument{Text: s.Argument}); problem != "" || !reachValue.MatchString(value) {
				return "no reach: " + s.Argument
			}
		}
	}
	return ""
}

// TestHostileReport: the hostile texts say nothing but what a person could mean
// by them, wherever they stand.
func TestHostileReport(t *testing.T) {
	for _, h := range hostile.Texts() {
		for _, body := range []string{h.Text, "### Which service?\n\n" + h.Text + "\n\n### Severity\n\n2", "Started: " + h.Text, "| Severity | " + h.Text + " |\n|-|-|", "since 2:40 " + h.Text} {
			if fault := sound(report(h.Text, body)); fault != "" {
				t.Errorf("%s: %s", h.Name, fault)
			}
		}
	}
}

// TestOurForms: the questions of our own forms are the ones that are read.
func TestOurForms(t *testing.T) {
	label := regexp.MustCompile(`(?m)^ +label: (.+)$`)
	for i, lang := range []string{"en", "ja"} {
		for _, form := range []string{"incident.yml", "near-miss.yml"} {
			content, err := os.ReadFile(filepath.Join("..", "..", "templates", lang, "ISSUE_TEMPLATE", form))
			if err != nil {
				t.Fatal(err)
			}
			var labels []string
			for _, m := range label.FindAllStringSubmatch(string(content), -1) {
				labels = append(labels, m[1])
			}
			if len(labels) < 4 || labels[0] != ours[i][0] || labels[1] != ours[i][1] {
				t.Fatalf("%s %s asks %q", lang, form, labels)
			}
			var unread []string
			for _, l := range labels[1:] {
				if asked(l) == "" {
					unread = append(unread, l)
				}
			}
			if form == "incident.yml" && len(unread) > 0 {
				t.Errorf("%s: nothing reads %q", lang, unread)
			}
		}
	}
}
