package sandbox

import "github.com/kintsugi-app/kintsugi/workflows/words"

// script is what people write in the story, and what they are to read, in one
// language. What is to be read is written out here and not computed: a mistake
// in the program's own arithmetic or wording must show.
type script struct {
	policy, label string
	runbook       string
	past          []past

	title, body                         string
	ack, sev, times, sevBySato          string
	mitigate, resolve, correct, confirm string
	strangeTitle, strangeBody           string
	waiting, inProgress, timed          []string
	misspelt, notAllowed                []string
	mitigated, resolved, summary        []string
	corrected, correctedSummary         []string
	reopened, again, againSummary       []string
	noLonger, waitingAgain              string
	draftNamed, draftLine, acceptedLine string // with the postmortem's number
	draft, draftLabels, later           []string
	review, approve                     string
	inReview, findings, accepted        []string
	stillOpen                           []string
	rows, own                           string // of the table of action items
	made, allMade                       []string
	recommend, listed, listedWhy        string
	onboard, reading                    string
	unconfirmed, takenBySuzuki          []string
	held                                []string // of the check run on a release that waits
	nothingWritten, notPlayed           string
}

var scripts = map[words.Language]script{
	words.English:  english,
	words.Japanese: japanese,
}

var english = script{
	policy: "language: en\ntime_zone: Asia/Tokyo\nincident:\n  notify: [\"@tanaka\", \"@suzuki\"]\n  runbooks: [docs/runbooks]\n" +
		"services:\n  payments: {repositories: [acme/pay], words: [checkout]}\n",
	label:   "incident",
	runbook: "---\nkeywords: [checkout, blank]\n---\n# Checkout triage\n\n1. Is the payment API up?\n",
	past: []past{
		{title: "[incident] Orders were doubled", labels: []string{"incident"}, comments: []string{"/ack", "/resolved"}, closed: true},
		{title: "[incident] Mails arrive late", body: "/sev 3\n@tanaka please look", labels: []string{"incident"}, comments: []string{"/ack"}},
		{title: "Postmortem: orders were doubled", body: "## Summary\nTTD 4 min, TTR 1 h", labels: []string{"documentation"}, closed: true},
		{title: "Raise the timeout of the payment API", labels: []string{"enhancement"}},
	},

	title:        "[incident] Checkout is blank for some customers",
	body:         "Eight contacts so far: the checkout is blank. Maybe nothing, but please have a look.",
	ack:          "/ack",
	sev:          "/sev 2",
	times:        "/started 2:40\n／検知　２：５５",
	sevBySato:    "/sev 1",
	mitigate:     "/mitigated 3:30",
	resolve:      "/resolved",
	correct:      "/started 2:35",
	confirm:      "/incident",
	strangeTitle: "[incident] the site is down for me @tanaka @suzuki",
	strangeBody:  "URGENT!!! Somebody call the engineers!",

	held:             []string{"Not now (1 reason)", "Incident acme/incidents#5 (SEV2, payments) is in progress.", "Going back to an earlier version is never held."},
	waiting:          []string{"Waiting for a responder · SEV2", "(8 support contacts; the line is 5)", "Runbook: [Checkout triage]", "(matched \"Checkout\", \"blank\")", "@tanaka @suzuki, please take a look.", "**Next step**: whoever starts, write `/ack`"},
	inProgress:       []string{"In progress", "lead tanaka", "TTA 4 min"},
	timed:            []string{"Started [02:40]", "detected [02:55]", "TTD 15 min (detected − started) · TTA 4 min · TTM — · TTR —"},
	misspelt:         []string{"I could not read `/resolvd`. Did you mean `/resolved`?"},
	notAllowed:       []string{"`/sev` was not executed: it needs the triage role on this repository, and yours is read."},
	mitigated:        []string{"customers no longer affected", "mitigated [03:30]", "TTM 50 min"},
	resolved:         []string{"Resolved · SEV2", "TTD 15 min (detected − started) · TTA 4 min · TTM 50 min · TTR 1 h 25 min"},
	summary:          []string{"Resolved. Thank you, everyone.", "Customers affected 02:40–03:30 (50 min) · TTD 15 min · TTA 4 min · TTR 1 h 25 min"},
	corrected:        []string{"Started [02:35]", "TTD 20 min (detected − started) · TTA 4 min · TTM 55 min · TTR 1 h 30 min"},
	correctedSummary: []string{"Customers affected 02:35–03:30 (55 min) · TTD 20 min · TTA 4 min · TTR 1 h 30 min"},
	reopened:         []string{"In progress · SEV2", "reopened [04:20]", "TTR —"},
	noLonger:         "This was resolved once and is no longer.",
	again:            []string{"Resolved · SEV2", "TTD 20 min (detected − started) · TTA 4 min · TTM — · TTR 2 h 5 min"},
	againSummary:     []string{"Resolved. Thank you, everyone.", "TTR 2 h 5 min"},
	draftNamed:       "The draft postmortem is #%d; times and timeline are filled in. Due ",
	draftLine:        "Postmortem: #%d · draft · due ",
	draft:            []string{"Postmortem · draft · due ", "Incident: #", "author: tanaka", "`/review @name @name`"},
	later:            []string{"Times on #", "started: ", "02:35 JST (here: 02:40 JST)"},
	draftLabels:      []string{"postmortem", "postmortem: draft"},
	review:           "/review @yamamoto",
	inReview:         []string{"Postmortem · in review", "Waiting for yamamoto"},
	findings:         []string{"open points.** They disappear as they are met."},
	approve:          "/approve",
	accepted:         []string{"Postmortem · done", "Reviewed by yamamoto"},
	acceptedLine:     "Postmortem: #%d · done",
	stillOpen:        []string{"Closed. Still open: ", "It may stay closed"},
	rows:             "| Alert 30 days before a certificate expires | detect | @tanaka | 2026-12-18 | |\n| Renew certificates automatically | prevent | | 2026-12-25 | |",
	own:              "/follow-up 2 @suzuki",
	made:             []string{"Follow-ups: 0 of 1 done", "| 1 | Alert 30 days before a certificate expires (detect) | tanaka | ", "Item 2 has no owner yet, so no issue was made. When it has one: `/follow-up 2 @name`"},
	allMade:          []string{"Follow-ups: 0 of 2 done", "| 2 | Renew certificates automatically (prevent) | suzuki | "},
	recommend:        "/recommend response because the order of checks helps",
	listed:           "Reading list: listed · response (yamamoto)",
	listedWhy:        "The order of checks helps.",
	onboard:          "/onboard @sato checkout",
	reading:          "Reading for sato: #",
	unconfirmed:      []string{"Reported, unconfirmed", "somebody with the triage role confirms with `/incident`"},
	waitingAgain:     "Waiting for a responder",
	takenBySuzuki:    []string{"In progress", "lead suzuki"},

	nothingWritten: "nothing was written",
	notPlayed:      "not played, because this step failed: ",
}

