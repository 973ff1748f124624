package checklist

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Imported is a checklist made from a Markdown text.
type Imported struct {
	Checklist *Checklist
	// Lines are those of the source on which the items stand, in order.
	Lines []int
	// Ticked is how many boxes are ticked. Ticks are left behind: they are no
	// evidence.
	Ticked int
	// Columns are those of tables that only have marks, such as levels.
	Columns []string
}

// importer reads a document row by row.
type importer struct {
	d      *document.Document
	column string
	out    Imported
	ids    map[string]bool
	// tags: some items say themselves whether they are required, others of the same
	// section are not then.
	tags     map[int]Level
	sections []int
	tagged   map[int]bool
}

// Import makes a checklist from a Markdown text: of its boxes; of the rows of tables
// that name checks; of questions, where it has several; and where it has none of
// these, of the lists of what calls itself a checklist. In a table with columns of
// marks, an item is required that is marked in all of them, or in the one that is
// named. The Checklist is nil if nothing was found.
func Import(d *document.Document, column string) Imported {
	m := &importer{d: d, column: column, ids: map[string]bool{}, tags: map[int]Level{}, tagged: map[int]bool{}}
	m.out.Checklist = &Checklist{Title: m.title()}
	m.read()
	if len(m.out.Checklist.Items) == 0 {
		m.lists()
	}
	m.levels()
	if len(m.out.Checklist.Items) == 0 {
		m.out.Checklist = nil
	}
	return m.out
}

// title is the first heading of the first level, else what the front matter says.
func (m *importer) title() Text {
	for _, r := range m.d.Rows {
		if r.Kind == document.Heading && r.Level == 1 {
			return text(r.Text)
		}
	}
	for _, p := range m.d.Front {
		if p.Key == "title" {
			return text(p.Value)
		}
	}
	return Text{}
}

// subject is the heading above a row, unless it is the title.
func (m *importer) subject(r *document.Row) Text {
	above := r.Section
	for above >= 0 && r.Kind == document.Heading && m.d.Rows[above].Level >= r.Level {
		above-- // it asks the question itself
		for above >= 0 && m.d.Rows[above].Kind != document.Heading {
			above--
		}
	}
	if above < 0 {
		return Text{}
	}
	if subject := text(m.d.Rows[above].Text); subject != m.out.Checklist.Title {
		return subject
	}
	return Text{}
}

// block is the index after the last row of a row's block: a paragraph goes on for
// several lines.
func (m *importer) block(at int) int {
	end := at + 1
	for end < len(m.d.Rows) && m.d.Rows[end].Block == m.d.Rows[at].Block && m.d.Rows[end].Kind == document.Text {
		end++
	}
	return end
}

// below is the index after the last row that belongs to an item of a list.
func (m *importer) below(at int) int {
	end := m.block(at)
	for end < len(m.d.Rows) {
		r := &m.d.Rows[end]
		if r.Depth == 0 || r.Depth < m.d.Rows[at].Depth || r.Depth == m.d.Rows[at].Depth && r.First {
			break
		}
		end++
	}
	return end
}

// read goes through the rows for boxes, tables and questions.
func (m *importer) read() {
	asked := m.questions()
	for i := 0; i < len(m.d.Rows); i++ {
		r := &m.d.Rows[i]
		switch {
		case r.Quoted:
		case r.Kind == document.TableHead:
			i = m.table(i)
		case r.Box && r.First:
			if r.Ticked {
				m.out.Ticked++
			}
			m.listed(i)
		case r.Kind == document.Text && drawn.MatchString(r.Text):
			if strings.HasPrefix(r.Text, "☑") {
				m.out.Ticked++
			}
			m.add(r, drawn.ReplaceAllString(r.Text, ""), "", "")
		case asked[i] != "":
			end := i + 1
			if r.Kind == document.Text {
				end = m.below(i)
			}
			m.add(r, asked[i], "", "")
			i = end - 1 // what stands below are its answers, boxes or not
		}
	}
}

