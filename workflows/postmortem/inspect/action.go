package inspect

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// actionItems reads what is to be done from the rows [from, to): the lists and
// tables of the sections for that, and tables elsewhere that have a column of
// actions and one of owners. Only where such sections hold neither do their
// paragraphs count. Sections that may be meant otherwise, such as "Prevention",
// count only where no other section names actions, and where they do not tell what
// was done already.
func actionItems(d *document.Document, from, to int) []ActionItem {
	var sure, likely, paragraphs []ActionItem
	rows := d.Rows[from:to]
	for _, part := range actionParts(rows) {
		read := actionReader{rows: rows[part.from:part.to], allDone: part.done}
		read.all()
		read.struck(d, from+part.from-1, from+part.to)
		items := read.items
		switch {
		case len(items) == 0 && !read.isChecklist:
			if items = read.paragraphs(); !mostlyTold(items) {
				paragraphs = append(paragraphs, items...)
			}
		case part.sure:
			sure = append(sure, items...)
		case !mostlyTold(items):
			likely = append(likely, items...)
		}
	}
	if len(sure) > 0 {
		return sure
	}
	for _, items := range [][]ActionItem{actionTables(rows), likely, paragraphs} {
		if len(items) > 0 {
			return items
		}
	}
	return nil
}

// actionPart is a range of rows that holds action items.
type actionPart struct {
	from, to int
	sure     bool
	done     bool // its heading says so
}

// actionHead is a row that names what follows: a heading, or a label that stands
// for one, in bold letters, with a sign before it or a colon behind it.
type actionHead struct {
	name  string
	kind  section.Kind
	level int // a label's is deeper than any heading's
	plain bool
}

// isSure: the name can mean nothing but what is to be done.
func (h actionHead) isSure() bool {
	return containsAny(lower(h.name), "action", "follow", "todo", "to do", "to-do", "task", "アクション", "対応策", "再発防止", "今後の対応", "恒久", "フォローアップ", "タスク")
}

// isDone: "Done", "Immediate actions (completed)".
func (h actionHead) isDone() bool { return saysDone(h.name) || saysDone(lastBracket(h.name)) }

// closes: it ends a section of actions that it stands in. "Detect", "Mitigate" and
// "Response" do not: they are kinds of actions.
func (h actionHead) closes() bool {
	if h.plain {
		return false
	}
	switch h.kind {
	case section.Summary, section.Impact, section.Timeline, section.Causes, section.WentWell, section.WentWrong,
		section.Lucky, section.Lessons, section.Supporting, section.Glossary:
		return true
	default:
		return containsAny(lower(h.name), "checklist", "チェックリスト", "conclusion")
	}
}

// actionParts finds the sections of actions. What stands in the section of the
// response is what was done in the night, whatever its heading.
func actionParts(rows []document.Row) (parts []actionPart) {
	var open *actionPart
	within, told := 0, 0 // the levels of the section of actions, and of one that tells the night
	inList := 0          // the depth of the label that the section has for its heading
	for i := range rows {
		r := &rows[i]
		if open != nil && inList > 0 && (r.Depth < inList || r.Depth == inList && r.First) {
			open.to, inList = i, 0
			parts, open = append(parts, *open), nil
		}
		if open == nil && !mayOpen(r) {
			continue
		}
		head, ok := headOf(r)
		if !ok {
			continue
		}
		if told > 0 && head.level <= told {
			told = 0
		}
		if open != nil && (head.level <= within || head.closes()) {
			open.to = i
			parts, open = append(parts, *open), nil
		}
		switch {
		case open != nil || told > 0:
		case head.kind == section.Actions:
			open, within, inList = &actionPart{from: i + 1, sure: head.isSure(), done: head.isDone()}, head.level, r.Depth
		case head.level > 1 && (head.kind == section.Response || head.kind == section.Recovery || head.kind == section.Timeline):
			told = head.level
		}
	}
	if open != nil {
		open.to = len(rows)
		parts = append(parts, *open)
	}
	return parts
}

// mayOpen: it is a heading, or has nothing but a label. "**Action**: none" opens
// nothing.
func mayOpen(r *document.Row) bool {
	return isPlainLabel(r) || r.Kind == document.Heading || r.Strong > 0 && len(r.Text)-r.Strong < 40 && (r.Strong == len(r.Text) || strings.Trim(r.Text[r.Strong:], ":： ") == "" || r.Text[len(r.Text)-1] == ')')
}

