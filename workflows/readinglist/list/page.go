package list

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// newest is how many entries of each reason the first page of a long list shows.
const newest = 10

// skeleton is a page before there is anything in it.
func (w *work) skeleton(prefix string, language int) string {
	t := teller{w.Languages[language]}
	name, _ := w.Name.In(t.lang)
	if prefix != "" {
		return "# " + prose(name, mostTitle) + ": " + prefix + "\n\n"
	}
	return "# " + prose(name, mostTitle) + "\n\n" + t.say(
		"What a newcomer should read first, and a reading club next.",
		"新しく加わった方が最初に読むもの、読書会で次に読むものです。") + "\n\n"
}

// list is the part of a page that is made anew.
func (w *work) list(prefix string, language int, p *parts) (string, error) {
	t := teller{w.Languages[language]}
	var b strings.Builder
	b.WriteString("<!-- " + t.say("This part is made anew. Write above or below it, or between the note marks under an entry: that stays.",
		"この部分は作り直されます。上か下、または各項目の下にあるメモの目印のあいだに書いたものは残ります。") + " -->\n\n")
	w.paths(&b, prefix, language)
	entries, isPart := w.loaded[prefix]
	if _, listed := w.index.Parts[prefix]; isPart && listed {
		w.bySection(&b, t, entries, p.notes)
		w.checked(&b, t, entries)
	} else if err := w.contents(&b, prefix, language); err != nil {
		return "", err
	}
	w.left(&b, t, entries, p)
	return b.String(), nil
}

// paths leads to the pages above, and to the same one in the other languages.
func (w *work) paths(b *strings.Builder, prefix string, language int) {
	var all []string
	for _, page := range above(prefix) {
		name, _ := w.Name.In(w.Languages[language])
		if page != "" {
			name = page
		}
		all = append(all, link(prose(name, mostTitle), w.pageFile(page, language)))
	}
	for i, lang := range w.Languages {
		if i != language {
			all = append(all, link(teller{lang}.say("English", "日本語"), w.pageFile(prefix, i)))
		}
	}
	if prefix == "" {
		all = append(all, link(teller{w.Languages[language]}.say("feed", "フィード"), feedFile))
	}
	b.WriteString(strings.Join(all, " · ") + "\n\n")
}

