package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// bot is the login that the program writes as.
const bot = "kintsugi[bot]"

// sight is an issue as one look at it shows it to a person.
type sight struct {
	State  string
	Reason string
	URL    string
	Labels []string
	// Ours are the texts of the program's comments, oldest first, without what
	// is hidden in them.
	Ours []string
	// Edits tells for each of them whether it was edited.
	Edits []bool
	// Notified are whom GitHub noted as mentioned, in order.
	Notified []string
	// Answer is the program's reaction to the comment that was written last.
	Answer string
}

// look reads an issue, and the reactions to one comment of it.
func (p person) look(ctx context.Context, repo string, number int, comment int64) (sight, error) {
	at := fmt.Sprintf("/repos/%s/issues/%d", repo, number)
	var issue struct {
		State  string
		Reason string `json:"state_reason"`
		URL    string `json:"html_url"`
		Labels []struct{ Name string }
	}
	var comments []struct {
		Body    string
		User    struct{ Login string }
		Created string `json:"created_at"`
		Updated string `json:"updated_at"`
	}
	var events []struct {
		Event string
		Actor struct{ Login string }
	}
	var reactions []struct {
		Content string
		User    struct{ Login string }
	}
	questions := []question{{at, &issue}, {at + "/comments?per_page=100", &comments}, {at + "/events?per_page=100", &events}}
	if comment != 0 {
		questions = append(questions, question{fmt.Sprintf("/repos/%s/issues/comments/%d/reactions", repo, comment), &reactions})
	}
	for _, q := range questions {
		if err := p.get(ctx, q.path, q.into); err != nil {
			return sight{}, err
		}
	}
	seen := sight{State: issue.State, Reason: issue.Reason, URL: issue.URL}
	for _, l := range issue.Labels {
		seen.Labels = append(seen.Labels, l.Name)
	}
	for _, c := range comments {
		if c.User.Login == bot {
			seen.Ours = append(seen.Ours, visible(c.Body))
			seen.Edits = append(seen.Edits, c.Created != c.Updated)
		}
	}
	for _, e := range events {
		if e.Event == "mentioned" {
			seen.Notified = append(seen.Notified, e.Actor.Login)
		}
	}
	for _, r := range reactions {
		if r.User.Login == bot {
			seen.Answer = r.Content
		}
	}
	return seen, nil
}

type question struct {
	path string
	into any
}

// visible is a comment without the lines that GitHub does not show.
func visible(body string) string {
	lines := slices.DeleteFunc(strings.Split(body, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "<!--") && strings.HasSuffix(strings.TrimSpace(line), "-->")
	})
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// status is the program's first comment.
func (s sight) status() string {
	if len(s.Ours) == 0 {
		return ""
	}
	return s.Ours[0]
}

// wish is something that a person expects to see. It says what it sees instead,
// or "" where there is nothing to wish for.
type wish func(sight) string

// says expects the status comment to hold each of these texts.
func says(texts ...string) wish {
	return func(s sight) string { return missing("the status comment", s.status(), texts) }
}

// comment expects the n-th comment of the program's to hold each of these texts.
func comment(n int, texts ...string) wish {
	return func(s sight) string {
		if len(s.Ours) < n {
			return fmt.Sprintf("expected a comment number %d by %s; there are %d", n, bot, len(s.Ours))
		}
		return missing(fmt.Sprintf("comment number %d by %s", n, bot), s.Ours[n-1], texts)
	}
}

func missing(where, text string, wanted []string) string {
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			return fmt.Sprintf("expected in %s: %q\nthere is:\n%s", where, w, text)
		}
	}
	return ""
}

// comments expects so many by the program.
func comments(n int) wish {
	return func(s sight) string {
		if len(s.Ours) == n {
			return ""
		}
		return fmt.Sprintf("expected %d comments by %s; there are %d:\n%s", n, bot, len(s.Ours), strings.Join(s.Ours, "\n---\n"))
	}
}

// silent expects that the n-th comment mentions nobody.
func silent(n int) wish {
	return func(s sight) string {
		if len(s.Ours) >= n && strings.Contains(s.Ours[n-1], "@") {
			return "expected nobody to be mentioned in:\n" + s.Ours[n-1]
		}
		return ""
	}
}

// labels expects exactly these.
func labels(names ...string) wish {
	return func(s sight) string { return same("the labels", names, s.Labels) }
}

// notified expects that exactly these people were mentioned.
func notified(logins ...string) wish {
	return func(s sight) string { return same("the people notified", logins, s.Notified) }
}

func same(what string, wanted, there []string) string {
	a, b := slices.Sorted(slices.Values(wanted)), slices.Sorted(slices.Values(there))
	if slices.Equal(a, b) {
		return ""
	}
	return fmt.Sprintf("expected %s to be %s; they are %s", what, list(a), list(b))
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// answered expects this reaction to the comment written last.
func answered(content string) wish {
	return func(s sight) string {
		if s.Answer == content {
			return ""
		}
		return fmt.Sprintf("expected the reaction %q by %s; there is %q", content, bot, s.Answer)
	}
}

// stands expects the issue to be open, or closed for a reason.
func stands(state, reason string) wish {
	return func(s sight) string {
		if s.State == state && (reason == "" || s.Reason == reason) {
			return ""
		}
		return fmt.Sprintf("expected the issue to be %s %s; it is %s %s", state, reason, s.State, s.Reason)
	}
}

// edited expects that the n-th comment was edited.
func edited(n int) wish {
	return func(s sight) string {
		if len(s.Edits) >= n && s.Edits[n-1] {
			return ""
		}
		return fmt.Sprintf("expected comment number %d by %s to have been edited", n, bot)
	}
}
