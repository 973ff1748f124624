package main

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// gateTimeout is how long the gate may take for all that it asks, so that there is an
// answer within a minute whatever happens.
const gateTimeout = 45 * time.Second

// gate is one run of the check.
type gate struct {
	readinessNoun
	settings *settings

	repo, service, environment, commit, file, incident string
	mode                                               verdict.Mode
	onUnknown                                          verdict.OnUnknown
	// anyway is why to release what is not ready, decided by actor; it counts if they may.
	anyway, actor string
	counts        bool
	notes         []checklist.Text // beside the verdict
}

func newReadinessCheck() *cobra.Command {
	var g gate
	var mode, onUnknown string
	c := g.on(&cobra.Command{
		Use:   "check",
		Short: "Say whether a commit is ready to be released, and what is missing",
		Long: "Check looks at what a repository's checklist and policy ask before a release, on GitHub, and\n" +
			"says whether this commit is ready: what is missing, who can do what, and which ways out stay\n" +
			"open. It changes nothing. It uses the App's settings where they are set, else GITHUB_TOKEN;\n" +
			"what that may not see is unknown, with the permission that is missing, and never a yes.\n\n" +
			"It ends with 0 if the commit may go, with 1 if not, and with 2 if the command, the checklist\n" +
			"or the policy's section readiness is wrong. Until the repository has a checklist of its own it\n" +
			"only warns. Where it only warns by --mode, or by a policy that can be read, a wrong file ends\n" +
			"with 0, too. It answers within a minute, whatever GitHub does. --format github writes\n" +
			"annotations for GitHub Actions on the lines of the checklist and the policy, and in a job its\n" +
			"summary and the outputs ready, verdict and report.",
		Example: "  kintsugi readiness check --repo acme/pay --sha 4b825dc642cb6eb9a060e54bf8d69288fbee4904 --environment production\n" +
			"  kintsugi readiness check --service payments --environment production --incident 340 --format github",
		Args: arguments(cobra.NoArgs),
	}, func([]string) error { return g.run(g.command.Context(), mode, onUnknown) }, "github")
	g.settings = addSettings(c, server.AppSettings())
	flags := c.Flags()
	flags.StringVar(&g.repo, "repo", "", "the repository, as OWNER/REPO (default: GITHUB_REPOSITORY)")
	flags.StringVar(&g.commit, "sha", "", "the commit that is to be released (default: GITHUB_SHA)")
	flags.StringVar(&g.service, "service", "", "the service, as the policy and the checklist call it")
	flags.StringVar(&g.environment, "environment", "", "the environment that it goes to, as GitHub's deployments call it")
	flags.StringVar(&g.file, "checklist", "", "a checklist on this machine instead of the one in the repository")
	flags.StringVar(&g.incident, "incident", "", "the incident that this is to fix, such as 340 or acme/incidents#340")
	flags.StringVar(&mode, "mode", "", "block or warn, whatever the policy says")
	flags.StringVar(&onUnknown, "on-unknown", "", "block or allow, whatever the policy says: what becomes of a condition that cannot be looked at")
	flags.StringVar(&g.anyway, "ship-anyway", "", "why this is released although it is not ready; counts if GITHUB_ACTOR has the maintain role")
	return c
}

