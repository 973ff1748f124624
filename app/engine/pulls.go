package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// of are the rules for an issue. A pull request is seen by those workflows alone
// that look after such, and only their commands and labels mean anything there.
func (r Rules) of(i workflows.Issue) Rules {
	if !i.Pull {
		return r
	}
	return r.forPulls()
}

func (r Rules) forPulls() Rules {
	var list []workflows.Workflow
	for _, w := range r.List {
		if w.Pulls {
			list = append(list, w)
		}
	}
	commands, _ := workflows.CommandsOf(list) // they clash less than all do
	for _, name := range append([]string{previewCommand.Name}, previewCommand.Aliases...) {
		commands[name] = previewCommand
	}
	return Rules{List: list, Commands: commands}
}

// isOrdinary tells whether an issue is a pull request that is nobody's here: it
// carries no label of a workflow that looks after such, this App did not open it,
// and the store knows of no status comment on it. Most pull requests are, so that
// nothing else of them is read.
func (e *Engine) isOrdinary(i workflows.Issue, p policy.Policy, h Hint) bool {
	return i.Pull && !i.Ours && !knowsStatus(h) && !e.labelledForPulls(i.Labels, p)
}

var (
	errOrdinary = fmt.Errorf("%w: it is a pull request that no workflow looks after", errNoSubject)
	// errUnseen: without "Pull requests: read" GitHub keeps pull requests from the
	// App, though people's comments on them are announced. docs: Permissions
	// required for GitHub Apps (as of Enterprise Server 2.22), "Permission on issues".
	errUnseen = fmt.Errorf("%w: the App may not read it", errNoSubject)
)

func knowsStatus(h Hint) bool { return h.Status != 0 || h.StatusGone > 0 }

func (e *Engine) labelledForPulls(names []string, p policy.Policy) bool {
	owners, _ := e.rules.forPulls().labels(p) // a clash was told of at the start
	return slices.ContainsFunc(names, func(name string) bool { return owners[strings.ToLower(name)] != "" })
}

// pullsToWake are those of the pull requests that a sweep lists which are not
// ordinary.
func (e *Engine) pullsToWake(ctx context.Context, repo string, listed []UpdatedPull) ([]workflows.Subject, error) {
	if len(listed) == 0 || len(e.rules.forPulls().List) == 0 {
		return nil, nil
	}
	home, err := e.places.Home(ctx, repo)
	if err != nil {
		return nil, err
	}
	p, _ := policy.ParseLayers(home.Sources, e.rules.Sections())
	var wake []workflows.Subject
	for _, l := range listed {
		hint, err := e.queue.Peek(ctx, l.Subject.String())
		if err != nil {
			return nil, err
		}
		if !e.isOrdinary(workflows.Issue{Pull: true, Ours: l.Ours, Labels: l.Labels}, p, hint) {
			wake = append(wake, l.Subject)
		}
	}
	return wake, nil
}

// files proposes the planned files that were not proposed yet. changed is true
// where something new is known of one.
func (a *applier) files(ctx context.Context) (changed bool, err error) {
	for _, want := range a.d.plan.Files {
		if _, known := a.d.made[want.Key]; known {
			continue
		}
		err := a.propose(ctx, want)
		if err != nil && tolerated(err) == nil {
			a.d.made[want.Key] = workflows.Made{Refused: refusal(err), At: a.e.second()}
			err = nil
		}
		if err != nil {
			return changed, err
		}
		_, known := a.d.made[want.Key]
		changed = changed || known
	}
	return changed, nil
}

// propose brings a file into the repository as a person would who is careful: a
// branch from the default one, the file as its only commit, a pull request. GitHub
// makes none of the three twice. What is there already shows how far an earlier
// try came; what people did since on the branch, or with the pull request, stays.
func (a *applier) propose(ctx context.Context, want workflows.FileIntent) error {
	repo := a.d.o.Subject.Repo
	pulls, err := a.e.reader.PullsFrom(ctx, repo, want.Branch)
	if err != nil {
		return err
	}
	mine := func(p OwnIssue) bool {
		key, of, ok := p.MadeFor()
		return ok && key == want.Key && of.Number == a.d.o.Subject.Number
	}
	if i := slices.IndexFunc(pulls, mine); i >= 0 {
		return a.havePull(ctx, want, pulls[i], a.wasBegun(want.Key))
	}
	if a.dry {
		a.run.Did = append(a.run.Did, fmt.Sprintf("propose the file %s by a pull request from the branch %s", want.Path, want.Branch))
		return nil
	}
	if err := a.mayCreate(ctx, map[string]bool{want.Key: true}); err != nil {
		return err
	}
	if len(pulls) > 0 && slices.ContainsFunc(pulls, func(p OwnIssue) bool { return p.Open }) {
		return fmt.Errorf("%w: there is another pull request from the branch %s already", ErrRefused, want.Branch)
	}
	base, err := a.commit(ctx, want)
	if err != nil {
		return err
	}
	return a.openPull(ctx, base, want)
}

