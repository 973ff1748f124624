package templates_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// GitHub shows no form that breaks one of its rules, and tells only those who
// look at the file. docs: Syntax for issue forms; Syntax for GitHub's form
// schema; Common validation errors when creating issue forms.

type form struct {
	Name, Description, Title string
	Labels                   []string
	Body                     []element
}

type element struct {
	Type, ID   string
	Attributes struct {
		Label, Description, Placeholder, Value string
		Options                                []any
	}
	Validations struct{ Required bool }
}

// elementRule is what GitHub allows in an element of one type.
type elementRule struct {
	attributes, required []string
	validated            bool
}

var elementRules = map[string]elementRule{
	"markdown":   {[]string{"value"}, []string{"value"}, false},
	"input":      {[]string{"label", "description", "placeholder", "value"}, []string{"label"}, true},
	"textarea":   {[]string{"label", "description", "placeholder", "value", "render"}, []string{"label"}, true},
	"dropdown":   {[]string{"label", "description", "multiple", "options", "default"}, []string{"label", "options"}, true},
	"checkboxes": {[]string{"label", "description", "options"}, []string{"label", "options"}, false},
}

var (
	// booleans are what GitHub's parser, of YAML 1.1, takes for truth values
	// where no quotes stand.
	booleans   = regexp.MustCompile(`^(?i:y|yes|n|no|true|false|on|off)$`)
	identifier = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	notInSlug  = regexp.MustCompile(`[^a-z0-9_-]+`)
)

// judge lists what GitHub would have against a form.
func judge(content string) (problems []string) {
	object := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	tree, err := parser.ParseBytes([]byte(content), 0)
	if err != nil {
		return []string{"no YAML: " + err.Error()}
	}
	if len(tree.Docs) != 1 {
		object("%d documents", len(tree.Docs))
	}
	ast.Walk(unquoted(object), tree.Docs[0].Body)
	var top map[string]any
	if err := yaml.Unmarshal([]byte(content), &top); err != nil {
		return append(problems, "no map: "+err.Error())
	}
	onlyKeys(object, "the form", top, []string{"name", "description", "body", "assignees", "labels", "title", "type", "projects"}, []string{"name", "description", "body"})
	if name, _ := top["name"].(string); len([]rune(name)) <= 3 {
		object("a name of 3 characters or fewer is not shown")
	}
	for _, key := range []string{"name", "description", "title"} {
		if value, ok := top[key]; ok && !isText(value) {
			object("%s must be a string", key)
		}
	}
	for _, key := range []string{"labels", "assignees", "projects"} {
		list, isList := top[key].([]any)
		if value, ok := top[key]; ok && !isText(value) && (!isList || slices.ContainsFunc(list, func(one any) bool { return !isText(one) })) {
			object("%s must be a string, or a list of strings", key)
		}
	}
	body, _ := top["body"].([]any)
	judgeBody(object, body)
	return problems
}

type objecting func(format string, args ...any)

func judgeBody(object objecting, body []any) {
	inputs := 0
	ids, labels, slugs := map[string]bool{}, map[string]bool{}, map[string]bool{}
	once := func(seen map[string]bool, what, value string) {
		if seen[value] {
			object("body must have unique %s: %q", what, value)
		}
		seen[value] = true
	}
	for i, one := range body {
		e, ok := one.(map[string]any)
		kind, _ := e["type"].(string)
		rule, known := elementRules[kind]
		if !ok || !known {
			object("body[%d]: %q is not a valid input type", i, kind)
			continue
		}
		at := fmt.Sprintf("body[%d]", i)
		onlyKeys(object, at, e, []string{"type", "id", "attributes", "validations"}, []string{"type", "attributes"})
		attributes, _ := e["attributes"].(map[string]any)
		onlyKeys(object, at, attributes, rule.attributes, rule.required)
		for _, key := range []string{"label", "description", "placeholder", "value", "render"} {
			if value, ok := attributes[key]; ok && !isText(value) {
				object("%s: %s must be a string", at, key)
			}
		}
		judgeValidations(object, at, rule, e["validations"])
		if kind == "markdown" {
			if _, ok := e["id"]; ok {
				object("%s: id is not a permitted key", at)
			}
			continue
		}
		inputs++
		label, _ := attributes["label"].(string)
		once(labels, "labels", label)
		if id, given := e["id"]; given {
			text, _ := id.(string)
			if !identifier.MatchString(text) {
				object("%s: id can only contain numbers, letters, -, _", at)
			}
			once(ids, "ids", text)
		} else {
			// Of a Japanese label nothing is left, so two of them clash.
			once(slugs, "labels (too similar)", strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(label), "-"), "-"))
		}
		if (kind == "input" || kind == "textarea") && strings.Contains(strings.ToLower(label), "password") {
			object("%s: label contains forbidden word", at)
		}
		judgeOptions(object, at, kind, attributes, func(label string) { once(labels, "labels", label) })
	}
	if inputs == 0 {
		object("body must contain at least one non-markdown field")
	}
}

func judgeValidations(object objecting, at string, rule elementRule, validations any) {
	if validations == nil {
		return
	}
	given, ok := validations.(map[string]any)
	if !ok || !rule.validated {
		object("%s: validations is not a permitted key", at)
		return
	}
	onlyKeys(object, at, given, []string{"required"}, nil)
	if _, ok := given["required"].(bool); !ok {
		object("%s: required must be a boolean", at)
	}
}

