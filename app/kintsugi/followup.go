package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newFollowUp() *cobra.Command {
	c := &cobra.Command{
		Use:   "followup",
		Short: "List follow-ups, show one, or sum them up",
		Long: "Followup shows what became of the action items of postmortems: whose they are, by when they\n" +
			"are due, what is done. It reads GitHub and changes nothing, neither there nor on this\n" +
			"machine, and needs no database.",
	}
	c.AddCommand(newFollowUpList(), newFollowUpShow(), newFollowUpDigest())
	return c
}

// byRecord is how these commands come by due dates.
const byRecord = "It uses the App's settings where they are set, else GITHUB_TOKEN; without the App's key no\n" +
	"record can be verified, so a due date is the one first set, as the issue's text has it."

// filter is which follow-ups are listed.
type filter struct {
	label, state, owner, kind string
	overdue                   bool
	since                     time.Duration
}

// states are what --state takes.
var states = []string{"open", "closed", "all"}

func newFollowUpList() *cobra.Command {
	var as, lang, since string
	var f filter
	c := &cobra.Command{
		Use:   "list [OWNER/REPO...]",
		Short: "List follow-ups",
		Long: "List shows the follow-ups in some repositories, or in all that the App serves: issues with\n" +
			"the label of the policy that the App opened for a postmortem, those due first at the top.\n" +
			"Filters combine. --format csv is for a spreadsheet: what would be a formula is quoted.\n" + byRecord,
		Example: "  kintsugi followup list --overdue\n  kintsugi followup list acme/pay acme/infra --state all --since 30d --format csv",
		Args:    arguments(cobra.ArbitraryArgs),
	}
	s := addSettings(c, server.AppSettings())
	c.Flags().StringVar(&f.label, "label", "", "their label, where it is not that of the policy")
	c.Flags().StringVar(&f.state, "state", "open", "which ones: open, closed or all")
	c.Flags().StringVar(&f.owner, "owner", "", "those that somebody is assigned to, by login")
	c.Flags().StringVar(&f.kind, "type", "", "those of a type: prevent, mitigate, detect, process")
	c.Flags().BoolVar(&f.overdue, "overdue", false, "those that are open beyond their due date")
	c.Flags().StringVar(&since, "since", "90d", "how far to look back for closed ones, in hours, days or weeks")
	answersIn(c, &lang)
	format(c, &as, "csv")
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		if err := f.read(since, args); err != nil {
			return usage(c, err)
		}
		r, err := newFollowUpReader(c, s)
		if err != nil {
			return err
		}
		done := progress(c.Context(), c.ErrOrStderr(), "Asking GitHub …")
		all, err := r.list(c.Context(), args, f)
		done()
		if err != nil {
			return err
		}
		return showFollowUps(c.OutOrStdout(), as, in, r.clock.Now(), all)
	}
	return c
}

// read checks what was asked for.
func (f *filter) read(since string, repos []string) (err error) {
	if f.since, err = parseBack(since); err != nil {
		return err
	}
	if !slices.Contains(states, f.state) {
		return fmt.Errorf("--state is %.40q: write open, closed or all", f.state)
	}
	if f.kind != "" {
		kind, ok := followup.Kind(f.kind)
		if !ok {
			return fmt.Errorf("--type is %.40q: write prevent, mitigate, detect or process", f.kind)
		}
		f.kind = kind
	}
	if f.owner = strings.TrimPrefix(f.owner, "@"); f.owner != "" {
		if _, ok := words.Login(f.owner); !ok {
			return fmt.Errorf("--owner is %.40q: write a login, such as tanaka", f.owner)
		}
	}
	return areRepositories(repos)
}

func areRepositories(names []string) error {
	for _, n := range names {
		if _, err := workflows.ParseSubject(n + "#1"); err != nil {
			return fmt.Errorf("%.100q names no repository: write OWNER/REPO, such as acme/pay", n)
		}
	}
	return nil
}

