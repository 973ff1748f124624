package lint

import (
	"strings"
	"sync"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// Options are what a team has decided.
type Options struct {
	Severities Severities
	// Template is the team's own. Without one a document is held to the version of
	// ours that it names, and else to what every postmortem needs.
	Template *Template
	// Milestones are those that must be given, by the names that inspect uses.
	// Nil means started, detected and resolved.
	Milestones []string
}

// Template is what a template asks for, read once for any number of documents.
type Template struct {
	required []section.Required
	// texts are those of its rows, hints those of them that speak to the author.
	texts, hints map[string]bool
}

// mostRequired is how many headings of a template are required: each is looked for
// among all of a document.
const mostRequired = 200

// IsEmpty reports whether the template asks for nothing.
func (t *Template) IsEmpty() bool { return len(t.required) == 0 }

// NewTemplate reads a template in Markdown, or an issue form.
func NewTemplate(source string) *Template {
	required := section.Headings(source)
	t := &Template{required: required[:min(len(required), mostRequired)], texts: map[string]bool{}, hints: map[string]bool{}}
	for _, r := range document.Read(source).Rows {
		if r.Kind == document.Heading || r.Kind == document.Comment || r.Kind == document.TableHead {
			continue
		}
		said := plain(r)
		if said == "" {
			continue
		}
		t.texts[said] = true
		if r.Italic || r.Quoted || isQuestion(said) || isBracketed(said) {
			t.hints[said] = true
		}
	}
	return t
}

// ours are the templates of ours that were read, by their text.
var ours sync.Map

// marked is the template of ours that a document names in the comment that it
// begins with, or nil.
func marked(d *document.Document) *Template {
	source, ok := templates.PostmortemOf(d.Source)
	if !ok {
		return nil
	}
	if t, ok := ours.Load(source); ok {
		return t.(*Template) //nolint:errcheck // nothing else is stored
	}
	t := NewTemplate(source)
	ours.Store(source, t)
	return t
}

// plain is a row as one text, its cells parted by bars.
func plain(r document.Row) string {
	if len(r.Cells) == 0 {
		return r.Text
	}
	cells := make([]string, len(r.Cells))
	for i, c := range r.Cells {
		cells[i] = c.Text
	}
	return strings.Join(cells, "|")
}

func isQuestion(text string) bool {
	return strings.HasSuffix(text, "?") || strings.HasSuffix(text, "？")
}

// isBracketed: all of it stands in brackets, as templates give hints.
func isBracketed(text string) bool {
	for _, pair := range []string{"[]", "<>", "()", "（）", "［］", "【】", "{}"} {
		signs := []rune(pair)
		if inner, ok := strings.CutPrefix(text, string(signs[0])); ok {
			inner, ok = strings.CutSuffix(inner, string(signs[1]))
			return ok && !strings.ContainsAny(inner, pair)
		}
	}
	return false
}
