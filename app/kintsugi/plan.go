package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func newPlan() *cobra.Command {
	var as string
	c := &cobra.Command{
		Use:   "plan OWNER/REPO#NUMBER | OWNER/REPO/NAME",
		Short: "Show what would be done about an issue, and change nothing",
		Long: "Plan looks at an issue as the server would, or at what a repository has once, such as\n" +
			"its reading list, and shows what it would do. It reads and changes nothing. It uses\n" +
			"the App's settings where they are set, else GITHUB_TOKEN; without the App's key the\n" +
			"record in the status comment cannot be verified, so the comments are judged afresh,\n" +
			"with today's roles.",
		Example: "  kintsugi plan acme/pay#12\n  kintsugi plan https://github.com/acme/pay/issues/12",
		Args:    arguments(cobra.ExactArgs(1)),
	}
	s := addSettings(c, server.AppSettings())
	format(c, &as)
	c.RunE = func(c *cobra.Command, args []string) error {
		subject, err := readSubject(args[0], s.lookup(server.GitHubURL))
		if err != nil {
			return usage(c, err)
		}
		p, err := newPlanner(c.Context(), s.lookup, c.ErrOrStderr())
		if err != nil {
			return err
		}
		done := progress(c.Context(), c.ErrOrStderr(), "Asking GitHub …")
		run, err := p.Plan(c.Context(), subject)
		done()
		if errors.Is(err, engine.ErrGone) {
			return fmt.Errorf("%s is not there, or is a pull request, or cannot be seen with these credentials", subject)
		}
		if err != nil {
			return err
		}
		return showPlan(c.OutOrStdout(), as, run)
	}
	return c
}

// readSubject takes an issue as GitHub writes it, or its address out of a
// browser, on the GitHub that api belongs to: another one is not to be asked
// with these credentials.
func readSubject(text, api string) (workflows.Subject, error) {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		host := "github.com"
		if a, err := url.Parse(api); err == nil && a.Host != "" && a.Host != "api.github.com" {
			host = a.Host
		}
		if u.Host != host && u.Host != "github.com" {
			return workflows.Subject{}, fmt.Errorf("%q is on %s, and %s is asked: set %s, or write OWNER/REPO#NUMBER", text, u.Host, host, server.GitHubURL)
		}
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) >= 4 && parts[2] == "issues" {
			text = parts[0] + "/" + parts[1] + "#" + parts[3]
		}
	}
	return workflows.ParseSubject(text)
}

const planTimeout = 20 * time.Second

// newPlanner is an engine that can only plan: it has no store and nothing to
// write with.
func newPlanner(ctx context.Context, lookup func(string) string, errOut io.Writer) (*engine.Engine, error) {
	r, err := newIncidentReader(ctx, lookup, errOut)
	if err != nil {
		return nil, err
	}
	return r.engine, nil
}

// gitHub is how the commands that only read come to it: as the App where its
// settings are there, else with a token.
type gitHub struct {
	app   *githubapp.App
	keys  engine.Keys // nil with a token
	clock clock.Clock
	isApp bool
}

func reachGitHub(ctx context.Context, lookup func(string) string) (g gitHub, err error) {
	config, isApp, err := server.ReadAppSettings(lookup)
	if err != nil {
		return g, err
	}
	config.Clock, config.Timeout, config.Version = clock.New(), planTimeout, versionText()
	g.clock, g.isApp = config.Clock, isApp
	if isApp {
		g.app, g.keys, err = asApp(ctx, config)
	} else {
		g.app, err = withToken(config, lookup)
	}
	return g, err
}

func asApp(ctx context.Context, config server.Config) (*githubapp.App, engine.Keys, error) {
	app, err := server.NewApp(config)
	if err != nil {
		return nil, nil, err
	}
	if _, err := app.Identity(ctx); err != nil {
		return nil, nil, fmt.Errorf("GitHub does not say who this App is: %w", err)
	}
	keys, err := server.Keys(config)
	return app, keys, err
}

func withToken(config server.Config, lookup func(string) string) (*githubapp.App, error) {
	token := lookup("GITHUB_TOKEN")
	if token == "" {
		return nil, &server.SettingError{Name: "GITHUB_TOKEN", Problem: "is not set, and neither is " + server.AppID +
			": give a token that may read the repository, or the App's settings"}
	}
	return githubapp.NewWithToken(githubapp.Config{
		BaseURL: config.GitHubURL, Clock: config.Clock, Timeout: planTimeout, Owners: config.Owners,
	}, token)
}

func showPlan(out io.Writer, as string, run engine.Run) error {
	if as == "json" {
		return writeJSON(out, struct {
			Subject string    `json:"subject"`
			At      time.Time `json:"at"`
			Owner   *string   `json:"owner"`
			Would   []string  `json:"would"`
			Why     []string  `json:"why"`
			Plan    []string  `json:"plan"`
		}{run.Key, run.At.Truncate(time.Second), orNull(run.Owner), nonNull(run.Did), nonNull(run.Why), lines(run)})
	}
	if run.Owner == "" {
		_, err := io.WriteString(out, printable(fmt.Sprintf("%s: nothing to do.\nWhy: %s.\n", run.Key, strings.Join(run.Why, "; "))))
		return err
	}
	would := "nothing"
	if len(run.Did) > 0 {
		would = strings.Join(run.Did, "\n  ")
	}
	_, err := io.WriteString(out, printable(fmt.Sprintf("%s is looked after by %q.\n\nWould be done now:\n  %s\n\nWhy:\n  %s\n\nWhat should be so:\n\n%s",
		run.Key, run.Owner, would, strings.Join(run.Why, "\n  "), run.Plan)))
	return err
}

// nonNull is never null in JSON.
func nonNull(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// lines is the plan as a list; a line that is indented belongs to the one
// before.
func lines(run engine.Run) []string {
	list := []string{}
	if run.Owner == "" {
		return list
	}
	for line := range strings.Lines(run.Plan) {
		list = append(list, strings.TrimRight(line, "\n"))
	}
	return list
}
