package inspect

import (
	"strings"
	"unicode/utf8"
)

// actionFacts are what is said of an item with a name before it, such as
// "Owner: Ana", by the roles that columns of tables have, too.
type actionFacts [numberOfColumns]string

// column is what a column of a table of actions holds, or a named value.
type column uint8

// The columns. The names of actions differ in how sure they are.
const (
	otherColumn column = iota
	ownerColumn
	dueColumn
	ticketColumn
	statusColumn
	typeColumn
	priorityColumn
	repoColumn
	timeColumn // of a timeline, which is no table of actions
	numberColumn
	vagueColumn // "Description", "内容"
	actionColumn
	numberOfColumns
)

// columnNames are the names of columns and values, in lower case.
var columnNames = map[string]column{
	"owner": ownerColumn, "owners": ownerColumn, "assignee": ownerColumn, "assignees": ownerColumn, "assigned": ownerColumn, "assigned to": ownerColumn, "responsible": ownerColumn,
	"who": ownerColumn, "dri": ownerColumn, "lead": ownerColumn, "team": ownerColumn, "owner team": ownerColumn, "responsible team": ownerColumn, "responsible person": ownerColumn, "action owner": ownerColumn, "person": ownerColumn,
	"担当": ownerColumn, "担当者": ownerColumn, "責任者": ownerColumn, "オーナー": ownerColumn, "主担当": ownerColumn, "担当チーム": ownerColumn, "アサイン": ownerColumn,
	"due": dueColumn, "due date": dueColumn, "due by": dueColumn, "deadline": dueColumn, "eta": dueColumn, "target": dueColumn, "target date": dueColumn, "by when": dueColumn, "when": dueColumn, "complete by": dueColumn, "expected": dueColumn,
	"期限": dueColumn, "期日": dueColumn, "締切": dueColumn, "締め切り": dueColumn, "完了予定": dueColumn, "完了予定日": dueColumn, "目標日": dueColumn, "予定日": dueColumn, "対応期限": dueColumn,
	"ticket": ticketColumn, "tickets": ticketColumn, "issue": ticketColumn, "issues": ticketColumn, "tracking": ticketColumn, "tracking issue": ticketColumn, "jira": ticketColumn, "link": ticketColumn, "links": ticketColumn, "bug": ticketColumn,
	"tracker": ticketColumn, "tracked in": ticketColumn, "tracked by": ticketColumn, "pr": ticketColumn, "pull request": ticketColumn, "story": ticketColumn, "github issue": ticketColumn, "reference": ticketColumn,
	"チケット": ticketColumn, "リンク": ticketColumn, "課題": ticketColumn,
	"status": statusColumn, "state": statusColumn, "done": statusColumn, "done?": statusColumn, "progress": statusColumn, "completed": statusColumn, "状態": statusColumn, "ステータス": statusColumn, "進捗": statusColumn, "完了": statusColumn, "状況": statusColumn, "対応状況": statusColumn,
	"type": typeColumn, "kind": typeColumn, "category": typeColumn, "priority": priorityColumn, "repository": repoColumn, "repo": repoColumn, "種別": typeColumn, "種類": typeColumn, "カテゴリ": typeColumn, "カテゴリー": typeColumn, "分類": typeColumn, "区分": typeColumn, "優先度": priorityColumn, "リポジトリ": repoColumn,
	"time": timeColumn, "date/time": timeColumn, "timestamp": timeColumn, "時刻": timeColumn, "日時": timeColumn, "時間": timeColumn,
	"#": numberColumn, "id": numberColumn, "no": numberColumn, "no.": numberColumn, "番号": numberColumn,
	"description": vagueColumn, "item": vagueColumn, "title": vagueColumn, "summary": vagueColumn, "what": vagueColumn, "name": vagueColumn, "details": vagueColumn, "内容": vagueColumn, "項目": vagueColumn, "概要": vagueColumn, "件名": vagueColumn, "対応": vagueColumn,
	"action": actionColumn, "actions": actionColumn, "action item": actionColumn, "action items": actionColumn, "task": actionColumn, "tasks": actionColumn, "todo": actionColumn, "to do": actionColumn, "follow-up": actionColumn, "follow up": actionColumn,
	"improvement": actionColumn, "remediation": actionColumn, "next step": actionColumn, "corrective action": actionColumn, "preventive action": actionColumn, "recommendation": actionColumn, "countermeasure": actionColumn, "action required": actionColumn,
	"アクション": actionColumn, "アクションアイテム": actionColumn, "対応策": actionColumn, "対策": actionColumn, "タスク": actionColumn, "対応内容": actionColumn, "施策": actionColumn, "改善策": actionColumn, "再発防止策": actionColumn, "対策内容": actionColumn, "アクション内容": actionColumn, "実施事項": actionColumn, "改善項目": actionColumn,
}

