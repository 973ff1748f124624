package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newIncident() *cobra.Command {
	c := &cobra.Command{
		Use:   "incident",
		Short: "List incidents, or show one, for the next morning's sharing",
		Long: "Incident shows where incidents stand: severity, state, times, who leads. It reads GitHub\n" +
			"and changes nothing, neither there nor on this machine, and needs no database.",
	}
	c.AddCommand(newIncidentList(), newIncidentShow())
	return c
}

// likePlan is how both commands come by what they show.
const likePlan = "It uses the App's settings where they are set, else GITHUB_TOKEN; without the App's key the\n" +
	"record in the status comment cannot be verified, so the comments are judged afresh, with\n" +
	"today's roles. --format md is for a chat or an issue and mentions nobody. What is not known\n" +
	"is shown as —."

func newIncidentList() *cobra.Command {
	var as, lang, since string
	c := &cobra.Command{
		Use:   "list [OWNER/REPO]",
		Short: "List the incidents in which something happened lately",
		Long: "List shows the incidents and near misses of a repository, or of all repositories that the\n" +
			"App serves, whose issues were updated within --since, the latest first. Issues without a\n" +
			"label of Kintsugi's are passed over; of others that are no incidents it says why.\n" + likePlan,
		Example: "  kintsugi incident list\n  kintsugi incident list acme/pay --since 1w --format md --lang ja",
		Args:    arguments(cobra.MaximumNArgs(1)),
	}
	s := addSettings(c, server.AppSettings())
	c.Flags().StringVar(&since, "since", "1d", "how far to look back, in hours, days or weeks: 12h, 1d, 2w")
	answersIn(c, &lang)
	format(c, &as, "md")
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		back, err := parseBack(since)
		if err != nil {
			return usage(c, err)
		}
		for _, repo := range args {
			if _, err := workflows.ParseSubject(repo + "#1"); err != nil {
				return usage(c, fmt.Errorf("%.100q names no repository: write OWNER/REPO, such as acme/pay", repo))
			}
		}
		r, err := newIncidentReader(c.Context(), s.lookup, c.ErrOrStderr())
		if err != nil {
			return err
		}
		from := r.clock.Now().Add(-back)
		done := progress(c.Context(), c.ErrOrStderr(), "Asking GitHub …")
		all, left, err := r.since(c.Context(), from, args)
		done()
		if err != nil {
			return err
		}
		for _, why := range left {
			fmt.Fprintln(c.ErrOrStderr(), "Not shown: "+printable(why))
		}
		return showIncidents(c.OutOrStdout(), as, in, from, all)
	}
	return c
}

func newIncidentShow() *cobra.Command {
	var as, lang string
	c := &cobra.Command{
		Use:     "show OWNER/REPO#NUMBER",
		Short:   "Show one incident",
		Long:    "Show shows one incident. " + likePlan,
		Example: "  kintsugi incident show acme/pay#12\n  kintsugi incident show --format md https://github.com/acme/pay/issues/12",
		Args:    arguments(cobra.ExactArgs(1)),
	}
	s := addSettings(c, server.AppSettings())
	answersIn(c, &lang)
	format(c, &as, "md")
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		subject, err := readSubject(args[0], s.lookup(server.GitHubURL))
		if err != nil {
			return usage(c, err)
		}
		r, err := newIncidentReader(c.Context(), s.lookup, c.ErrOrStderr())
		if err != nil {
			return err
		}
		done := progress(c.Context(), c.ErrOrStderr(), "Asking GitHub …")
		one, err := r.incident(c.Context(), subject)
		done()
		if errors.Is(err, engine.ErrGone) {
			return fmt.Errorf("%s is not there, or is a pull request, or cannot be seen with these credentials", subject)
		}
		if err != nil {
			return err
		}
		return showIncident(c.OutOrStdout(), as, in, one)
	}
	return c
}

var backForm = regexp.MustCompile(`^([1-9]\d{0,3})([hdw])$`)

// farthestBack bounds how much of GitHub one command reads.
const farthestBack = 366 * 24 * time.Hour

