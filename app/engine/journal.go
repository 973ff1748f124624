package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Bounds of what the journal keeps of one run: enough to tell what was done and
// why, and not a copy of the issue.
const (
	mostLogged = 40     // lines of a kind
	maxLogged  = 500    // characters of a line
	maxPlan    = 16_000 // characters of a plan
)

// entry is what the journal keeps of a run: in short where nothing was written
// and nothing went wrong.
func (r Run) entry(ended time.Time, out Outcome) *Entry {
	_, limited := errors.AsType[*Later](r.Err)
	e := &Entry{
		At: r.At, Ended: ended, Rank: r.Rank, Owner: r.Owner, Observed: logged(r.Observed), Did: logged(r.Did),
		Error: clip(out.Error, maxPlan), PutOff: out.Excused || limited, Due: r.Due,
	}
	if r.Err != nil && out.Error == "" {
		e.Error = clip(r.Err.Error(), maxPlan)
	}
	if r.Owner == "" || len(e.Did) > 0 || e.Error != "" || r.Held {
		e.Asked, e.Why, e.Plan = logged(r.Asked), logged(r.Why), clip(r.Plan, maxPlan)
	}
	return e
}

// note puts on disk what this run is about before it writes anything, so that a
// process that dies leaves the reason of what it wrote.
func (a *applier) note(ctx context.Context) error {
	if a.noted || a.e.journal == nil {
		return nil
	}
	r := *a.run
	err := a.e.journal.Note(ctx, *a.c, Entry{
		At: r.At, Rank: r.Rank, Owner: r.Owner, Observed: logged(r.Observed), Asked: logged(r.Asked),
		Why: logged(r.Why), Plan: clip(r.Plan, maxPlan),
	})
	a.noted = err == nil
	return err
}

// observed is a subject as it was found, in lines.
func (v *view) observed(h Hint) []string {
	i, kind := v.o.Issue, "issue"
	if i.Pull {
		kind = "pull request"
	}
	state := "open"
	if !i.Open {
		state = "closed as " + cmp.Or(i.Reason, "nothing said")
	}
	lines := []string{
		fmt.Sprintf("the %s is %s, opened by %s at %s", kind, state, i.Author.Login, logTime(i.CreatedAt)),
		fmt.Sprintf("labels %s; assigned %s", quotedAll(i.Labels), quotedAll(i.Assignees)),
	}
	since := "since it was opened"
	if !v.from.IsZero() {
		since = "since " + logTime(v.from)
	}
	lines = append(lines, fmt.Sprintf("%s written or edited %s, %s", counted(len(v.o.Comments), "comment"), since, counted(len(v.o.Events), "event")), v.recordFound(h))
	for _, i := range v.intents {
		lines = append(lines, fmt.Sprintf("begun before, its fate unknown: %s at %s", i.Key, logTime(i.At)))
	}
	if v.unexplained != "" {
		lines = append(lines, "the events do not explain: "+v.unexplained)
	}
	for _, p := range v.problems {
		lines = append(lines, "policy: "+p.String())
	}
	return lines
}

func (v *view) recordFound(h Hint) string {
	switch {
	case v.lost != nil:
		return "the record is not believed: " + v.lost.Error()
	case v.status == nil && h.StatusGone > 0:
		return "no status comment; it was deleted " + counted(h.StatusGone, "time")
	case v.status == nil:
		return "no status comment"
	default:
		return fmt.Sprintf("record %d with %s, in comment %d", v.record.Seq, counted(len(v.record.Acts), "act"), v.status.ID)
	}
}

// asked are the questions of a run with GitHub's answers, in lines.
func asked(facts workflows.Facts) []string {
	var lines []string
	for ask, answer := range facts {
		var line string
		switch ask := ask.(type) {
		case workflows.RoleAsk:
			line = fmt.Sprintf("role of %s on %s: %s", ask.Login, ask.Repo, answer.Role)
			if answer.Unknown != "" {
				line = fmt.Sprintf("role of %s on %s: unknown, %s", ask.Login, ask.Repo, answer.Unknown)
			}
		case workflows.SummaryAsk:
			line = fmt.Sprintf("summary of %s: %s", ask.Subject, cmp.Or(summaryOf(answer.Summaries), answer.Unknown, "none"))
		case workflows.CommentsAsk:
			line = fmt.Sprintf("all comments of %s: %d %s", ask.Subject, len(answer.Comments), answer.Unknown)
		case workflows.FileAsk:
			line = fmt.Sprintf("file %s of %s at %q: %d bytes %s", ask.Path, ask.Repo, ask.Ref, len(answer.Text), answer.Unknown)
		case workflows.OwnIssuesAsk:
			line = fmt.Sprintf("own issues in %s: %d %s", ask.Repo, len(answer.Own), answer.Unknown)
		case workflows.LabelledAsk:
			line = fmt.Sprintf("issues labelled %q in %s: %d %s", ask.Label, ask.Repo, len(answer.Own), answer.Unknown)
		case workflows.BranchAsk:
			b := answer.Branch
			line = fmt.Sprintf("branch %q of %s: at %q, %d ahead of and %d behind %s, pull request %d %s",
				ask.Branch, ask.Repo, b.Head, b.Ahead, b.Behind, b.Default, b.Pull.Number, answer.Unknown)
		case workflows.HistoryAsk:
			line = fmt.Sprintf("history of %s in %s since %s: gone %t, now %q %s", ask.Path, ask.Repo, ask.Since, answer.History.Gone, answer.History.Now, answer.Unknown)
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

// logged bounds lines; where there are too many the last count.
func logged(lines []string) []string {
	var out []string
	if more := len(lines) - mostLogged; more > 0 {
		out, lines = append(out, fmt.Sprintf("… %d before", more)), lines[more:]
	}
	for _, line := range lines {
		out = append(out, clip(line, maxLogged))
	}
	return out
}

// clip cuts a text and says how much is missing.
func clip(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d characters more)", string(r[:most]), len(r)-most)
}

// counted is a number of things, one or many.
func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

func quotedAll(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	const most = 20
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, " ")
}

func logTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }
