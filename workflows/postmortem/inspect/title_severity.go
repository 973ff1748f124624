package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// severityOf is what the rows [from, to) state as such: in the front matter, in a
// field or a cell called so, or under a heading called so. It is kept as stated.
// Where several stand there to choose from, it is unknown.
func severityOf(d *document.Document, from, to int) Text {
	if from == 0 {
		for _, pair := range d.Front {
			if isSeverityName(pair.Key) {
				if s := severityIn(pair.Value); s != "" {
					return s
				}
			}
		}
	}
	for i := from; i < to; i++ {
		r := &d.Rows[i]
		if r.Kind == document.Code || r.Kind == document.Comment {
			continue
		}
		if s := severityAt(d.Rows[:to], i); s != "" {
			return s
		}
	}
	return ""
}

// severityAt reads one row, and the next where that has the value.
func severityAt(rows []document.Row, i int) Text {
	r := &rows[i]
	switch r.Kind {
	case document.Heading:
		if isSeverityName(r.Text) && i+1 < len(rows) && rows[i+1].Kind == document.Text {
			return severityIn(rows[i+1].Text)
		}
	case document.TableHead, document.TableRow:
		for c := range r.Cells {
			if !isSeverityName(r.Cells[c].Text) {
				continue
			}
			// Beside the name, or below it.
			if c+1 < len(r.Cells) {
				s := severityIn(r.Cells[c+1].Text)
				if s != "" && (r.Kind == document.TableRow || isLevel(string(s))) {
					return s
				}
			}
			if r.Kind == document.TableHead && i+1 < len(rows) && rows[i+1].Kind == document.TableRow && c < len(rows[i+1].Cells) {
				return severityIn(rows[i+1].Cells[c].Text)
			}
		}
	default:
		return severityInLine(r.Text)
	}
	return ""
}

// severityInLine reads "Severity: SEV-2", which may stand behind another field.
func severityInLine(text string) Text {
	name := text[:min(len(text), 43)]
	at := colon(name)
	if at < 0 || !isSeverityName(name[:at]) {
		return ""
	}
	return severityIn(strings.TrimLeft(text[at:], ":： "))
}

// isSeverityName: it names a severity, and nothing else.
func isSeverityName(name string) bool {
	if len(name) < 6 || len(name) > 40 {
		return false
	}
	switch c := name[0]; {
	case c-'0' <= 9, c|0x20 >= 'a' && c|0x20 <= 'z' && c|0x20 != 's' && c|0x20 != 'i' && c|0x20 != 'p':
		return false // most names begin otherwise than any below
	}
	name = lower(strings.Trim(name, " *_:："))
	if at := strings.IndexAny(name, "(（"); at > 0 {
		name = strings.TrimSpace(name[:at])
	}
	switch name {
	case "severity", "incident severity", "severity level", "sev level", "priority level", "incident priority", "severity rating", "重大度", "重要度", "深刻度", "影響度", "障害レベル", "インシデントレベル", "障害ランク":
		return true
	}
	return false
}

// severityIn is a severity, with nothing behind it that explains it.
func severityIn(value string) Text {
	value = strings.Trim(value, " *_`")
	for _, mark := range []string{"(", "（", " - ", " – ", " — ", "。", "、", ", ", "; "} {
		if at := strings.Index(value, mark); at > 0 {
			value = strings.TrimRight(value[:at], " *_")
		}
	}
	if value == "" || len(value) > 40 || strings.Count(value, " ") > 2 || saysNothing(value) || isPlace(value) || isBlank(value) {
		return ""
	}
	lower := lower(value)
	switch lower {
	case "unknown", "不明", "未定", "undecided":
		return ""
	}
	// A choice that nobody has made.
	if strings.ContainsAny(value, "/|／｜・") || strings.Contains(lower, " or ") || strings.Count(lower, "sev") > 1 {
		return ""
	}
	return Text(value)
}

// isLevel: "SEV-2", "P1", "S3" and the like.
func isLevel(value string) bool {
	value = lower(value)
	for _, prefix := range []string{"sev", "p", "s"} {
		if rest, ok := strings.CutPrefix(value, prefix); ok {
			rest = strings.TrimLeft(rest, "- ")
			return len(rest) == 1 && rest[0] >= '0' && rest[0] <= '5'
		}
	}
	return false
}