// parseBack reads "12h", "1d" or "2w".
func parseBack(text string) (time.Duration, error) {
	m := backForm.FindStringSubmatch(text)
	if m != nil {
		n, _ := strconv.Atoi(m[1])
		day := 24 * time.Hour
		back := time.Duration(n) * map[string]time.Duration{"h": time.Hour, "d": day, "w": 7 * day}[m[2]]
		if back <= farthestBack {
			return back, nil
		}
	}
	return 0, fmt.Errorf("--since is %.40q: write hours, days or weeks of at most a year, such as 12h, 1d or 2w", text)
}

// incidentReader reads incidents from GitHub as plan does.
type incidentReader struct {
	app    *githubapp.App
	engine *engine.Engine
	rules  engine.Rules
	clock  clock.Clock
	isApp  bool
}

func newIncidentReader(ctx context.Context, lookup func(string) string, errOut io.Writer) (*incidentReader, error) {
	g, err := reachGitHub(ctx, lookup)
	if err != nil {
		return nil, err
	}
	if !g.isApp {
		fmt.Fprintln(errOut, "With a token, not as the App: the record is not verified, and roles are those of today.")
	}
	r := &incidentReader{app: g.app, clock: g.clock, isApp: g.isApp}
	if r.rules, err = engine.NewRules(server.Workflows()); err != nil {
		return nil, err
	}
	r.engine = engine.New(engine.Config{
		Rules: r.rules, Reader: r.app, Places: r.app, Keys: g.keys, Clock: r.clock, Timeout: planTimeout, Parallel: 4,
	})
	return r, nil
}

// errNotIncident: the issue is looked after by nobody, or not as an incident.
var errNotIncident = errors.New("no incident")

// anIncident is what is shown of one.
type anIncident struct {
	subject workflows.Subject
	issue   workflows.Issue
	zone    *time.Location
	incidentFacts
}

// incidentFacts are what an incident publishes of itself (workflows/incident).
type incidentFacts struct {
	Confirmed    bool      `json:"confirmed"`
	NearMiss     bool      `json:"near_miss"`
	Ended        string    `json:"ended"`
	Severity     int       `json:"severity"`
	Lead         string    `json:"lead"`
	Joined       int       `json:"joined"`
	Declared     time.Time `json:"declared"`
	Started      time.Time `json:"started"`
	Detected     time.Time `json:"detected"`
	Acknowledged time.Time `json:"acknowledged"`
	Mitigated    time.Time `json:"mitigated"`
	Resolved     time.Time `json:"resolved"`
	TTD          *int64    `json:"ttd_seconds"`
	TTA          *int64    `json:"tta_seconds"`
	TTM          *int64    `json:"ttm_seconds"`
	TTR          *int64    `json:"ttr_seconds"`
}

// incident reads one incident.
func (r *incidentReader) incident(ctx context.Context, s workflows.Subject) (anIncident, error) {
	run, err := r.engine.Plan(ctx, s)
	if err != nil {
		return anIncident{}, err
	}
	one := anIncident{subject: s}
	switch {
	case run.Owner != "incident":
		return one, fmt.Errorf("%s is %w: %s", s, errNotIncident, strings.Join(run.Why, "; "))
	case run.Summaries["incident"] == "":
		return one, fmt.Errorf("%s is %w that can be read now: the policy says enabled: false", s, errNotIncident)
	}
	if err := json.Unmarshal([]byte(run.Summaries["incident"]), &one.incidentFacts); err != nil {
		return one, fmt.Errorf("%s: what the incident publishes cannot be read: %w", s, err)
	}
	if one.issue, err = r.app.Issue(ctx, s); err != nil {
		return one, err
	}
	home, err := r.app.Home(ctx, s.Repo)
	if err != nil {
		return one, err
	}
	settings, _ := policy.ParseLayers(home.Sources, r.rules.Sections())
	one.zone = settings.TimeZone
	return one, nil
}

// since reads the incidents updated since a time, the latest first. What carries
// a label of ours and is none all the same is left out, with the reason.
func (r *incidentReader) since(ctx context.Context, from time.Time, repos []string) (all []anIncident, left []string, err error) {
	subjects, err := r.updated(ctx, from, repos)
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(4)
	for _, s := range subjects {
		work.Go(func() error {
			one, err := r.labelled(ctx, s)
			_, moved := errors.AsType[*engine.Moved](err)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				all = append(all, one)
			case errors.Is(err, errNotIncident):
				left = append(left, err.Error())
			case moved, errors.Is(err, engine.ErrGone), errors.Is(err, errNotOurs):
				// gone elsewhere since it was listed, or nothing to tell of
			default:
				return fmt.Errorf("%s: %w", s, err)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return nil, nil, err
	}
	slices.Sort(left)
	slices.SortFunc(all, func(a, b anIncident) int {
		return cmp.Or(b.Declared.Compare(a.Declared), strings.Compare(a.subject.String(), b.subject.String()))
	})
	return all, left, nil
}

// errNotOurs: the issue carries no label of ours.
var errNotOurs = errors.New("no label of ours")

// labelled reads an incident if the issue carries a label of ours: one look
// instead of many where it does not.
func (r *incidentReader) labelled(ctx context.Context, s workflows.Subject) (anIncident, error) {
	issue, err := r.app.Issue(ctx, s)
	if err != nil {
		return anIncident{}, err
	}
	home, err := r.app.Home(ctx, s.Repo)
	if err != nil {
		return anIncident{}, err
	}
	ours := r.rules.LabelNames(home.Sources)
	if !slices.ContainsFunc(issue.Labels, func(l string) bool { return slices.Contains(ours, strings.ToLower(l)) }) {
		return anIncident{}, errNotOurs
	}
	return r.incident(ctx, s)
}

// updated lists the issues updated since, of some repositories or of all that
// the App serves.
func (r *incidentReader) updated(ctx context.Context, from time.Time, repos []string) ([]workflows.Subject, error) {
	byInstallation, err := r.places(ctx, repos)
	if err != nil {
		return nil, err
	}
	return r.updatedIn(ctx, from, byInstallation, len(repos) > 0)
}

// places are the repositories that were named, or all that the App serves, by
// installation.
func (r *incidentReader) places(ctx context.Context, repos []string) (map[int64][]string, error) {
	byInstallation := map[int64][]string{}
	switch {
	case !r.isApp && len(repos) == 0:
		return nil, &server.SettingError{Name: server.AppID, Problem: "is not set: a token does not tell which repositories are meant, so name one, such as acme/pay"}
	case !r.isApp:
		byInstallation[0] = repos
	default:
		installed, err := r.app.Installed(ctx)
		if err != nil {
			return nil, err
		}
		for _, i := range installed {
			switch owns := func(repo string) bool {
				owner, _, _ := strings.Cut(repo, "/")
				return strings.EqualFold(owner, i.Account)
			}; {
			case !i.Suspended.IsZero():
			case len(repos) > 0 && slices.ContainsFunc(repos, owns):
				byInstallation[i.ID] = repos
			case len(repos) == 0:
				if byInstallation[i.ID], err = r.app.Repositories(ctx, i.ID); err != nil {
					return nil, err
				}
			}
		}
		if len(repos) > 0 && len(byInstallation) == 0 {
			return nil, notServed(repos[0])
		}
	}
	return byInstallation, nil
}

func notServed(repo string) error {
	return fmt.Errorf("%s is not there, has no issues, or cannot be seen with these credentials", repo)
}

// updatedIn asks each repository. One that is missing is an error where it was
// named.
func (r *incidentReader) updatedIn(ctx context.Context, from time.Time, repos map[int64][]string, named bool) ([]workflows.Subject, error) {
	var all []workflows.Subject
	for installation, list := range repos {
		for _, repo := range list {
			updates, err := r.app.Updated(ctx, installation, repo, from, nil)
			switch {
			case errors.Is(err, engine.ErrGone) && named:
				return nil, notServed(repo)
			case errors.Is(err, engine.ErrGone):
				continue
			case err != nil:
				return nil, err
			}
			all = append(all, updates.Subjects...)
		}
	}
	return all, nil
}
