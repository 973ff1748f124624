package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// Sources are where facts come from.
type Sources struct {
	Clock clock.Clock
	// Settings are what is wrong with them, a sentence each.
	Settings []string
	AppID    int64
	// Secrets are counted and never shown.
	Secrets []string
	// URL is the base of GitHub's REST API; empty for github.com's.
	URL string
	// App is nil where the settings do not let anybody ask GitHub.
	App *githubapp.App
	// Database opens the database to look into it.
	Database func(context.Context) (*store.Reader, error)
}

// Gather asks for all facts. What does not answer becomes a fact, too.
func Gather(ctx context.Context, s Sources) Facts {
	f := Facts{At: s.Clock.Now(), Settings: s.Settings, AppID: s.AppID}
	for _, secret := range s.Secrets {
		if f.Secret == 0 || len(secret) < f.Secret {
			f.Secret = len(secret)
		}
	}
	if s.App != nil {
		f.GitHub = askGitHub(ctx, s)
	}
	f.Database = askDatabase(ctx, s.Database)
	return f
}

func askGitHub(ctx context.Context, s Sources) (g GitHub) {
	g.URL = s.URL
	if g.URL == "" {
		g.URL = "https://api.github.com/"
	}
	g.Web = githubapp.Website(g.URL)
	about, err := s.App.About(ctx)
	g.Skew = s.App.Skew()
	if err != nil {
		g.Err, g.Unauthorized = err.Error(), errors.Is(err, githubapp.ErrUnauthorized)
		return g
	}
	g.App = &App{Slug: about.Slug, Owner: about.Owner, Permissions: about.Permissions, Events: about.Events}
	g.Installations, g.InstallationsErr = askInstallations(ctx, s.App)
	g.App.Page = settingsPage(g)
	hook, err := s.App.Hook(ctx)
	if err != nil {
		g.HookErr = err.Error()
	} else {
		g.Hook = &Hook{URL: hook.URL, ContentType: hook.ContentType, Insecure: hook.Insecure}
		g.Health = healthPage(hook.URL)
		g.HealthErr = askHealth(ctx, g.Health)
	}
	g.Attempts, g.AttemptsErr = askAttempts(ctx, s.App)
	return g
}

func askInstallations(ctx context.Context, app *githubapp.App) (list []Installation, problem string) {
	all, err := app.Installed(ctx)
	if err != nil {
		return nil, err.Error()
	}
	looked := 0
	for _, i := range all {
		one := Installation{ID: i.ID, Account: i.Account, Page: i.URL, Suspended: !i.Suspended.IsZero(), Permissions: i.Permissions}
		if !one.Suspended && looked < mostShown {
			looked++
			one.look(ctx, app)
		}
		list = append(list, one)
	}
	return list, ""
}

// look asks what the App sees there, which takes a token of the installation
// and so shows that one can be had.
func (i *Installation) look(ctx context.Context, app *githubapp.App) {
	i.Looked = true
	names, err := app.Repositories(ctx, i.ID)
	if err != nil {
		i.SightErr = err.Error()
	}
	i.Repositories = len(names)
	i.Remaining, i.Limit, i.Reset = app.Left(i.ID)
}

// settingsPage is that of the App. An organisation's is under its own; that the
// owner is one shows in where its installation is looked after. Where the App
// is not installed on its owner, its public page leads on to the settings.
func settingsPage(g GitHub) string {
	for _, i := range g.Installations {
		if !strings.EqualFold(i.Account, g.App.Owner) {
			continue
		}
		if strings.Contains(i.Page, "/organizations/") {
			return g.Web + "/organizations/" + g.App.Owner + "/settings/apps/" + g.App.Slug
		}
		return g.Web + "/settings/apps/" + g.App.Slug
	}
	return g.Web + "/apps/" + g.App.Slug
}

// askAttempts are the last deliveries, the newest first.
func askAttempts(ctx context.Context, app *githubapp.App) (list []Attempt, problem string) {
	all, err := app.Delivered(ctx)
	if err != nil {
		return nil, err.Error()
	}
	for _, a := range all {
		list = append(list, Attempt{GUID: a.GUID, Event: a.Event, At: a.At, Code: a.Code, Status: a.Status})
	}
	return list, ""
}

// healthPage is where the server behind a webhook says that it lives, or empty
// where that cannot be known.
func healthPage(hook string) string {
	base, ok := strings.CutSuffix(hook, route)
	if !ok {
		return ""
	}
	return base + "/healthz"
}

const healthTimeout = 5 * time.Second

// askHealth says what is wrong with the answer of a server, empty for nothing.
func askHealth(ctx context.Context, page string) (problem string) {
	if page == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, http.NoBody)
	if err != nil {
		return "it is no address"
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return errors.Unwrap(err).Error() // without the address, which stands beside it
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64))
	switch {
	case answer.StatusCode != http.StatusOK:
		return fmt.Sprintf("it answers with %d", answer.StatusCode)
	case err != nil || !strings.HasPrefix(string(body), "alive"):
		return "something else answers"
	}
	return ""
}

func askDatabase(ctx context.Context, open func(context.Context) (*store.Reader, error)) (d Storage) {
	reader, err := open(ctx)
	if err != nil {
		return Storage{Err: err.Error()}
	}
	defer reader.Close() //nolint:errcheck // nothing was written
	var errs [5]error
	d.Schema, errs[0] = reader.Schema(ctx)
	d.Room, errs[1] = reader.Room(ctx)
	d.Due, d.Leased, errs[2] = reader.Busy(ctx)
	d.Stuck, errs[3] = reader.Stuck(ctx, engine.SetAsideAfter, 10*mostShown)
	d.Pauses, errs[4] = reader.Pauses(ctx)
	if err := errors.Join(errs[:]...); err != nil {
		return Storage{Err: err.Error()}
	}
	return d
}
