package policy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Problem is one thing in a file of settings that cannot be used as it stands.
type Problem struct {
	File string
	// Line and Column count from 1, the column in characters. Both are 0 where
	// the whole file is meant.
	Line, Column int
	// Message says in English what is wrong and what to do, as one line of
	// Markdown in which the file's own words are escaped.
	Message string
	// Japanese says the same.
	Japanese string
}

// String gives "file:line:column: message", as compilers do.
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// In returns the message in a language, without its place.
func (p Problem) In(lang words.Language) string {
	if lang == words.Japanese && p.Japanese != "" {
		return p.Japanese
	}
	return p.Message
}

// place is where something stands in a file; line 0 means the file itself.
type place struct {
	file         string
	line, column int
}

// problem notes a problem in both languages.
func (d *decoder) problem(at place, english, japanese string) {
	d.problems = append(d.problems, Problem{File: at.file, Line: at.line, Column: at.column, Message: english, Japanese: japanese})
}

// maxProblems bounds what is said about one policy.
const maxProblems = 50

// report returns the problems in the order in which a reader meets them: by
// layer, then by place.
func (d *decoder) report() []Problem {
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(slices.Index(d.files, a.File), slices.Index(d.files, b.File)),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
		)
	})
	if more := len(d.problems) - maxProblems; more > 0 {
		d.problems = append(d.problems[:maxProblems:maxProblems], Problem{
			File:     d.problems[maxProblems].File,
			Message:  fmt.Sprintf("%d more problems are not shown: correct these first", more),
			Japanese: fmt.Sprintf("ほかに%d件あります。まず上のものを直してください", more),
		})
	}
	return d.problems
}