var commitName = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// complete reads from the job's environment what was not given, and checks it.
func (g *gate) complete(mode, onUnknown string) error {
	g.repo = cmp.Or(g.repo, g.settings.lookup("GITHUB_REPOSITORY"))
	g.commit = strings.ToLower(cmp.Or(g.commit, g.settings.lookup("GITHUB_SHA")))
	g.actor = g.settings.lookup("GITHUB_ACTOR")
	switch {
	case mode != "" && g.mode.UnmarshalText([]byte(mode)) != nil:
		return g.wrong("--mode is %.40q: write block or warn", "--mode が %.40q です。block か warn と書いてください", mode)
	case onUnknown != "" && g.onUnknown.UnmarshalText([]byte(onUnknown)) != nil:
		return g.wrong("--on-unknown is %.40q: write block or allow", "--on-unknown が %.40q です。block か allow と書いてください", onUnknown)
	case g.command.Flags().Changed("ship-anyway") && strings.TrimSpace(g.anyway) == "":
		return g.wrong("--ship-anyway gives no reason: write why this is released now", "--ship-anyway に理由がありません。いま出す理由を書いてください")
	case g.anyway != "" && g.actor == "":
		return g.wrong("nobody knows who decided to release this: set GITHUB_ACTOR to their login", "リリースすると決めた方がわかりません。GITHUB_ACTOR にログイン名を設定してください")
	case areRepositories([]string{g.repo}) != nil:
		return g.wrong("--repo is %.100q: write OWNER/REPO, such as acme/pay, or set GITHUB_REPOSITORY", "--repo が %.100q です。acme/pay のように OWNER/REPO で書くか、GITHUB_REPOSITORY を設定してください", g.repo)
	case !commitName.MatchString(g.commit):
		return g.wrong("--sha is %.80q: write the whole name of a commit, 40 characters, or set GITHUB_SHA", "--sha が %.80q です。コミットの名前を40文字で書くか、GITHUB_SHA を設定してください", g.commit)
	case g.incident != "" && !evidence.IsIncident(g.incident):
		return g.wrong("--incident is %.80q: write its number, such as 340, or acme/incidents#340", "--incident が %.80q です。340 や acme/incidents#340 のように書いてください", g.incident)
	}
	return nil
}

// run decides and says so.
func (g *gate) run(ctx context.Context, mode, onUnknown string) error {
	err := g.complete(mode, onUnknown)
	var asked *looked
	if err == nil {
		ctx, stop := context.WithTimeout(ctx, gateTimeout)
		defer stop()
		done := progress(ctx, g.command.ErrOrStderr(), g.say("Asking GitHub …", "GitHubに問い合わせています…"))
		asked, err = g.look(ctx)
		done()
	}
	if err != nil {
		return g.undecided(err)
	}
	v := verdict.Decide(asked.input)
	if err := g.show(asked, v); err != nil {
		return err
	}
	if !v.Passes {
		return errFound
	}
	return nil
}

// undecided says why there is no verdict to whoever reads no standard error, and
// returns it as an error that ends the command.
func (g *gate) undecided(err error) error {
	var problems []policy.Problem
	if broken, ok := errors.AsType[*brokenFile](err); ok {
		problems = broken.problems
		if err := g.showBroken(problems); err != nil {
			return err
		}
		err = g.broken(problems)
	}
	if g.as == "github" {
		return errors.Join(err, g.reportUndecided(err, problems))
	}
	return err
}

// looked is what a verdict depends on, and where it was written.
type looked struct {
	input  *verdict.Input
	policy policy.Policy
	// file is the checklist's, and lines are those of its items; empty for the one that
	// comes along.
	file  string
	lines []int
	// problems are those of a file that cannot be used and holds nothing all the same.
	problems []policy.Problem
}

// look gathers everything. What keeps it from knowing what is asked at all is part of
// the verdict, too: a gate must not fall silent.
func (g *gate) look(ctx context.Context) (*looked, error) {
	reader, err := g.reach(ctx)
	if err != nil {
		return nil, err
	}
	release, asked, err := g.release(ctx, reader)
	if err != nil {
		return nil, err
	}
	facts := workflows.Facts{}
	switch {
	case asked.input == nil:
		facts = reader.facts(ctx, release)
	case len(asked.problems) > 0: // a commit that is not there is no matter of the file
		reader.fetch(ctx, []workflows.Ask{workflows.CommitAsk{Repo: release.Repo, Commit: release.Commit}, reader.notes(release)}, facts)
	default: // somebody may have decided to release it all the same
		reader.fetch(ctx, []workflows.Ask{reader.notes(release)}, facts)
	}
	if reader.isNoCommit(release, facts) {
		return nil, g.wrong("%s is no commit of %s that can be seen with these credentials", "%s というコミットは、この認証情報で見える範囲の %s にありません", g.commit, g.repo)
	}
	if asked.input == nil {
		asked.input = release.Input(facts, reader.now())
	}
	readiness.Heed(asked.input, facts[reader.notes(release)])
	asked.input.ReadOnly = true
	asked.input.Settings.Mode = cmp.Or(g.mode, asked.input.Settings.Mode)
	asked.input.Settings.OnUnknown = cmp.Or(g.onUnknown, asked.input.Settings.OnUnknown)
	reader.decided(ctx, asked.input)
	return asked, nil
}
