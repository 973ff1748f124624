package inspect

import (
	"path"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// titleOf is what the rows [from, to) are headed with: their first heading of the
// first level, the title of the front matter, or another heading at the beginning
// that is not a section's. A heading such as "Postmortem" says nothing where there
// is another.
func titleOf(d *document.Document, from, to int) Text {
	var first, other string
	for i := from; i < to && i < from+60 && first == ""; i++ {
		r := &d.Rows[i]
		mayBeOther := other == "" && i < from+3
		if r.Kind != document.Heading || r.Level > 1 && !mayBeOther || isPlace(r.Text) || section.Of(r.Text) != section.Unknown {
			continue
		}
		if r.Level == 1 {
			first = r.Text
		} else {
			other = r.Text
		}
	}
	var front string
	if from == 0 {
		front = frontValue(d, "title")
	}
	for _, candidate := range []string{first, front, other} {
		if candidate != "" && !isGeneric(candidate) {
			return Text(candidate)
		}
	}
	for _, candidate := range []string{first, front, other} {
		if candidate != "" {
			return Text(candidate)
		}
	}
	return ""
}

// isPlace: a place of a template that nobody has filled.
func isPlace(text string) bool {
	text = strings.TrimSpace(text)
	return strings.Contains(text, "{{") || strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") || strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]")
}

// isGeneric: it says what the document is, and nothing of the incident.
func isGeneric(text string) bool {
	text = lower(strings.Trim(text, " #:-"))
	switch strings.ReplaceAll(strings.ReplaceAll(text, "-", ""), " ", "") {
	case "postmortem", "postmortemreport", "incidentreport", "incidentpostmortem", "incident", "rca", "title", "issuename", "titleoftheincident", "ポストモーテム", "障害報告", "障害報告書", "インシデントレポート", "タイトル":
		return true
	}
	return false
}

func frontValue(d *document.Document, key string) string {
	for _, pair := range d.Front {
		if strings.EqualFold(pair.Key, key) && !isPlace(pair.Value) {
			return pair.Value
		}
	}
	return ""
}

// fileTitle is the name of a file without its ending, its day and its hyphens, for
// a document without a title.
func fileTitle(file string) string {
	name := path.Base(strings.ReplaceAll(file, "\\", "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.TrimLeft(name, "0123456789-_. ")
	return strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(name))
}

// languageOf is the language of what is written, without code.
func languageOf(d *document.Document) words.Language {
	var sample strings.Builder
	sample.Grow(2 * languageSample)
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind == document.Text || r.Kind == document.Heading {
			sample.WriteString(r.Text)
			sample.WriteByte('\n')
		}
		for _, cell := range r.Cells {
			sample.WriteString(cell.Text)
			sample.WriteByte('\n')
		}
		if sample.Len() > languageSample {
			break
		}
	}
	text := sample.String()
	for i := range len(text) {
		if text[i] >= 0xe3 && text[i] <= 0xe9 { // the first byte of kana and Han
			return words.Detect(text)
		}
	}
	return words.English
}

// languageSample is how much text tells the language, in bytes.
const languageSample = 500

// sectionsOf are the headings of the rows [from, to).
func sectionsOf(d *document.Document, from, to int) []Section {
	list := make([]Section, 0, 16)
	var open []int // those of list that stand above the row, the outermost first
	for i := from; i < to; i++ {
		r := &d.Rows[i]
		if r.Kind == document.Heading {
			for len(open) > 0 && list[open[len(open)-1]].Level >= r.Level {
				open = open[:len(open)-1]
			}
			open = append(open, len(list))
			list = append(list, Section{Kind: Text(section.Of(r.Text)), Heading: r.Text, Level: r.Level, Line: r.Line, Empty: true})
			continue
		}
		// What is written is written in every section around it, and once is enough.
		for j := len(open) - 1; j >= 0 && list[open[j]].Empty && saysSomething(r); j-- {
			list[open[j]].Empty = false
		}
	}
	return list
}

// saysSomething: it is more than a comment, the head of a table or a placeholder.
// "None" says something.
func saysSomething(r *document.Row) bool {
	switch r.Kind {
	case document.Comment, document.TableHead, document.Heading:
		return false
	case document.TableRow:
		for _, cell := range r.Cells {
			if !isBlank(cell.Text) || len(cell.Links) > 0 {
				return true
			}
		}
		return false
	default:
		return !isBlank(r.Text) || len(r.Links) > 0
	}
}

// isBlank: nothing is written, or what stands for something still to be written.
func isBlank(text string) bool {
	if len(text) > 40 {
		return false
	}
	text = strings.TrimSpace(text)
	switch lower(strings.Trim(text, " .-–—_*…()（）[]<>?？/\\|`")) {
	case "", "tbd", "tba", "todo", "to do", "xxx", "未記入", "記入中", "検討中":
		return true
	}
	return isPlace(text)
}
