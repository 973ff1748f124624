package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// gateReader asks GitHub for the gate.
type gateReader struct {
	*gate
	gitHub
	engine *engine.Engine
	rules  engine.Rules
	// silent says why GitHub cannot be asked at all.
	silent error
}

// reach finds the way to GitHub. That it does not answer is no error here.
func (g *gate) reach(ctx context.Context) (*gateReader, error) {
	r := &gateReader{gate: g}
	var err error
	if r.rules, err = engine.NewRules(server.Workflows()); err != nil {
		return nil, err
	}
	r.silent = r.patiently(ctx, func() error {
		r.gitHub, err = reachGitHub(ctx, g.settings.lookup)
		return err
	})
	if _, wrong := errors.AsType[*server.SettingError](r.silent); wrong {
		return nil, r.silent
	}
	if r.silent == nil {
		r.engine = engine.New(engine.Config{
			Rules: r.rules, Reader: r.app, Places: r.app, Keys: r.keys, Clock: r.clock, Timeout: planTimeout, Parallel: 4,
		})
	}
	return r, nil
}

func (r *gateReader) now() time.Time { return clock.New().Now() }

// The gate asks again, after a moment, what GitHub did not answer.
const (
	mostTries = 3
	pause     = 300 * time.Millisecond
)

func (r *gateReader) patiently(ctx context.Context, try func() error) (err error) {
	for n := range mostTries {
		if err = try(); err == nil || isForGood(err) {
			return err
		}
		wait := pause << n
		if later, limited := errors.AsType[*engine.Later](err); limited {
			wait = max(wait, later.At.Sub(r.now()))
		}
		if n == mostTries-1 || clock.Sleep(ctx, clock.New(), wait) != nil {
			return err
		}
	}
	return err
}

// isForGood: asking again would not help.
func isForGood(err error) bool {
	_, setting := errors.AsType[*server.SettingError](err)
	_, moved := errors.AsType[*engine.Moved](err)
	return setting || moved || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused)
}

// ask asks one thing. What is not answered is unknown, and told where errors are.
func (r *gateReader) ask(ctx context.Context, a workflows.Ask) (answer workflows.Answer) {
	err := r.silent
	if err == nil {
		err = r.patiently(ctx, func() (err error) {
			answer, err = r.engine.Ask(ctx, r.repo, a)
			return err
		})
	}
	switch {
	case err == nil:
		return answer
	case isForGood(err):
		return workflows.Answer{Unknown: err.Error()}
	}
	r.told(err)
	return workflows.Answer{Unknown: evidence.Silent}
}

// told notes an error where it does not disturb the verdict.
func (r *gateReader) told(err error) {
	fmt.Fprintln(r.command.ErrOrStderr(), printable(oneLine(r.redacted(err))))
}

func (r *gateReader) redacted(err error) string {
	if r.app == nil {
		return err.Error()
	}
	return r.app.Redactor().Redact(err.Error())
}

// facts asks all that is wanted for a release, a few at a time, until nothing is open.
func (r *gateReader) facts(ctx context.Context, release *evidence.Release) workflows.Facts {
	const mostRounds = 4
	facts := workflows.Facts{}
	for range mostRounds {
		asks := release.Asks(facts)
		if _, known := facts[r.notes(release)]; !known {
			asks = append(asks, r.notes(release))
		}
		if len(asks) == 0 {
			break
		}
		r.fetch(ctx, asks, facts)
	}
	return facts
}

// notes asks for what only the App knows.
func (r *gateReader) notes(release *evidence.Release) workflows.Ask {
	return workflows.NotesAsk{Repo: release.Repo, Commit: release.Commit, Check: readiness.CheckName(release.Policy, release.Repo, release.Service)}
}

// fetch asks a few things at a time.
func (r *gateReader) fetch(ctx context.Context, asks []workflows.Ask, facts workflows.Facts) {
	var mu sync.Mutex
	var work errgroup.Group
	work.SetLimit(4)
	for _, a := range asks {
		work.Go(func() error {
			answer := r.ask(ctx, a)
			mu.Lock()
			defer mu.Unlock()
			facts[a] = answer
			return nil
		})
	}
	_ = work.Wait() // nobody fails
}

func (r *gateReader) isNoCommit(release *evidence.Release, facts workflows.Facts) bool {
	return facts[workflows.CommitAsk{Repo: release.Repo, Commit: release.Commit}].NotThere()
}

