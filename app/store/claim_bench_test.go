package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// BenchmarkClaim claims among 100,000 subjects, half of them due. In "full" the
// account that comes first has 5,000 of them, and no worker free. full/free in
// one run is what passing it over costs.
func BenchmarkClaim(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) *Store{
		"SQLite":     func(b *testing.B) *Store { return openAs(b, filepath.Join(b.TempDir(), "kintsugi.db"), 1, clock.New()) },
		"PostgreSQL": func(b *testing.B) *Store { return openAs(b, postgrestest.New(b), 1, clock.New()) },
	} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			crowd(b, s)
			for name, full := range map[string][]string{"free": nil, "full": {"big", "sweep"}} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if _, _, claimed, err := s.Claim(b.Context(), time.Hour, full); err != nil || !claimed {
							b.Fatal(claimed, err)
						}
					}
				})
			}
		})
	}
}

// crowd makes the subjects: those of big are urgent, and due for longest.
func crowd(b *testing.B, s *Store) {
	b.Helper()
	const subjects, due, big = 100_000, 50_000, 5_000
	now := time.Now().UnixMilli()
	err := s.db.do(b.Context(), func(t *tx) error {
		_, err := t.exec(`INSERT INTO subjects (app, key, account, rank, due_at)
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT 1, 'r#' || i,
				CASE WHEN i < `+fmt.Sprint(big)+` THEN 'big' ELSE 'org' || (i % 4000) END,
				CASE WHEN i < `+fmt.Sprint(big)+` OR i % 10 = 0 THEN 2 ELSE i % 2 END,
				CAST(? AS BIGINT) + CASE WHEN i < `+fmt.Sprint(big)+` THEN -100000 - i WHEN i < `+fmt.Sprint(due)+` THEN -i ELSE 3600000 + i END
			FROM n`, subjects-1, now)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
