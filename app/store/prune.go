package store

import (
	"context"
	"time"
)

// keepDeliveries is for how long the id of a delivery is known. GitHub can
// redeliver for three days, an Enterprise Server for seven.
const keepDeliveries = 10 * 24 * time.Hour

// pruneBatch bounds how long one step of pruning keeps intakes waiting.
const pruneBatch = 200

// Prune drops the payloads of handled deliveries, and deliveries that are
// older than ten days: handled or not, for the wake stands in its subject's
// row and GitHub would not send them again. Then old entries of the journal,
// what was told to those who do not listen, pauses that are over, and processes that are gone.
func (s *Store) Prune(ctx context.Context) error {
	for {
		pruned := int64(0)
		err := s.db.do(ctx, func(t *tx) (err error) {
			pruned, err = s.pruneSome(t)
			return err
		})
		if err != nil {
			return wrap(err, "prune")
		}
		if pruned < pruneBatch {
			break
		}
	}
	if err := s.db.do(ctx, s.pruneRest); err != nil {
		return wrap(err, "prune")
	}
	if room, err := s.Room(ctx); err != nil || !room.Full {
		return err
	}
	return wrap(s.db.reclaim(ctx), "reclaim what was pruned")
}

// pruneSome prunes a batch of deliveries, entries and tellings, and returns the most
// that it found of any. What another process prunes at the same time is
// left out.
func (s *Store) pruneSome(t *tx) (most int64, err error) {
	m, err := t.moment()
	if err != nil {
		return 0, err
	}
	for _, one := range []struct {
		statement string
		args      []any
	}{
		{`UPDATE deliveries SET payload = NULL WHERE id IN (
			SELECT id FROM deliveries WHERE app = ? AND payload IS NOT NULL AND NOT EXISTS (
				SELECT 1 FROM delivery_wakes w JOIN subjects s ON s.app = w.app AND s.key = w.key
				WHERE w.delivery = deliveries.id AND s.done_seq < w.wake_seq)
			ORDER BY id LIMIT ?` + t.unclaimed + `)`, []any{s.app, pruneBatch}},
		{`DELETE FROM deliveries WHERE id IN (
			SELECT id FROM deliveries WHERE app = ? AND received_at < ? ORDER BY received_at LIMIT ?` + t.unclaimed + `)`,
			[]any{s.app, millis(m.now.Add(-keepDeliveries)), pruneBatch}},
		{`DELETE FROM journal WHERE app = ? AND (key, epoch) IN (
			SELECT key, epoch FROM journal WHERE app = ? AND noted_at < ? ORDER BY noted_at LIMIT ?` + t.unclaimed + `)`,
			[]any{s.app, s.app, millis(m.now.Add(-keepJournal)), pruneBatch}},
		{`DELETE FROM told WHERE app = ? AND (key, teller) IN (
			SELECT key, teller FROM told WHERE app = ? AND told_at < ? ORDER BY told_at LIMIT ?` + t.unclaimed + `)`,
			[]any{s.app, s.app, millis(m.now.Add(-keepTold)), pruneBatch}},
	} {
		n, err := t.exec(one.statement, one.args...)
		if err != nil {
			return 0, err
		}
		most = max(most, n)
	}
	return most, nil
}

func (s *Store) pruneRest(t *tx) error {
	m, err := t.moment()
	if err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM pauses WHERE app = ? AND until <= ?`, s.app, millis(m.now)); err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM replicas WHERE app = ? AND seen_at < ?`, s.app, millis(m.now.Add(-keepReplicas)))
	return err
}