// isPlainLabel: it is a short line like "Next steps:" or "■ 再発防止策".
func isPlainLabel(r *document.Row) bool {
	return r.Kind == document.Text && r.Strong == 0 && r.Depth == 0 && len(r.Text) <= mostTitled &&
		(strings.HasSuffix(r.Text, ":") || strings.HasSuffix(r.Text, "：") || unmarked(r.Text) != "")
}

// headOf reads a heading, or a label.
func headOf(r *document.Row) (head actionHead, ok bool) {
	name := r.Text
	switch {
	case r.Quoted:
		return head, false
	case r.Kind == document.Heading:
		head.level = r.Level
	case r.Kind == document.Text && r.Strong > 0:
		if name, ok = labelOf(r); !ok {
			return head, false
		}
		head.level = 7 + r.Depth
	case isPlainLabel(r):
		if name = unmarked(r.Text); name == "" {
			name = bareName(r.Text)
		}
		head.level, head.plain = 7, true
	default:
		return head, false
	}
	head.name, head.kind = name, section.Of(name)
	return head, r.Kind == document.Heading || head.kind != section.Unknown
}

// labelOf is the name in bold letters that a row consists of, or begins with
// before a colon.
func labelOf(r *document.Row) (string, bool) {
	name := r.Text[:r.Strong]
	rest := r.Text[r.Strong:]
	if len(name) > 60 || r.Box || strings.Contains(name, ". ") {
		return "", false
	}
	isLabel := rest == "" || strings.HasSuffix(name, ":") || strings.HasSuffix(name, "：") ||
		strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "：") || strings.HasPrefix(strings.TrimSpace(rest), "(") && len(rest) < 40
	return strings.TrimRight(name, ":： "), isLabel
}

// actionReader reads one section of actions.
type actionReader struct {
	rows    []document.Row
	allDone bool
	items   []ActionItem
	// isChecklist says that one of its lists is about the report.
	isChecklist bool
	// base is the depth at which items begin; what is deeper belongs to one.
	base int
	// inGroup is the depth of a parent such as "Short term:", 0 where there is
	// none; groupDone says that it is "Done:".
	inGroup   int
	groupDone bool
	head      []column // of the table that is read
	last      *draftItem
	drafts    []draftItem
}

// all reads the lists and tables.
func (a *actionReader) all() {
	for i := range a.rows {
		r := &a.rows[i]
		if r.Quoted || r.Italic {
			continue // what templates and other people say
		}
		switch r.Kind {
		case document.Heading:
			a.endList()
			a.groupDone = actionHead{name: r.Text}.isDone()
		case document.TableHead:
			a.endList()
			a.head = columnsOf(r.Cells)
		case document.TableRow:
			if item, ok := rowItem(a.head, r); ok {
				item.Done = item.Done || a.isDone()
				a.items = append(a.items, item)
			}
		case document.Text:
			a.line(i, r)
		case document.Code, document.Comment, document.HTML:
		}
	}
	a.endList()
}

func (a *actionReader) isDone() bool { return a.allDone || a.groupDone }

// line reads a line of a list, or between lists.
func (a *actionReader) line(i int, r *document.Row) {
	switch {
	case r.Depth == 0:
		a.endList()
		if head, ok := headOf(r); ok {
			a.groupDone = head.isDone()
		} else if r.Bold || strings.HasSuffix(r.Text, ":") {
			a.groupDone = saysDone(r.Text) || saysDone(lastBracket(r.Text))
		}
	case a.base == 0 || r.Depth < a.base || r.First && r.Depth == a.base:
		if !r.First {
			return // the end of what was a group
		}
		if a.inGroup > 0 && r.Depth <= a.inGroup {
			a.inGroup, a.groupDone = 0, false
		}
		a.base = r.Depth
		if a.isGroup(i, r) {
			a.finish()
			a.base, a.inGroup = r.Depth+1, r.Depth
			a.groupDone = saysDone(r.Text) || saysDone(lastBracket(r.Text))
			return
		}
		a.finish()
		a.drafts = append(a.drafts, draftItem{row: r, text: r.Text, links: r.Links, done: r.Ticked || !r.Box && a.isDone(), open: r.Box && !r.Ticked})
		a.last = &a.drafts[len(a.drafts)-1]
	case a.last == nil:
	case r.Block == a.last.row.Block:
		a.last.goesOn(r)
	default:
		a.last.detail(r)
	}
}