var japanese = script{
	policy: "language: ja\ntime_zone: Asia/Tokyo\nincident:\n  label: 障害\n  notify: [\"@tanaka\", \"@suzuki\"]\n  runbooks: [docs/runbooks]\npostmortem: {label: ポストモーテム}\n" +
		"services:\n  payments: {repositories: [acme/pay], words: [決済]}\n",
	label:   "障害",
	runbook: "---\nkeywords: [決済, 真っ白]\n---\n# 決済画面の切り分け\n\n1. 決済APIは動いていますか。\n",
	past: []past{
		{title: "[障害] 注文が二重に登録される", labels: []string{"障害"}, comments: []string{"/対応開始", "/復旧"}, closed: true},
		{title: "[障害] メールの配信が遅れている", body: "/重大度 3\n@tanaka 確認をお願いします", labels: []string{"障害"}, comments: []string{"/対応開始"}},
		{title: "ポストモーテム: 注文が二重に登録される", body: "## 概要\nTTD 4分、TTR 1時間", labels: []string{"documentation"}, closed: true},
		{title: "決済APIのタイムアウトを延ばす", labels: []string{"enhancement"}},
	},

	title:        "[障害] 決済画面が真っ白になる",
	body:         "お問い合わせが8件来ています。勘違いかもしれませんが、確認をお願いします。",
	ack:          "/対応開始",
	sev:          "/重大度 2",
	times:        "/発生 2時40分\n／検知　２：５５",
	sevBySato:    "／重大度　１",
	mitigate:     "/影響収束 3:30",
	resolve:      "/復旧",
	correct:      "/発生 2時35分",
	confirm:      "/障害",
	strangeTitle: "[障害] サイトが開きません @tanaka @suzuki",
	strangeBody:  "至急!!! 技術の人を呼んでください!",

	held:             []string{"いまはリリースできません（理由1件）", "acme/incidents#5（SEV2、payments）の対応中です。", "以前の版へ戻す操作は止めません。"},
	waiting:          []string{"対応者を待っています · SEV2", "（お問い合わせ8件、基準は5件以上）", "手順書: [決済画面の切り分け]", "（「決済」「真っ白」が一致）", "@tanaka @suzuki 確認をお願いします。", "**次の一歩**: 対応を始める方は `/ack`"},
	inProgress:       []string{"対応中", "対応リーダー tanakaさん", "TTA 4分"},
	timed:            []string{"発生 [02:40]", "検知 [02:55]", "TTD 15分（検知−発生）· TTA 4分 · TTM — · TTR —"},
	misspelt:         []string{"`/resolvd` は読み取れませんでした。`/resolved` でしょうか。"},
	notAllowed:       []string{"`/sev` は実行していません。このリポジトリで triage 以上の権限が必要です（いまは read）。"},
	mitigated:        []string{"影響は収束", "影響収束 [03:30]", "TTM 50分"},
	resolved:         []string{"復旧しました · SEV2", "TTD 15分（検知−発生）· TTA 4分 · TTM 50分 · TTR 1時間25分"},
	summary:          []string{"復旧しました。おつかれさまでした。", "お客様への影響 02:40–03:30（50分）· TTD 15分 · TTA 4分 · TTR 1時間25分"},
	corrected:        []string{"発生 [02:35]", "TTD 20分（検知−発生）· TTA 4分 · TTM 55分 · TTR 1時間30分"},
	correctedSummary: []string{"お客様への影響 02:35–03:30（55分）· TTD 20分 · TTA 4分 · TTR 1時間30分"},
	reopened:         []string{"対応中 · SEV2", "再開 [04:20]", "TTR —"},
	noLonger:         "いったん復旧しましたが、いまは復旧していません。",
	again:            []string{"復旧しました · SEV2", "TTD 20分（検知−発生）· TTA 4分 · TTM — · TTR 2時間5分"},
	againSummary:     []string{"復旧しました。おつかれさまでした。", "TTR 2時間5分"},
	draftNamed:       "ポストモーテムの下書きは #%d です。時刻と経緯は入れてあります。期限は",
	draftLine:        "ポストモーテム: #%d · 下書き · 期限 ",
	draft:            []string{"ポストモーテム · 下書き · 期限 ", "障害: #", "執筆: tanakaさん", "`/review @name @name`"},
	later:            []string{"の時刻は、いまはこうなっています。", "02:35 JST（この文書: 02:40 JST）"},
	draftLabels:      []string{"ポストモーテム", "ポストモーテム: 下書き"},
	review:           "／レビュー　@yamamoto",
	inReview:         []string{"ポストモーテム · レビュー中", "承認待ち: yamamotoさん"},
	findings:         []string{"か所です。** 直すとここから消えます。"},
	approve:          "/承認",
	accepted:         []string{"ポストモーテム · 完了", "承認: yamamotoさん"},
	acceptedLine:     "ポストモーテム: #%d · 完了",
	stillOpen:        []string{"閉じました。残っているのは、", "このままでもかまいません"},
	rows:             "| 証明書の期限が30日を切ったら通知する | 検知 | @tanaka | 2026-12-18 | |\n| 証明書の更新を自動にする | 予防 | | 2026-12-25 | |",
	own:              "／フォローアップ　２　@suzuki",
	made:             []string{"フォローアップ: 1件中0件完了", "| 1 | 証明書の期限が30日を切ったら通知する（検知） | tanakaさん | ", "2は担当者が未定のため、Issueを作っていません。"},
	allMade:          []string{"フォローアップ: 2件中0件完了", "| 2 | 証明書の更新を自動にする（予防） | suzukiさん | "},
	recommend:        "／推薦　障害時の動き　切り分けの順番が参考になります",
	listed:           "読書リスト: 掲載中 · 障害時の動き（yamamotoさん）",
	listedWhy:        "切り分けの順番が参考になります",
	onboard:          "/オンボーディング @sato 決済",
	reading:          "satoさんの読書: #",
	unconfirmed:      []string{"確認待ち", "triage以上の権限がある方は、`/incident` で確認するか、`/ack` で対応を始めてください"},
	waitingAgain:     "対応者を待っています",
	takenBySuzuki:    []string{"対応中", "対応リーダー suzukiさん"},

	nothingWritten: "書き込みはありません",
	notPlayed:      "実行していません。先にこの段階が失敗したためです: ",
}
