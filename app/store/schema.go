package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

var (
	//go:embed migrations/0001_first.sql
	first string
	//go:embed migrations/0002_journal.sql
	journalStep string
	//go:embed migrations/0003_told.sql
	toldStep string
)

// steps are the changes of the schema, in order; its version is how many of
// them were made. One that was released is never edited. After the line
// "-- back" stands what takes a step back.
var steps = []string{first, journalStep, toldStep}

const wayBack = "\n-- back\n"

// migrate brings the schema up to date, in one transaction.
func migrate(t *tx) error {
	version, err := lockSchema(t)
	if err != nil {
		return err
	}
	for i, step := range steps[version:] {
		forward, _, _ := strings.Cut(step, wayBack)
		if err := moveTo(t, forward, version+i+1); err != nil {
			return err
		}
	}
	return nil
}

// Back takes the schema one step back, for a version of the program before
// this one. What the newer version alone kept is lost. It is refused while a
// server is at work, which would go forward again when it starts.
func Back(ctx context.Context, url string) (from, to int, err error) {
	at, err := parseURL(url)
	if err != nil {
		return 0, 0, err
	}
	// It is looked at first: opening would make a database where there is none.
	err = using(ctx, at.openReader, func(db database) error {
		return db.read(ctx, func(t *tx) error {
			_, err := stepBackFrom(t)
			return err
		})
	})
	if err == nil {
		err = using(ctx, at.open, func(db database) error {
			return db.alter(ctx, func(t *tx) error {
				if _, err := lockSchema(t); err != nil {
					return err
				}
				if from, err = stepBackFrom(t); err != nil {
					return err
				}
				_, back, _ := strings.Cut(steps[from-1], wayBack)
				to = from - 1
				return moveTo(t, back, to)
			})
		})
	}
	if err != nil {
		return 0, 0, at.explain(err)
	}
	return from, to, nil
}

// using opens a database for as long as work takes.
func using(ctx context.Context, open func(context.Context, *Reader) (database, error), work func(database) error) error {
	db, err := open(ctx, newReader(0, clock.New(), nil))
	if err != nil {
		return err
	}
	return errors.Join(work(db), db.stop())
}

// stepBackFrom is the version of a schema that can go a step back now.
func stepBackFrom(t *tx) (version int, err error) {
	version, err = schemaVersion(t)
	switch {
	case err != nil:
		return 0, err
	case version == 0:
		return 0, refuse("there is nothing in the database; name the one that the server uses")
	case version < 2:
		return 0, refuse("there is no step back from schema %d; an older program makes a database of its own", version)
	case t.lock == "": // a file is opened by one process at a time
		return version, nil
	}
	m, err := t.moment()
	if err != nil {
		return 0, err
	}
	var live int
	err = t.row(`SELECT count(*) FROM replicas WHERE seen_at > ?`, []any{millis(m.now.Add(-liveFor))}, &live)
	if err == nil && live > 0 {
		err = refuse("%d servers used the database within the last %s; stop them all, wait that long, and try again", live, liveFor)
	}
	return version, err
}

func moveTo(t *tx, statements string, version int) error {
	if err := t.script(t.types.Replace(statements)); err != nil {
		return fmt.Errorf("the schema's version %d: %w", version, err)
	}
	_, err := t.exec(`UPDATE kintsugi SET version = ?`, version)
	return err
}

// lockSchema is the version of the schema, which nobody else can change until
// the transaction ends.
func lockSchema(t *tx) (version int, err error) {
	if t.lock != "" {
		if err := t.script(t.lock); err != nil {
			return 0, err
		}
	}
	return schemaVersion(t)
}

// schemaVersion is 0 for an empty database. One with tables but not ours
// belongs to another program, and is left alone.
func schemaVersion(t *tx) (version int, err error) {
	var tables, ours int
	err = t.row(t.tables, nil, &tables, &ours)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ours == 0 {
		return 0, refuse("the database belongs to another program; name another one")
	}
	if err := t.row(`SELECT version FROM kintsugi`, nil, &version); err != nil {
		return 0, err
	}
	if version > len(steps) {
		return 0, refuse("the database was made by a newer version of Kintsugi (its schema is %d, this program knows %d); run that version, take a step back with it, or name another database", version, len(steps))
	}
	return version, nil
}

// knownApps are the Apps that ever used the database.
func knownApps(t *tx) (apps []int64, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var app int64
		err := rows.Scan(&app)
		apps = append(apps, app)
		return err
	}, `SELECT app FROM apps ORDER BY app`)
	return apps, err
}
