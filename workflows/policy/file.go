package policy

import (
	"reflect"
)

// ReadFile reads a file of another kind as strictly as the settings: into is a
// pointer to a struct that holds the defaults, of the kinds that Section.New tells
// of, and what cannot be used is reported with its place. A struct that reads
// itself from a text may be written as its keys, too. If it is a Checker, Check
// runs once everything is read.
//
// What could be read stands in into, also where there are problems.
//
// It panics on a struct that has a field of a kind that no file can have.
func ReadFile(s Source, into any) []Problem {
	_, problems := ReadFileAt(s, into)
	return problems
}

// ReadFileAt does the same and tells on which line each of its fields was set, by its
// path, such as "items[0].id".
func ReadFileAt(s Source, into any) (lineOf map[string]int, problems []Problem) {
	value := reflect.ValueOf(into).Elem()
	mustBeReadable(value.Type(), s.File)
	d := &decoder{file: s.File, files: []string{s.File}, places: map[string]place{}}
	if s.Problem != "" {
		d.problem(place{file: s.File}, s.Problem, s.japanese())
		return nil, d.report()
	}
	text, ok := d.text(s.Content)
	if !ok {
		return nil, d.report()
	}
	keys, ok := d.parse(text)
	if !ok {
		return nil, d.report()
	}
	d.fillKeys(keys, value, "")
	if checker, ok := into.(Checker); ok {
		d.found("", checker.Check())
	}
	lineOf = map[string]int{}
	for path, at := range d.places {
		lineOf[path] = at.line
	}
	return lineOf, d.report()
}

// FileSchema is the JSON Schema (2020-12) of a file that ReadFile reads into a
// value.
func FileSchema(into any, title, description string) map[string]any {
	value := reflect.ValueOf(into).Elem()
	schema := structSchema(value.Type(), value)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"], schema["description"] = title, description
	return schema
}