// commit makes the branch with the file on it, as far as they are not there, and
// returns the branch that they are meant for.
func (a *applier) commit(ctx context.Context, want workflows.FileIntent) (base string, err error) {
	repo := a.d.o.Subject.Repo
	g, err := a.e.reader.Ground(ctx, repo, want.Branch, want.Path)
	switch {
	case err != nil:
		return "", err
	case g.Taken:
		return "", fmt.Errorf("%w: %s is there already", ErrRefused, want.Path)
	case g.Ours:
		return g.Base, nil
	case g.Ahead > 0:
		return "", fmt.Errorf("%w: somebody else has a branch %s", ErrRefused, want.Branch)
	}
	if !g.Branch {
		err = a.begin(ctx, want.Key, "branch "+want.Branch, func() error {
			return a.e.writer.CreateBranch(ctx, repo, want.Branch, g.Tip)
		})
	}
	if err == nil {
		err = a.begin(ctx, want.Key, fmt.Sprintf("file %s on the branch %s", want.Path, want.Branch), func() error {
			return a.e.writer.CreateFile(ctx, repo, want)
		})
	}
	return g.Base, err
}

func (a *applier) openPull(ctx context.Context, base string, want workflows.FileIntent) error {
	room := maxComment - len(workflows.Marked(want.Key, a.d.o.Subject, ""))
	want.Title = cutTitle(want.Title)
	want.Body = workflows.Marked(want.Key, a.d.o.Subject, shorten(want.Body, room, a.d.language))
	var made OwnIssue
	err := a.begin(ctx, want.Key, fmt.Sprintf("pull request %s: %q", want.Key, want.Title), func() (err error) {
		made, err = a.e.writer.OpenPull(ctx, a.d.o.Subject.Repo, base, want)
		return err
	})
	if err != nil {
		return err
	}
	return a.havePull(ctx, want, made, true)
}

// havePull notes a pull request of ours. GitHub takes labels and assignees only
// once it is there; unfinished is one that may not have got them yet.
func (a *applier) havePull(ctx context.Context, want workflows.FileIntent, p OwnIssue, unfinished bool) error {
	s := workflows.Subject{Repo: a.d.o.Subject.Repo, Number: p.Number}
	if unfinished && p.Open {
		if err := a.dress(ctx, s, want); err != nil {
			return err
		}
	}
	a.d.made[want.Key] = workflows.Made{ID: p.ID, Number: p.Number, At: p.CreatedAt}
	a.d.opened = append(a.d.opened, s)
	return nil
}

func (a *applier) dress(ctx context.Context, s workflows.Subject, want workflows.FileIntent) error {
	for _, l := range want.Labels {
		err := a.write(ctx, fmt.Sprintf("label %q on #%d", l.Name, s.Number), func() error { return a.e.writer.AddLabel(ctx, s, l) })
		if tolerated(err) != nil {
			return err
		}
	}
	if len(want.Assignees) == 0 {
		return nil
	}
	return tolerated(a.write(ctx, fmt.Sprintf("assign #%d", s.Number), func() error {
		_, err := a.e.writer.Assign(ctx, s, want.Assignees)
		return err
	}))
}

// wasBegun tells whether an earlier run began to make what the key stands for,
// and may not have come to its end.
func (a *applier) wasBegun(key string) bool {
	return slices.ContainsFunc(a.d.intents, func(i Intent) bool { return i.Key == key })
}

// pullOf answers for the subject itself alone: rules that look after a pull
// request need what stands on it, and no others.
func (e *Engine) pullOf(ctx context.Context, s workflows.Subject, ask workflows.PullAsk) (workflows.Answer, error) {
	if ask.Subject != s {
		return workflows.Answer{Unknown: "of another subject"}, nil
	}
	answer, err := e.reader.Answer(ctx, ask)
	if errors.Is(err, ErrGone) {
		return workflows.Answer{Unknown: "not there"}, nil
	}
	return answer, err
}
