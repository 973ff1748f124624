// Package sandbox is the whole program on one machine, with nothing to set up:
// the real server over real HTTP against a simulated GitHub, and a story that
// is played on it. Each step is checked as a person would, through GitHub's own
// API and never by looking into the program, so the story passes only if the
// program does what people see. It must not know how the program does anything,
// nor be known by it.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Options say what is played, and how it is told.
type Options struct {
	// Languages are played one after the other, by default English alone.
	Languages []words.Language
	// Exit ends after the story. Otherwise the last one stays up, with a page
	// to look at it and to go on, until the context ends.
	Exit bool
	// Format is text or json.
	Format string
	// Addr is where the simulated GitHub and its page are served, by default a
	// free port of this machine alone.
	Addr    string
	Out     io.Writer
	Version string
	// Workflows are those of the server where nil. A test breaks one of them
	// and sees the story fail.
	Workflows []workflows.Workflow
	// Transport carries the requests of the program and of the people to the
	// simulated GitHub; nil is the usual one. A test holds them to GitHub's
	// description.
	Transport http.RoundTripper
	// Patience is how long a step may take until what it is to bring about can
	// be seen.
	Patience time.Duration
}

// ErrStory means that a step of the story did not end as it should.
var ErrStory = errors.New("the story did not go as it should")

const (
	defaultAddr     = "127.0.0.1:0"
	defaultPatience = 5 * time.Second
)

// Run plays the story.
func Run(ctx context.Context, o Options) error {
	if len(o.Languages) == 0 {
		o.Languages = []words.Language{words.English}
	}
	if o.Addr == "" {
		o.Addr = defaultAddr
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	report := newReport(o.Out, o.Format)
	for i, lang := range o.Languages {
		if err := perform(ctx, o, lang, report, i == len(o.Languages)-1); err != nil {
			return err
		}
	}
	if report.total.Failed > 0 {
		return ErrStory
	}
	return nil
}

// perform plays the story in one language on a stage of its own.
func perform(ctx context.Context, o Options, lang words.Language, report *report, last bool) (err error) {
	stays := last && !o.Exit
	s, err := newStage(o, lang)
	if err != nil {
		return fmt.Errorf("set up the sandbox: %w", err)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	report.begin(s, stays)
	p := &play{stage: s, script: scripts[lang], patience: o.Patience}
	p.perform(ctx, report)
	switch {
	case ctx.Err() == nil:
	case o.Exit:
		return ctx.Err()
	default:
		return nil // to end when it is told to is all that was asked for
	}
	report.end(s, last)
	if stays {
		s.toThePresent()
		report.stays(s)
		<-ctx.Done()
	}
	return nil
}
