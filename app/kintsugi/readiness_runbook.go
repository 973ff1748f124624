package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/runbook"
)

func newReadinessRunbook() *cobra.Command {
	c := &cobra.Command{
		Use:   "runbook",
		Short: "Compare release runbooks",
		Long: "Runbook is about release runbooks: Markdown files or issues with steps, owners and times, such\n" +
			"as kintsugi readiness init --with release-runbook writes.",
	}
	c.AddCommand(newRunbookDiff())
	return c
}

// runbookDiff is one run of the command.
type runbookDiff struct {
	readinessNoun
	settings *settings
	label    string
}

func newRunbookDiff() *cobra.Command {
	var n runbookDiff
	c := n.on(&cobra.Command{
		Use:   "diff [BEFORE] NOW",
		Short: "Say step by step how a release runbook differs from the one before",
		Long: "Diff compares two release runbooks: what was added, removed, moved or reworded, and which\n" +
			"owner or time is another. Steps are the rows of tables with a column Step, boxes, and the\n" +
			"items of numbered lists; what was ticked or done does not count. A runbook is a file, or an\n" +
			"issue as OWNER/REPO#123. An issue alone is compared with the last closed one that has the\n" +
			"same label and a runbook. Issues are read with the App's settings, else with GITHUB_TOKEN.\n\n" +
			"It ends with 0 whether or not there is a difference, and with 2 if a runbook cannot be used,\n" +
			"of which it says the line and column.",
		Example: "  kintsugi readiness runbook diff docs/releases/v12.md docs/releases/v13.md\n" +
			"  kintsugi readiness runbook diff --format markdown acme/pay#123",
		Args: arguments(cobra.RangeArgs(1, 2)),
	}, func(args []string) error { return n.run(n.command.Context(), args) }, "markdown")
	n.settings = addSettings(c, server.AppSettings())
	c.Flags().StringVar(&n.label, "label", "", "the label of the issues to compare with (default: the only one that the issue has)")
	return c
}

// runbookIssue is how an issue is named.
var runbookIssue = regexp.MustCompile(`^([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)#([1-9][0-9]{0,8})$`)

func (n *runbookDiff) run(ctx context.Context, args []string) error {
	now := args[len(args)-1]
	last, isIssue := subjectIn(now)
	if len(args) == 1 && !isIssue {
		return n.wrong("%.100q is a file: name the one before, too", "%.100q はファイルです。前回の手順書も指定してください", now)
	}
	var hub *gitHub
	text, err := n.text(ctx, &hub, now)
	if err != nil {
		return err
	}
	name, before, err := n.before(ctx, &hub, args, last)
	if err != nil {
		return err
	}
	newer, err := n.parse(now, text)
	if err != nil {
		return err
	}
	older, err := n.parse(name, before)
	if err != nil {
		return err
	}
	return n.show(name, now, runbook.Compare(older, newer))
}

// before is the runbook to compare with: the one that is named, else the last.
func (n *runbookDiff) before(ctx context.Context, hub **gitHub, args []string, now workflows.Subject) (name, text string, err error) {
	if len(args) == 1 {
		return n.lastClosed(ctx, *hub, now)
	}
	text, err = n.text(ctx, hub, args[0])
	return args[0], text, err
}

func (n *runbookDiff) show(before, now string, d runbook.Difference) error {
	out := n.command.OutOrStdout()
	switch n.as {
	case "json":
		return writeJSON(out, struct {
			From string `json:"from"`
			To   string `json:"to"`
			runbook.Difference
		}{before, now, d})
	case "markdown":
		last := "`" + before + "`"
		if s, ok := subjectIn(before); ok {
			last = s.String()
		}
		_, err := io.WriteString(out, printable(d.Markdown(n.lang, last)))
		return err
	}
	_, err := io.WriteString(out, printable(d.Text(n.lang, before)))
	return err
}

func subjectIn(text string) (s workflows.Subject, ok bool) {
	m := runbookIssue.FindStringSubmatch(text)
	if m == nil {
		return s, false
	}
	number, err := strconv.Atoi(m[2])
	return workflows.Subject{Repo: m[1], Number: number}, err == nil
}

func (n *runbookDiff) parse(name, text string) (*runbook.Runbook, error) {
	b, problems := runbook.Parse(name, text)
	if b == nil {
		return nil, n.broken(problems)
	}
	return b, nil
}

// text is that of a file or of an issue; GitHub is only reached where there is one.
func (n *runbookDiff) text(ctx context.Context, hub **gitHub, name string) (string, error) {
	s, ok := subjectIn(name)
	if !ok {
		content, err := n.content(name)
		return string(content), err
	}
	if *hub == nil {
		reached, err := reachGitHub(ctx, n.settings.lookup)
		if err != nil {
			return "", err
		}
		*hub = &reached
	}
	issue, err := (*hub).app.Issue(ctx, s)
	if err != nil {
		return "", n.unread(name, err)
	}
	return issue.Body, nil
}

func (n *runbookDiff) unread(name string, err error) error {
	if errors.Is(err, engine.ErrGone) {
		return n.wrong("%s is not there, or cannot be seen with these credentials", "%s がないか、この認証情報では見えません", name)
	}
	return fmt.Errorf(n.say("%s cannot be read: %w", "%s を読めません: %w"), name, err)
}

// mostRunbooks is how many closed issues are looked at, the last closed first.
const mostRunbooks = 5

// lastClosed is the issue that was closed last, of those with the label, whose text is a
// runbook.
func (n *runbookDiff) lastClosed(ctx context.Context, hub *gitHub, s workflows.Subject) (name, text string, err error) {
	if n.label == "" {
		issue, err := hub.app.Issue(ctx, s)
		if err != nil {
			return "", "", n.unread(s.String(), err)
		}
		if len(issue.Labels) != 1 {
			return "", "", n.wrong("%s has %d labels: say by --label which one the runbooks of releases have", "%s のラベルは%d個です。手順書のIssueに付けるラベルを --label で指定してください", s, len(issue.Labels))
		}
		n.label = issue.Labels[0]
	}
	answer, err := hub.app.Answer(ctx, workflows.IssuesAsk{Repo: s.Repo, Closed: n.label})
	if err != nil || answer.Unknown != "" {
		return "", "", errors.Join(err, errors.New(answer.Unknown))
	}
	closed := answer.Seen.Issues["closed\t"+n.label].All
	slices.SortStableFunc(closed, func(x, y workflows.LabelledIssue) int { return cmp.Or(y.Closed.Compare(x.Closed), y.Number-x.Number) })
	closed = slices.DeleteFunc(closed, func(i workflows.LabelledIssue) bool { return i.Number == s.Number })
	for _, i := range closed[:min(mostRunbooks, len(closed))] {
		before := workflows.Subject{Repo: s.Repo, Number: i.Number}
		issue, err := hub.app.Issue(ctx, before)
		if err != nil {
			return "", "", n.unread(before.String(), err)
		}
		if runbook.Is(issue.Body) {
			return before.String(), issue.Body, nil
		}
	}
	return "", "", n.wrong("none of the last %d closed issues of %s with the label %q is a release runbook", "%[2]s の、ラベル %[3]q の閉じたIssueのうち新しい%[1]d件に、手順書はありません", min(mostRunbooks, len(closed)), s.Repo, n.label)
}
