package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/workflows"
)

const otherApp = "other" // the account of a second App of the same program

// seenBy is GitHub as one of the two Apps sees it: its own is what it wrote
// itself, and the other's is a bot's. The simulated GitHub has one App only, so
// the second one writes by an account.
type seenBy struct {
	engine.Reader
	w     *world
	other bool
}

func (r seenBy) own(login string) bool {
	return login == otherApp && r.other || login == "kintsugi[bot]" && !r.other
}

func (r seenBy) comment(c workflows.Comment) workflows.Comment {
	c.Ours, c.Author.Bot = r.own(c.Author.Login), c.Author.Bot || c.Author.Login == otherApp
	return c
}

func (r seenBy) Comments(ctx context.Context, s workflows.Subject, since time.Time) ([]workflows.Comment, error) {
	all, err := r.Reader.Comments(ctx, s, since)
	for i := range all {
		all[i] = r.comment(all[i])
	}
	return all, err
}

func (r seenBy) Comment(ctx context.Context, repo string, id int64) (workflows.Comment, error) {
	c, err := r.Reader.Comment(ctx, repo, id)
	return r.comment(c), err
}

func (r seenBy) Events(ctx context.Context, s workflows.Subject) ([]workflows.Event, error) {
	all, err := r.Reader.Events(ctx, s)
	for i := range all {
		all[i].Ours, all[i].Actor.Bot = r.own(all[i].Actor.Login), all[i].Actor.Bot || all[i].Actor.Login == otherApp
	}
	return all, err
}

func (r seenBy) OurReaction(_ context.Context, _ string, comment int64) (string, error) {
	for n := 1; ; n++ {
		v, ok := r.w.hub.Issue(repo, n)
		if !ok {
			return "", engine.ErrGone
		}
		for _, c := range v.Comments {
			for _, re := range c.Reactions {
				if c.ID == comment && r.own(re.User) {
					return re.Content, nil
				}
			}
		}
	}
}

// Answer: an App is no collaborator.
func (r seenBy) Answer(ctx context.Context, ask workflows.Ask) (workflows.Answer, error) {
	if r, ok := ask.(workflows.RoleAsk); ok && (r.Login == otherApp || r.Login == "kintsugi[bot]") {
		return workflows.Answer{Unknown: "404"}, nil
	}
	return r.Reader.Answer(ctx, ask)
}

// byAccount writes as the second App does.
type byAccount struct {
	engine.Writer
	w      *world
	writes int
}

func (a *byAccount) did(err error) error {
	a.writes++
	return err
}

func (a *byAccount) AddLabel(_ context.Context, s workflows.Subject, l workflows.Label) error {
	_ = a.w.hub.CreateLabel(repo, "yamamoto", l.Name, l.Color)
	return a.did(a.w.hub.Label(repo, s.Number, otherApp, l.Name))
}

func (a *byAccount) RemoveLabel(_ context.Context, s workflows.Subject, name string) error {
	return a.did(a.w.hub.Unlabel(repo, s.Number, otherApp, name))
}

func (a *byAccount) SetState(_ context.Context, s workflows.Subject, open bool, reason string) error {
	if open {
		return a.did(a.w.hub.Reopen(repo, s.Number, otherApp))
	}
	return a.did(a.w.hub.Close(repo, s.Number, otherApp, reason))
}

func (a *byAccount) CreateComment(_ context.Context, s workflows.Subject, body string) (workflows.Comment, error) {
	id, err := a.w.hub.Comment(repo, s.Number, otherApp, body)
	return workflows.Comment{ID: id}, a.did(err)
}

func (a *byAccount) EditComment(_ context.Context, _ string, id int64, body string) (workflows.Comment, error) {
	return workflows.Comment{ID: id}, a.did(a.w.hub.EditComment(repo, id, otherApp, body))
}

func (a *byAccount) DeleteComment(_ context.Context, _ string, id int64) error {
	return a.did(a.w.hub.DeleteComment(repo, id, otherApp))
}

