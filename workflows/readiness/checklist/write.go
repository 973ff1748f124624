package checklist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// writer writes a checklist as people write one.
type writer struct{ b bytes.Buffer }

// YAML writes a checklist that Parse reads as the same.
func (c *Checklist) YAML() []byte {
	w := &writer{}
	w.text("", "title", c.Title)
	w.answers("", "traits", c.Traits)
	if len(c.Services) > 0 {
		w.put("services:")
		for _, service := range slices.Sorted(maps.Keys(c.Services)) {
			if len(c.Services[service]) == 0 {
				w.put("  %s:", quoted(service))
				continue
			}
			w.answers("  ", quoted(service), c.Services[service])
		}
	}
	w.put("items:")
	for i := range c.Items {
		w.item(&c.Items[i])
	}
	return w.b.Bytes()
}

func (w *writer) put(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *writer) answers(indent, key string, answers map[string]Answer) {
	if len(answers) == 0 {
		return
	}
	w.put("%s%s:", indent, key)
	for _, trait := range slices.Sorted(maps.Keys(answers)) {
		w.put("%s  %s: %s", indent, quoted(trait), answers[trait])
	}
}

// text writes a text: plainly where it is read as the language it is in.
func (w *writer) text(indent, key string, t Text) {
	switch {
	case t.IsEmpty():
	case In(words.Detect(t.English+t.Japanese), t.English+t.Japanese) == t:
		w.put("%s%s: %s", indent, key, quoted(t.English+t.Japanese))
	default:
		w.put("%s%s:", indent, key)
		w.plain(indent+"  ", "en", t.English)
		w.plain(indent+"  ", "ja", t.Japanese)
	}
}

func (w *writer) plain(indent, key, value string) {
	if value != "" {
		w.put("%s%s: %s", indent, key, quoted(value))
	}
}

func (w *writer) list(indent, key string, values []string) {
	if len(values) == 0 {
		return
	}
	shown := make([]string, len(values))
	for i, v := range values {
		shown[i] = quoted(v)
	}
	w.put("%s%s: [%s]", indent, key, strings.Join(shown, ", "))
}

func (w *writer) age(indent, key string, a Age) {
	if a > 0 {
		w.put("%s%s: %s", indent, key, a)
	}
}

// itemIndent is that of the keys of an item.
const itemIndent = "    "

func (w *writer) item(i *Item) {
	w.put("  - id: %s", quoted(i.ID))
	if i.Level != "" {
		w.put(itemIndent+"level: %s", i.Level)
	}
	w.text(itemIndent, "subject", i.Subject)
	w.text(itemIndent, "question", i.Question)
	w.text(itemIndent, "why", i.Why)
	w.text(itemIndent, "how", i.How)
	w.plain(itemIndent, "when", i.When.String())
	if i.Enough != "" {
		w.put(itemIndent+"enough: %s", i.Enough)
	}
	if len(i.Evidence) > 0 {
		w.put(itemIndent + "evidence:")
	}
	for _, e := range i.Evidence {
		w.evidence(e)
	}
	w.list(itemIndent, "approvers", i.Approvers)
	w.age(itemIndent, "valid_for", i.ValidFor)
}

func (w *writer) evidence(e Evidence) {
	const in = "        "
	from := w.b.Len()
	w.plain(in, "file", e.File)
	w.plain(in, "matches", e.Matches)
	w.plain(in, "check", e.Check)
	w.plain(in, "workflow", e.Workflow)
	w.plain(in, "release", e.Release)
	w.plain(in, "deployment", e.Deployment)
	w.plain(in, "drill", e.Drill)
	w.list(in, "no_open_issues", e.NoOpenIssues)
	w.text(in, "confirmation", e.Confirmation)
	if e.Approvals > 0 {
		w.put(in+"approvals: %d", e.Approvals)
	}
	w.age(in, "within", e.Within)
	if from < w.b.Len() {
		w.b.Bytes()[from+len(in)-2] = '-'
	}
}

// quoted writes a text as JSON does, which YAML reads as the same, whatever it
// holds. What cannot be mistaken for anything else stands without quotes.
func quoted(text string) string {
	if plainWord.MatchString(text) && !slices.Contains(reserved, text) {
		return text
	}
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(text); err != nil {
		panic(err) // texts can always be written
	}
	return strings.TrimSpace(b.String())
}

var plainWord = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// reserved are words that YAML takes for something else.
var reserved = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
