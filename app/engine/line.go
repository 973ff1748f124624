package engine

import (
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// line is the order in which subjects of one account have their many issues made:
// by their turn, and then as they came. It is this process's alone and may be lost;
// whoever is in it comes again.
type line struct {
	mu    sync.Mutex
	stand []inLine
}

// inLine is a subject whose issues are still to be made.
type inLine struct {
	key   string
	turn  int
	left  int
	since time.Time // when it came
	seen  time.Time // when it last said so
}

// breather is how long a subject in the line waits before it goes on, so that others
// can join before it, and that a limit lets more than one write through.
const breather = 10 * time.Second

// forgotten is how long a subject keeps its place without coming again.
const forgotten = 5 * time.Minute

// join takes a place, or keeps it, and says how many issues are made before.
func (l *line) join(key string, turn, left int, now time.Time) (ahead int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := inLine{key, turn, left, now, now}
	kept := l.stand[:0]
	for _, o := range l.stand {
		if o.key == key {
			own.since = o.since
		} else if now.Sub(o.seen) < forgotten {
			kept = append(kept, o)
		}
	}
	for _, o := range kept {
		if o.isBefore(own) {
			ahead += o.left
		}
	}
	kept = append(kept, own)
	l.stand = kept
	return ahead
}

func (o inLine) isBefore(own inLine) bool {
	return Account(o.key) == Account(own.key) && (o.turn < own.turn || o.turn == own.turn && o.since.Before(own.since))
}

// leave gives the place up, and says who is next, or "".
func (l *line) leave(key string) (next string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept, was, first := l.stand[:0], false, inLine{}
	for _, o := range l.stand {
		if o.key == key {
			was = true
			continue
		}
		if kept = append(kept, o); Account(o.key) == Account(key) && (first.key == "" || o.isBefore(first)) {
			first = o
		}
	}
	if l.stand = kept; !was {
		return ""
	}
	return first.key
}

// ahead are the issues that are still to be made on other subjects of the account,
// by the turn of those.
func (l *line) ahead(key string) map[int]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := map[int]int{}
	for _, o := range l.stand {
		if o.key != key && Account(o.key) == Account(key) {
			left[o.turn] += o.left
		}
	}
	return left
}

// mayBeMade puts off what is not its turn yet. Whoever comes last in a long line
// looks less often: the one before it calls.
func (a *applier) mayBeMade(missing map[string]workflows.IssueIntent) error {
	if len(missing) == 0 || a.d.plan.Turn == 0 || a.dry {
		return nil
	}
	now := a.e.clock.Now()
	ahead := a.e.line.join(a.c.Key, a.d.plan.Turn, len(missing), now)
	if ahead == 0 {
		return nil
	}
	return &Later{At: now.Add(min(max(time.Duration(ahead)*time.Second, breather), time.Minute)), Reason: "issues of what is worse are made first"}
}
