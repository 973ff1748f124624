package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// mostMoves is how often in a row an issue may have been transferred.
const mostMoves = 3

// issueOf tells of another issue what the people may know who read the subject: of
// one that the App opened for the subject how it stands, and its words only where
// its audience is no narrower; of another one all or nothing.
func (e *Engine) issueOf(ctx context.Context, s, of workflows.Subject, moves int) (workflows.Answer, error) {
	if !strings.EqualFold(ownerOf(s.Repo), ownerOf(of.Repo)) {
		return workflows.Answer{Unknown: "in a repository of another owner"}, nil
	}
	issue, err := e.reader.Issue(ctx, of)
	moved, is := errors.AsType[*Moved](err)
	switch {
	case is && moves < mostMoves:
		to, err := workflows.ParseSubject(moved.key(of.String()))
		if err != nil {
			return workflows.Answer{}, err
		}
		return e.issueOf(ctx, s, to, moves+1)
	case is, errors.Is(err, ErrGone), errors.Is(err, ErrRefused):
		return workflows.Answer{Unknown: workflows.NotThere}, nil
	case err != nil:
		return workflows.Answer{}, err
	}
	wider, err := e.isWider(ctx, s.Repo, of.Repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	if wider != "" {
		_, asking, ours := issue.MadeFor()
		isMine := false
		if ours {
			isMine, err = e.isSame(ctx, asking, s)
		}
		if err != nil || !isMine {
			return workflows.Answer{Unknown: wider}, err
		}
	}
	answer := told(issue, of, wider)
	if issue.Commented > 0 {
		if answer.Summaries, err = e.published(ctx, of, issue); err != nil {
			return workflows.Answer{}, err
		}
	}
	return answer, nil
}

// told is what is told of an issue where its audience is narrower for that reason,
// if any.
func told(issue workflows.Issue, at workflows.Subject, wider string) workflows.Answer {
	if wider != "" {
		issue.Title, issue.Body, issue.Labels = "", "", nil
	}
	return workflows.Answer{Issue: issue, Subject: at}
}

// isSame reports whether what a marker names is this subject: its number or name here, or
// in the repository that was renamed to this one. What was transferred from
// elsewhere names a number of that other repository.
func (e *Engine) isSame(ctx context.Context, of, s workflows.Subject) (bool, error) {
	if of.Number != s.Number || of.Name != s.Name || strings.EqualFold(of.Repo, s.Repo) {
		return of.Number == s.Number && of.Name == s.Name, nil
	}
	_, err := e.places.Home(ctx, of.Repo)
	if moved, is := errors.AsType[*Moved](err); is {
		return strings.EqualFold(moved.To, s.Repo), nil
	}
	if errors.Is(err, ErrGone) {
		return false, nil
	}
	return false, err
}

// placeOf tells whether issues can be opened in a repository of the same owner.
func (e *Engine) placeOf(ctx context.Context, s workflows.Subject, repo string) (workflows.Answer, error) {
	if !strings.EqualFold(ownerOf(s.Repo), ownerOf(repo)) {
		return workflows.Answer{Unknown: "in a repository of another owner"}, nil
	}
	home, err := e.places.Home(ctx, repo)
	if moved, is := errors.AsType[*Moved](err); is {
		answer := workflows.Answer{Unknown: "it has another name by now"}
		if strings.EqualFold(ownerOf(s.Repo), ownerOf(moved.To)) {
			answer.Place.Now = moved.To
		}
		return answer, nil
	}
	if errors.Is(err, ErrGone) || errors.Is(err, ErrRefused) {
		return workflows.Answer{Unknown: "it is not there, or the App is not installed on it"}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	wider, err := e.isWider(ctx, s.Repo, repo)
	if err != nil {
		return workflows.Answer{}, err
	}
	p, _ := policy.ParseLayers(home.Sources, e.rules.Sections())
	collects := slices.ContainsFunc(e.rules.List, func(w workflows.Workflow) bool {
		return w.Collects != nil && slices.ContainsFunc(w.Collects(p), func(from string) bool { return strings.EqualFold(from, s.Repo) })
	})
	return workflows.Answer{Place: workflows.Place{Private: home.Private, Closed: home.Closed, Hidden: wider != "", Collects: p.Enabled && collects}}, nil
}
