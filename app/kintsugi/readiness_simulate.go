package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/simulation"
)

// simulate is one run of the command.
type simulate struct {
	gate
	since string
	most  int
}

func newReadinessSimulate() *cobra.Command {
	var n simulate
	c := n.on(&cobra.Command{
		Use:   "simulate",
		Short: "Say what the gate of today would have made of past deployments",
		Long: "Simulate decides the deployments of the last months by the policy and the checklist of today,\n" +
			"each as of the moment when it began: what would have passed, what would have been held and\n" +
			"why, and which incidents were declared within 24 hours after which. What cannot be known any\n" +
			"more is counted apart, and is never a yes. It changes nothing.\n\n" +
			"It asks GitHub up to five things for each commit, and a few for the whole time, with the\n" +
			"App's settings where they are set, else with GITHUB_TOKEN: a hundred deployments are some\n" +
			"five hundred requests, half of what a job's token has in an hour.",
		Example: "  kintsugi readiness simulate --repo acme/pay --environment production\n" +
			"  kintsugi readiness simulate --repo acme/pay --service payments --since 180d --most 200 --format json",
		Args: arguments(cobra.NoArgs),
	}, func([]string) error { return n.run(n.command.Context()) })
	n.settings = addSettings(c, server.AppSettings())
	flags := c.Flags()
	flags.StringVar(&n.repo, "repo", "", "the repository, as OWNER/REPO (default: GITHUB_REPOSITORY)")
	flags.StringVar(&n.since, "since", "90d", "how far back, such as 90d or 12 weeks, or the first day as YYYY-MM-DD")
	flags.StringVar(&n.service, "service", "", "the service, as the policy and the checklist call it")
	flags.StringVar(&n.environment, "environment", "", "the environment, as GitHub's deployments call it (default: all)")
	flags.StringVar(&n.file, "checklist", "", "a checklist on this machine instead of the one in the repository")
	flags.IntVar(&n.most, "most", 100, "how many deployments are decided, the newest")
	return c
}

// begin is when the time begins that is looked at.
func (n *simulate) begin(now time.Time) (time.Time, error) {
	var ago checklist.Age
	if err := ago.UnmarshalText([]byte(n.since)); err == nil && ago > 0 {
		return now.Add(-ago.Duration()), nil
	}
	day, err := time.Parse(time.DateOnly, n.since)
	if err != nil || !day.Before(now) {
		return day, n.wrong("--since is %.40q: write 90d, 12 weeks, or a day that is past such as 2026-09-01", "--since が %.40q です。90d、12週間、または 2026-09-01 のような過去の日付で書いてください", n.since)
	}
	return day, nil
}

func (n *simulate) run(ctx context.Context) error {
	n.repo = cmp.Or(n.repo, n.settings.lookup("GITHUB_REPOSITORY"))
	if areRepositories([]string{n.repo}) != nil {
		return n.wrong("--repo is %.100q: write OWNER/REPO, such as acme/pay, or set GITHUB_REPOSITORY", "--repo が %.100q です。acme/pay のように OWNER/REPO で書くか、GITHUB_REPOSITORY を設定してください", n.repo)
	}
	if n.most < 1 {
		return n.wrong("--most is %d: write how many deployments are decided", "--most が %d です。判定するデプロイの数を書いてください", n.most)
	}
	reader, err := n.reach(ctx)
	if err == nil && reader.silent != nil {
		err = reader.silent
	}
	if err != nil {
		return err
	}
	now := reader.now().Truncate(time.Second)
	since, err := n.begin(now)
	if err != nil {
		return err
	}
	release, asked, err := n.release(ctx, reader)
	if broken, ok := errors.AsType[*brokenFile](err); ok {
		return n.broken(broken.problems)
	}
	if err == nil && asked.input != nil {
		err = errors.New(asked.input.Unread.In(n.lang))
	}
	if err != nil {
		return err
	}
	s := &simulation.Simulation{Release: *release, Since: since, Until: now, Most: n.most}
	facts, err := n.ask(ctx, reader, s)
	if err != nil {
		return err
	}
	return n.show(s.Result(facts))
}

// ask asks what the simulation needs, and says how far it is.
func (n *simulate) ask(ctx context.Context, reader *gateReader, s *simulation.Simulation) (workflows.Facts, error) {
	var done, all atomic.Int64
	end := progressOf(ctx, n.command.ErrOrStderr(), func() string {
		return fmt.Sprintf(n.say("Asked of %d of %d deployments …", "デプロイ %[2]d件のうち%[1]d件まで調べました…"), done.Load(), all.Load())
	})
	defer end()
	facts := workflows.Facts{}
	reader.fetch(ctx, s.Asks(), facts)
	for ask, answer := range facts {
		if _, ok := ask.(workflows.DeployedAsk); ok && answer.Unknown != "" {
			return nil, fmt.Errorf(n.say("nothing is known of the deployments of %s: %s", "%s のデプロイが分かりません: %s"), n.repo, evidence.Because(answer).In(n.lang))
		}
	}
	deployed, _, _ := s.Deployed(facts)
	all.Store(int64(len(deployed)))
	for _, d := range deployed {
		for asks := s.AsksOf(d, facts); len(asks) > 0; asks = s.AsksOf(d, facts) {
			reader.fetch(ctx, asks, facts)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		done.Add(1)
	}
	return facts, nil
}

func (n *simulate) show(r *simulation.Result) error {
	out := n.command.OutOrStdout()
	if n.as == "json" {
		return writeJSON(out, r.JSON(n.lang))
	}
	_, err := io.WriteString(out, printable(strings.TrimRight(r.Text(n.lang), "\n")+"\n"))
	return err
}
