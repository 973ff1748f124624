// Package lint holds a postmortem to what makes one worth reading: that it is
// complete, that its times fit together, that its action items can be done and
// seen to be done, and that it asks how and not who. What it finds is an offer,
// with a severity that the team chooses and a way to waive it in the document.
// It must not know where a document came from, nor what becomes of a finding.
package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Finding is one thing in a document that could be better.
type Finding struct {
	Rule     string
	Severity Severity
	// Line and Column count from 1, the column in characters.
	Line, Column int

	offset          int
	message, advice text
	values          []any
}

// Message says in a language what was found, as one line of Markdown in which the
// document's own words are escaped.
func (f Finding) Message(lang words.Language) string { return f.say(f.message, lang) }

// Suggestion says, as Message does, what to do or to write instead.
func (f Finding) Suggestion(lang words.Language) string { return f.say(f.advice, lang) }

func (f Finding) say(t text, lang words.Language) string {
	values := make([]any, len(f.values))
	for i, v := range f.values {
		switch v := v.(type) {
		case text:
			values[i] = v.in(lang)
		case []text:
			values[i] = listed(v, lang)
		case time.Duration:
			values[i] = moment.Duration(v, lang)
		case words.Foreign:
			values[i] = v.Inline(mostQuoted)
		case better:
			values[i] = words.Foreign(v).Plain(mostBetter)
		default:
			values[i] = v
		}
	}
	// Where a sentence leaves out some of the values, Sprintf would complain.
	return fmt.Sprintf(t.in(lang)+"%[1]s", append([]any{""}, values...)...)
}

// mostQuoted is how much of a document is quoted at once, in characters.
const mostQuoted = 60

// text is something that is said in both languages. Values of a finding are
// %[2]s, %[3]s and so on.
type text struct{ en, ja string }

func (t text) in(lang words.Language) string {
	if lang == words.Japanese {
		return t.ja
	}
	return t.en
}

func listed(all []text, lang words.Language) string {
	said := make([]string, len(all))
	for i, t := range all {
		said[i] = t.in(lang)
	}
	if lang == words.Japanese {
		return strings.Join(said, "、")
	}
	return strings.Join(said, ", ")
}

// checker looks at one document.
type checker struct {
	doc       *document.Document
	incidents []inspect.Incident
	options   Options
	spans     []span
	// isLeft are the headings whose sections were seen to be empty, by their row.
	isLeft map[int]bool
	// told is where a human error was named as the only cause, or -1: it need not
	// be called blame as well.
	told     int
	findings []Finding
}

// Check looks at a document, with what inspect read from it, and returns what it
// found in the order of the document. Findings of rules that are off, or that the
// document itself waives, are left out.
func Check(doc *document.Document, incidents []inspect.Incident, options Options) []Finding {
	c := &checker{doc: doc, incidents: incidents, options: options, told: -1}
	if len(incidents) == 0 {
		c.incidents = []inspect.Incident{{}}
	}
	c.sections()
	c.placeholders()
	for _, i := range c.incidents {
		c.milestones(i)
		c.order(i)
		c.zone(i)
		c.stated(i)
		c.actions(i)
	}
	c.causes()
	c.blames()
	c.settle()
	return c.findings
}

// add notes a finding at an offset of the source.
func (c *checker) add(rule string, offset int, message, advice text, values ...any) {
	if severity := c.options.Severities.of(rule); severity != off {
		c.findings = append(c.findings, Finding{
			Rule: rule, Severity: severity, offset: offset, message: message, advice: advice, values: values,
		})
	}
}

// settle drops what is waived, gives each finding its line and column, and puts
// them into the order of the document.
func (c *checker) settle() {
	c.waive()
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return cmp.Compare(a.offset, b.offset) })
	// One way through the source, however many findings there are.
	line, column, at := 1, 1, 0
	for i := range c.findings {
		f := &c.findings[i]
		between := c.doc.Source[at:f.offset]
		if last := strings.LastIndexByte(between, '\n'); last >= 0 {
			line += strings.Count(between, "\n")
			column, between = 1, between[last+1:]
		}
		column += utf8.RuneCountInString(between)
		at = f.offset
		f.Line, f.Column = line, column
	}
}

// offsetOf is where the text of a line begins, and the document's beginning for
// line 0 or one that has no text.
func (c *checker) offsetOf(line int) int {
	i, _ := slices.BinarySearchFunc(c.doc.Rows, line, func(r document.Row, line int) int { return cmp.Compare(r.Line, line) })
	if i < len(c.doc.Rows) && c.doc.Rows[i].Line == line {
		return c.doc.Rows[i].Offset
	}
	return 0
}
