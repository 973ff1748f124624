package inspect

import "strings"

// verbs begin what is to be done; a short text with one of them and a colon does
// not name a group.
var verbs = map[string]bool{
	"add": true, "improve": true, "fix": true, "create": true, "update": true, "document": true, "review": true, "investigate": true, "remove": true, "implement": true,
	"automate": true, "test": true, "write": true, "check": true, "ensure": true, "make": true, "set": true, "consider": true, "upgrade": true, "monitor": true, "define": true,
}

// prepositions are words after which an address belongs to the sentence.
var prepositions = map[string]bool{"in": true, "at": true, "to": true, "by": true, "of": true, "on": true}

// groupNames are parents of items that only say what the items are.
var groupNames = func() map[string]bool {
	all := map[string]bool{}
	for name := range strings.SplitSeq("short term|shortterm|medium term|mid term|middle term|long term|longer term|near term|immediate|immediately|now|next|later|soon|today|this week|"+
		"prevent|prevention|preventive|preventative|detect|detection|mitigate|mitigation|process|processes|technical|documentation|monitoring|alerting|observability|testing|communication|tooling|infrastructure|training|other|others|misc|miscellaneous|general|"+
		"high|medium|low|critical|high priority|medium priority|low priority|p0|p1|p2|p3|p4|must|should|could|must have|nice to have|"+
		"done|completed|complete|already done|in progress|ongoing|open|closed|to do|todo|planned|pending|not started|not done|remaining|outstanding|"+
		"短期|中期|長期|短期的|中期的|長期的|短期対応|中期対応|長期対応|直近|すぐに|今週|即時|予防|検知|緩和|プロセス|再発防止|監視|テスト|ドキュメント|その他|暫定|恒久|暫定対応|恒久対応|暫定対策|恒久対策|完了|完了済み|対応済み|対応済|未完了|未着手|未対応|対応中|進行中|優先度高|優先度中|優先度低|高|中|低", "|") {
		all[name] = true
	}
	return all
}()

// nothings are texts that stand where something is still to be written, or say
// that there is nothing.
var nothings = func() map[string]bool {
	all := map[string]bool{"": true}
	for name := range strings.SplitSeq("none|n/a|na|nil|tbd|tba|tbc|todo|to do|to be determined|to be decided|to be done|to be added|to be defined|nothing|no actions|no action|no action items|no actions needed|no action needed|no action required|no actions required|no further action|no further actions|no further action required|no follow ups|no follow up|not applicable|none required|none needed|none yet|none at this time|none identified|none so far|none for now|pending|xxx|action|action item|action items|action 1|action 2|action 3|item|item 1|item 2|item 3|description|title|ticket|task|example|placeholder|summary|fill in|"+
		"なし|無し|特になし|特に無し|該当なし|ありません|特にありません|未定|未記入|記入|検討中|要設定|要検討|要調整|要相談|調整中|対応策|アクション|アクションアイテム|内容|例", "|") {
		all[name] = true
	}
	return all
}()

// saysNothing: a placeholder of a template, or "none".
func saysNothing(text string) bool {
	text = strings.TrimSpace(text)
	if inner, ok := inBrackets(text); ok && strings.Count(inner, " ") < 6 {
		return true
	}
	if len(text) > 48 {
		return false
	}
	text = withoutMarks(text, " .。:：-–—_*…()（）[]{}<>?？/\\|~`#\u3000")
	return nothings[lower(text)]
}

// inBrackets is what a text holds that consists of one pair of brackets, as the
// places of templates do.
func inBrackets(text string) (inner string, ok bool) {
	for _, pair := range [][2]string{{"{{", "}}"}, {"[", "]"}, {"<", ">"}} {
		if inner, ok = strings.CutPrefix(text, pair[0]); !ok {
			continue
		}
		if inner, ok = strings.CutSuffix(inner, pair[1]); ok && !strings.Contains(inner, pair[1]) && !strings.Contains(inner, "://") {
			return strings.TrimSpace(inner), true
		}
	}
	return "", false
}

// doneWords begin what says that something is done.
var doneWords = map[string]bool{
	"done": true, "completed": true, "complete": true, "closed": true, "resolved": true, "fixed": true, "merged": true, "shipped": true, "deployed": true, "finished": true, "implemented": true, "released": true, "yes": true, "✅": true, "☑": true, "✔": true, "✓": true, "☑️": true, "✔️": true,
}

