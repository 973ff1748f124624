package engine_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// shelf is a tiny workflow with an aggregate: issues with the label "shelved" stand,
// by number, in the file SHELF.md of their repository, and each tells the shelf when
// its title changes. Once a day the shelf looks at all of them.
type shelf struct {
	// branch is where the page is changed; empty for the default one. title is that of
	// the pull request, if one is to be opened.
	branch, title string
	// more is what else is planned for the shelf.
	more func(in workflows.Input, p *workflows.Plan)
	// told are the subjects of each decision's Input, and seen its Made.
	told *[]string
	seen *[]map[string]workflows.Made
	// says: what is shelved has a status comment, and so a record of what it published.
	says bool
	// every is how often everything is looked at, a day where it is zero.
	every time.Duration
	share func(policy.Policy) []string
	// names are whom an issue wakes and tells besides.
	names []workflows.Subject
}

const shelfPage = "SHELF.md"

func (s shelf) workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: "shelf", Aggregate: "shelf", Shares: s.share,
		Labels: func(policy.Policy) []workflows.Label { return []workflows.Label{{Name: "shelved"}} },
		Owns: func(o workflows.Observation, _ policy.Policy, _ []workflows.Act) (time.Time, bool) {
			return o.Issue.CreatedAt, o.HasLabel("shelved")
		},
		Decide: func(in workflows.Input) workflows.Decision {
			switch {
			case in.Observation.Subject.Name == "shelf":
				return s.decide(in)
			case in.Owner == "shelf":
				of := workflows.Subject{Repo: in.Observation.Subject.Repo, Name: "shelf"}
				p := workflows.Plan{Summary: in.Observation.Issue.Title, Names: append([]workflows.Subject{of}, s.names...)}
				if s.says {
					p.Sections = []workflows.Section{{Key: "shelf", Title: "Shelf", Text: "x"}}
				}
				return workflows.Decision{Plan: p}
			}
			return workflows.Decision{}
		},
	}
}

var shelfLine = regexp.MustCompile(`(?m)^- #(\d+) (.*)$`)

func (s shelf) decide(in workflows.Input) workflows.Decision {
	home := in.Observation.Subject.Repo
	stands, known := in.Facts[workflows.BranchAsk{Repo: home, Branch: s.branch}]
	if !known {
		return workflows.Decision{Asks: []workflows.Ask{workflows.BranchAsk{Repo: home, Branch: s.branch}}}
	}
	b := stands.Branch
	merged := b.Head != "" && b.Pull.Merged && b.Pull.Head == b.Head
	at := b.Head
	if b.Head == "" || merged {
		at = b.Tip
	}
	page := workflows.FileAsk{Repo: home, Ref: at, Path: shelfPage}
	list := workflows.LabelledAsk{Repo: home, Label: "shelved"}
	every := cmp.Or(s.every, 24*time.Hour)
	whole := in.Whole.IsZero() || in.Now.Sub(in.Whole) >= every
	asks := []workflows.Ask{page}
	if whole {
		asks = append(asks, list)
	}
	for _, teller := range in.Told {
		asks = append(asks, workflows.IssueAsk{Subject: teller})
	}
	for _, ask := range asks {
		if _, known := in.Facts[ask]; !known {
			return workflows.Decision{Asks: asks}
		}
	}
	var told []string
	lines := map[int]string{}
	for _, m := range shelfLine.FindAllStringSubmatch(in.Facts[page].Text, -1) {
		n, _ := strconv.Atoi(m[1])
		lines[n] = m[2]
	}
	for _, teller := range in.Told {
		told = append(told, teller.String())
		lines[teller.Number] = in.Facts[workflows.IssueAsk{Subject: teller}].Issue.Title
	}
	plan := workflows.Plan{Whole: whole, Wake: in.Whole.Add(every)}
	if whole {
		clear(lines)
		for _, i := range in.Facts[list].Own {
			lines[i.Subject.Number] = i.Issue.Title
		}
		plan.Wake = in.Now.Add(every)
	}
	if s.told != nil {
		*s.told = append(*s.told, strings.Join(told, " "))
	}
	if s.seen != nil {
		*s.seen = append(*s.seen, maps.Clone(in.Made))
	}
	want := shelfText(lines)
	// What is proposed is planned for as long as it should be: what is there already is
	// not made again.
	if have := in.Facts[page].Text; want != have || s.title != "" && b.Ahead > 0 && !merged {
		plan.Changes = []workflows.ChangeIntent{{
			Key: "shelf.page", Branch: s.branch, Parents: []string{at}, Anew: merged, Write: map[string]string{shelfPage: want},
			Message: "Shelve", Title: s.title, Body: "what is shelved", Labels: []workflows.Label{{Name: "shelved-page"}},
		}}
	}
	if s.more != nil {
		s.more(in, &plan)
	}
	return workflows.Decision{Plan: plan}
}

func shelfText(lines map[int]string) (text string) {
	for _, n := range slices.Sorted(maps.Keys(lines)) {
		text += fmt.Sprintf("- #%d %s\n", n, lines[n])
	}
	return text
}

// shelfKey is the key of the shelf of the usual repository.
const shelfKey = repo + "/shelf"

var filePermissions = map[string]string{"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write"}

// newShelf is a world at rest in which the shelf was looked at as a whole.
func newShelf(t testing.TB, s shelf, options ...worldOption) *world {
	return newShelfOf(t, 1, s, options...)
}

func newShelfOf(t testing.TB, seed uint64, s shelf, options ...worldOption) *world {
	w := newWorld(t, seed, append([]worldOption{withRules(s.workflow())}, options...)...)
	w.hub.SetPermissions("acme", filePermissions)
	w.settle()
	w.runs = nil
	return w
}

// shelve opens an issue that is to stand on the shelf.
func (w *world) shelve(title string) int { return w.open("suzuki", title, "shelved") }

// shelfRuns are the runs of the shelf so far.
func (w *world) shelfRuns() (runs []engine.Run) {
	for _, r := range w.runs {
		if r.Key == shelfKey {
			runs = append(runs, r)
		}
	}
	return runs
}

// shelved is what the page on the default branch ought to be, by what GitHub has.
func (w *world) shelved() string {
	lines := map[int]string{}
	for _, i := range w.hub.Issues(repo) {
		if slices.Contains(i.Labels, "shelved") {
			lines[i.Number] = i.Title
		}
	}
	return shelfText(lines)
}

// shelfCommits are what our own commits to the default branch say.
func (w *world) shelfCommits() (ours []string) {
	v := w.hub.Trunk(repo)
	for i, author := range v.Commits {
		if author == "kintsugi[bot]" {
			ours = append(ours, v.Messages[i])
		}
	}
	return ours
}

// wantsShelf expects the page to be true, and so many commits to have made it so.
func (w *world) wantsShelf(commits int) {
	w.t.Helper()
	page, _ := w.hub.File(repo, shelfPage)
	if want := w.shelved(); page != want {
		w.t.Errorf("the page is\n%s\nwant\n%s", page, want)
	}
	if got := len(w.shelfCommits()); got != commits {
		w.t.Errorf("%d commits, want %d: %q", got, commits, w.shelfCommits())
	}
}