// judgeOptions also hands on the labels of checkboxes, which must differ from
// those of the fields.
func judgeOptions(object objecting, at, kind string, attributes map[string]any, label func(string)) {
	options, given := attributes["options"].([]any)
	if kind != "dropdown" && kind != "checkboxes" {
		return
	}
	if !given || len(options) == 0 {
		object("%s: options must be a list that is not empty", at)
	}
	seen := map[string]bool{}
	for _, option := range options {
		text, isText := option.(string)
		if kind == "checkboxes" {
			box, _ := option.(map[string]any)
			onlyKeys(object, at+": an option", box, []string{"label", "required"}, []string{"label"})
			if required, ok := box["required"]; ok && required != true && required != false {
				object("%s: required must be a boolean", at)
			}
			if text, isText = box["label"].(string); isText && !seen[text] {
				label(text)
			}
		}
		if !isText || strings.TrimSpace(text) == "" {
			object("%s: options must be strings", at)
		}
		if strings.EqualFold(text, "none") {
			object("%s: options must not include the reserved word, none", at)
		}
		if seen[text] {
			object("%s: options must be unique", at)
		}
		seen[text] = true
	}
}

func onlyKeys(object objecting, at string, given map[string]any, allowed, required []string) {
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(allowed, key) {
			object("%s: %s is not permitted", at, key)
		}
	}
	for _, key := range required {
		if given[key] == nil {
			object("%s: %s is missing", at, key)
		}
	}
}

func isText(value any) bool {
	text, ok := value.(string)
	return ok && strings.TrimSpace(text) != ""
}

// unquoted looks for words that GitHub's parser does not take for texts.
type unquoted objecting

func (u unquoted) Visit(n ast.Node) ast.Visitor {
	if s, ok := n.(*ast.StringNode); ok && s.Token.Type == token.StringType {
		if booleans.MatchString(s.Value) {
			u("%q needs quotes", s.Value)
		}
	}
	return u
}

// TestJudge shows that each rule can find something.
func TestJudge(t *testing.T) {
	const sound = "name: Outage\ndescription: d\nlabels: [a, \"b c\"]\nbody:\n" +
		"- type: markdown\n  attributes: {value: v}\n" +
		"- type: textarea\n  id: what\n  attributes: {label: What, render: text}\n  validations: {required: true}\n" +
		"- type: dropdown\n  id: how\n  attributes: {label: How, options: [a, \"No\"], multiple: true}\n" +
		"- type: checkboxes\n  attributes:\n    label: Boxes\n    options: [{label: x}, {label: \"y\", required: false}]\n"
	if found := judge(sound); len(found) > 0 {
		t.Fatalf("a sound form is refused: %q", found)
	}
	for _, c := range []struct{ old, new, want string }{
		{"name: Outage", "name: Out", "3 characters or fewer"},
		{"name: Outage\n", "", "name is missing"},
		{"description: d", "description: true", "description must be a string"},
		{"description: d", `description: "  "`, "description must be a string"},
		{"description: d", "description: d\nhello: world", "hello is not permitted"},
		{"labels: [a,", "labels: [1,", "labels must be"},
		{"labels: [a, \"b c\"]", "labels: {a: b}", "labels must be"},
		{"body:", "---\nbody:", "2 documents"},
		{"type: markdown", "type: marked", `"marked" is not a valid input type`},
		{"- type: markdown", "- id: m\n  type: markdown", "id is not a permitted key"},
		{"{value: v}", "{value: v, label: l}", "label is not permitted"},
		{"{value: v}", "{}", "value is missing"},
		{"{value: v}", "{value: 7}", "value must be a string"},
		{"label: What", "label: true", "label must be a string"},
		{"label: What", "label: Password", "forbidden word"},
		{"label: What", "label: How", "unique labels"},
		{"label: What", "label: x", "unique labels"},
		{"id: what", "id: how", "unique ids"},
		{"id: what", "id: w h", "id can only contain"},
		{"id: what", "ident: what", "ident is not permitted"},
		{"{required: true}", "{required: often}", "required must be a boolean"},
		{"{required: true}", "{required: true, length: 3}", "length is not permitted"},
		{"attributes: {value: v}", "attributes: {value: v}\n  validations: {required: true}", "validations is not a permitted key"},
		{`[a, "No"]`, "[a, No]", `"No" needs quotes`},
		{`[a, "No"]`, "[a, 2:40]", "options must be strings"},
		{`[a, "No"]`, "[a, true]", "options must be strings"},
		{`[a, "No"]`, "[a, a]", "options must be unique"},
		{`[a, "No"]`, "[a, None]", "reserved word"},
		{`[a, "No"]`, "[]", "not empty"},
		{"label: Boxes\n    options: [{label: x}", "label: Boxes\n    options: [{label: \"y\"}", "options must be unique"},
		{"{label: x}", "{label: x, id: x}", "id is not permitted"},
		{"required: false", "required: later", "required must be a boolean"},
		{"- type: textarea\n  id: what\n  attributes: {label: What,", "- type: input\n  attributes: {label: 何}\n- type: textarea\n  attributes: {label: 誰,", "too similar"},
		{sound[strings.Index(sound, "- type: textarea"):], "", "at least one non-markdown"},
	} {
		broken := strings.Replace(sound, c.old, c.new, 1)
		if broken == sound {
			t.Fatalf("%q is not in the form", c.old)
		}
		if found := strings.Join(judge(broken), "\n"); !strings.Contains(found, c.want) {
			t.Errorf("%q for %q: found %q, want %q", c.new, c.old, found, c.want)
		}
	}
}
