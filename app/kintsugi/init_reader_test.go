package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/templates"
)

// answered is how somebody may answer the forms of a language, by the ids of
// the fields, and what the report must then say.
type answered struct {
	answers map[string]string
	tick    func(option, options int) bool
	says    []string // of the incident form; the near miss has no reach
	never   []string
}

func answers(lang string) map[string]answered {
	unsure := map[string]string{"en": "I don't know", "ja": "分からない"}[lang]
	full := map[string]map[string]string{
		"en": {"what": "The checkout page stays blank.", "since": "2:40", "reach": "8 support contacts", "service": "Checkout"},
		"ja": {"what": "決済画面が真っ白のままです。", "since": "2:40", "reach": "お問い合わせ8件", "service": "決済"},
	}[lang]
	first := func(option, _ int) bool { return option == 0 }
	return map[string]answered{
		"in full":        {full, first, []string{"confidential", "reach legal", "service " + full["service"], "started 2:40", "reach contacts 8"}, nil},
		"a legal duty":   {nil, func(option, _ int) bool { return option == 1 }, []string{"confidential", "reach legal"}, []string{"started", "service"}},
		"not knowing":    {map[string]string{"what": unsure, "since": unsure, "reach": unsure, "service": unsure}, func(option, options int) bool { return option == options-1 }, []string{"reach legal unknown"}, []string{"confidential", "service", "started 2"}},
		"with no answer": {nil, func(int, int) bool { return false }, nil, []string{"confidential", "reach", "service", "started"}},
	}
}

// TestFormsAreRead: what GitHub makes of our forms, and of the text for phones,
// is what the reader of reports understands.
func TestFormsAreRead(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		for how, a := range answers(lang) {
			for path, issue := range issues(t, lang, a) {
				got := reported(issue[0], issue[1])
				for _, want := range a.says {
					if path == templates.NearMissForm && strings.HasPrefix(want, "reach contacts") {
						continue
					}
					if !slices.Contains(got, want) {
						t.Errorf("%s, %s, answered %s: %q lacks %q", lang, path, how, got, want)
					}
				}
				for _, one := range got {
					if slices.ContainsFunc(a.never, func(never string) bool { return strings.HasPrefix(one, never) }) {
						t.Errorf("%s, %s, answered %s: %q was never said", lang, path, how, one)
					}
				}
			}
		}
	}
}

// issues are title and body by template, as GitHub submits them. docs: Syntax
// for issue forms ("converted to markdown"); the text for phones is filled in
// under its headings.
func issues(t *testing.T, lang string, a answered) map[string][2]string {
	t.Helper()
	files := map[string][]byte{}
	for _, file := range templates.Files(lang, templates.Usual(lang)) {
		files[file.Path] = file.Content
	}
	incident, body, typed := submit(t, files[templates.IncidentForm], a)
	nearMiss, other, _ := submit(t, files[templates.NearMissForm], a)
	parts := strings.SplitN(string(files[templates.IncidentText]), "---\n", 3)
	return map[string][2]string{
		templates.IncidentForm: {incident, body}, templates.NearMissForm: {nearMiss, other}, templates.IncidentText: {incident, typed.Replace(parts[2])},
	}
}

// submit makes the body of an issue from a form, and what a person would type
// into the text that has the same headings.
func submit(t *testing.T, content []byte, a answered) (title, body string, typed *strings.Replacer) {
	t.Helper()
	var form struct {
		Title string
		Body  []struct {
			ID         string
			Attributes struct {
				Label   string
				Options []struct{ Label string }
			}
		}
	}
	if err := yaml.Unmarshal(content, &form); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var typing []string
	for _, e := range form.Body {
		if e.ID == "" {
			continue
		}
		b.WriteString("### " + e.Attributes.Label + "\r\n\r\n")
		for i, option := range e.Attributes.Options {
			box := map[bool]string{true: "- [X] ", false: "- [ ] "}[a.tick(i, len(e.Attributes.Options))]
			b.WriteString(box + option.Label + "\r\n")
			typing = append(typing, "- [ ] "+option.Label, strings.ToLower(box)+option.Label)
		}
		if e.Attributes.Options == nil {
			answer := a.answers[e.ID]
			typing = append(typing, "### "+e.Attributes.Label+"\n\n", "### "+e.Attributes.Label+"\n\n"+answer)
			if answer == "" {
				answer = "_No response_"
			}
			b.WriteString(answer + "\r\n")
		}
		b.WriteString("\r\n")
	}
	return form.Title + "x", b.String(), strings.NewReplacer(typing...)
}

// reported is what an opening says, as commands.
func reported(title, body string) (list []string) {
	for _, w := range server.Workflows() {
		if w.Report == nil {
			continue
		}
		for _, said := range w.Report(title, body) {
			list = append(list, strings.TrimSpace(said.Command+" "+said.Argument))
		}
	}
	return list
}