// takes reports whether a follow-up is one of those asked for.
func (f *filter) takes(i aFollowUp, now time.Time) bool {
	switch {
	case f.state == "open" && !i.Open, f.state == "closed" && i.Open:
	case !i.Open && i.ClosedAt.Before(now.Add(-f.since)):
	case f.kind != "" && i.Kind != f.kind:
	case f.overdue && !i.IsOver(now, i.zone):
	case f.owner != "" && !slices.ContainsFunc(i.Assignees, func(who string) bool { return strings.EqualFold(who, f.owner) }):
	default:
		return true
	}
	return false
}

func newFollowUpShow() *cobra.Command {
	var as, lang string
	c := &cobra.Command{
		Use:   "show OWNER/REPO#NUMBER",
		Short: "Show one follow-up, or those of a postmortem",
		Long: "Show shows a follow-up: what it is, where it comes from, by when it is due and how it\n" +
			"stands. Of a postmortem it shows what became of its action items. " + byRecord,
		Example: "  kintsugi followup show acme/pay#88\n  kintsugi followup show https://github.com/acme/incidents/issues/341",
		Args:    arguments(cobra.ExactArgs(1)),
	}
	s := addSettings(c, server.AppSettings())
	answersIn(c, &lang)
	format(c, &as)
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		subject, err := readSubject(args[0], s.lookup(server.GitHubURL))
		if err != nil {
			return usage(c, err)
		}
		r, err := newFollowUpReader(c, s)
		if err != nil {
			return err
		}
		done := progress(c.Context(), c.ErrOrStderr(), "Asking GitHub …")
		one, all, err := r.one(c.Context(), subject)
		done()
		switch {
		case errors.Is(err, engine.ErrGone):
			return fmt.Errorf("%s is not there, or cannot be seen with these credentials", subject)
		case err != nil:
			return err
		case one != nil:
			return showFollowUp(c.OutOrStdout(), as, in, r.clock.Now(), *one)
		}
		return showFollowUpsOf(c.OutOrStdout(), as, in, r.clock.Now(), subject, all)
	}
	return c
}

func newFollowUpDigest() *cobra.Command {
	var as, lang string
	c := &cobra.Command{
		Use:   "digest [OWNER/REPO...|@ORG/TEAM...]",
		Short: "Sum up follow-ups, as a digest issue does",
		Long: "Digest shows what an issue with /digest would say: what is overdue, due soon and done, the\n" +
			"oldest, and how many were done in the time promised. Without arguments it takes all\n" +
			"repositories that the App serves. What a team owns, and what was promised, is read in the\n" +
			"policy of the first repository that is named, else of ORG/.github.\n" + byRecord,
		Example: "  kintsugi followup digest @acme/infra\n  kintsugi followup digest acme/pay acme/infra --lang ja",
		Args:    arguments(cobra.ArbitraryArgs),
	}
	s := addSettings(c, server.AppSettings())
	answersIn(c, &lang)
	format(c, &as)
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		for _, name := range args {
			team, isTeam := strings.CutPrefix(name, "@")
			if areRepositories([]string{team}) != nil {
				return usage(c, fmt.Errorf("%.100q names no repository and no team: write OWNER/REPO or @ORG/TEAM", name))
			}
			if isTeam && !strings.EqualFold(ownerIn(name), ownerIn(args[0])) {
				return usage(c, fmt.Errorf("%.100q belongs to another owner than %.100q: a digest is of one", name, args[0]))
			}
		}
		r, err := newFollowUpReader(c, s)
		if err != nil {
			return err
		}
		done := progress(c.Context(), c.ErrOrStderr(), "Asking GitHub …")
		sum, err := r.digest(c.Context(), args)
		done()
		if err != nil {
			return err
		}
		return showDigest(c.OutOrStdout(), as, in, sum)
	}
	return c
}

// ownerIn is whose a repository or a team is.
func ownerIn(name string) string {
	owner, _, _ := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	return owner
}
