package policy

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// decoder lays the files over the defaults, one after the other.
type decoder struct {
	policy   Policy
	sections []string // their names, in the order of the list
	brakes   []string // the keys by which a team stops us, where the file may have them
	problems []Problem
	files    []string
	places   map[string]place // where each field of a section was last set, by path
	since    *sinceSaid       // nil while no file has said it

	// Of the file being read: its name, whether it says anything of enabled and
	// whether that is a no, the same of mode and observe, and the first line that
	// is not read as YAML, or 0.
	file             string
	switched, paused bool
	moded, observes  bool
	unread           int
}

func newDecoder(sections []Section) *decoder {
	d := &decoder{
		policy: Policy{TimeZone: time.UTC, Enabled: true, sections: map[string]any{}},
		brakes: []string{keyEnabled, keyMode},
		places: map[string]place{},
	}
	for _, s := range sections {
		settings := s.New()
		mustBeReadable(reflect.TypeOf(settings).Elem(), s.Name)
		d.sections = append(d.sections, s.Name)
		d.policy.sections[s.Name] = settings
	}
	return d
}

// fill reads a node into a value and reports whether it could. A node without a
// value leaves what is there.
func (d *decoder) fill(n ast.Node, into reflect.Value, path string) bool {
	if isNull(n) || d.refuse(n) {
		return false
	}
	d.places[path] = d.start(n)
	if _, keys := group(n); unmarshalsText(into.Type()) && (!keys || !hasKeys(into.Type())) {
		return d.fillText(n, into, path)
	}
	switch into.Kind() {
	case reflect.Pointer:
		return d.fillPointer(n, into, path)
	case reflect.Struct:
		return d.fillStruct(n, into, path)
	case reflect.Map:
		return d.fillMap(n, into, path)
	case reflect.Slice:
		return d.fillList(n, into, path)
	}
	return d.fillScalar(n, into, path)
}

// fillPointer reads what the pointer points to, over a copy of what it pointed to.
func (d *decoder) fillPointer(n ast.Node, into reflect.Value, path string) bool {
	fresh := reflect.New(into.Type().Elem())
	if !into.IsNil() {
		fresh.Elem().Set(into.Elem())
	}
	if !d.fill(n, fresh.Elem(), path) {
		return false
	}
	into.Set(fresh)
	return true
}

// fillStruct reads a group of keys, each into the field of its name.
func (d *decoder) fillStruct(n ast.Node, into reflect.Value, path string) bool {
	keys, ok := group(n)
	if !ok {
		return d.mismatch(n, into.Type(), path)
	}
	d.fillKeys(keys, into, path)
	return true
}

func (d *decoder) fillKeys(keys []*ast.MappingValueNode, into reflect.Value, path string) {
	fields := map[string]reflect.Value{}
	var known []string
	for i := range into.NumField() {
		if name := fieldName(into.Type().Field(i)); name != "" {
			fields[name] = into.Field(i)
			known = append(known, name)
		}
	}
	d.eachKey(keys, path, known, func(name string, value ast.Node) {
		d.fill(value, fields[name], below(path, name))
	})
}

// below is the path of a key within a group.
func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// fillMap reads a group of keys that the team names itself, over the entries that
// are there.
func (d *decoder) fillMap(n ast.Node, into reflect.Value, path string) bool {
	keys, ok := group(n)
	if !ok {
		return d.mismatch(n, into.Type(), path)
	}
	entries := reflect.MakeMap(into.Type())
	for it := into.MapRange(); it.Next(); {
		entries.SetMapIndex(it.Key(), it.Value())
	}
	d.eachKey(keys, path, nil, func(name string, value ast.Node) {
		key := reflect.ValueOf(name).Convert(into.Type().Key())
		entry := reflect.New(into.Type().Elem()).Elem()
		if before := entries.MapIndex(key); before.IsValid() {
			entry.Set(before)
		}
		if isNull(value) && entry.Kind() == reflect.Pointer && entry.IsNil() {
			entry.Set(reflect.New(entry.Type().Elem()))
		}
		if d.fill(value, entry, below(path, name)) || isNull(value) {
			entries.SetMapIndex(key, entry) // a name alone is an entry, too
		}
	})
	into.Set(entries)
	return true
}

