// Package readinglist is the workflow of what newcomers should read first: people
// recommend postmortems, a list is kept of them, a newcomer gets a first few to read,
// and a reading club goes through the rest. It is pure, and must not know how
// anything is read from GitHub or written to it, nor what a postmortem is about; what
// a list consists of is the package list's to know.
package readinglist

import (
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// name is the workflow's name and the prefix of its keys.
const name = "readinglist"

// aggregate is what the list of a repository is called as a subject.
const aggregate = "reading-list"

// The keys of what is created: the issue of a list without files, those that say which
// file cannot be read, the reading issues of newcomers and the agendas of the reading
// club, each followed by what, whose or when.
const (
	keyPage    = name + ".page"
	keyBroken  = name + ".broken."
	keyReading = name + ".reading."
	keyClub    = name + ".club."
	keyAsk     = name + ".ask"
	keyEntries = name + ".entries"
	keyChange  = name + ".change"
	keyCatchUp = name + ".catch-up"
	keyHelp    = name + ".help."
)

// Workflow is the reading-list workflow as the server lists it.
func Workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: name,
		Noun: map[words.Language]workflows.Noun{
			words.English:  {One: "part of the reading list", Many: "the reading list"},
			words.Japanese: {One: "読書リストの項目", Many: "読書リスト"},
		},
		Policy:    policy.Section{Name: "reading_list", Description: "Which postmortems are recommended to newcomers, where the list of them is kept, and when the reading club meets.", New: func() any { return defaults() }},
		Pulls:     true,
		Labels:    labels,
		Commands:  commands(),
		Gesture:   gesture,
		Report:    report,
		Owns:      owns,
		Confirms:  confirms,
		Yields:    func(o workflows.Observation) bool { return kindOf(o.Issue) == "" },
		Aggregate: aggregate,
		Shares:    shares,
		Collects:  func(p policy.Policy) []string { return policyOf(p).From },
		Decide:    decide,
	}
}

// gesture: the label is a recommendation, and taking it off takes that back.
func gesture(e workflows.Event, p policy.Policy) (command, argument string, ok bool) {
	if !strings.EqualFold(e.Label, policyOf(p).label(p).Name) {
		return "", "", false
	}
	switch e.Kind {
	case workflows.EventLabeled:
		return "recommend", "", true
	case workflows.EventUnlabeled:
		return "unrecommend", "", true
	}
	return "", "", false
}

// owns: what the App opened for the list is the list's, and so is anything that
// somebody recommends, or where somebody asks for a newcomer's reading, if nobody
// else looks after it.
func owns(o workflows.Observation, _ policy.Policy, acts []workflows.Act) (time.Time, bool) {
	if kindOf(o.Issue) != "" {
		return o.Issue.CreatedAt, true
	}
	for _, a := range acts {
		if isOurs(a) {
			return a.At, true
		}
	}
	return time.Time{}, false
}

func isOurs(a workflows.Act) bool {
	return a.Name == "recommend" || a.Name == "unrecommend" || a.Name == "onboard"
}

// confirms: an old issue may be recommended as well as a new one.
func confirms(_ workflows.Observation, a workflows.Act) bool {
	return isOurs(a) && a.Verdict == workflows.Done && a.Role >= workflows.RoleTriage && !a.FromOpening()
}

// kindOf is the key under which the App opened an issue for the list, without whose
// or when; empty for any other issue.
func kindOf(i workflows.Issue) string {
	key, _, ok := i.MadeFor()
	for _, kind := range []string{keyPage, keyBroken, keyReading, keyClub, keyChange} {
		if ok && (key == kind || strings.HasSuffix(kind, ".") && strings.HasPrefix(key, kind)) {
			return kind
		}
	}
	return ""
}

func decide(in workflows.Input) workflows.Decision {
	if in.Observation.Subject.Name == aggregate {
		return gather(in)
	}
	switch kindOf(in.Observation.Issue) {
	case keyPage:
		return notListed(in, page(in))
	case keyReading:
		return notListed(in, reading(in))
	case keyClub:
		return notListed(in, agenda(in))
	case keyBroken, keyChange:
		return notListed(in, workflows.Decision{Plan: workflows.Plan{Comments: in.HelpComments(keyHelp, helped(in.Acts), "")}})
	}
	return contribute(in)
}

// notListed says to whoever recommends what the App opened for the list itself that it
// is no postmortem.
func notListed(in workflows.Input, d workflows.Decision) workflows.Decision {
	said := func(a workflows.Act) bool {
		return a.Verdict == workflows.Done && (a.Name == "recommend" || a.Name == "onboard")
	}
	if i := slices.IndexFunc(in.Acts, said); i >= 0 && len(d.Asks) == 0 {
		d.Plan.Sections = append(d.Plan.Sections, workflows.Section{Key: name + ".own", Text: in.Say(
			"I opened this for the reading list, so it is not listed itself, and nobody is onboarded here. Any other issue will do.",
			"これは読書リストのために作ったものなので、リストには載せず、ここからオンボーディングもしません。ほかのIssueに書いてください。")})
	}
	return d
}
