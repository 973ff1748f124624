package section

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// Required is a section that a template asks for.
type Required struct {
	// Heading is as the template has it, without hash marks.
	Heading string
	Kind    Kind
	// Level is from 1 to 6. The answers of an issue form stand at 3.
	Level int
}

// formLevel is the level of the headings that GitHub makes of a form's labels.
const formLevel = 3

// mostTemplate is how much of a template is read, in bytes.
const mostTemplate = 65_536

// Headings are the sections that a team's template asks for, in its order: the
// headings of a Markdown template but its title, or the labels of an issue form.
// Those marked "(optional)" or （任意） are not asked for, nor what stands under
// them, nor a form's fields with "required: false", nor places such as
// "{{ time }}".
func Headings(template string) []Required {
	template = template[:min(len(template), mostTemplate)]
	if fields, ok := formFields(template); ok {
		return fields
	}
	var list []Required
	title, above := true, 0
	for _, r := range document.Read(template).Rows {
		if r.Kind != document.Heading {
			continue
		}
		kind := Of(r.Text)
		isTitle := title && r.Level == 1 && kind == Unknown
		title = false
		if above > 0 && r.Level > above || isTitle {
			continue // under a heading that is optional
		}
		above = 0
		switch {
		case isOptional(r.Text):
			above = r.Level
		case !strings.Contains(r.Text, "{{"):
			list = append(list, Required{r.Text, kind, r.Level})
		}
	}
	return list
}

func isOptional(heading string) bool {
	heading = strings.ToLower(heading)
	for _, mark := range []string{"(optional", "[optional", "（optional", "(if any", "(if relevant", "(if applicable", "任意", "省略可", "（あれば", "(あれば"} {
		if strings.Contains(heading, mark) {
			return true
		}
	}
	return false
}

// formFields reads the labels of an issue form, and says whether it is one. It
// reads line by line, as people and GitHub's editor write them: `label: Impact`
// below `- type: textarea`. docs: Syntax for GitHub's form schema.
func formFields(template string) (list []Required, ok bool) {
	_, body, ok := strings.Cut("\n"+template, "\nbody:")
	if !ok || strings.HasPrefix(template, "---") {
		return nil, false // Markdown with front matter
	}
	var field struct {
		markdown, optional bool
		label              string
	}
	end := func() {
		if field.label != "" && !field.markdown && !field.optional {
			list = append(list, Required{field.label, Of(field.label), formLevel})
		}
		field.label, field.markdown, field.optional = "", false, false
	}
	indent := -1 // of the fields
	for line := range strings.Lines(body) {
		text := strings.TrimSpace(line)
		in := len(line) - len(strings.TrimLeft(line, " "))
		if begins := strings.HasPrefix(text, "- "); begins && (indent < 0 || in <= indent) {
			end()
			indent, text = in, strings.TrimSpace(text[2:])
		} else if begins {
			continue // an option of a dropdown, or a box
		}
		key, value, _ := strings.Cut(text, ":")
		value = strings.Trim(strings.TrimSpace(value), `"'`)
		switch {
		case key == "type":
			field.markdown = value == "markdown"
		case key == "label" && field.label == "":
			field.label = value
			field.optional = isOptional(value)
		case key == "required" && value == "false" && in <= indent+4:
			field.optional = true
		}
	}
	end()
	return list, true
}
