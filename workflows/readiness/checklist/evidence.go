package checklist

import (
	"path"
	"slices"
	"strings"
)

// Kind is a kind of evidence.
type Kind string

// The kinds of evidence, by the keys that name them.
const (
	File         Kind = "file"
	Check        Kind = "check"
	Workflow     Kind = "workflow"
	Release      Kind = "release"
	Deployment   Kind = "deployment"
	Drill        Kind = "drill"
	NoOpenIssues Kind = "no_open_issues"
	Confirmation Kind = "confirmation"
	Approvals    Kind = "approvals"
)

// Kinds are all of them, in the order in which they are told of.
var Kinds = []Kind{File, Check, Workflow, Release, Deployment, Drill, NoOpenIssues, Confirmation, Approvals}

// Evidence is one thing that shows that an item is met: one of the kinds, named by
// its key.
type Evidence struct {
	File         string   `yaml:"file" json:"file,omitzero" description:"A file that exists on the commit, in capitals or not. * stands for anything within a folder, ** for any folders."`
	Matches      string   `yaml:"matches" json:"matches,omitzero" description:"With file: a regular expression (RE2) that its text must match."`
	Check        string   `yaml:"check" json:"check,omitzero" description:"A check run that succeeded on the commit; with within, on any commit in that time."`
	Workflow     string   `yaml:"workflow" json:"workflow,omitzero" description:"A workflow, by its file name, that succeeded on the commit; with within, on any commit in that time."`
	Release      string   `yaml:"release" json:"release,omitzero" description:"A release whose tag is this, * standing for anything, that was published within the time."`
	Deployment   string   `yaml:"deployment" json:"deployment,omitzero" description:"An environment to which a deployment succeeded within the time."`
	Drill        string   `yaml:"drill" json:"drill,omitzero" description:"A drill, such as restoring a backup: an issue with this label that was closed as completed within the time."`
	NoOpenIssues []string `yaml:"no_open_issues" json:"no_open_issues,omitzero" description:"No issue is open that carries all of these labels."`
	Confirmation Text     `yaml:"confirmation" json:"confirmation,omitzero" description:"A person says so by /done with a link; what the link is to show."`
	Approvals    int      `yaml:"approvals" json:"approvals,omitzero" description:"So many people approve, none of them an author."`
	Within       Age      `yaml:"within" json:"within,omitzero" description:"How long ago it may have been, such as 30 days."`
}

// Kind is the kind of the evidence: that of its first key, if it has several, and
// empty if it has none.
func (e Evidence) Kind() Kind {
	if all := e.kinds(); len(all) > 0 {
		return all[0]
	}
	return ""
}

// kinds are those whose keys are set, of which there should be one.
func (e Evidence) kinds() []Kind {
	is := map[Kind]bool{
		File: e.File != "", Check: e.Check != "", Workflow: e.Workflow != "", Release: e.Release != "", Deployment: e.Deployment != "",
		Drill: e.Drill != "", NoOpenIssues: len(e.NoOpenIssues) > 0, Confirmation: !e.Confirmation.IsEmpty(), Approvals: e.Approvals != 0,
	}
	return slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return !is[k] })
}

// Question is what has to be looked at on GitHub for a piece of evidence. It is
// comparable: two boxes that want to know the same are one question.
type Question struct {
	Kind Kind
	// Of is the file's pattern, or the name of the check, workflow, tag, environment
	// or label; of several labels, all of them, in order, a line each.
	Of string
	// Matches is what a file's text must match.
	Matches string
	// Anywhere: the last success counts, on whichever commit; else only one on the
	// commit that is released.
	Anywhere bool
}

// Question returns what has to be looked at; ok is false for what people say, which
// stands in the record.
func (e Evidence) Question() (q Question, ok bool) {
	q.Kind = e.Kind()
	switch q.Kind {
	case File:
		q.Of, q.Matches = e.File, e.Matches
	case Check:
		q.Of, q.Anywhere = e.Check, e.Within > 0
	case Workflow:
		q.Of, q.Anywhere = e.Workflow, e.Within > 0
	case Release:
		q.Of, q.Anywhere = e.Release, true
	case Deployment:
		q.Of, q.Anywhere = e.Deployment, true
	case Drill:
		q.Of, q.Anywhere = e.Drill, true
	case NoOpenIssues:
		labels := slices.Clone(e.NoOpenIssues)
		slices.Sort(labels)
		q.Of = strings.Join(slices.Compact(labels), "\n")
	default:
		return Question{}, false
	}
	return q, true
}

// FileMatches reports whether a file's path, with slashes, is what a pattern names.
// Case is not looked at: a RUNBOOK.md is a runbook.
func FileMatches(pattern, file string) bool {
	return matches(strings.Split(strings.ToLower(pattern), "/"), strings.Split(strings.ToLower(file), "/"))
}

func matches(pattern, file []string) bool {
	for ; len(pattern) > 0; pattern, file = pattern[1:], file[1:] {
		if pattern[0] == "**" && len(pattern) == 1 {
			return len(file) > 0
		}
		if pattern[0] == "**" {
			for skip := range file {
				if matches(pattern[1:], file[skip:]) {
					return true
				}
			}
			return false
		}
		if len(file) == 0 {
			return false
		}
		if ok, err := path.Match(pattern[0], file[0]); !ok || err != nil {
			return false
		}
	}
	return len(file) == 0
}
