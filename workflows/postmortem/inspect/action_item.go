package inspect

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// draftItem is an item of a list as it is read.
type draftItem struct {
	row   *document.Row
	text  string
	links []document.Link
	// done and open are what its box says, or the heading above.
	done, open bool
	// owner, due, status and place are what lines below it say.
	facts actionFacts
	// ticket is the address of the first one below it.
	ticket Text
}

// detail takes what a line below an item says of it.
func (d *draftItem) detail(r *document.Row) {
	if r.Kind != document.Text {
		return
	}
	end, facts := namedFacts(r.Text)
	if end == 0 {
		for c, value := range facts {
			if d.facts[c] == "" {
				d.facts[c] = value
			}
		}
	} else if len(r.Text) < 200 && saysDone(r.Text) {
		d.done = true
	}
	if d.ticket == "" {
		d.ticket = ticketURL(r.Text, r.Links, facts[ticketColumn] != "")
	}
}

// mostText is how much text an item may have, in bytes, mostLinks how many links.
const (
	mostText  = 4_000
	mostLinks = 50
)

// goesOn adds a line of the same paragraph.
func (d *draftItem) goesOn(r *document.Row) {
	if len(d.text) < mostText && len(d.links) < mostLinks {
		d.text = joined(d.text, r.Text)
		d.links = append(slices.Clip(d.links), r.Links...)
	}
}

// finished are the items that the drafts come to.
func finished(drafts []draftItem) []ActionItem {
	var items []ActionItem
	named := make([]string, 0, len(drafts)) // who stands behind each
	count := 0
	for i := range drafts {
		item, behind, ok := drafts[i].item()
		if !ok {
			continue
		}
		items, named = append(items, item), append(named, behind)
		if behind != "" {
			count++
		}
	}
	// "(Ana)" and "— Ana" are owners where most items have somebody behind them:
	// alone they may be anything.
	if count >= 2 && count*5 >= len(items)*3 {
		for i := range items {
			if items[i].Owner == "" {
				items[i].Owner = Text(named[i])
			}
		}
	}
	return items
}

// item is the item, unless the draft says nothing.
func (d *draftItem) item() (item ActionItem, behind string, ok bool) {
	text := strings.TrimSpace(d.text)
	if d.row.Box {
		text = closed(text)
	}
	if d.row.Italic || saysNothing(text) {
		return item, "", false
	}
	end, facts := namedFacts(text)
	for c, value := range d.facts {
		if facts[c] == "" {
			facts[c] = value
		}
	}
	item = ActionItem{Line: d.row.Line, Done: d.done || saysDone(facts[statusColumn])}
	if end > 0 {
		text = text[:end]
	}
	if rest, done := withoutDone(text); done {
		text, item.Done = rest, true
	}
	if d.open {
		item.Done = false
	}
	item.Owner = ownerIn(facts[ownerColumn])
	if item.Owner == "" {
		item.Owner = loginIn(text)
	}
	item.Due = dayIn(facts[dueColumn])
	if item.Due == "" && !item.Done {
		item.Due = dueIn(text)
	}
	item.URL = ticketURL(d.text, d.links, facts[ticketColumn] != "")
	if item.URL == "" {
		item.URL = d.ticket
	}
	if behind = nameIn(lastBracket(text)); behind == "" {
		behind = nameIn(behindDash(text))
	}
	if item.Owner == "" && strings.HasSuffix(behind, "さん") {
		item.Owner = Text(behind)
	}
	item.Text = withoutLinkNames(text, d.links)
	label, rest, labelled := strings.Cut(item.Text, ": ")
	isPlaceholder := saysNothing(item.Text) || labelled && len(label) < 20 && saysNothing(rest)
	return item, behind, !isPlaceholder
}

// joined puts the lines of an item together; Japanese needs no space for that.
func joined(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if last > 0x3000 && first > 0x3000 {
		return a + b
	}
	return a + " " + b
}

