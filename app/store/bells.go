package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// bells ring between processes on one PostgreSQL database, by its LISTEN and
// NOTIFY. They are told after the commit and not in it: a transaction that
// notifies commits alone, and all others wait for the disk with it. So what is
// told may get lost with its process; nobody may rely on hearing it.
type bells struct {
	config  *pgx.ConnConfig
	clk     clock.Clock
	pool    *sql.DB
	channel string
	// self marks what we told ourselves.
	self    string
	telling map[string]chan struct{} // a ring that waits to be told
	cancel  context.CancelFunc
	all     sync.WaitGroup
}

func newBells(config *pgx.ConnConfig, r *Reader, pool *sql.DB) *bells {
	return &bells{
		config: config, clk: r.clk, pool: pool,
		channel: "kintsugi_" + strconv.FormatInt(r.app, 10), self: rand.Text(),
		telling: map[string]chan struct{}{wakeBell: make(chan struct{}, 1), pauseBell: make(chan struct{}, 1)},
		cancel:  func() {},
	}
}

// start listens before it returns, so that nothing told from now on is missed.
func (b *bells) start(ctx context.Context, ours map[string]chan<- struct{}) error {
	conn, err := b.listen(ctx)
	if err != nil {
		return err
	}
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	b.all.Go(func() { b.hear(ctx, conn, ours) })
	for bell, told := range b.telling {
		b.all.Go(func() { b.pass(ctx, bell, told) })
	}
	return nil
}

func (b *bells) stop() {
	b.cancel()
	b.all.Wait()
}

func (b *bells) tell(bell string) { ring(b.telling[bell]) }

// pass tells what waits to be told, one at a time: while one is on its way, the
// next ones become one. What cannot be told is not: who listens has lost its
// connection too, and looks by itself once it has another.
func (b *bells) pass(ctx context.Context, bell string, told <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
			_, _ = b.pool.ExecContext(ctx, `SELECT pg_notify($1, $2)`, b.channel, bell+" "+b.self)
		}
	}
}

func (b *bells) listen(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, b.config)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{b.channel}.Sanitize()); err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// hear rings our bells, and connects again where the connection is lost. What
// was told meanwhile was missed, so everything rings then.
func (b *bells) hear(ctx context.Context, conn *pgx.Conn, ours map[string]chan<- struct{}) {
	for {
		for conn != nil {
			told, err := conn.WaitForNotification(ctx)
			if err != nil {
				_ = conn.Close(context.WithoutCancel(ctx))
				break
			}
			bell, who, _ := strings.Cut(told.Payload, " ")
			if known, ok := ours[bell]; ok && who != b.self {
				ring(known)
			}
		}
		if ctx.Err() != nil || clock.Sleep(ctx, b.clk, time.Second) != nil {
			return
		}
		var err error
		if conn, err = b.listen(ctx); err != nil {
			conn = nil
			continue
		}
		for _, bell := range ours {
			ring(bell)
		}
	}
}
