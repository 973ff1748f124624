package policy_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// list is a file of another kind.
type list struct {
	Title twice  `yaml:"title"`
	Mode  string `yaml:"mode"`
	Rows  []row  `yaml:"rows"`
}

type row struct {
	Name string `yaml:"name"`
	Says twice  `yaml:"says"`
}

// twice is written as a text or as two.
type twice struct {
	One string `yaml:"one"`
	Two string `yaml:"two"`
}

func (t *twice) UnmarshalText(text []byte) error {
	if string(text) == "no" {
		return errors.New("no is not accepted")
	}
	*t = twice{One: string(text)}
	return nil
}

func (l *list) Check() []policy.Finding {
	var found []policy.Finding
	for i, r := range l.Rows {
		if r.Name == "bad" {
			found = append(found, policy.Finding{Field: "rows[" + string(rune('0'+i)) + "].name", Message: "do not write bad", Japanese: "badは使えません"})
		}
	}
	return found
}

// TestReadFile: a file of another kind is read by the same rules, but has none of
// the keys that every policy has.
func TestReadFile(t *testing.T) {
	for _, c := range []struct {
		src  string
		want list
		said []string
	}{
		{"title: plain\nmode: any\nrows:\n- name: a\n  says: {one: x, two: y}\n", list{Title: twice{One: "plain"}, Mode: "any", Rows: []row{{"a", twice{"x", "y"}}}}, nil},
		{"", list{}, nil},
		{"title: no\n", list{}, []string{"l.yml:1:8: `title`: no is not accepted"}},
		{"title: [a]\n", list{}, []string{"l.yml:1:8: `title` must be a text, not a list"}},
		{"rows:\n- name: good\n- name: bad\n", list{Rows: []row{{Name: "good"}, {Name: "bad"}}}, []string{"l.yml:3:9: `rows[1].name`: do not write bad"}},
		{"rows:\n- says: {three: z}\n", list{Rows: []row{{}}}, []string{"l.yml:2:10: unknown key `three` in `rows[0].says`. Known here: `one`, `two`"}},
		{"mode: a\nmode: observe\n", list{Mode: "a"}, []string{"l.yml:2:1: `mode` is written twice: only the one on line 1 counts, remove one of them"}},
		{"mod: observe\nenabled: false\n", list{}, []string{"l.yml:1:1: unknown key `mod`. Did you mean `mode`? Known here: `title`, `mode`, `rows`", "l.yml:2:1: unknown key `enabled`. Known here: `title`, `mode`, `rows`"}},
		{"rows:\n- enabled: false\n", list{Rows: []row{{}}}, []string{"l.yml:2:3: unknown key `enabled` in `rows[0]`. Known here: `name`, `says`"}},
		{"rows: [\n", list{}, []string{"l.yml:1:7: this `[` is not closed by `]`"}},
	} {
		var got list
		var said []string
		for _, p := range policy.ReadFile(policy.Source{File: "l.yml", Content: []byte(c.src)}, &got) {
			said = append(said, p.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q:\n%s", c.src, diff)
		}
		if diff := cmp.Diff(c.said, said); diff != "" {
			t.Errorf("%q:\n%s", c.src, diff)
		}
	}
	if got := policy.ReadFile(policy.Source{File: "l.yml", Problem: policy.ProblemTooLarge}, new(list)); len(got) != 1 || !strings.Contains(got[0].Japanese, "64KiB") {
		t.Errorf("an unreadable file: %v", got)
	}
}

// TestFileSchema: what may be written in two ways is described in both.
func TestFileSchema(t *testing.T) {
	text, err := json.Marshal(policy.FileSchema(&list{Mode: "usual"}, "A list", "What it is."))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"title":"A list"`, `"description":"What it is."`, `"additionalProperties":false`, `"default":"usual"`,
		`"properties":{"one":{"type":["string","null"]},"two":{"type":["string","null"]}},"type":["string","number","boolean","null","object"]`,
	} {
		if !strings.Contains(string(text), part) {
			t.Errorf("it lacks %s:\n%s", part, text)
		}
	}
}
