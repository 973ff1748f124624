package githubapp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func TestOwnIssuesByLabel(t *testing.T) {
	w := curious(t)
	label := workflows.Label{Name: "follow-up", Color: "c5def5"}
	open := func(title string) int {
		t.Helper()
		w.clock.Advance(time.Minute)
		made, err := w.app.OpenIssue(context.Background(), vault, workflows.IssueIntent{
			Title: title, Body: workflows.Marked("followup.item.00", w.issue, "- Due: 2026-12-18"), Labels: []workflows.Label{label},
		})
		must(t, err)
		return made.Number
	}
	old, closedLongAgo := open("old"), open("closed long ago")
	must(t, w.Close(vault, closedLongAgo, "alice", "completed"))
	for n := range 120 { // more than a page of what somebody else wrote, markers and all
		_, err := w.OpenIssue(vault, "alice", fakehub.NewIssue{Title: "mine", Body: workflows.Marked("followup.item.00", w.issue, ""), Labels: []string{"follow-up"}, PullRequest: n == 0})
		must(t, err)
	}
	w.goTo(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	closed := open("closed lately")
	must(t, w.Close(vault, closed, "alice", "not_planned"))
	unlabelled := open("label taken off")
	must(t, w.Unlabel(vault, unlabelled, "alice", "follow-up"))

	ask := workflows.OwnIssuesAsk{Repo: vault, Label: "follow-up", Since: "2026-12-01"}
	got := w.told(ask).Own
	var found []string
	for _, o := range got {
		found = append(found, o.Subject.String()+" "+o.Issue.Title+" "+o.Issue.Reason+" "+o.Key+" for "+o.For.String())
	}
	want := []string{
		(workflows.Subject{Repo: vault, Number: old}).String() + " old  followup.item.00 for acme/shop#1",
		(workflows.Subject{Repo: vault, Number: closed}).String() + " closed lately not_planned followup.item.00 for acme/shop#1",
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}

	for _, c := range []struct{ repo, want string }{
		{"acme/nosuch", "not installed"}, {"stranger/open", "not installed"}, {"../..", "not there"},
	} {
		ask.Repo = c.repo
		got, err := w.app.Answer(ctx, ask)
		if err != nil || !strings.Contains(got.Unknown, c.want) || got.Own != nil {
			t.Errorf("%s: %+v, %v", c.repo, got, err)
		}
	}
	ask.Repo = vault
	w.fault(1, "GET", "/repos/acme/vault/issues", fakehub.Fault{Status: 502})
	if got, err := w.app.Answer(ctx, ask); err == nil || got.Unknown != "" {
		t.Errorf("while GitHub is in trouble: %+v, %v", got, err)
	}
}
