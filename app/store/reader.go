package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// Reader is a database that is only looked at: a Store without the right to
// write. It works beside a running server.
type Reader struct {
	app   int64
	clk   clock.Clock
	opts  options
	db    database
	meter meter
}

func newReader(app int64, clk clock.Clock, opts []Option) *Reader {
	o := options{busyTimeout: 3 * time.Second, reserve: defaultReserve}
	for _, opt := range opts {
		opt(&o)
	}
	return &Reader{app: app, clk: clk, opts: o}
}

// OpenReader opens an existing database to look into it, also while a server
// owns it. app 0 is the only App that it was used for.
func OpenReader(ctx context.Context, url string, app int64, clk clock.Clock, opts ...Option) (*Reader, error) {
	at, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	r := newReader(app, clk, opts)
	if r.db, err = at.openReader(ctx, r); err == nil {
		err = r.start(ctx)
	}
	if err != nil {
		err = at.explain(err)
		if r.db != nil {
			err = errors.Join(err, r.db.stop())
		}
		return nil, err
	}
	return r, nil
}

func (r *Reader) start(ctx context.Context) error {
	return r.db.read(ctx, func(t *tx) error {
		version, err := schemaVersion(t)
		if err != nil {
			return err
		}
		if known := len(steps); version != known {
			return refuse("the database has schema %d, and this program reads %d; start the server once with this version", version, known)
		}
		apps, err := knownApps(t)
		if err != nil {
			return err
		}
		if r.app == 0 && len(apps) == 1 {
			r.app = apps[0]
		}
		if !slices.Contains(apps, r.app) {
			return refuse("the database was used for %s; name one of them", list(apps))
		}
		return nil
	})
}

func list(apps []int64) string {
	if len(apps) == 0 {
		return "no App yet"
	}
	return "the Apps " + strings.Trim(strings.ReplaceAll(fmt.Sprint(apps), " ", ", "), "[]")
}

// Close ends the looking.
func (r *Reader) Close() error { return r.db.stop() }

// App is the App whose rows are seen.
func (r *Reader) App() int64 { return r.app }

// Schema is the version of the database's tables.
func (r *Reader) Schema(ctx context.Context) (version int, err error) {
	err = r.db.read(ctx, func(t *tx) (err error) {
		version, err = schemaVersion(t)
		return err
	})
	return version, wrap(err, "read the version of the schema")
}
