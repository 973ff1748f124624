package conformance

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// row is what the model believes about a subject. Unlike the store's it knows
// who holds the subject, and has no epochs at all.
type row struct {
	wakes, done int64
	due         time.Time // zero: never
	until       time.Time // end of the lease, where holder is set
	holder      int       // which claim holds it; 0: none
	rank        engine.Rank
	attempts    int
	excused     int // of the attempts
	expect      int64
	hint        engine.Hint
	published   string
	told        map[string]bool // who told it something, and whether that was during the run
	toldDue     time.Time       // when what was told during the run makes it due
	intents     map[string]time.Time
}

// model is a queue that can be read in a minute: a map, and a list of every
// claim that was ever given out.
type model struct {
	now    time.Time
	rows   map[string]*row
	claims []engine.Claim
	seen   []arrival
}

// arrival is a delivery, and which wake of its subject it was.
type arrival struct {
	guid, key string
	wake      int64
}

// row is that of a key, which is made where there is none.
func (m *model) row(key string) *row {
	r := m.rows[key]
	if r == nil {
		r = &row{intents: map[string]time.Time{}, told: map[string]bool{}}
		m.rows[key] = r
	}
	return r
}

func (m *model) wake(rank engine.Rank, key string, comment int64) int64 {
	r := m.row(key)
	r.wakes++
	r.due = sooner(r.due, ms(m.now))
	r.rank, r.expect = max(r.rank, rank), max(r.expect, comment)
	return r.wakes
}

func (m *model) tell(rank engine.Rank, key, teller string, due time.Time) (wakes int64) {
	r := m.row(key)
	r.rank, r.due = max(r.rank, min(rank, engine.Live)), sooner(r.due, due)
	if teller != "" {
		r.told[teller] = r.holder != 0
	}
	if r.holder != 0 {
		r.toldDue = sooner(r.toldDue, due)
	}
	return r.wakes
}

// sooner is the earlier of two times, the first of which may be never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func (m *model) free(r *row) bool { return r.holder == 0 || !r.until.After(m.now) }

// claimable is the key to give out, or when there will be one.
func (m *model) claimable(full []string) (key string, next time.Time) {
	for _, k := range slices.Sorted(maps.Keys(m.rows)) {
		if slices.Contains(full, engine.Account(k)) {
			continue
		}
		r := m.rows[k]
		at := r.due
		if !m.free(r) {
			at = r.until
		} else if !at.IsZero() && !at.After(m.now) && (key == "" || m.before(r, m.rows[key])) {
			key = k
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if key != "" {
		return key, time.Time{}
	}
	return "", next
}

// before tells which of two that are due comes first.
func (m *model) before(a, b *row) bool {
	return a.rank > b.rank || a.rank == b.rank && a.due.Before(b.due)
}

// holds tells whether the n-th claim, counted from 1, is still its own.
func (m *model) holds(n int) bool { return m.rows[m.claims[n-1].Key].holder == n }

// testModel drives a store and the model with the same random steps.
func testModel(t *testing.T, database Database) {
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		clk := &hand{now: start}
		s, err := database(app, clk)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		// Each story has keys of its own, as a database may outlive it; what
		// an earlier one left due would be in the way.
		if err := drain(s, clk); err != nil {
			rt.Fatal(err)
		}
		st := &story{s: s, clk: clk, run: fmt.Sprintf("%d/", run), model: model{
			now: clk.Now(), rows: map[string]*row{},
		}}
		rt.Repeat(map[string]func(*rapid.T){
			"wake":    st.wakes,
			"intake":  st.intakes,
			"claim":   st.claimsOne,
			"renew":   st.renews,
			"begin":   st.begins,
			"drop":    st.drops,
			"finish":  st.finishes,
			"advance": st.advances,
			"":        st.agrees,
		})
	})
}

// drain finishes for good whatever is due or leased.
func drain(s Store, clk *hand) error {
	for {
		c, next, ok, err := s.Claim(context.Background(), lease, nil)
		switch {
		case err != nil:
			return err
		case ok:
			err = s.Finish(context.Background(), c, engine.Outcome{})
		case next.IsZero():
			return nil
		default:
			err = clk.Until(context.Background(), next, nil)
		}
		if err != nil {
			return err
		}
	}
}
