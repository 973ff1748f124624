package githubapp

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

// What reading for one ask may cost. Somebody waits for the answer, perhaps at
// three in the morning after a restart, when nothing has been read yet.
const (
	patience      = 3 * time.Second
	mostAtOnce    = 6  // requests under way
	runbooksAtAsk = 60 // files of runbooks
	pagesAtAsk    = 10 // of a hundred incidents each
)

// mostDocuments is what all shelves hold together, a few hundred megabytes at
// the very most.
const mostDocuments = 40_000

// library keeps what was read of runbooks and of earlier incidents, to be
// searched. All of it may be lost, and is read again from GitHub.
//
// What is promised to whoever asks: one ask reads for some seconds at most, and
// no more than so many files or pages, as work that may wait, so that nobody
// who answers an incident goes without a request because of it. It then
// answers from what is there, which after a restart may be only a part: of the
// incidents the newest thousand, of the runbooks the first sixty by name. Each
// further ask reads on where the last one ended. What GitHub refuses for good is
// Unknown; that it is in trouble is an error only as long as there is nothing
// to answer from. A limit never is one: a suggestion is not worth a delay.
type library struct {
	clock    clock.Clock
	patience time.Duration

	mu      sync.Mutex
	shelves map[string]*shelf
}

// shelf is what was read of one place.
type shelf struct {
	// Guarded by the library's lock.
	used time.Time
	size int

	repo  string // in lower case
	stale atomic.Bool

	// mu is held while reading and searching: whoever comes meanwhile waits for
	// the reading that is under way instead of repeating it.
	mu    sync.Mutex
	index *retrieval.Index
	files filesRead
	list  listRead
}

func newLibrary(c clock.Clock) *library {
	return &library{clock: c, patience: patience, shelves: map[string]*shelf{}}
}

// at is the shelf of a place, empty at first.
func (b *library) at(repo string, place ...string) *shelf {
	repo = strings.ToLower(repo)
	key := repo + "\n" + strings.Join(place, "\n")
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.shelves[key]
	if s == nil {
		s = &shelf{repo: repo, index: retrieval.Build(nil)}
		b.shelves[key] = s
	}
	s.used = b.clock.Now()
	return s
}

// settle notes how much a shelf holds. Where all hold too much, whoever has
// most gives up what was not asked for the longest.
func (b *library) settle(s *shelf) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.size = s.index.Len() + 1
	for {
		total, of := 0, map[string]int{}
		for _, each := range b.shelves {
			owner, _ := ownerOf(each.repo)
			total += each.size
			of[owner] += each.size
		}
		if total <= mostDocuments {
			return
		}
		b.giveUp(of)
	}
}

func (b *library) giveUp(of map[string]int) {
	most, oldest := 0, ""
	for key, each := range b.shelves {
		owner, _ := ownerOf(each.repo)
		if of[owner] > most || of[owner] == most && each.used.Before(b.shelves[oldest].used) {
			most, oldest = of[owner], key
		}
	}
	delete(b.shelves, oldest)
}

// pushed has the runbooks of a repository looked for again.
func (b *library) pushed(repo string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.shelves {
		if strings.EqualFold(s.repo, repo) {
			s.stale.Store(true)
		}
	}
}

// dropOwner forgets what belongs to an account, because what the App may read
// there is different from now on.
func (b *library) dropOwner(owner string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, s := range b.shelves {
		if of, _ := ownerOf(s.repo); strings.EqualFold(of, owner) {
			delete(b.shelves, key)
		}
	}
}

// drop forgets a shelf, and with it what the App may no longer read.
func (b *library) drop(s *shelf) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, each := range b.shelves {
		if each == s {
			delete(b.shelves, key)
		}
	}
}

// matter is what is asked about, and the permission that it takes to see it.
type matter struct{ name, repo, permission string }

// consult reads what is missing on a shelf, within bounds, and then searches it
// with its lock held.
func (a *App) consult(ctx context.Context, s *shelf, what matter, read func(ctx context.Context, l *lane) error, search func() []workflows.Match) (workflows.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	within, cancel := context.WithTimeout(engine.WithRank(ctx, engine.Background), a.library.patience)
	defer cancel()
	err := a.withLane(within, what.repo, func(l *lane) error { return read(within, l) })
	a.library.settle(s)
	_, limit := errors.AsType[*engine.Later](err)
	untold := whyUntold(err, what.name+" of "+what.repo, what.permission)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return workflows.Answer{}, ctx.Err()
	case untold != "":
		a.library.drop(s)
		return workflows.Answer{Unknown: untold}, nil
	case limit, within.Err() != nil, s.index.Len() > 0:
		a.log.Info("answering from what was read so far", "repository", what.repo, "documents", s.index.Len(), "reason", err)
	default:
		return workflows.Answer{}, err
	}
	return workflows.Answer{Matches: search()}, nil
}
