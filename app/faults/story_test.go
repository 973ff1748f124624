//go:build unix

package faults

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func (t *town) open(repo, by, title string) int {
	t.Helper()
	n, err := t.hub.OpenIssue(repo, by, fakehub.NewIssue{Title: title, Body: title})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (t *town) say(repo string, n int, by, body string) int64 {
	t.Helper()
	id, err := t.hub.Comment(repo, n, by, body)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// tell tells the story that most tests have: somebody reports, the next one
// takes it up and resolves it. between is called after each step.
func (t *town) tell(title string, between func()) (n int) {
	t.Helper()
	n = t.open(repo, "sato", "[incident] "+title)
	between()
	for _, body := range []string{"/ack", "/sev 2", "/resolved"} {
		t.say(repo, n, "tanaka", body)
		between()
	}
	return n
}

// told is how every telling of that story ends.
const told = `closed completed [incident sev2]; ours: incident.resolved, status; 👍3 😕0; "Resolved · SEV2 · lead tanaka"`

// summary is what can be seen of an issue in one line.
func (t *town) summary(repo string, n int) string {
	v, ok := t.hub.Issue(repo, n)
	if !ok {
		return "gone"
	}
	var keys []string
	up, confused, head := 0, 0, ""
	for _, c := range v.Comments {
		if c.Author == bot {
			key := strings.TrimSuffix(strings.TrimPrefix(strings.SplitN(c.Body, "\n", 2)[0], "<!-- kintsugi:"), " -->")
			keys = append(keys, key)
			if key == "status" {
				head = strings.Trim(strings.SplitN(c.Body, "\n", 3)[1], "*")
			}
		}
		for _, r := range c.Reactions {
			switch {
			case r.User != bot:
			case r.Content == "+1":
				up++
			default:
				confused++
			}
		}
	}
	slices.Sort(v.Labels)
	slices.Sort(keys)
	return fmt.Sprintf("%s; ours: %s; 👍%d 😕%d; %q",
		strings.Join(slices.DeleteFunc([]string{v.State, v.Reason, fmt.Sprint(v.Labels)}, func(s string) bool { return s == "" }), " "),
		strings.Join(keys, ", "), up, confused, head)
}

// wants checks what can be seen of an issue.
func (t *town) wants(n int, want string) {
	t.Helper()
	if got := t.summary(repo, n); got != want {
		v, _ := t.hub.Issue(repo, n)
		var texts []string
		for _, c := range v.Comments {
			texts = append(texts, c.Author+": "+c.Body)
		}
		t.Errorf("#%d\ngot  %s\nwant %s\n%s", n, got, want, strings.Join(texts, "\n----\n"))
	}
}