// contents are the pages that a page leads to, and on the first page what was
// filed last.
func (w *work) contents(b *strings.Builder, prefix string, language int) error {
	t := teller{w.Languages[language]}
	below := w.index.below(prefix)
	if len(below) == 0 {
		b.WriteString(t.say("Nothing is listed here any more.", "ここにはもう何も載っていません。") + "\n\n")
		return nil
	}
	b.WriteString("| " + t.say("filed under", "時期") + " | " + t.say("all", "全部"))
	for _, r := range pageOrder {
		b.WriteString(" | " + r.name(t.lang))
	}
	b.WriteString(" |\n|---" + strings.Repeat("|--:", 1+len(pageOrder)) + "|\n")
	for _, page := range slices.Backward(slices.Sorted(maps.Keys(below))) {
		c := below[page]
		fmt.Fprintf(b, "| %s | %d", link(page, w.pageFile(page, language)), c.All)
		for _, r := range pageOrder {
			fmt.Fprintf(b, " | %d", *c.of(r))
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\n")
	if prefix != "" {
		return nil
	}
	for _, r := range pageOrder {
		entries, err := w.latest(r)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			continue
		}
		fmt.Fprintf(b, "## %s\n\n", r.heading(t.lang))
		for i := range entries {
			b.WriteString(t.entry(&entries[i]) + "\n")
		}
	}
	return nil
}

// latest are the entries of a reason that were filed under the latest days.
func (w *work) latest(r Reason) ([]Entry, error) {
	var found []Entry
	for _, prefix := range slices.Backward(w.index.prefixes()) {
		c := w.index.Parts[prefix]
		if *c.of(r) == 0 {
			continue
		}
		entries, err := w.entries(prefix)
		if err != nil {
			return nil, err
		}
		for i := range slices.Backward(entries) {
			if slices.Contains(sectionsOf(&entries[i]), r) {
				found = append(found, entries[i])
			}
			if len(found) == newest {
				return found, nil
			}
		}
	}
	return found, nil
}

// bySection writes entries by their reasons, the latest first. One with several
// is told under the first, and only named under the others.
func (w *work) bySection(b *strings.Builder, t teller, entries []Entry, notes map[string]string) {
	counts := countOf(entries)
	if counts.All == 0 {
		b.WriteString(t.say("Nothing is listed yet.", "まだ何も載っていません。") + "\n\n")
		return
	}
	b.WriteString("| " + t.say("worth reading because", "読む理由") + " | " + t.say("postmortems", "件数") + " |\n|---|--:|\n")
	for _, r := range pageOrder {
		if n := *counts.of(r); n > 0 {
			fmt.Fprintf(b, "| [%s](#%s) | %d |\n", r.heading(t.lang), Anchor(r.heading(t.lang)), n)
		}
	}
	b.WriteString("\n")
	for _, r := range pageOrder {
		if *counts.of(r) == 0 {
			continue
		}
		fmt.Fprintf(b, "## %s\n\n", r.heading(t.lang))
		for i := range slices.Backward(entries) {
			e := &entries[i]
			switch in := sectionsOf(e); {
			case in[0] == r:
				b.WriteString(t.entry(e) + "\n" + mark(e.ID, notes[e.ID]) + "\n")
			case slices.Contains(in, r):
				b.WriteString(t.headline(e) + " · " + t.say("see under ", "詳しくは ") + "[" + in[0].heading(t.lang) + "](#" + Anchor(in[0].heading(t.lang)) + ")\n\n")
			}
		}
	}
}

// entry tells of an entry in a paragraph.
func (t teller) entry(e *Entry) string {
	said := t.headline(e)
	if e.State == Private {
		return said + "\n"
	}
	var lines []string
	if text, _ := e.Summary.In(t.lang); text != "" {
		lines = append(lines, prose(text, mostSummary))
	}
	if why := t.why(e); why != "" {
		lines = append(lines, why)
	}
	for _, line := range []string{inARow(lines), t.readings(e), t.since(e)} {
		if line != "" {
			said += "\\\n" + line
		}
	}
	return said + "\n"
}

// headline is an entry in a line.
func (t teller) headline(e *Entry) string {
	if e.State == Private {
		return "**" + words.Foreign(e.URL).Inline(mostTitle) + "** · " + t.say("private: nothing is shown of it here", "非公開のため、ここには内容を載せません")
	}
	title, _ := e.Title.In(t.lang)
	if title == "" {
		title = e.URL
	}
	to := e.URL
	if e.State == Moved && e.MovedTo != "" {
		to = e.MovedTo
	}
	shown := prose(title, mostTitle)
	if e.State != Deleted {
		shown = link(shown, to)
	}
	var facts []string
	if e.Severity != "" {
		facts = append(facts, prose(e.Severity, mostSeverity))
	}
	if e.Date != "" {
		facts = append(facts, e.Date)
	}
	if len(facts) > 0 {
		shown += t.say(" (", "（") + strings.Join(facts, t.say(", ", "、")) + t.say(")", "）")
	}
	all := []string{"**" + shown + "**"}
	for _, r := range sectionsOf(e) {
		all = append(all, r.name(t.lang))
	}
	if long := t.minutes(e); long != "" {
		all = append(all, long)
	}
	switch e.State {
	case Deleted:
		all = append(all, t.say("no longer there", "削除済み"))
	case Moved:
		all = append(all, t.say("moved", "移転済み"))
	case Fine, Private:
	}
	return strings.Join(all, " · ")
}

// why says what people say for an entry, and who they are, as Markdown.
func (t teller) why(e *Entry) string {
	return t.reasoning(e, func(text string) string { return prose(text, mostBecause+1) }, words.Name)
}

func (t teller) reasoning(e *Entry, text, name func(string) string) string {
	var because, by []string
	several := 0
	for _, r := range e.Recommended {
		if said, _ := r.Because.In(t.lang); said != "" {
			several++
		}
	}
	for _, r := range e.Recommended {
		who := ""
		if r.By != "" {
			who = name(r.By) + t.say("", "さん")
		}
		said, _ := r.Because.In(t.lang)
		if said != "" {
			said = text(ended(said))
		}
		switch {
		case said != "" && several > 1 && who != "":
			because = append(because, said+t.say(" ("+who+")", "（"+who+"）"))
			continue
		case said != "":
			because = append(because, said)
		}
		if who != "" && !slices.Contains(by, who) {
			by = append(by, who)
		}
	}
	if len(by) > 0 {
		because = append(because, t.say("Recommended by ", "推薦: ")+strings.Join(by, t.say(", ", "、"))+t.say(".", ""))
	}
	return inARow(because)
}

// sameOwner: both addresses are of one account of one server, where whoever keeps the
// list sees what becomes of a postmortem.
func sameOwner(a, b string) bool {
	owner := func(url string) string {
		parts := strings.SplitN(sameAddress(url), "/", 3)
		return strings.ToLower(strings.Join(parts[:min(len(parts), 2)], "/"))
	}
	return IsWeb(a) && IsWeb(b) && strings.Contains(owner(a), "/") && owner(a) == owner(b)
}

// checked says when the links to elsewhere were last looked at.
func (w *work) checked(b *strings.Builder, t teller, entries []Entry) {
	external, never, first := 0, 0, ""
	for i := range entries {
		e := &entries[i]
		if !IsWeb(e.URL) || e.State == Private || sameOwner(e.URL, w.Address) {
			continue
		}
		external++
		switch {
		case e.Checked == "":
			never++
		case first == "" || e.Checked < first:
			first = e.Checked
		}
	}
	switch {
	case external == 0:
	case never == external:
		b.WriteString(t.say("Links to elsewhere: not checked.", "外部へのリンク: 未確認") + "\n")
	case never > 0:
		fmt.Fprintf(b, t.say("Links to elsewhere: last checked %s or later; %d not checked.\n", "外部へのリンク: %s 以降に確認。未確認 %d件\n"), first, never)
	default:
		fmt.Fprintf(b, t.say("Links to elsewhere: last checked %s or later.\n", "外部へのリンク: %s 以降に確認\n"), first)
	}
}

// left are the notes under entries that are no longer listed here.
func (w *work) left(b *strings.Builder, t teller, entries []Entry, p *parts) {
	first := true
	for _, id := range p.order {
		text, ok := p.notes[id]
		if !ok || strings.TrimSpace(text) == "" || slices.ContainsFunc(entries, func(e Entry) bool { return e.ID == id }) {
			continue
		}
		if first {
			b.WriteString("\n## " + t.say("Notes on what is no longer listed", "一覧から外れた項目のメモ") + "\n\n")
			first = false
		}
		b.WriteString(mark(id, text) + "\n")
	}
}

// Anchor is what GitHub gives a heading, unless an earlier one has the same. docs: Basic writing and formatting
// syntax, "Section links".
func Anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
