package policy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// validator is our schema in the hands of a library that knows nothing of us.
func validator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(policy.Schema(sections))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("kintsugi.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("kintsugi.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON is a policy as an editor hands it to a schema.
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

// TestSchema: the schema takes and refuses what the reader takes and refuses, for
// keys and types.
func TestSchema(t *testing.T) {
	schema := validator(t)
	try := func(src string, fine bool) {
		t.Helper()
		_, problems := policy.Parse(file, []byte(src), sections)
		if read := len(problems) == 0; read != fine {
			t.Errorf("the reader takes %q: %v, want %v\n%v", src, read, fine, problems)
		}
		if err := schema.Validate(asJSON(t, src)); (err == nil) != fine {
			t.Errorf("the schema takes %q: %v, want %v\n%v", src, err == nil, fine, err)
		}
	}
	// Values are separated by bars; ∅ is none.
	for key, values := range map[string]struct{ good, bad string }{
		"language":           {"en | ja | EN | Ja | 'ja' | ∅", "jp | english | 7 | true | [ja] | {a: b} | ''"},
		"time_zone":          {"Asia/Tokyo | UTC | 'Europe/Berlin' | ∅", "9 | 1.5 | true | [UTC] | {a: b}"},
		"enabled":            {"true | false | yes | No | ON | off | y | n | 'true' | \"FALSE\" | True", "maybe | 0 | 1 | [true] | {a: b} | '' | ∅"},
		"mode":               {"act | observe | 'act'", "Act | OBSERVE | true | on | 1 | [act] | {a: b} | '' | ∅"},
		"since":              {"2026-12-01 | '2026-12-01' | 2026-12-01T09:00:00Z | 2026-12-01T09:00:00+09:00 | 2026-12-01T09:00:00.5Z | ∅", "20261201 | 2026/12/01 | tomorrow | [2026-12-01] | true | 2026-12-01T09:00 | 2026-12-01 09:00:00 | 2026-12-01t09:00:00z"},
		"working_hours":      {"10:00-18:00 | '10:00-18:00' | ∅", "10 | true | [10:00-18:00] | {a: b}"},
		"holidays":           {"[] | [jp] | [JP, 2026-12-29, '2026-12-29..2027-01-03'] | ∅", "jp | 2026-12-29 | [7] | [[jp]] | [~] | {jp: 1} | [true]"},
		"services":           {"{} | {payments: } | {payments: {}} | {1: {lead: } } | ∅", "payments | [payments] | {payments: x} | {payments: [x]}"},
		"services.p":         {"{repositories: [a/b], owners: ['@a', '@a/b'], lead: '@a', labels: [l], words: [w]} | {owners: }", "{owner: ['@a']} | {owners: '@a'} | {lead: ['@a']} | {lead: 7} | {words: [7]} | {words: [~]}"},
		"incident":           {"{} | ∅", "yes | [label] | incident | 7"},
		"incident.label":     {"x | '340' | 障害 | ∅", "340 | true | 1.5 | [x] | {a: b}"},
		"incident.notify":    {"[] | ['@a', \"@b\"] | ∅", "'@a' | [340] | [~] | [[a]] | {a: b}"},
		"incident.quiet":     {"true | false | True | ∅", "on | yes | 1 | 'true' | [true]"},
		"incident.reminders": {"0 | 3 | +3 | ∅", "two | 1.5 | '2' | [2] | true"},
		"incident.small":     {"-128 | 127 | 0", "128 | -129 | 300"},
		"incident.share":     {"0.5 | 1 | -2 | ∅", "half | '0.5' | [0.5] | true"},
		"incident.colour":    {"red | 'blue' | ∅", "[red] | {a: b}"},
		"incident.colours":   {"[red, blue] | [] | ∅", "red | [[red]] | [~] | {a: b}"},
		"incident.services":  {"{pay: {lead: x, owners: [y]}, 7: } | {} | ∅", "[pay] | pay | {pay: x} | {pay: {leed: x}}"},
		"incident.teams":     {"{pay: {lead: x}, ops: } | ∅", "{pay: [x]} | {pay: {owner: x}}"},
		"incident.page":      {"{lead: x} | {} | ∅", "x | [x] | {leed: x} | {lead: 7}"},
		"digest":             {"{day: monday} | ∅", "{days: monday} | {day: 1}"},
		"nonsense":           {"", "1 | x | ∅"},
		"incident.enabled":   {"", "false | ∅"},
		"incident.Internal":  {"", "x | ∅"},
	} {
		for fine, list := range map[bool]string{true: values.good, false: values.bad} {
			for value := range strings.SplitSeq(list, " | ") {
				if list != "" {
					try(under(key, strings.ReplaceAll(value, "∅", "")), fine)
				}
			}
		}
	}
	for _, src := range []string{"", "# nothing\n", "---\n", "~\n"} {
		try(src, true)
	}
	for _, src := range []string{"ja\n", "- language\n", "7\n", "[]\n"} {
		try(src, false)
	}
}

// TestCommonKeysAreDescribed: an editor says of each key what it is for.
func TestCommonKeysAreDescribed(t *testing.T) {
	keys, _ := policy.Schema(nil)["properties"].(map[string]any)
	services, _ := keys["services"].(map[string]any)
	service, _ := services["additionalProperties"].(map[string]any)
	fields, _ := service["properties"].(map[string]any)
	if len(keys) != 8 || len(fields) != 5 {
		t.Fatalf("%d common keys, and %d of a service", len(keys), len(fields))
	}
	for _, group := range []map[string]any{keys, fields} {
		for name, of := range group {
			if key, _ := of.(map[string]any); key["description"] == nil {
				t.Errorf("%s has no description", name)
			}
		}
	}
}

// under writes a value under a key of at most two words.
func under(key, value string) string {
	section, name, nested := strings.Cut(key, ".")
	if !nested {
		return fmt.Sprintf("%s: %s\n", key, value)
	}
	return fmt.Sprintf("%s:\n  %s: %s\n", section, name, value)
}
