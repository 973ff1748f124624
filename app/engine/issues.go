package engine

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// maxTitle is how many characters GitHub takes for a title; a longer one is
// answered with 422, "title is too long (maximum is 256 characters)".
const maxTitle = 256

// creations makes the issues and files that are planned, before anything is
// said. Where one was made, found or refused, the workflows decide again, so that
// what is then said can name it.
func (a *applier) creations(ctx context.Context) error {
	for range mostRounds {
		opened, err := a.issues(ctx)
		if err != nil {
			return err
		}
		proposed, err := a.files(ctx)
		if err != nil {
			return err
		}
		if !opened && !proposed {
			return nil
		}
		next, err := a.e.decide(ctx, *a.d, a.c)
		if err != nil {
			return err
		}
		*a.d = next
		a.run.decided(a.d)
	}
	return fmt.Errorf("after %d rounds the workflows still plan further issues or files", mostRounds)
}

// issues makes the planned issues that are not there yet, after looking for what
// an earlier try or an earlier record knew of. changed is true where something
// new is known of one.
func (a *applier) issues(ctx context.Context) (changed bool, err error) {
	missing := map[string]bool{}
	for _, want := range a.d.plan.Issues {
		if _, known := a.d.made[want.Key]; !known {
			missing[want.Key] = true
		}
	}
	// What we wrote may land late, and is then looked for although it was made.
	if len(missing) == 0 && (len(a.d.plan.Issues) == 0 || a.c.Hint.Watch.IsZero()) {
		return false, nil
	}
	found, err := a.findIssues(ctx)
	if err != nil {
		return false, err
	}
	for _, want := range a.d.plan.Issues {
		same := found[want.Key]
		if len(same) > 0 && (missing[want.Key] || same[0].Number < a.d.made[want.Key].Number) {
			a.haveIssue(want.Key, same[0])
			delete(missing, want.Key)
			changed = true
		}
		for _, twice := range same[min(1, len(same)):] {
			if err := a.foldIssue(ctx, want, same[0].Number, twice); err != nil {
				return changed, err
			}
		}
	}
	if err := a.mayCreate(ctx, missing); err != nil {
		return changed, err
	}
	for _, want := range a.d.plan.Issues {
		if missing[want.Key] {
			if err := a.openIssue(ctx, want); err != nil {
				return changed, err
			}
			changed = changed || !a.dry
		}
	}
	return changed, nil
}

// findIssues lists what this App opened since the subject was, by the keys in the
// markers that name it, the oldest first. Elsewhere a marker is not believed.
func (a *applier) findIssues(ctx context.Context) (map[string][]OwnIssue, error) {
	own, err := a.e.reader.OwnIssues(ctx, a.d.o.Subject.Repo, a.d.o.Issue.CreatedAt.Add(-overlap))
	if err != nil && tolerated(err) == nil {
		return nil, nil // what cannot be listed cannot be made either, and that says why
	}
	if err != nil {
		return nil, fmt.Errorf("list the issues that this App opened: %w", err)
	}
	found := map[string][]OwnIssue{}
	for _, i := range own {
		key, of, ok := i.MadeFor()
		if !ok {
			continue
		}
		isMine, err := a.isFor(ctx, of)
		if err != nil {
			return nil, err
		}
		if isMine {
			found[key] = append(found[key], i)
		}
	}
	for _, same := range found {
		slices.SortFunc(same, func(x, y OwnIssue) int { return x.Number - y.Number })
	}
	return found, nil
}

// isFor reports whether a marker names this subject: its number here, or in the
// repository that was renamed to this one. What was transferred from elsewhere
// names a number of that other repository.
func (a *applier) isFor(ctx context.Context, of workflows.Subject) (bool, error) {
	here := a.d.o.Subject
	if of.Number != here.Number || strings.EqualFold(of.Repo, here.Repo) {
		return of.Number == here.Number, nil
	}
	_, err := a.e.places.Home(ctx, of.Repo)
	if moved, is := errors.AsType[*Moved](err); is {
		return strings.EqualFold(moved.To, here.Repo), nil
	}
	if errors.Is(err, ErrGone) {
		return false, nil
	}
	return false, err
}

func (a *applier) haveIssue(key string, i OwnIssue) {
	a.d.made[key] = workflows.Made{ID: i.ID, Number: i.Number, At: i.CreatedAt}
	a.d.opened = append(a.d.opened, workflows.Subject{Repo: a.d.o.Subject.Repo, Number: i.Number})
}

// openIssue opens an issue. What GitHub refuses for good is remembered as such,
// and not tried again.
func (a *applier) openIssue(ctx context.Context, want workflows.IssueIntent) error {
	room := maxComment - len(workflows.Marked(want.Key, a.d.o.Subject, ""))
	want.Title = cutTitle(want.Title)
	want.Body = workflows.Marked(want.Key, a.d.o.Subject, shorten(want.Body, room, a.d.language))
	var made OwnIssue
	err := a.begin(ctx, want.Key, fmt.Sprintf("issue %s: %q", want.Key, want.Title), func() (err error) {
		made, err = a.e.writer.OpenIssue(ctx, a.d.o.Subject.Repo, want)
		return err
	})
	switch {
	case a.dry:
	case err == nil:
		a.haveIssue(want.Key, made)
	case tolerated(err) == nil:
		a.d.made[want.Key] = workflows.Made{Refused: refusal(err), At: a.e.second()}
		return nil
	}
	return err
}

func cutTitle(title string) string {
	if utf8.RuneCountInString(title) <= maxTitle {
		return title
	}
	return string([]rune(title)[:maxTitle-1]) + "…"
}

var answered = regexp.MustCompile(`\b(?:GET|POST|PUT|PATCH|DELETE) \S+: (.*)`)

// refusal is what GitHub answered, in short, to what it refused for good.
func refusal(err error) string {
	const most = 200
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	if m := answered.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	return string([]rune(text)[:min(most, utf8.RuneCountInString(text))])
}

// foldIssue closes what a create whose answer was lost left twice, with a word on
// why, so that there is one again: the oldest.
func (a *applier) foldIssue(ctx context.Context, want workflows.IssueIntent, first int, twice OwnIssue) error {
	if !twice.Open {
		return nil
	}
	s := workflows.Subject{Repo: a.d.o.Subject.Repo, Number: twice.Number}
	said, err := a.e.reader.Comments(ctx, s, time.Time{})
	if err != nil {
		return err
	}
	do := func(what string, write func() error) {
		if err == nil {
			err = tolerated(a.write(ctx, fmt.Sprintf("%s #%d, a duplicate of our #%d", what, twice.Number, first), write))
		}
	}
	if !slices.ContainsFunc(said, func(c workflows.Comment) bool { return c.Ours && markerOf(c.Body) == want.Key }) {
		do("comment on", func() error {
			_, err := a.e.writer.CreateComment(ctx, s, marked(want.Key, duplicateText(first, a.d.language)))
			return err
		})
	}
	for _, l := range want.Labels {
		do(fmt.Sprintf("label %q off", l.Name), func() error { return a.e.writer.RemoveLabel(ctx, s, l.Name) })
	}
	do("close", func() error { return a.e.writer.SetState(ctx, s, false, reasonDuplicate) })
	return err
}

func duplicateText(first int, lang words.Language) string {
	if lang == words.Japanese {
		return fmt.Sprintf("GitHubの応答が届かず、同じIssueが2つできました。#%d をお使いください。", first)
	}
	return fmt.Sprintf("This was opened twice, because an answer of GitHub's was lost. Please use #%d.", first)
}

const reasonDuplicate = "duplicate"

// isFolded tells whether the subject is an issue of our own that was closed by us
// because it was there twice. Nobody looks after it.
func (v *view) isFolded() bool {
	last, ok := v.o.LastState()
	return v.o.Issue.Ours && !v.o.Issue.Open && v.o.Issue.Reason == reasonDuplicate && ok && last.Ours
}