// closed takes the space from between the lines of a Japanese text that were put
// together with one.
func closed(text string) string {
	if !strings.ContainsRune(text, 'の') && !strings.ContainsRune(text, 'を') {
		return text
	}
	parts := strings.Split(text, " ")
	whole := parts[0]
	for _, part := range parts[1:] {
		whole = joined(whole, part)
	}
	return whole
}

// lastBracket is what stands in brackets at the end of a text.
func lastBracket(text string) string {
	text = strings.TrimRight(text, " .。:：")
	inner := strings.TrimRight(text, ")）]")
	if inner == text {
		return ""
	}
	at := strings.LastIndexAny(inner, "(（[")
	if at < 0 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(inner[at:])
	return inner[at+size:]
}

// behindDash is what stands behind a dash at the end of a text.
func behindDash(text string) string {
	from := max(0, len(text)-48)
	for _, dash := range []string{" — ", " – ", " - "} {
		if at := strings.LastIndex(text[from:], dash); at >= 0 {
			return text[from+at+len(dash):]
		}
	}
	return ""
}

func containsAny(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// ownerIn is who is named as owner, unless nobody is.
func ownerIn(value string) Text {
	value = withoutMarks(value, " *_`,、.。")
	lower := lower(value)
	if saysNothing(value) || len(value) > 100 || strings.Trim(value, "?？") == "" || strings.HasPrefix(lower, "unassigned") || strings.HasPrefix(lower, "no owner") || lower == "nobody" || lower == "owner" ||
		strings.HasPrefix(value, "未定") || strings.HasPrefix(value, "未割") || strings.HasPrefix(value, "要アサイン") || strings.Contains(lower, "@github-username") || strings.Contains(lower, "@name") {
		return ""
	}
	return Text(value)
}

// loginIn is the @login that a text begins or ends with, or has in brackets at
// its end. One that stands elsewhere, or behind "by" or "with", is only mentioned.
func loginIn(text string) Text {
	if !strings.Contains(text, "@") {
		return ""
	}
	if inner := lastBracket(text); strings.HasPrefix(inner, "@") && !strings.Contains(inner, " ") {
		return Text(inner)
	}
	fields := strings.Fields(text)
	if first := strings.Trim(fields[0], "()[]:"); isLogin(first) && first != fields[0] {
		return Text(first)
	}
	if first := strings.TrimRight(fields[0], ":,：、"); isLogin(first) && (first != fields[0] || len(fields) > 1 && (fields[1] == "to" || fields[1] == "-" || fields[1] == "—" || fields[1] == "–")) {
		return Text(first)
	}
	last := strings.TrimRight(fields[len(fields)-1], ".。")
	if !isLogin(last) || len(fields) < 2 {
		return ""
	}
	switch lower(fields[len(fields)-2]) {
	case "to":
		if len(fields) < 3 || !strings.EqualFold(fields[len(fields)-3], "assigned") {
			return ""
		}
	case "by", "with", "from", "of", "cc", "via", "and", "for", "see", "like", "as", "ask", "thanks":
		return ""
	}
	return Text(last)
}

func isLogin(word string) bool {
	name, ok := strings.CutPrefix(word, "@")
	return ok && name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && r != '/'
	})
}

// nameIn is a text that looks like the name of a person: one or two words with a
// capital letter, or a short Japanese one.
func nameIn(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > 40 || saysDone(text) || saysNothing(text) {
		return ""
	}
	if strings.HasSuffix(text, "さん") || isLogin(text) {
		return text
	}
	words := strings.Fields(text)
	if len(words) > 2 {
		return ""
	}
	for _, word := range words {
		first, size := utf8.DecodeRuneInString(word)
		isHan := unicode.Is(unicode.Han, first) && utf8.RuneCountInString(word) <= 4
		if !isHan && !(unicode.IsUpper(first) && lower(word[size:]) == word[size:] && !strings.ContainsAny(word, "0123456789`/_.")) {
			return ""
		}
	}
	return text
}
