package githubapp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

var (
	background = engine.WithRank(ctx, engine.Background)
	urgent     = engine.WithRank(ctx, engine.Urgent)
)

// Each rank leaves some of the bucket to those above it, which find it there.
// What is written no faster than the bucket refills is not held up.
func TestWritesAreMetered(t *testing.T) {
	w := newWorld(t)
	id := w.comment("bob", "/ack")
	_, err := w.app.Identity(ctx)
	must(t, err)
	atOnce := func(ctx context.Context) int {
		for n := 0; ; n++ {
			if _, err = w.app.EditComment(ctx, shop, id, fmt.Sprint(n)); w.wait(err) >= 0 {
				return n
			}
			must(t, err)
		}
	}
	for _, c := range []struct {
		name string
		ctx  context.Context
		want int
	}{{"background", background, 10}, {"live", ctx, 6}, {"urgent", urgent, 4}} {
		if got := atOnce(c.ctx); got != c.want {
			t.Errorf("%s: %d writes at once (%v), want %d", c.name, got, err, c.want)
		}
	}
	// Whoever comes back finds a few writes in the bucket, not one.
	if got := w.wait(err); got < 4*time.Second || got > 5*time.Second {
		t.Errorf("wait %v", got)
	}
	must(t, w.look())
	w.clock.Advance(time.Second)
	if n := atOnce(urgent); n != 1 {
		t.Errorf("%d in a second", n)
	}
	if _, err = w.app.EditComment(background, shop, id, "x"); w.wait(err) < 14*time.Second {
		t.Errorf("background: %v", err)
	}
	w.clock.Advance(w.wait(err) + time.Second)
	for range 5 {
		_, err = w.app.EditComment(background, shop, id, fmt.Sprint(w.clock.Now()))
		must(t, err)
		w.clock.Advance(time.Second)
	}
}

// A process that reads as fast as it can keeps under GitHub's 900 points in any
// minute, and a sweep leaves half of what may be asked at once to others.
func TestReadsAreMetered(t *testing.T) {
	w := newWorld(t)
	id := w.comment("bob", "/ack")
	var asked []time.Time
	for end := w.clock.Now().Add(5 * time.Minute); w.clock.Now().Before(end); {
		_, err := w.app.Comment(background, shop, id)
		if later, ok := errors.AsType[*engine.Later](err); ok {
			if _, err := w.app.Comment(urgent, shop, id); err != nil {
				t.Fatalf("after %d requests nothing is left for an incident: %v", len(asked), err)
			}
			w.clock.Advance(max(time.Millisecond, later.At.Sub(w.clock.Now())))
			continue
		}
		must(t, err)
		asked = append(asked, w.clock.Now())
	}
	first := 0
	for i, at := range asked {
		for at.Sub(asked[first]) >= time.Minute {
			first++
		}
		if n := i - first + 1; n > 900 {
			t.Fatalf("%d requests in a minute", n)
		}
	}
	if len(asked) < 5*500 {
		t.Errorf("only %d requests in five minutes", len(asked))
	}
}

// However fast an installation asks, GitHub sees at most 80 creations in any
// minute and 500 in any hour: it counts them itself here, and refuses none.
// Ranks have their parts of that.
func TestCreationsAreMetered(t *testing.T) {
	for rank, least := range map[engine.Rank]int{engine.Background: 450, engine.Live: 700, engine.Urgent: 900} {
		w := newWorld(t)
		w.build(fakehub.Options{Secondary: true})
		w.app = w.newApp()
		ranked := engine.WithRank(ctx, rank)
		made := 0
		end := w.clock.Now().Add(90 * time.Minute)
		for w.clock.Now().Before(end) {
			_, err := w.app.CreateComment(ranked, w.issue, "x")
			if later, ok := errors.AsType[*engine.Later](err); ok {
				w.clock.Advance(max(time.Millisecond, later.At.Sub(w.clock.Now())))
				continue
			}
			must(t, err)
			made++
		}
		if n := w.Counts().Limited; n != 0 {
			t.Errorf("rank %d: GitHub refused %d", rank, n)
		}
		if made < least {
			t.Errorf("rank %d: only %d creations in 90 minutes: the limit is not used", rank, made)
		}
		if rank == engine.Background {
			for {
				if _, err := w.app.CreateComment(background, w.issue, "x"); w.wait(err) >= 0 {
					break
				}
			}
			if _, err := w.app.CreateComment(urgent, w.issue, "x"); err != nil {
				t.Errorf("nothing is left to urgent work: %v", err)
			}
		}
	}
}

