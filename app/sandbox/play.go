package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// step is one thing that happens, and what a person sees of it.
type step struct {
	// name stays the same, so that other programs can rely on it.
	name   string
	en, ja string
	play   func(*play, context.Context) error
}

// result is how a step ended.
type result struct {
	step   step
	ok     bool
	took   time.Duration
	detail string
	url    string
}

// play is a story under way.
type play struct {
	stage    *stage
	script   script
	patience time.Duration

	repo  string // where the story is now
	issue int
	// incident is the one whose postmortem is told of, and postmortem that.
	incident, postmortem int
	said                 int64  // the comment written last
	url                  string // what the step is about
	detail               string // what was seen
}

// perform plays all steps. After one that failed the others would fail for its
// sake, so they are named and not played.
func (p *play) perform(ctx context.Context, report *report) {
	failed := ""
	for _, s := range story() {
		if ctx.Err() != nil {
			return
		}
		if failed != "" {
			report.step(p.stage.lang, result{step: s, detail: p.script.notPlayed + failed})
			continue
		}
		r := p.playStep(ctx, s)
		if ctx.Err() != nil {
			return // cut short, which is nobody's failure
		}
		if !r.ok {
			failed = s.name
		}
		report.step(p.stage.lang, r)
	}
}

func (p *play) playStep(ctx context.Context, s step) result {
	started := p.stage.watch.Now()
	p.detail, p.url = "", p.stage.address
	err := s.play(p, ctx)
	r := result{step: s, ok: err == nil, took: p.stage.watch.Now().Sub(started), detail: p.detail, url: p.url}
	if err != nil {
		r.detail = err.Error()
		if said := p.stage.runs.lastError(); said != nil {
			text, _, _ := strings.Cut(said.Error(), "\n")
			r.detail += "\nthe last run that failed said: " + text
		}
	}
	return r
}

// lookEvery is the pause between two looks at the same thing.
const lookEvery = 10 * time.Millisecond

// expect looks at the issue until everything is as wished.
func (p *play) expect(ctx context.Context, wishes ...wish) error {
	var seen sight
	err := p.until(ctx, func(ctx context.Context) (open string, err error) {
		seen, open, err = p.look(ctx, wishes)
		if open != "" {
			open += fmt.Sprintf("\nthe issue is %s, its labels are %s", seen.State, list(seen.Labels))
		}
		return open, err
	})
	if err != nil {
		return err
	}
	p.url = seen.URL
	p.detail, _, _ = strings.Cut(seen.status(), "\n")
	p.detail = strings.Trim(p.detail, "*")
	return nil
}

// until looks until nothing is open any more, or patience ends. Then it lets the
// program come to rest and looks once more: what is right for a moment only is not
// right.
func (p *play) until(ctx context.Context, look func(context.Context) (open string, err error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.patience, fmt.Errorf("not within %s", p.patience))
	defer cancel()
	var last error
	for {
		open, err := look(ctx)
		if err == nil && open == "" {
			break
		}
		if ctx.Err() == nil { // a look cut short saw nothing
			last = wanting(open, err)
		}
		if clock.Sleep(ctx, p.stage.watch, lookEvery) != nil {
			return errors.Join(last, context.Cause(ctx))
		}
	}
	if err := p.stage.rest(ctx); err != nil {
		return err
	}
	open, err := look(ctx)
	if err != nil || open != "" {
		return wanting(open, err)
	}
	return nil
}

// look looks once, as somebody who may read, and says which wish is open.
func (p *play) look(ctx context.Context, wishes []wish) (seen sight, open string, err error) {
	seen, err = p.stage.person("sato").look(ctx, p.repo, p.issue, p.said)
	if err != nil {
		return seen, "", err
	}
	p.url = seen.URL
	for _, w := range wishes {
		if open = w(seen); open != "" {
			return seen, open, nil
		}
	}
	return seen, "", nil
}

func wanting(open string, err error) error {
	if open == "" {
		return fmt.Errorf("it cannot be looked at: %w", err)
	}
	return errors.New(open)
}

// open opens the issue that the story goes on with.
func (p *play) open(ctx context.Context, by, repo, title, body string) (err error) {
	p.repo, p.said = repo, 0
	p.issue, err = p.stage.person(by).open(ctx, repo, title, body)
	return err
}

// say writes a comment.
func (p *play) say(ctx context.Context, by, text string) (err error) {
	p.said, err = p.stage.person(by).comment(ctx, p.repo, p.issue, text)
	return err
}
