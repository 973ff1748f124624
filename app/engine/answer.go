package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/workflows"
)

func unanswered(asks []workflows.Ask, facts workflows.Facts) []workflows.Ask {
	var open []workflows.Ask
	for _, a := range asks {
		if _, ok := facts[a]; !ok {
			open = append(open, a)
		}
	}
	return open
}

// answer fetches what is asked, each question once, a few at a time.
func (e *Engine) answer(ctx context.Context, s workflows.Subject, asks []workflows.Ask, facts workflows.Facts, c *Claim) error {
	if err := e.holdLease(ctx, c); err != nil {
		return err
	}
	once := map[workflows.Ask]bool{}
	var list []workflows.Ask
	for _, a := range unanswered(asks, facts) {
		if !once[a] {
			once[a] = true
			list = append(list, a)
		}
	}
	answers := make([]workflows.Answer, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(e.parallel)
	for i, a := range list {
		one := func() (err error) {
			answers[i], err = e.ask(ctx, s, a)
			if err != nil && workflows.OnlyHelps(a) && !limited(err) && ctx.Err() == nil {
				answers[i], err = workflows.Answer{Unknown: noAnswer}, nil
			}
			if err != nil {
				err = fmt.Errorf("ask %+v: %w", a, err)
			}
			return err
		}
		if e.parallel > 1 {
			group.Go(one)
		} else if err := one(); err != nil {
			return err
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, a := range list {
		facts[a] = answers[i]
	}
	return nil
}

// noAnswer stands for the answer to an ask that only helps while GitHub is in
// trouble: nobody goes uncalled because a list of releases could not be read.
const noAnswer = "GitHub did not answer"

// mostHelps is how often a run is soon repeated only to complete what helps.
const mostHelps = 3

// isPatchy reports whether something that would help is not known yet.
func (d *deliberation) isPatchy() bool {
	for _, f := range d.facts {
		if f.Unknown == noAnswer {
			return true
		}
	}
	return false
}

func limited(err error) bool {
	_, is := errors.AsType[*Later](err)
	return is
}

// ask answers one question, as far as the people who read the subject may know
// the answer.
func (e *Engine) ask(ctx context.Context, s workflows.Subject, a workflows.Ask) (workflows.Answer, error) {
	switch a := a.(type) {
	case workflows.SummaryAsk:
		return e.summary(ctx, s, a.Subject)
	case workflows.PullAsk:
		return e.pullOf(ctx, s, a)
	case workflows.IssueAsk:
		return e.issueOf(ctx, s, a.Subject, 0)
	case workflows.OwnIssuesAsk:
		return e.ownIssuesOf(ctx, s.Repo, a)
	case workflows.EditedAsk:
		if a.Subject != s {
			return workflows.Answer{Unknown: "of another subject"}, nil
		}
	case workflows.PlaceAsk:
		return e.placeOf(ctx, s, a.Repo)
	case workflows.TeamAsk:
		if !strings.EqualFold(a.Org, ownerOf(s.Repo)) {
			return workflows.Answer{Unknown: "a team of another account"}, nil
		}
	case workflows.CommentsAsk:
		if a.Subject != s {
			return workflows.Answer{Unknown: "of another subject"}, nil
		}
		comments, err := e.reader.Comments(ctx, s, time.Time{})
		return workflows.Answer{Comments: comments}, err
	case workflows.LabelledAsk:
		return e.labelledIn(ctx, s.Repo, a)
	case workflows.LinksAsk:
		answer, err := e.reader.Answer(ctx, a)
		for i, l := range answer.Links {
			wider, unsure := e.isWider(ctx, s.Repo, l.Subject.Repo)
			if err = errors.Join(err, unsure); wider != "" {
				answer.Links[i].Title = ""
			}
		}
		return answer, err
	case workflows.ChangesAsk:
		if !strings.EqualFold(ownerOf(s.Repo), ownerOf(a.Repo)) {
			return workflows.Answer{Unknown: "in a repository of another owner"}, nil
		}
		answer, err := e.reader.Answer(ctx, a)
		wider, unsure := e.isWider(ctx, s.Repo, a.Repo)
		for i := range answer.Changes {
			if wider != "" {
				answer.Changes[i].Title, answer.Changes[i].URL = "", "" // the address holds the tag
			}
		}
		return answer, errors.Join(err, unsure)
	}
	if deployed, ok := a.(workflows.DeployedAsk); ok {
		return e.deployedIn(ctx, s.Repo, deployed)
	}
	if there, ok := workflows.Quotes(a); ok {
		return e.quoted(ctx, s.Repo, there, a)
	}
	return e.reader.Answer(ctx, a)
}

// summary reads what a neighbour published. It is read by id where the store
// knows the comment; only neighbours in the same repository are read, whose
// audience is the same.
func (e *Engine) summary(ctx context.Context, asking, of workflows.Subject) (workflows.Answer, error) {
	if asking.Repo != of.Repo {
		return workflows.Answer{Unknown: "in another repository"}, nil
	}
	issue, err := e.reader.Issue(ctx, of)
	var moved *Moved
	if errors.Is(err, ErrGone) || errors.As(err, &moved) {
		return workflows.Answer{Unknown: "not there"}, nil
	}
	if err != nil {
		return workflows.Answer{}, err
	}
	summaries, err := e.published(ctx, of, issue)
	return workflows.Answer{Summaries: summaries}, err
}

// published reads what stands in the record of a subject for others to read, where what is
// kept of it is not that of its last record.
func (e *Engine) published(ctx context.Context, of workflows.Subject, issue workflows.Issue) (map[string]string, error) {
	home, err := e.places.Home(ctx, of.Repo)
	if err != nil {
		return nil, err
	}
	v := view{o: workflows.Observation{Subject: of, RepoID: home.RepoID, Issue: issue}}
	var hint Hint
	if e.queue != nil {
		if hint, err = e.queue.Peek(ctx, of.String()); err != nil {
			return nil, err
		}
	}
	known := hint
	if found, ok := e.publications.find(of.String(), known); ok {
		return found, nil
	}
	if hint.Status == 0 {
		if v.o.Comments, err = e.reader.Comments(ctx, of, time.Time{}); err != nil {
			return nil, err
		}
	}
	if err := e.findStatus(ctx, &v, &hint); err != nil {
		return nil, err
	}
	summaries := summariesIn(v.record.Summary)
	isLast := v.record.Seq == known.Seq && v.status != nil && v.status.ID == known.Status
	isUntouched := known.Status == 0 && known.Seq == 0 && e.queue != nil // since this store was made
	if v.record.Seq > 0 && (isLast || isUntouched) {
		e.publications.keep(of.String(), known, summaries)
	}
	return summaries, nil
}