// doneInJapanese likewise; with 未 before it, it is not.
var doneInJapanese = []string{"完了", "対応済", "実施済", "修正済", "解決済", "導入済", "済み", "クローズ"}

// saysDone reads a status, or a remark such as "this has been done".
func saysDone(text string) bool {
	text = lower(withoutMarks(text[:min(len(text), 60)], " *_`~()（）[]!！.。:："))
	if text == "済" {
		return true
	}
	for _, word := range doneInJapanese {
		if strings.HasPrefix(text, word) && !strings.HasPrefix(text, "完了予定") && !strings.HasPrefix(text, "完了条件") {
			return true
		}
	}
	text = strings.TrimPrefix(text, "already ")
	if rest, ok := strings.CutPrefix(text, "this "); ok {
		for _, be := range []string{"has been ", "is ", "was ", "has already been ", "is already ", "was already "} {
			if after, ok := strings.CutPrefix(rest, be); ok {
				text = after
				break
			}
		}
	}
	first := text
	if at := strings.IndexAny(text, " ,:;(—-/\u3000"); at > 0 {
		first = text[:at]
	}
	return doneWords[strings.Trim(first, "!.:*")]
}

// withoutDone takes from a text the sign or remark that says it is done, such as
// "✅" before it or "(done)" behind it.
func withoutDone(text string) (rest string, done bool) {
	for _, sign := range [...]string{"✅", "☑️", "☑", "✔️", "✔", "[DONE]", "[Done]", "[done]", "DONE:", "Done:", "【完了】", "【済】", "[完了]", "完了:", "完了："} {
		if text == "" || text[0] != sign[0] && text[len(text)-1] != sign[len(sign)-1] {
			continue
		}
		if rest, ok := strings.CutPrefix(text, sign); ok {
			return strings.TrimSpace(rest), true
		}
		if rest, ok := strings.CutSuffix(text, sign); ok {
			return strings.TrimRight(rest, " -–—:"), true
		}
	}
	end := strings.TrimRight(text, " .。")
	if inner := lastBracket(text); inner != "" && saysDone(inner) && len(inner) < 60 {
		at := strings.LastIndex(end, inner)
		return strings.TrimRight(end[:at], " (（["), true
	}
	tail := max(0, len(end)-44)
	for _, dash := range [...]string{" — ", " – ", " - ", " → ", ": ", ". ", "。"} {
		if !strings.Contains(end[tail:], dash) {
			continue // which is faster than to look from the end
		}
		if at := strings.LastIndex(end[tail:], dash); tail+at > 0 && at >= 0 && saysDone(end[tail+at+len(dash):]) {
			return end[:tail+at], true
		}
	}
	return text, false
}

// isTold: it says what was done, as in "We have enabled it" and "The key was
// replaced".
func isTold(text string) bool {
	text = lower(text[:min(len(text), 80)])
	if containsAny(text, " has been ", " have been ", " was ", " were ") {
		return true
	}
	text = strings.TrimPrefix(text, "we ")
	first, _, _ := strings.Cut(text, " ")
	return first == "have" || first == "weve" || first == "we've" || first == "we’ve" || strings.HasSuffix(first, "ed") && first != "need" && first != "embed"
}

// mostlyTold: at least half of the items say what was done.
func mostlyTold(items []ActionItem) bool {
	told := 0
	for _, item := range items {
		if isTold(item.Text) {
			told++
		}
	}
	return told*2 >= len(items)
}

// ofTheReport are what checklists say of the document itself, and of closing an
// incident.
var ofTheReport = []string{"sections above", "items above", "all sections", "filled out", "filled in", "incident title", "report is", "report has been", "postmortem is", "postmortem has", "post-mortem is", "is over", "dealt with", "reviewed by", "timeline verified", "timeline is", "have owners", "has an owner", "have linked", "すべて記入", "記入済み", "レビュー済み"}

// isChecklist: a list of boxes is about the report, not about what is to change.
func isChecklist(drafts []draftItem) bool {
	about := 0
	for i := range drafts {
		if !drafts[i].row.Box {
			return false
		}
		if containsAny(lower(drafts[i].text), ofTheReport...) {
			about++
		}
	}
	return len(drafts) > 2 && about*2 >= len(drafts)
}
