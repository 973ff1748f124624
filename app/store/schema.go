package store

import (
	"embed"
	"fmt"
	"io/fs"
	"time"
)

// The schema moves forward only, by the files of this folder in the order of
// their names. A file that was released is never edited.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date, in the transaction t. The version of a
// database is the number of files that were applied to it.
func migrate(t *tx, now time.Time) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	version, err := schemaVersion(t)
	if err != nil {
		return err
	}
	if version > len(files) {
		return refuse("the database was made by a newer version of Kintsugi (its schema is %d, this program knows %d); run that version, or name another path", version, len(files))
	}
	for i, file := range files[version:] {
		statements, err := migrations.ReadFile(file)
		if err != nil {
			return err
		}
		if err := t.script(string(statements)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if _, err := t.exec(`INSERT INTO meta (name, value) VALUES ('version', ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, version+i+1); err != nil {
			return err
		}
	}
	_, err = t.exec(`INSERT INTO meta (name, value) VALUES ('born', ?) ON CONFLICT (name) DO NOTHING`, millis(now))
	return err
}

// schemaVersion is 0 for an empty database. One with tables but not ours
// belongs to another program, and is left alone.
func schemaVersion(t *tx) (version int, err error) {
	var tables, ours int
	err = t.row(`SELECT count(*), count(CASE WHEN name = 'meta' THEN 1 END)
		FROM sqlite_master WHERE type = 'table'`, nil, &tables, &ours)
	if err != nil || tables == 0 {
		return 0, err
	}
	if ours == 0 {
		return 0, refuse("the database belongs to another program; name another path")
	}
	return version, t.row(`SELECT value FROM meta WHERE name = 'version'`, nil, &version)
}