// Labels, reactions, assignees and redeliveries create no content.
func TestWhatIsNoCreation(t *testing.T) {
	w := newWorld(t)
	id := w.comment("bob", "/ack")
	must(t, w.app.AddLabel(ctx, w.issue, incident))
	for range 600 {
		w.clock.Advance(3 * time.Second)
		must(t, w.app.React(urgent, shop, id, "+1"))
	}
	must(t, w.app.AddLabel(urgent, w.issue, incident))
	w.clock.Advance(2 * time.Second)
	_, err := w.app.Assign(urgent, w.issue, []string{"bob"})
	must(t, err)
	_, err = w.app.CreateComment(ctx, w.issue, "x")
	must(t, err)
}

// The hour's last requests are kept for those who need them most.
func TestRequestsAreKeptForUrgentWork(t *testing.T) {
	w := newWorld(t)
	w.build(fakehub.Options{RateLimit: 200})
	w.app = w.newApp()
	served := func(ctx context.Context) (n int, wait time.Duration) {
		for {
			_, err := w.app.Issue(ctx, w.issue)
			if wait := w.wait(err); wait >= 0 {
				return n, wait
			}
			must(t, err)
			n++
			must(t, w.Label(shop, w.issue.Number, "alice", fmt.Sprint("x", n))) // or it would be a 304
		}
	}
	for _, c := range []struct {
		name string
		ctx  context.Context
		want int
	}{{"background", background, 150}, {"live", ctx, 46}, {"urgent", urgent, 4}} {
		got, wait := served(c.ctx)
		if got != c.want || wait < 50*time.Minute || wait > time.Hour+time.Second {
			t.Errorf("%s: %d requests, then wait %v; want %d", c.name, got, wait, c.want)
		}
	}
	if n := w.Counts().Limited; n != 0 {
		t.Errorf("GitHub refused %d", n)
	}
	w.clock.Advance(time.Hour + time.Second)
	if _, err := w.app.Issue(background, w.issue); err != nil {
		t.Errorf("in the next hour: %v", err)
	}
}

// Replicas divide what an installation may do, and each has some.
func TestShare(t *testing.T) {
	for replicas, want := range map[int]int{0: 20, 1: 20, 2: 10, 3: 6, 100: 1} {
		w := newWorld(t)
		w.app.Share(replicas)
		id := w.comment("bob", "/ack")
		n := 0
		for ; n < 30; n++ {
			if _, err := w.app.EditComment(urgent, shop, id, fmt.Sprint(n)); w.wait(err) >= 0 {
				break
			}
		}
		if n != want {
			t.Errorf("%d replicas: %d writes at once, want %d", replicas, n, want)
		}
		w.clock.Advance(time.Hour)
		if _, err := w.app.EditComment(background, shop, id, "y"); err != nil {
			t.Errorf("%d replicas: nothing for background work: %v", replicas, err)
		}
		w.app.Share(1)
		w.clock.Advance(time.Hour)
		if _, err := w.app.CreateComment(background, w.issue, "x"); err != nil {
			t.Error(err)
		}
	}
}