// finish ends an item, and endList a list.
func (a *actionReader) finish() { a.last = nil }

func (a *actionReader) endList() {
	if isChecklist(a.drafts) {
		a.isChecklist = true
	} else {
		a.items = append(a.items, finished(a.drafts)...)
	}
	a.drafts, a.last = a.drafts[:0], nil
	a.base, a.inGroup = 0, 0
}

// farthest is how many rows below a parent are looked at.
const farthest = 40

// isGroup: it has items below it, and only names what they have in common.
func (a *actionReader) isGroup(i int, r *document.Row) bool {
	hasChild, hasBox := false, false
	for j := i + 1; j < len(a.rows) && j < i+farthest && a.rows[j].Depth > r.Depth; j++ {
		hasChild = hasChild || a.rows[j].First
		hasBox = hasBox || a.rows[j].Box
	}
	if !hasChild {
		return saysNothing(r.Text) || i+1 < len(a.rows) && strings.HasSuffix(r.Text, ":") && groupNames[groupName(r.Text)]
	}
	if r.Box {
		return groupNames[groupName(r.Text)]
	}
	if hasBox || groupNames[groupName(r.Text)] {
		return true
	}
	name := strings.TrimRight(r.Text, ":： ")
	words := 1 + strings.Count(name, " ")
	if section.Of(name) != section.Unknown {
		return words <= 4
	}
	first, _, _ := strings.Cut(lower(name), " ")
	return name != r.Text && words <= 2 && !verbs[first]
}

// groupName is a text as groupNames has it.
func groupName(text string) string {
	if at := strings.IndexAny(text, "(（"); at > 0 {
		text = text[:at]
	}
	if len(text) > 60 {
		return ""
	}
	text = lower(strings.ReplaceAll(text, "-", " "))
	return strings.Trim(text, ":： ")
}

// paragraphs are the items of a section that has neither a list nor a table.
func (a *actionReader) paragraphs() []ActionItem {
	var drafts []draftItem
	for i := range a.rows {
		r := &a.rows[i]
		if r.Kind != document.Text || r.Quoted || r.Italic || r.Depth > 0 || r.Line == 0 {
			continue
		}
		if len(drafts) > 0 && drafts[len(drafts)-1].row.Block == r.Block && !strings.HasPrefix(r.Text, "・") {
			drafts[len(drafts)-1].goesOn(r)
			continue
		}
		if _, isHead := headOf(r); isHead || strings.HasSuffix(r.Text, ":") {
			continue
		}
		drafts = append(drafts, draftItem{row: r, text: strings.TrimPrefix(r.Text, "・"), links: r.Links, done: a.allDone})
	}
	return finished(drafts)
}

// struck adds the items of lists that are struck through, which have no row of
// their own, and says of those that have one what was struck. The rows from and
// to are the one before the section and the one behind it.
func (a *actionReader) struck(d *document.Document, from, to int) {
	end := len(d.Source)
	if to < len(d.Rows) {
		end = d.Rows[to].Offset
	}
	source := d.Source[d.Rows[from].Offset:end]
	if !strings.Contains(source, "~~") {
		return
	}
	line := d.Rows[from].Line - 1
	all := a.items
	for text := range strings.Lines(source) {
		line++
		inner, ok := struckItem(text)
		if !ok {
			continue
		}
		at, ok := slices.BinarySearchFunc(a.items, line, func(item ActionItem, line int) int { return item.Line - line })
		if !ok {
			all = append(all, ActionItem{Line: line, Text: inner, Done: true})
			continue
		}
		all[at].Text, all[at].Done = inner, true
	}
	slices.SortStableFunc(all, func(x, y ActionItem) int { return x.Line - y.Line })
	a.items = all
}

// struckItem is what stands between "~~" at the beginning of an item.
func struckItem(line string) (string, bool) {
	text := strings.TrimLeft(line, " \t0123456789")
	if text == "" || !strings.ContainsRune("-*+.)", rune(text[0])) {
		return "", false
	}
	text = strings.TrimLeft(text[1:], " ")
	for _, box := range []string{"[x]", "[X]", "[ ]"} {
		text = strings.TrimLeft(strings.TrimPrefix(text, box), " ")
	}
	inner, ok := strings.CutPrefix(text, "~~")
	if !ok {
		return "", false
	}
	inner, _, ok = strings.Cut(inner, "~~")
	return strings.TrimSpace(inner), ok && strings.TrimSpace(inner) != ""
}