// drawn is a box that somebody drew, as a character.
var drawn = regexp.MustCompile(`^(?:☐|☑\x{fe0f}?|□)\s*`)

// fewestQuestions is how many a text asks that is a questionnaire.
const fewestQuestions = 3

// questions finds those that a text asks as headings or in bold at the beginning of
// an item of a list, by their rows, if it asks several.
func (m *importer) questions() map[int]string {
	asked := map[int]string{}
	for i := range m.d.Rows {
		r := &m.d.Rows[i]
		switch {
		case r.Quoted || r.Box:
		case r.Kind == document.Heading && r.Level >= 3 && isQuestion(r.Text):
			asked[i] = r.Text
		case r.Kind == document.Text && r.First && r.Depth == 1 && r.Strong > 0:
			if q := m.inBold(i); isQuestion(q) {
				asked[i] = q
			}
		}
	}
	if len(asked) < fewestQuestions {
		return nil
	}
	return asked
}

// inBold is what is bold at the beginning of a block, over its lines.
func (m *importer) inBold(at int) string {
	var parts []string
	for i := at; i < m.block(at); i++ {
		r := &m.d.Rows[i]
		parts = append(parts, r.Text[:min(r.Strong, len(r.Text))])
		if r.Strong < len(r.Text) {
			break
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func isQuestion(text string) bool {
	return strings.HasSuffix(text, "?") || strings.HasSuffix(text, "？")
}

// listed adds an item of a list.
func (m *importer) listed(at int) {
	var lines []string
	for i := at; i < m.block(at); i++ {
		lines = append(lines, m.d.Rows[i].Text)
	}
	m.add(&m.d.Rows[at], strings.Join(lines, " "), m.advice(at, m.below(at)), "")
}

// mostHow bounds what is taken over as advice, in characters.
const mostHow = 500

// advice is what stands below an item up to the next box, and where the links of
// both lead.
func (m *importer) advice(from, to int) string {
	var parts, links []string
	for i := from; i < to; i = m.block(i) {
		if i > from && m.d.Rows[i].Box {
			break // what follows belongs to it
		}
		var lines []string
		for n := i; n < min(m.block(i), to); n++ {
			if r := &m.d.Rows[n]; r.Kind == document.Text {
				lines = append(lines, r.Text)
				links = append(links, addresses(r.Links)...)
			}
		}
		if said := strings.TrimSpace(strings.Join(lines, " ")); i > from && said != "" {
			parts = append(parts, sentence(said))
		}
	}
	return words.Line(strings.Join(append(parts, links...), " "), mostHow)
}

// addresses are where links lead, other than to files beside the text.
func addresses(links []document.Link) (urls []string) {
	for _, l := range links {
		if strings.HasPrefix(l.URL, "http") && l.Text != "" && !strings.Contains(l.Text, l.URL) {
			urls = append(urls, l.URL)
		}
	}
	return urls
}

// sentence ends a text as a sentence, so that others may follow.
func sentence(text string) string {
	if last, _ := utf8.DecodeLastRuneInString(text); strings.ContainsRune(".!?:;。！？：,、…", last) {
		return text
	}
	if words.Detect(text) == words.Japanese {
		return text + "。"
	}
	return text + "."
}

// callsItself is a heading above a list that is one of checks.
var callsItself = regexp.MustCompile(`(?i)\bcheck-?\s?list\b|チェックリスト|確認項目|確認事項`)

// lists takes the lists of what calls itself a checklist, where a text has nothing
// else that could be checked: those below such a heading, if it is mostly lists.
func (m *importer) lists() {
	for at := range m.d.Rows {
		head := &m.d.Rows[at]
		if head.Kind != document.Heading || !callsItself.MatchString(head.Text) {
			continue
		}
		var items []int
		other := 0
		for i := at + 1; i < len(m.d.Rows); i++ {
			r := &m.d.Rows[i]
			if r.Kind == document.Heading && r.Level <= head.Level {
				break
			}
			switch {
			case r.Kind == document.Text && r.Depth > 0 && r.First:
				items = append(items, i)
			case r.Kind == document.Text && r.Depth == 0:
				other++
			}
		}
		if len(items) < 2 || other > len(items) {
			continue
		}
		for _, i := range items {
			if m.d.Rows[i].Depth == 1 {
				m.listed(i)
			}
		}
		return
	}
}

var (
	shortcode = regexp.MustCompile(`:[a-z+-][a-z0-9_+-]*:`)
	// code is a number by which a list of checks knows its items.
	code = regexp.MustCompile(`^\[?([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+|[A-Z]{2,}[0-9]+|[0-9]+(?:[.-][0-9]+)+)\]?[\s:：.—–-]+`)
	tag  = regexp.MustCompile(`(?i)^[(\[（【](r|required|must|mandatory|必須|o|optional|should|recommended|nice to have|任意|推奨)[)\]）】]\s*`)
	soft = regexp.MustCompile(`(?i)\b(?:optional|nice[- ]to[- ]have|recommended|consider)\b|任意|推奨|望ましい`)
)

// text is a heading or a question as it is asked, without what only decorates it.
func text(written string) Text {
	written = strings.Join(strings.Fields(words.Line(shortcode.ReplaceAllString(written, ""), mostText)), " ")
	return In(words.Detect(written), written)
}

// add adds an item.
func (m *importer) add(r *document.Row, asked, how string, level Level) {
	asked = strings.TrimSpace(asked)
	id := ""
	if found := code.FindStringSubmatch(asked); found != nil && len(found[0]) < len(asked) {
		id, asked = slug(found[1]), asked[len(found[0]):]
	}
	at := len(m.out.Checklist.Items)
	if found := tag.FindStringSubmatch(asked); found != nil {
		asked = asked[len(found[0]):]
		m.tags[at] = Recommended
		if slices.Contains([]string{"r", "required", "must", "mandatory", "必須"}, strings.ToLower(found[1])) {
			m.tags[at] = Required
			m.tagged[r.Section] = true
		}
	}
	question := text(asked)
	if question.IsEmpty() {
		return
	}
	item := Item{ID: m.name(id, asked), Level: level, Subject: m.subject(r), Question: question}
	if how != "" {
		item.How = text(how)
	}
	if level == "" && (soft.MatchString(asked) || soft.MatchString(item.Subject.In(words.English))) {
		item.Level = Recommended
	}
	m.out.Checklist.Items = append(m.out.Checklist.Items, item)
	m.out.Lines = append(m.out.Lines, r.Line)
	m.sections = append(m.sections, r.Section)
}

// levels follows what items say themselves: where some are called required, the
// others of their section are not.
func (m *importer) levels() {
	for i := range m.out.Checklist.Items {
		if level, ok := m.tags[i]; ok {
			m.out.Checklist.Items[i].Level = level
		} else if m.tagged[m.sections[i]] {
			m.out.Checklist.Items[i].Level = Recommended
		}
	}
}

// An id that is made from a question has a few of its words.
const (
	mostWords = 6
	mostID    = 40
)

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// slug is a text as an id, of whole words.
func slug(text string) string {
	id := ""
	for i, part := range strings.Split(strings.Trim(notInID.ReplaceAllString(strings.ToLower(text), "-"), "-"), "-") {
		if i == mostWords || len(id)+len(part) >= mostID && id != "" {
			break
		}
		id = strings.TrimPrefix(id+"-"+part, "-")
	}
	return id[:min(len(id), mostID)]
}

// name is an id that no other item has.
func (m *importer) name(code, asked string) string {
	id := code
	if id == "" {
		name, _, _ := strings.Cut(asked, ":")
		id = slug(name)
	}
	if words.Detect(asked) == words.Japanese && code == "" || id == "" {
		id = fmt.Sprintf("item-%d", len(m.out.Checklist.Items)+1)
	}
	unique := id
	for n := 2; m.ids[unique]; n++ {
		unique = fmt.Sprintf("%s-%d", id, n)
	}
	m.ids[unique] = true
	return unique
}