// columnOf reads a name.
func columnOf(name string) column {
	if len(name) > 48 {
		return otherColumn
	}
	name = lower(strings.Trim(name, " *_`"))
	if at := strings.IndexAny(name, "(（["); at > 0 {
		name = strings.TrimSpace(name[:at])
	}
	return columnNames[name]
}

// namedFacts reads "Owner: Ana, Due: 2026-05-01" out of a text, and says where
// the first of them begins, or the length of the text where there is none.
func namedFacts(text string) (end int, facts actionFacts) {
	end = len(text)
	if colon(text) < 0 {
		return end, facts
	}
	last := otherColumn // of what stands before the comma
	for from := 0; from < len(text); {
		size, mark := segment(text[from:])
		piece := text[from : from+size]
		c := facts.take(piece, func(begins int) { end = min(end, from+begins) })
		if c == otherColumn && (last == ownerColumn || last == dueColumn) {
			c = facts.more(last, strings.Trim(piece, " *"))
		}
		last = otherColumn
		if mark == ',' {
			last = c
		}
		from += size + utf8.RuneLen(mark)
	}
	if end > 0 && end < len(text) {
		end = len(strings.TrimRight(text[:end], " *-–—(（[,、;；|→"+"\u3000"))
	}
	return end, facts
}

// take takes what is named in a piece of a text, tells where names begin, and
// returns the last of them.
func (f *actionFacts) take(piece string, named func(begins int)) column {
	c, name, value, begins := namedValue(piece)
	for at := 0; c != otherColumn; {
		named(at + begins)
		at += len(piece) - len(value)
		// "Owner: Ana Due: 1 May"
		next, nextName, nextValue, nextBegins := namedValue(value)
		own := value
		if next != otherColumn {
			own = value[:nextBegins]
		}
		own = strings.Trim(own, " *")
		if c == statusColumn && saysDone(name) {
			own = "done " + own // "完了: 2026-05-01" says since when
		}
		if f[c] == "" {
			f[c] = own
		}
		if next == otherColumn {
			return c
		}
		piece = value
		c, name, value, begins = next, nextName, nextValue, nextBegins
	}
	return c
}

// more adds what stands behind a comma: a second owner, the year of a day.
func (f *actionFacts) more(last column, piece string) column {
	if due, ok := strings.CutPrefix(lower(piece), "due "); ok {
		f[dueColumn] = due
		return dueColumn
	}
	if piece != "" && len(piece) < 30 && len(f[last]) < 100 {
		f[last] += ", " + piece
	}
	return last
}

// colon is where the first colon of either width stands, or -1.
func colon(text string) int {
	at := strings.IndexByte(text, ':')
	if wide := strings.Index(text[:max(at, 0)], "："); wide >= 0 {
		return wide
	}
	if at < 0 {
		at = strings.Index(text, "：")
	}
	return at
}

// namedValue reads "Owner: Ana", also behind other words: the last one or two
// before the colon are the name then, which begins at begins.
func namedValue(piece string) (c column, name, value string, begins int) {
	at := colon(piece)
	if at < 0 {
		return otherColumn, "", "", 0
	}
	_, width := utf8.DecodeRuneInString(piece[at:])
	value = piece[at+width:]
	lastWord := strings.LastIndexByte(piece[:at], ' ') + 1
	twoWords := strings.LastIndexByte(piece[:max(0, lastWord-1)], ' ') + 1
	for _, begins := range [...]int{0, twoWords, lastWord} {
		name = strings.Trim(piece[begins:at], " *")
		switch c = columnOf(name); c {
		case ownerColumn, dueColumn, ticketColumn, statusColumn:
			return c, lower(name), value, begins
		default: // "Type: x" says nothing that is asked for
		}
	}
	return otherColumn, "", "", 0
}

// segment is how long the text is before the next mark that parts facts from one
// another; a comma's mark is ','.
func segment(text string) (size int, mark rune) {
	for i, r := range text {
		switch r {
		case ',', '、':
			if r == '、' {
				return i, r
			}
			return i, ','
		case '(', ')', '（', '）', '[', ']', ';', '；', '|', '。', '—', '–', '→':
			return i, r
		case '.':
			if i+1 < len(text) && text[i+1] == ' ' {
				return i, r
			}
		case '-':
			if i > 0 && text[i-1] == ' ' && i+1 < len(text) && text[i+1] == ' ' {
				return i, r
			}
		}
	}
	return len(text), ' '
}
