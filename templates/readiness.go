package templates

import (
	"path"
	"strings"
)

// The levels of the checklists that come with the program, from the smallest.
const (
	LevelSmall    = "small"
	LevelStandard = "standard"
	LevelCritical = "critical"
)

// Levels are all of them.
var Levels = []string{LevelSmall, LevelStandard, LevelCritical}

// ReadinessChecklist is where a repository has the checklist that it begins with.
const ReadinessChecklist = ".github/readiness/checklist.yml"

// Readiness is a checklist of a level, in both languages at once, since those who
// read it may not share one. Workflow is the file name of the workflow that runs the
// tests.
func Readiness(level, workflow string) File {
	content := strings.ReplaceAll(read(path.Join("readiness", level+".yml")), "{{workflow}}", quoted(workflow))
	return File{Path: ReadinessChecklist, Content: []byte(content)}
}

// ReadinessForm asks for a readiness review.
const ReadinessForm = Folder + "/readiness.yml"

// ReadinessReview is that form, in a language, "ja" or "en"; English stands for every
// other.
func ReadinessReview(language string) File {
	if language != "ja" {
		language = "en"
	}
	return File{Path: ReadinessForm, Content: []byte(read(path.Join(language, "ISSUE_TEMPLATE", "readiness.yml")))}
}

// papers are the documents that go with a checklist, by name, and where a repository
// has them.
var papers = map[string]string{
	"load-test-request": Folder + "/load-test.md",
	"load-test-report":  "docs/load-tests/TEMPLATE.md",
	"release-runbook":   "docs/releases/TEMPLATE.md",
}

// Papers are the names of the documents that go with a checklist.
var Papers = []string{"load-test-request", "load-test-report", "release-runbook"}

// Paper is one of them, in a language, "ja" or "en"; English stands for every other.
func Paper(language, name string) File {
	if language != "ja" {
		language = "en"
	}
	return File{Path: papers[name], Content: []byte(read(path.Join(language, "readiness", name+".md")))}
}
