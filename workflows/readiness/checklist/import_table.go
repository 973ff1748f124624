package checklist

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Headings by which a table says that it is one of checks, and of what it says more.
var (
	namesCheck = regexp.MustCompile(`(?i)\b(?:checks?|check(?:list)? items?|items?|requirements?|controls?|criteri(?:on|a)|tasks?|questions?|practices?)\b|項目|チェック|要件|確認事項|基準`)
	describes  = regexp.MustCompile(`(?i)\b(?:descriptions?|details?|explanations?|what)\b|内容|説明|詳細`)
)

// table adds the rows of a table of checks, and returns the index of its last row.
func (m *importer) table(head int) int {
	end := head + 1
	for end < len(m.d.Rows) && m.d.Rows[end].Kind == document.TableRow {
		end++
	}
	cells := m.d.Rows[head].Cells
	name, about := -1, -1
	for c := range min(len(cells), 3) {
		switch title := cells[c].Text; {
		case name < 0 && namesCheck.MatchString(title):
			name = c
		case about < 0 && describes.MatchString(title):
			about = c
		}
	}
	boxes := m.filled(head, end, box, hollow)
	marks := slices.DeleteFunc(m.filled(head, end, mark, hollow), func(c int) bool { return slices.Contains(boxes, c) })
	if name < 0 && len(marks)+len(boxes) > 0 {
		name = m.firstWords(head, end) // whatever is marked is checked
	}
	if name < 0 {
		return end - 1
	}
	for _, c := range marks {
		if title := m.cell(head, c); !slices.Contains(m.out.Columns, title) {
			m.out.Columns = append(m.out.Columns, title)
		}
	}
	for i := head + 1; i < end; i++ {
		m.row(i, head, name, about, marks)
	}
	return end - 1
}

// mark is a cell that says yes, hollow one that says nothing else, and box one that
// waits to be ticked, or is.
var (
	mark   = regexp.MustCompile(`(?i)^(?::white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:|✅|✔️?|☑️?|✓|[x○◯◎●]|yes|\[x\]|必須|required|must)$`)
	hollow = regexp.MustCompile(`(?i)^(?::x:|:white_large_square:|❌|⬜|☐|□|✗|✘|[-–—×△]|no|n/?a|\[ ?\]|任意|optional)?$`)
	box    = regexp.MustCompile(`(?i)^(?:\[[ x]?\]|☐|☑️?|□)$`)
)

// filled are the columns of a table that hold nothing but what is looked for, at
// least once, or nothing.
func (m *importer) filled(head, end int, with, without *regexp.Regexp) (columns []int) {
	for c := range m.d.Rows[head].Cells {
		some, all := false, true
		for i := head + 1; i < end; i++ {
			text := m.cell(i, c)
			some = some || with.MatchString(text)
			all = all && (with.MatchString(text) || without.MatchString(text))
		}
		if some && all {
			columns = append(columns, c)
		}
	}
	return columns
}

// firstWords is the first column that holds more than marks and numbers, or -1.
func (m *importer) firstWords(head, end int) int {
	for c := range m.d.Rows[head].Cells {
		for i := head + 1; i < end; i++ {
			if text := m.cell(i, c); len(text) > 3 && !mark.MatchString(text) && !hollow.MatchString(text) && !box.MatchString(text) && !number.MatchString(text) {
				return c
			}
		}
	}
	return -1
}

var number = regexp.MustCompile(`^[\d.\s-]+$`)

func (m *importer) cell(row, column int) string {
	if cells := m.d.Rows[row].Cells; column >= 0 && column < len(cells) {
		return strings.TrimSpace(cells[column].Text)
	}
	return ""
}

func (m *importer) row(i, head, name, about int, marks []int) {
	r := &m.d.Rows[i]
	asked := m.cell(i, name)
	if asked == "" {
		return
	}
	if what := m.cell(i, about); what != "" {
		asked += ": " + what
	}
	var links []string
	for _, c := range r.Cells {
		links = append(links, addresses(c.Links)...)
	}
	m.add(r, asked, words.Line(strings.Join(links, " "), mostHow), m.marked(i, head, marks))
}

// marked is the level of a row by its marks: empty where there are none.
func (m *importer) marked(i, head int, marks []int) Level {
	level := Level("")
	for _, c := range marks {
		switch {
		case m.column != "" && !strings.EqualFold(m.cell(head, c), m.column):
		case mark.MatchString(m.cell(i, c)):
			if level == "" {
				level = Required
			}
		default:
			level = Recommended
		}
	}
	return level
}