// A lane that GitHub closes is told of once, and can be closed from outside.
func TestPause(t *testing.T) {
	type pause struct {
		installation int64
		until        time.Time
	}
	var told []pause
	tell := func(c *githubapp.Config) {
		c.OnPause = func(id int64, until time.Time, why string) {
			if why == "" {
				t.Error("no reason")
			}
			told = append(told, pause{id, until})
		}
	}
	w := newWorld(t, tell)
	must(t, w.look())
	w.fault(1, "GET", "/issues/", fakehub.Fault{Status: 429, Header: map[string]string{"Retry-After": "120"}})
	if w.wait(w.look()) != 2*time.Minute || w.wait(w.look()) < 0 {
		t.Fatal("not closed")
	}
	if len(told) != 1 || told[0].installation != w.install {
		t.Fatalf("told %+v", told)
	}
	w.fault(1, "GET", "/app/installations", fakehub.Fault{Status: 403, Message: "You have exceeded a secondary rate limit."})
	_, err := w.app.Installations(ctx)
	if later, ok := errors.AsType[*engine.Later](err); !ok || !later.Guessed || len(told) != 2 || told[1].installation != 0 {
		t.Errorf("%v, told %+v", err, told)
	}

	// Another replica heeds it, and does not tell it again.
	other := w.newApp(tell)
	for _, p := range told {
		other.Pause(p.installation, p.until, "another replica was told")
	}
	w.ResetCounts()
	other.Learn(shop, w.install)
	_, err = other.Issue(ctx, w.issue)
	if got := w.wait(err); got < 119*time.Second || got > 2*time.Minute {
		t.Errorf("wait %v", got)
	}
	if _, err := other.Installations(ctx); w.wait(err) < 0 {
		t.Error(err)
	}
	if n := w.Counts().Requests; n != 0 || len(told) != 2 {
		t.Errorf("%d requests, told %d times", n, len(told))
	}
	other.Pause(w.install, w.clock.Now().Add(1000*time.Hour), "nonsense")
	w.clock.Advance(66 * time.Minute)
	if _, err := other.Issue(ctx, w.issue); err != nil {
		t.Errorf("silenced for longer than a limit lasts: %v", err)
	}
}

// At most twenty requests of an installation are under way; those that wait go
// by rank, and another installation does not wait for them.
func TestRequestsUnderWay(t *testing.T) {
	w := newWorld(t)
	w.build(fakehub.Options{Secondary: true})
	w.AddRepo("other", "place", false)
	w.SetRole("other/place", "olga", "admin")
	w.Install("other", began)
	number, err := w.OpenIssue("other/place", "olga", fakehub.NewIssue{Title: "x"})
	must(t, err)
	w.app = w.newApp(func(c *githubapp.Config) { c.Timeout = time.Minute })
	must(t, w.look())

	held, release, order := make(chan struct{}, 100), make(chan struct{}), make(chan engine.Rank, 100)
	w.Fault(func(r *http.Request) *fakehub.Fault {
		if r.URL.Path == "/repos/acme/shop/issues/1" {
			order <- engine.RankOf(r.Context())
			held <- struct{}{}
			<-release
		}
		return nil
	})
	var wg sync.WaitGroup
	ask := func(ctx context.Context, n int) {
		for range n {
			wg.Go(func() {
				if _, err := w.app.Issue(ctx, w.issue); err != nil {
					t.Error(err)
				}
			})
		}
	}
	ask(background, 25)
	for range 20 {
		<-held
		<-order
	}
	ask(urgent, 5)
	w.app.AwaitQueue(w.install, 10)
	select {
	case <-held:
		t.Error("more than twenty are under way")
	default:
	}
	if _, err := w.app.Issue(ctx, workflows.Subject{Repo: "other/place", Number: number}); err != nil {
		t.Errorf("another installation: %v", err)
	}
	for range 5 {
		release <- struct{}{}
		if rank := <-order; rank != engine.Urgent {
			t.Error("background work goes before urgent work")
		}
		<-held
	}
	close(release)
	wg.Wait()
	if counts := w.Counts(); counts.MostAtOnce > 20 || counts.Limited != 0 {
		t.Errorf("%+v", counts)
	}
}

// Whoever waits too long for its turn was not sent, and comes back.
func TestWaitingForATurnEnds(t *testing.T) {
	w := newWorld(t)
	must(t, w.look())
	_, err := w.app.Identity(ctx)
	must(t, err)
	w.app.Fill(w.install)
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if _, err := w.app.Issue(short, w.issue); w.wait(err) < 0 {
		t.Error(err)
	}
	if _, err := w.app.CreateComment(short, w.issue, "x"); w.wait(err) < 0 {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := w.app.Issue(ended, w.issue); err == nil || isKind(err) || w.wait(err) >= 0 {
		t.Error(err)
	}
}