var (
	gitHubSilent = checklist.Text{English: "GitHub did not answer", Japanese: "GitHubが応答しませんでした"}
	noContents   = checklist.Text{English: "the permission `contents: read` is missing", Japanese: "`contents: read` の権限がありません"}
)

// release reads the policy and the checklist. Where they cannot be read now, or cannot be
// used and hold nothing, the input says so instead.
func (g *gate) release(ctx context.Context, r *gateReader) (*evidence.Release, *looked, error) {
	settings, why, err := r.policy(ctx)
	asked := &looked{policy: settings}
	if g.service == "" {
		g.service = readiness.ServiceOf(settings, g.repo, g.environment)
	}
	release := &evidence.Release{
		Repo: g.repo, Commit: g.commit, Service: g.service, Environment: g.environment, Fixes: g.incident,
		Policy: settings, Settings: readiness.SettingsIn(settings), Own: true,
	}
	if err == nil && why.IsEmpty() {
		why, err = g.findChecklist(ctx, r, release, asked)
	}
	broken, is := errors.AsType[*brokenFile](err)
	switch {
	case is:
		err = r.warn(ctx, release, asked, broken)
	case err == nil && !why.IsEmpty():
		asked.input = release.Unread(r.now(), why)
	}
	return release, asked, err
}

// policy are the repository's settings, or why they are not known.
func (r *gateReader) policy(ctx context.Context) (settings policy.Policy, why checklist.Text, err error) {
	var home engine.Home
	for range 2 {
		err = r.silent
		if err == nil {
			err = r.patiently(ctx, func() (err error) {
				home, err = r.app.Home(ctx, r.repo)
				return err
			})
		}
		moved, is := errors.AsType[*engine.Moved](err)
		if !is {
			break
		}
		r.repo = moved.To
	}
	switch {
	case errors.Is(err, engine.ErrGone):
		return settings, why, r.wrong("%s is not there, or cannot be seen with these credentials", "%s がないか、この認証情報では見えません", r.repo)
	case err != nil:
		r.told(err)
		return settings, gitHubSilent, nil
	case slices.ContainsFunc(home.Sources, func(s policy.Source) bool { return s.Problem == policy.ProblemForbidden }):
		return settings, noContents, nil
	}
	settings, problems := policy.ParseLayers(home.Sources, r.rules.Sections())
	problems = slices.DeleteFunc(problems, func(p policy.Problem) bool { return !readiness.Concerns(p) })
	for i := range problems {
		problems[i].File = strings.TrimPrefix(problems[i].File, r.repo+"/")
	}
	if len(problems) > 0 {
		return settings, why, &brokenFile{problems: problems}
	}
	return settings, why, nil
}

// findChecklist reads the checklist: the file that was named, else the repository's,
// else the small one that comes along.
func (g *gate) findChecklist(ctx context.Context, r *gateReader, release *evidence.Release, asked *looked) (why checklist.Text, err error) {
	if g.file != "" {
		content, err := g.content(g.file)
		if err != nil {
			return why, err
		}
		c, unfit := readiness.Take(g.file, content)
		return why, g.take(release, asked, c, unfit)
	}
	folder := r.ask(ctx, workflows.FolderAsk{Repo: r.repo, Path: checklist.Folder})
	switch {
	case folder.Lacks != "":
		return noContents, nil
	case folder.Unknown == evidence.Silent:
		return gitHubSilent, nil
	case folder.Unknown != "":
		return checklist.Text{English: "GitHub would not tell", Japanese: "GitHubから得られませんでした"}, errors.New(folder.Unknown)
	}
	c, unfit := readiness.Choose(folder.Seen.Files, release.Service)
	return why, g.take(release, asked, c, unfit)
}

// take is the checklist that was chosen, or what is wrong.
func (g *gate) take(release *evidence.Release, asked *looked, c readiness.Chosen, unfit *readiness.Unfit) error {
	switch {
	case unfit == nil:
	case len(unfit.Problems) > 0:
		return &brokenFile{unfit.Problems, cmp.Or(release.Settings.Mode, verdict.Block)}
	case len(unfit.Several) > 0:
		return g.wrong("several checklists are for this service: %s; name the service, or one of them by --checklist", "このサービスのチェックリストが複数あります（%s）。サービスを指定するか、--checklist で1つを指定してください", printable(strings.Join(unfit.Several, ", ")))
	default:
		return g.wrong("no checklist in %s is for the service %q", "%s に、サービス %q のチェックリストがありません", checklist.Folder, release.Service)
	}
	release.Checklist, release.Own = c.Checklist, c.IsOwn()
	asked.file, asked.lines = c.File, c.Lines
	return nil
}
