package checklist_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
)

// TestSchema: an editor takes and refuses the keys and types that the reader does.
func TestSchema(t *testing.T) {
	schema := compile(t)
	for src, fine := range map[string]bool{
		whole: true,
		"items:\n- {id: a, question: A?, evidence: [{approvals: 2}], approvers: [\"@a\"], valid_for: 3 days}\n": true,
		"items:\n- {id: a, question: {en: A?, ja: あ}}\n":                                                        true,
		"item: []\n": false,
		"items:\n- {id: a, question: {fr: A?}}\n":                     false,
		"items:\n- {id: a, question: A?, evidence: [{chek: a}]}\n":    false,
		"items:\n- {id: a, question: A?, evidence: [check]}\n":        false,
		"items:\n- {id: a, question: A?, evidence: {check: a}}\n":     false,
		"items:\n- {id: a, question: A?, evidence: [{approvals: x}]}": false,
		"items:\n- {id: a, question: A?, approvers: \"@a\"}\n":        false,
		"items:\n- {id: [a], question: A?}\n":                         false,
	} {
		_, problems := checklist.Parse(file, []byte(src))
		if read := len(problems) == 0; read != fine {
			t.Errorf("the reader takes %q: %v, want %v\n%v", src, read, fine, problems)
		}
		if err := schema.Validate(asJSON(t, src)); (err == nil) != fine {
			t.Errorf("the schema takes %q: %v, want %v\n%v", src, err == nil, fine, err)
		}
	}
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(checklist.Schema())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("checklist.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("checklist.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON is a checklist as an editor hands it to a schema.
func asJSON(t *testing.T, src string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(src), &value); err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