// fillList reads a list in place of the one that is there, without the elements
// that cannot be read.
func (d *decoder) fillList(n ast.Node, into reflect.Value, path string) bool {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return d.mismatch(n, into.Type(), path)
	}
	elements := reflect.MakeSlice(into.Type(), 0, len(list.Values))
	for _, value := range list.Values {
		element := reflect.New(into.Type().Elem()).Elem()
		here := fmt.Sprintf("%s[%d]", path, elements.Len())
		if isNull(value) {
			d.mismatch(value, element.Type(), here)
			continue
		}
		if d.fill(value, element, here) {
			elements = reflect.Append(elements, element)
		}
	}
	into.Set(elements)
	return true
}

// fillText lets a type read itself from a text.
func (d *decoder) fillText(n ast.Node, into reflect.Value, path string) bool {
	text, ok := scalar(n)
	if !ok {
		return d.mismatch(n, reflect.TypeFor[string](), path)
	}
	fresh := reflect.New(into.Type())
	reader, ok := reflect.TypeAssert[encoding.TextUnmarshaler](fresh)
	if !ok {
		return d.mismatch(n, into.Type(), path)
	}
	if err := reader.UnmarshalText([]byte(text)); err != nil {
		english, japanese := err.Error(), err.Error()
		if speaks, ok := err.(interface{ In(words.Language) string }); ok {
			japanese = speaks.In(words.Japanese)
		}
		name := display(path)
		d.problem(d.start(n), name.english+": "+english, strings.TrimSpace(name.japanese)+": "+japanese)
		return false
	}
	into.Set(fresh.Elem())
	return true
}

// fillScalar reads a single value. A text must be written as one: 2 and true are
// none, since what they turn into is not what was typed.
func (d *decoder) fillScalar(n ast.Node, into reflect.Value, path string) bool {
	text, _ := scalar(n)
	switch n := n.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		if into.Kind() == reflect.String {
			into.SetString(text)
			return true
		}
	case *ast.BoolNode:
		if into.Kind() == reflect.Bool {
			into.SetBool(n.Value)
			return true
		}
	case *ast.IntegerNode:
		value, err := strconv.ParseInt(fmt.Sprint(n.Value), 10, 64)
		switch {
		case err != nil:
		case into.CanInt() && !into.OverflowInt(value):
			into.SetInt(value)
			return true
		case into.CanFloat():
			into.SetFloat(float64(value))
			return true
		}
	case *ast.FloatNode:
		if into.CanFloat() {
			into.SetFloat(n.Value)
			return true
		}
	}
	return d.mismatch(n, into.Type(), path)
}

// check lets the sections judge themselves, and judges the common keys.
func (d *decoder) check(sections []Section) {
	d.found(keyServices, checkServices(d.policy.Services))
	for _, s := range sections {
		if checker, ok := d.policy.sections[s.Name].(Checker); ok {
			d.found(s.Name, checker.Check())
		}
	}
}

// found reports what there is against a section, and finds the places.
func (d *decoder) found(section string, findings []Finding) {
	for _, f := range findings {
		path := strings.Trim(section+"."+f.Field, ".")
		japanese := f.Japanese
		if japanese == "" {
			japanese = f.Message
		}
		name := display(path)
		d.problem(d.placeOfField(path), name.english+": "+f.Message, strings.TrimSpace(name.japanese)+": "+japanese)
	}
}

// placeOfField returns the place where a field was set, or what holds it, or the
// last file if none of them is in any.
func (d *decoder) placeOfField(path string) place {
	for path != "" {
		if at, ok := d.places[path]; ok {
			return at
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	if len(d.files) == 0 {
		return place{}
	}
	return place{file: d.files[len(d.files)-1]}
}
