// Package engine runs the rules: it claims a subject that is due, observes it,
// lets the workflows decide, applies the difference, and says when to look
// again. It declares the small interfaces it needs and must not know what
// stands behind them, nor what any workflow is about.
package engine

import (
	"log/slog"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// Config is what an engine is made of. Queue, Ledger, Marks and Writer may be
// nil for one that only plans.
type Config struct {
	Rules  Rules
	Reader Reader
	Places Places
	Writer Writer
	Queue  Queue
	Ledger Ledger
	Marks  Marks
	// Journal may be nil: then nothing is noted.
	Journal Journal
	// Deliveries may be nil: then none is asked for again.
	Deliveries DeliveryLog
	Keys       Keys
	Clock      clock.Clock
	// Timeout bounds one request to GitHub; a lease lasts three of them.
	Timeout time.Duration
	// Lag is how long a list of GitHub's may lag behind a write.
	Lag time.Duration
	// SweepEvery is the pause between two sweeps of an installation.
	SweepEvery time.Duration
	// Parallel bounds how many questions of one run are asked at once.
	Parallel int
	// PerAccount is how many of the workers may be at work for one account, so
	// that a slow one keeps no other waiting; by default a quarter of them. All
	// sweeps together count as one account.
	PerAccount int
	// Pause decides and writes nothing.
	Pause bool
	// OnRun is told of every run, from several goroutines.
	OnRun func(Run)
	Log   *slog.Logger
}

// Engine runs subjects. It keeps no state between two runs.
type Engine struct {
	rules        Rules
	reader       Reader
	places       Places
	writer       Writer
	queue        Queue
	ledger       Ledger
	marks        Marks
	journal      Journal
	deliveries   DeliveryLog
	keys         Keys
	clock        clock.Clock
	line         line
	publications publications
	timeout, lag time.Duration
	sweepEvery   time.Duration
	parallel     int
	perAccount   int
	pause        bool
	onRun        func(Run)
	log          *slog.Logger
}

// Run is what happened to a subject once, for people to read.
type Run struct {
	Key  string
	At   time.Time
	Took time.Duration
	Rank Rank
	// Owner is the workflow that looks after it; empty for none of ours.
	Owner string
	// Observed is the subject as it was found, Asked the questions that rules
	// had and GitHub's answers.
	Observed []string
	Asked    []string
	// Why are the reasons: the acts with their verdicts, or what is missing.
	Why []string
	// Plan is what should be true, Summaries what each workflow would publish
	// about the subject, Did what was written to make it so.
	Plan      string
	Summaries map[string]string
	Did       []string
	// Held: the plan was not carried out, because the policy says mode: observe.
	Held bool
	Err  error
	// SetAside: it failed SetAsideAfter times in a row, or more, and is tried
	// every ten minutes until somebody looks into it.
	SetAside bool
	Due      time.Time
}

// New returns an engine with defaults where the configuration is silent.
func New(c Config) *Engine {
	e := &Engine{
		rules: c.Rules, reader: c.Reader, places: c.Places, writer: c.Writer, queue: c.Queue, ledger: c.Ledger,
		marks: c.Marks, journal: c.Journal, deliveries: c.Deliveries, keys: c.Keys, clock: c.Clock,
		timeout: c.Timeout, lag: c.Lag, sweepEvery: c.SweepEvery, parallel: max(c.Parallel, 1), perAccount: c.PerAccount,
		pause: c.Pause, onRun: c.OnRun, log: c.Log,
	}
	if e.timeout == 0 {
		e.timeout = 10 * time.Second
	}
	if e.lag == 0 {
		e.lag = 5 * time.Second
	}
	if e.sweepEvery == 0 {
		e.sweepEvery = 10 * time.Minute
	}
	if e.onRun == nil {
		e.onRun = func(Run) {}
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	return e
}

// Two clocks, GitHub's and ours, may differ by minutes, and ours may jump. What
// GitHub said is compared with what GitHub said: comments and their cursor, acts,
// what is recent enough not to be folded, how far the sweep and the look for
// deliveries came. Our own times are compared with our own: leases, due times,
// when a create was begun, when the store was made. The two meet in four places,
// where minutes do no harm:
//   - how old an issue may be to be taken up (takenUp): four days;
//   - how far back a first sweep reads (sweepOne): a month;
//   - whether a repository was swept lately (sweptLately): it is swept once more;
//   - where a list of comments begins (readFrom): a create under way can only
//     move it back; what lands later is newer than the cursor by GitHub's time.
//
// After a jump back our waits last longer by the jump, and whoever is woken does
// not wait. After a jump ahead they end early: a lease then, which the epoch and
// not the time decides, and the look after a late write, which the sweep makes up
// for. What nothing makes up for is the wait of mayCreate: a create whose fate is
// open just then may be made twice, is folded into one, and may have called
// people a second time.

// span is how long a create whose fate is unknown may stay unseen: until its
// request must have ended, and lists must show it, and a margin.
func (e *Engine) span() time.Duration { return e.timeout + e.lag + e.lag }

// second is now, as GitHub and the record keep it.
func (e *Engine) second() time.Time { return e.clock.Now().UTC().Truncate(time.Second) }

func (e *Engine) leaseTime() time.Duration { return 3 * e.timeout }
