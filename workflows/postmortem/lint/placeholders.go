package lint

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// forms are what templates show of the form of a time, and people of one that
// they do not know. Each has two of the signs in isSign, side by side.
var forms = []string{"YYYY", "yyyy-", "HH:MM", "HH:mm", "hh:mm", "MM/DD", "-??", "??:??", "年MM月", "XX月", "{{"}

// isSign are the signs that forms consist of.
var isSign = func() (is [256]bool) {
	for _, c := range "YyHhMX?{" {
		is[c] = true
	}
	return is
}()

// blanks are words that stand for an answer. In lower case.
var blanks = map[string]bool{
	"tbd": true, "tba": true, "tbc": true, "todo": true, "to do": true, "xxx": true, "???": true, "...": true, "…": true, "fill in": true, "fill me in": true, "lorem ipsum": true,
	"未記入": true, "要記入": true, "記入してください": true, "ここに記入": true, "後で記入": true, "あとで書く": true, "後で書く": true, "〇〇": true, "○○": true, "××": true,
}

// placeholders looks for what an answer was to take the place of, and tells of the
// first in each section.
func (c *checker) placeholders() {
	hints := map[string]bool{}
	if c.options.Template != nil {
		hints = c.options.Template.hints
	}
	told := -2
	for i := range c.doc.Rows {
		r := &c.doc.Rows[i]
		if r.Section == told || c.isLeft[r.Section] {
			continue
		}
		if at, left := leftIn(r, hints); left != "" {
			told = r.Section
			c.add(ruleTemplateText, at, text{
				"%[2]s is left where an answer belongs.",
				"%[2]sが、記入されないまま残っています。",
			}, text{
				"Write the answer in its place, or \"unknown\" and how it could be found out, or delete it.",
				"内容に置きかえるか、「不明」と調べる方法を書くか、消してください。",
			}, words.Foreign(left))
		}
	}
}

// leftIn is what is left of a template in a row, and where, or nothing.
func leftIn(r *document.Row, hints map[string]bool) (offset int, left string) {
	switch r.Kind {
	case document.Text, document.HTML:
		if isLeft(r.Text) || len(hints) > 0 && hints[r.Text] {
			return r.Offset, r.Text
		}
	case document.TableRow:
		for _, cell := range r.Cells {
			// A state may be called so, and so may an owner be decided later.
			if isForm(cell.Text) || isBlank(cell.Text) && !strings.EqualFold(strings.ReplaceAll(cell.Text, " ", ""), "todo") {
				return cell.Offset, cell.Text
			}
		}
		if len(hints) > 0 && hints[plain(*r)] {
			return r.Offset, plain(*r)
		}
	case document.Heading, document.TableHead, document.Code, document.Comment:
	}
	return 0, ""
}

// isLeft: a text, or what stands behind its label, is a blank.
func isLeft(text string) bool {
	if isForm(text) || isBlank(text) {
		return true
	}
	end := text[max(0, len(text)-mostBlank):]
	if strings.IndexByte(end, ':') < 0 && strings.IndexByte(end, "："[0]) < 0 {
		return false // the usual case, and faster to see
	}
	if at := strings.LastIndexByte(end, ':'); at >= 0 && strings.HasPrefix(end[at+1:], " ") {
		return isBlank(end[at+1:])
	}
	at := strings.LastIndex(end, "：")
	return at >= 0 && isBlank(end[at+len("："):])
}

// mostForm is how long a line is at most that shows a form instead of telling of
// one, mostBlank how long a blank is, with brackets and the colon before it; in
// bytes.
const (
	mostForm  = 120
	mostBlank = 40
)

func isForm(text string) bool {
	if len(text) > mostForm {
		return false
	}
	for i := 1; i < len(text); i += 2 { // which is one of any two side by side
		if c := text[i]; isSign[c] && (c == text[i-1] || i+1 < len(text) && c == text[i+1]) {
			return !strings.Contains(text, "`") &&
				slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, form) })
		}
	}
	return false
}

func isBlank(text string) bool {
	if len(text) > mostBlank {
		return false
	}
	text = strings.Trim(text, " []()<>（）［］【】{}_*。")
	if text != "..." {
		text = strings.TrimSuffix(text, ".")
	}
	return len(text) <= longestBlank && blanks[strings.ToLower(text)]
}

// longestBlank is how long the longest of blanks is, in bytes.
var longestBlank = func() (longest int) {
	for blank := range blanks {
		longest = max(longest, len(blank))
	}
	return longest
}()