func (a *byAccount) React(_ context.Context, _ string, comment int64, content string) error {
	return a.did(a.w.hub.React(repo, comment, otherApp, content))
}

// TestTwoApps: two Apps of this program on one repository each keep their own
// status comment. Neither believes the other's record, obeys the other, answers
// it, or wakes it for ever.
func TestTwoApps(t *testing.T) {
	w := newWorld(t, 1, func(w *world) {
		w.wire = func(c *engine.Config) { c.Reader = seenBy{Reader: c.Reader, w: w} }
	})
	w.hub.SetRole(repo, otherApp, "write")
	keys, err := engine.NewKeys([]byte("the other App's key"))
	w.must(err)
	own, err := store.Open(context.Background(), ":memory:", 8, w.own, store.Relaxed())
	w.must(err)
	defer func() { _ = own.Close() }()
	writer := &byAccount{w: w}
	config := w.config()
	config.Reader, config.Writer, config.Keys = seenBy{Reader: w.app, w: w, other: true}, writer, keys
	config.Queue, config.Ledger, config.Marks, config.Journal, config.Deliveries = own, own, own, own, nil
	other := engine.New(config)
	w.passSpan()

	// both runs the two in turn until neither writes any more.
	both := func(n int) {
		t.Helper()
		for range 10 {
			before := w.hub.Counts().Writes + writer.writes
			w.settle()
			w.must(own.Wake(context.Background(), engine.Live, fmt.Sprintf("%s#%d", repo, n)))
			for worked := true; worked; {
				worked, _, err = other.Step(context.Background())
				w.must(err)
			}
			if w.hub.Counts().Writes+writer.writes == before {
				return
			}
		}
		t.Fatalf("the two Apps do not come to rest:\n%s", w.visible(n))
	}

	n := w.open("sato", "[incident] checkout is blank")
	both(n)
	for _, s := range [][2]string{{"tanaka", "/ack"}, {"tanaka", "/sev 2"}, {"suzuki", "/resolvd"}, {"suzuki", "/mitigated"}} {
		w.say(n, s[0], s[1])
		both(n)
	}
	statuses, replies := map[string]string{}, map[string]int{}
	for _, c := range w.issue(n).Comments {
		switch {
		case strings.HasPrefix(c.Body, "<!-- kintsugi:status -->"):
			if statuses[c.Author] != "" {
				t.Errorf("two status comments of %s", c.Author)
			}
			statuses[c.Author] = c.Body
		case strings.HasPrefix(c.Body, "<!-- kintsugi:reply"):
			replies[c.Author]++
		}
	}
	if len(statuses) != 2 || replies["kintsugi[bot]"] != 1 || replies[otherApp] != 1 {
		t.Fatalf("%d status comments, replies %v", len(statuses), replies)
	}
	for who, body := range statuses {
		w.wants(body, "In progress · SEV2 · customers no longer affected · lead tanaka")
		if strings.Contains(body, "Rebuilt") {
			t.Errorf("%s took the other's record for its own:\n%s", who, body)
		}
	}

	// The other writes our whole status comment, record and all, beneath another
	// issue, with commands in it: nothing of that is ours, nor a person's.
	second := w.open("suzuki", "a question")
	both(second)
	_, err = w.hub.Comment(repo, second, otherApp, statuses["kintsugi[bot]"]+"\n/incident\n/resolved\n")
	w.must(err)
	w.settle()
	if got := len(w.ours(second)); got != 0 || w.issue(second).State != "open" {
		t.Errorf("%d comments of ours on an issue that another App wrote on", got)
	}

	w.say(n, "tanaka", "/resolved")
	both(n)
	if v := w.issue(n); v.State != "closed" || v.Reason != "completed" {
		t.Errorf("%s %s", v.State, v.Reason)
	}
	for _, c := range w.issue(n).Comments {
		if strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") {
			w.wants(c.Body, "**Resolved · SEV2 · lead tanaka")
		}
	}
}
