package policy

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// phrase is a part of a sentence in both languages.
type phrase struct{ english, japanese string }

var empty = phrase{"an empty value", "空"}

// quoted is a phrase of the file's own words.
func quoted(text string) phrase {
	if strings.TrimSpace(text) == "" {
		return empty
	}
	shown := words.Foreign(text).Inline(40)
	return phrase{shown, " " + shown}
}

// describe says what a node holds.
func describe(n ast.Node) phrase {
	switch n.(type) {
	case *ast.NullNode:
		return empty
	case *ast.SequenceNode:
		return phrase{"a list", "リスト"}
	case *ast.MappingNode, *ast.MappingValueNode:
		return phrase{"a group of keys", "キーの集まり"}
	}
	if text, ok := scalar(n); ok {
		return quoted(text)
	}
	return phrase{"an anchor, alias or tag", "アンカー、エイリアス、タグ"}
}

// isNull reports whether a key has no value, as if it were not there.
func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
}

// scalar returns a single value as it is written, without its quotes.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		if n.Value == nil {
			return "", true
		}
		return n.Value.Value, true
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// group returns the keys of a group.
func group(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// refuse reports what makes a value stand for another. Settings are short enough
// to be written out, and expanding such values is how small files grow large.
func (d *decoder) refuse(n ast.Node) bool {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.problem(d.start(n), "anchors, aliases and tags (`&`, `*`, `!`) are not read: write the value out, in quotes if it begins with one of these",
			"アンカー、エイリアス、タグ（`&`、`*`、`!`）は使えません。値をそのまま書いてください。これらで始まる文字列は引用符で囲んでください")
		return true
	}
	return false
}

// display names a field. An entry of a list is named by its list, since those
// before it may have been dropped; its line and column say which it is.
func display(path string) phrase {
	list, isEntry := path, false
	if i := strings.LastIndexByte(path, '['); i >= 0 && strings.HasSuffix(path, "]") {
		list, isEntry = path[:i], true
	}
	shown := words.Foreign(list).String()
	if isEntry {
		return phrase{"an entry of " + shown, shown + " の項目"}
	}
	return phrase{shown, shown + " "}
}

// mismatch reports a value of the wrong type. It returns false, for its callers
// to return.
func (d *decoder) mismatch(n ast.Node, want reflect.Type, path string) bool {
	name, wanted, got := display(path), expectation(want), describe(n)
	if _, whole := n.(*ast.IntegerNode); whole && reflect.Zero(want).CanInt() {
		largest := int64(1)<<(want.Bits()-1) - 1
		wanted = phrase{
			fmt.Sprintf("a whole number from %d to %d", -largest-1, largest),
			fmt.Sprintf("%dから%dまでの整数", -largest-1, largest),
		}
	}
	english := fmt.Sprintf("%s must be %s, not %s", name.english, wanted.english, got.english)
	japanese := fmt.Sprintf("%sは%sで書いてください（いまは%s）", name.japanese, wanted.japanese, got.japanese)
	if text, ok := scalar(n); ok {
		instead := ""
		switch {
		case want.Kind() == reflect.String:
			instead = fmt.Sprintf("%q", text)
		case want.Kind() == reflect.Slice && want.Elem().Kind() == reflect.String:
			instead = fmt.Sprintf("[%q]", text)
		case want.Kind() == reflect.Bool && isTrue(text):
			instead = "true"
		case want.Kind() == reflect.Bool && isFalse(text):
			instead = "false"
		}
		if instead != "" {
			shown := words.Foreign(instead).Inline(60)
			english += ": write " + shown
			japanese += "。例: " + shown
		}
	}
	d.problem(d.start(n), english, japanese)
	return false
}

// expectation says what a type reads.
func expectation(t reflect.Type) phrase {
	if unmarshalsText(t) {
		return phrase{"a text", "文字列"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return expectation(t.Elem())
	case reflect.String:
		return phrase{"a text", "文字列"}
	case reflect.Bool:
		return phrase{"`true` or `false`", " `true` か `false` "}
	case reflect.Slice:
		return phrase{"a list", "リスト"}
	case reflect.Float32, reflect.Float64:
		return phrase{"a number", "数"}
	case reflect.Struct, reflect.Map:
		return phrase{"a group of keys, indented beneath it", "キーの集まり（次の行から字下げして書くもの）"}
	}
	return phrase{"a whole number", "整数"}
}

// fieldName returns the key of a field of a struct, or "" if no key sets it.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" || !f.IsExported() {
		return ""
	}
	return name
}

// unmarshalsText reports whether values of a type read themselves.
func unmarshalsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// hasKeys reports whether a type has fields that keys set. One that reads itself
// from a text besides may be written either way, the text being short for the keys.
func hasKeys(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for f := range t.Fields() {
		if fieldName(f) != "" {
			return true
		}
	}
	return false
}

// mustBeReadable panics on a type that fill does not know. It is a slip of the
// program, to be seen when it starts and not when a team writes the key.
func mustBeReadable(t reflect.Type, path string) {
	if unmarshalsText(t) && !hasKeys(t) {
		return
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		return
	case reflect.Pointer, reflect.Slice:
		mustBeReadable(t.Elem(), path)
		return
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			mustBeReadable(t.Elem(), path)
			return
		}
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() && f.Tag.Get("yaml") == "" {
				panic(fmt.Sprintf("policy: %s.%s has no yaml tag", path, f.Name))
			}
			if name := fieldName(f); name != "" {
				mustBeReadable(f.Type, path+"."+name)
			}
		}
		return
	}
	panic(fmt.Sprintf("policy: %s has a type that no setting can have: %s", path, t))
}
