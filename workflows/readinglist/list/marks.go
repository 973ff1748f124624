package list

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// A page is a person's but for one part of it, between two marks; and within that
// part there is a place for a person's own words under each entry, between two
// marks as well. Each mark is a line of its own.
const (
	listBegin = "<!-- kintsugi-list:begin -->"
	listEnd   = "<!-- kintsugi-list:end -->"
	noteBegin = "<!-- kintsugi-note:begin "
	noteEnd   = "<!-- kintsugi-note:end "
	markClose = " -->"
)

// aMark is a line that is meant as a mark; theMark is one that is written right.
var (
	aMark   = regexp.MustCompile(`<!--\s*/?\s*(?i:kintsugi-(?:list|note))\b`)
	theMark = regexp.MustCompile(`^<!-- kintsugi-(?:(list):(begin|end)|(note):(begin|end) (\d{4}-\d{2}-\d{2}-[a-z2-7]{8})) -->[ \t]*\r?\n?$`)
)

// parts are a page taken apart.
type parts struct {
	// before and after are a person's, with the marks of the list.
	before, after string
	hasList       bool
	// notes are what people wrote under entries, byte for byte; order is that in
	// which they stand.
	notes map[string]string
	order []string
}

// takeApart reads a page. What is wrong with a mark is an error, so that nobody's
// words are lost.
func takeApart(file, content string) (p parts, err error) {
	p.notes = map[string]string{}
	var note string // that is open
	var noteFrom, noteLine, listLine, offset, number int
	problem := func(line, column int, english, japanese string) error {
		return &Problem{File: file, Line: line, Column: column, English: english, Japanese: japanese}
	}
	for line := range strings.Lines(content) {
		number++
		start := offset
		offset += len(line)
		at := aMark.FindStringIndex(line)
		if at == nil {
			continue
		}
		column := 1 + utf8.RuneCountInString(line[:at[0]])
		m := theMark.FindStringSubmatch(line)
		if m == nil {
			return p, problem(number, column, "this mark is not written as it must be, on a line of its own: "+listBegin+", "+listEnd+" or "+noteBegin+"ID"+markClose,
				"目印の書き方が正しくありません。1行に "+listBegin+"、"+listEnd+"、"+noteBegin+"ID"+markClose+" のどれかだけを書いてください")
		}
		inList := listLine > 0 && !p.hasList
		switch what := m[1] + m[3] + " " + m[2] + m[4]; {
		case what == "list begin" && listLine > 0:
			return p, problem(number, column, "the list begins here a second time", "一覧の始まりの目印が2回あります")
		case what == "list end" && !inList:
			return p, problem(number, column, "the list ends here, but does not begin above", "一覧の終わりの目印の前に、始まりの目印がありません")
		case what != "note end" && note != "":
			return p, problem(noteLine, 1, "this note does not end before the next mark: "+noteEnd+note+markClose+" is missing", "このメモの終わりの目印 "+noteEnd+note+markClose+" がありません")
		case what == "note end" && note != m[5]:
			return p, problem(number, column, "a note ends here that does not begin above", "ここで終わるメモの始まりの目印が、前にありません")
		case m[3] == "note" && !inList:
			return p, problem(number, column, "this note stands outside of the list, where it would be lost", "メモが一覧の外にあります。このままでは失われます")
		case what == "list begin":
			listLine, p.before = number, content[:offset]
		case what == "list end":
			p.hasList, p.after = true, content[start:]
		case what == "note begin":
			if _, twice := p.notes[m[5]]; twice {
				return p, problem(number, column, "there are two notes for this entry", "この項目のメモが2つあります")
			}
			note, noteFrom, noteLine = m[5], offset, number
		default:
			p.notes[note] = content[noteFrom:start]
			p.order = append(p.order, note)
			note = ""
		}
	}
	switch {
	case note != "":
		return p, problem(noteLine, 1, "this note does not end: "+noteEnd+note+markClose+" is missing", "このメモの終わりの目印 "+noteEnd+note+markClose+" がありません")
	case listLine > 0 && !p.hasList:
		return p, problem(listLine, 1, "the list begins here and does not end: "+listEnd+" is missing", "一覧の終わりの目印 "+listEnd+" がありません")
	case listLine == 0:
		p.before = content
	}
	return p, nil
}

// with is the page with another list in it. A page that had none gets it at its
// end.
func (p *parts) with(list string) string {
	if p.hasList {
		return p.before + list + p.after
	}
	before := p.before
	switch {
	case before == "" || strings.HasSuffix(before, "\n\n"):
	case strings.HasSuffix(before, "\n"):
		before += "\n"
	default:
		before += "\n\n"
	}
	return before + listBegin + "\n" + list + listEnd + "\n"
}

// mark is the place for a person's words under an entry, with what is there.
func mark(id, text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return noteBegin + id + markClose + "\n" + text + noteEnd + id + markClose + "\n"
}
