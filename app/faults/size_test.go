//go:build unix

package faults

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// crowd is a workflow that wants more than GitHub takes at once, on issues whose
// title asks for it: every child has it beside the real ones.
func crowd() workflows.Workflow {
	return workflows.Workflow{Name: "crowd", Decide: func(in workflows.Input) workflows.Decision {
		var plan workflows.Plan
		if strings.Contains(in.Observation.Issue.Title, "crowd") && in.Owner != "" {
			plan.Assignees = crowded()
			plan.Comments = []workflows.CommentIntent{{Key: "crowd.long", Body: longText(65_537)}}
		}
		return workflows.Decision{Plan: plan}
	}}
}

// crowded are eleven people, of whom GitHub assigns ten.
func crowded() (logins []string) {
	for i := range 11 {
		logins = append(logins, fmt.Sprintf("person-%02d", i))
	}
	return logins
}

// longText has that many characters in numbered lines.
func longText(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "line %06d of a text that is too long for one comment\n", i)
	}
	return b.String()[:size]
}

// TestFault25TooLong: what GitHub does not take in one piece arrives in several;
// whom it leaves out is named; nothing is lost without a word.
func TestFault25TooLong(t *testing.T) {
	onBoth(t, func(t *town) {
		for _, login := range crowded() {
			t.hub.SetRole(repo, login, "triage")
		}
		var labels []string
		for i := range 300 {
			labels = append(labels, fmt.Sprintf("label-%03d", i))
		}
		n, err := t.hub.OpenIssue(repo, "suzuki", fakehub.NewIssue{
			Title: "[incident] crowd " + strings.Repeat("x", 256-len("[incident] crowd ")), Body: strings.Repeat("長", 65_536), Labels: labels,
		})
		t.must(err)
		t.settle()
		t.say(repo, n, "tanaka", "/note "+strings.Repeat("メ", 65_000))
		for i := range 12 {
			t.say(repo, n, "tanaka", fmt.Sprintf("/note %d %s", i, strings.Repeat("モ", 6_000)))
			if i%6 == 0 {
				t.settle()
			}
		}
		t.say(repo, n, "tanaka", "/ack")
		t.rest()
		v, _ := t.hub.Issue(repo, n)
		if len(v.Labels) != 301 {
			t.Errorf("%d labels, want the 300 that were there and ours", len(v.Labels))
		}
		if len(v.Assignees) != 10 {
			t.Errorf("%d assignees, want as many as GitHub takes", len(v.Assignees))
		}
		status, long, thumbs := "", "", 0
		for _, c := range v.Comments {
			for _, r := range c.Reactions {
				if r.User == bot && r.Content == "+1" {
					thumbs++
				}
			}
			switch {
			case c.Author != bot:
			case strings.HasPrefix(c.Body, "<!-- kintsugi:status -->"):
				status = c.Body
			case strings.HasPrefix(c.Body, "<!-- kintsugi:crowd.long"):
				long += c.Body
			}
		}
		if thumbs != 14 {
			t.Errorf("%d of 14 commands were done", thumbs)
		}
		if left := crowded()[10]; !strings.Contains(status, left) {
			t.Errorf("that GitHub did not assign %s is said nowhere:\n%s", left, status)
		}
		for line := range strings.Lines(longText(65_537)) {
			if !strings.Contains(long, strings.TrimSpace(line)) {
				t.Fatalf("%q was lost", line)
			}
		}
		t.promises()
	})
}
