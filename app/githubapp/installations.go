package githubapp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// errUninstalled is found by errors.Is in what fails because an installation
// is gone or suspended.
var errUninstalled = errors.New("the App is not installed")

// Is implements what errors.Is looks for.
func (e *uninstalled) Is(target error) bool { return target == errUninstalled }

// repoName is what GitHub takes for the name of an account or a repository.
var repoName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

// splitRepo takes "owner/name" apart. A name that no repository can have is
// not there, wherever it came from.
func splitRepo(repo string) (owner, name string, err error) {
	owner, name, _ = strings.Cut(repo, "/")
	if !repoName.MatchString(owner) || !repoName.MatchString(name) || strings.Trim(owner, ".") == "" || strings.Trim(name, ".") == "" {
		return "", "", fmt.Errorf("%w: %.100q cannot be a repository", engine.ErrGone, repo)
	}
	return owner, name, nil
}

// whoCovers is the account that a repository belongs to, or an organisation that
// is named by its login alone, and the call that asks which installation covers
// it. docs: REST API endpoints for GitHub Apps, "Get a repository installation
// for the authenticated app", "Get an organization installation for the
// authenticated app".
func whoCovers(at string) (owner string, asks call, err error) {
	if repoName.MatchString(at) && strings.Trim(at, ".") != "" {
		return at, call{method: "GET", route: "orgs/{org}/installation", args: []any{at}}, nil
	}
	owner, name, err := splitRepo(at)
	return owner, call{method: "GET", route: "repos/{owner}/{repo}/installation", args: []any{owner, name}}, err
}

// withLane does something on the lane of the installation that covers a
// repository, or an organisation. Where that installation turns out to be gone,
// another may have taken its place, so that it is looked up and tried once more.
func (a *App) withLane(ctx context.Context, at string, use func(l *lane) error) error {
	l, err := a.laneOf(ctx, at)
	if err != nil {
		return err
	}
	err = use(l)
	if a.token != nil || !errors.Is(err, errUninstalled) {
		return err
	}
	a.forgetRepo(at)
	next, lookup := a.laneOf(ctx, at)
	if lookup != nil {
		return lookup
	}
	if next.id == l.id {
		return err
	}
	return use(next)
}

// do makes one call about a repository. The deadline covers all that it takes.
func (a *App) do(ctx context.Context, repo string, c call, out any) (got fetched, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	err = a.withLane(ctx, repo, func(l *lane) error {
		got, err = l.fetch(ctx, c, out)
		return err
	})
	return got, err
}

// laneOf is the lane of the installation that covers a repository, or an
// organisation.
func (a *App) laneOf(ctx context.Context, at string) (*lane, error) {
	owner, _, err := whoCovers(at)
	if err != nil {
		return nil, err
	}
	if !a.serves(owner) {
		return nil, fmt.Errorf("%w: %w: %s is not among the accounts served", engine.ErrGone, errUninstalled, owner)
	}
	if a.token != nil {
		return a.token, nil
	}
	a.mu.Lock()
	id := a.installed[strings.ToLower(at)]
	a.mu.Unlock()
	if id == 0 {
		if id, err = a.lookUp(ctx, at); err != nil {
			return nil, err
		}
	}
	return a.lane(id), nil
}

// lane is the lane of an installation.
func (a *App) lane(id int64) *lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.lanes[id]
	if l == nil {
		l = a.newInstallationLane(id)
		a.lanes[id] = l
	}
	return l
}

// absentFor is how long it is believed that a repository has no installation:
// many subjects of an account that has just removed or suspended the App must
// not use up what the App may ask for everybody.
const absentFor = time.Minute

// lookUp asks which installation covers a repository, or an organisation, and
// keeps the answer with the date that comes with it.
func (a *App) lookUp(ctx context.Context, at string) (int64, error) {
	_, asks, err := whoCovers(at)
	if err != nil {
		return 0, err
	}
	if heard, ok := a.absent.get(at); ok && a.clock.Now().Sub(heard).Abs() < absentFor {
		return 0, fmt.Errorf("%w: %w on %s, as was heard a moment ago", engine.ErrGone, errUninstalled, at)
	}
	var found github.Installation
	err = a.self.do(ctx, asks, &found)
	switch {
	case errors.Is(err, engine.ErrGone):
		a.absent.put(at, a.clock.Now())
		return 0, fmt.Errorf("%w: %w on %s", engine.ErrGone, errUninstalled, at)
	case err != nil:
		return 0, err
	case found.GetID() == 0:
		return 0, fmt.Errorf("GitHub did not say which installation covers %s", at)
	case found.SuspendedAt != nil:
		a.absent.put(at, a.clock.Now())
		return 0, fmt.Errorf("%w: %w on %s: the installation is suspended", engine.ErrGone, errUninstalled, at)
	}
	a.Learn(at, found.GetID())
	a.mu.Lock()
	defer a.mu.Unlock()
	a.since[found.GetID()] = found.GetCreatedAt().UTC()
	return found.GetID(), nil
}

// installedAt is when the App was installed on a repository's account. A
// delivery tells the installation but not its date, so that it may have to be
// asked for. It is zero without an App.
func (a *App) installedAt(ctx context.Context, repo string, installation int64) (time.Time, error) {
	if a.token != nil {
		return time.Time{}, nil
	}
	a.mu.Lock()
	at, known := a.since[installation]
	a.mu.Unlock()
	if known {
		return at, nil
	}
	id, err := a.lookUp(ctx, repo)
	if err != nil {
		return time.Time{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.since[id], nil
}

// mostInstalled bounds how many repositories are remembered: some 50 MB.
const mostInstalled = 500_000

// Learn notes which installation covers a repository, or an organisation, as a
// delivery or GitHub said.
func (a *App) Learn(at string, installation int64) {
	if _, _, err := whoCovers(at); err != nil || installation <= 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.installed) >= mostInstalled {
		clear(a.installed) // simple, and rare
	}
	a.installed[strings.ToLower(at)] = installation
	a.absent.drop(at)
}

// forgetRepo drops what was learnt about a repository's installation, and tells
// whether there was anything.
func (a *App) forgetRepo(repo string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, known := a.installed[strings.ToLower(repo)]
	delete(a.installed, strings.ToLower(repo))
	return known
}

// forgetInstallation drops an installation that has ended.
func (a *App) forgetInstallation(id int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.lanes, id)
	delete(a.since, id)
	for repo, installation := range a.installed {
		if installation == id {
			delete(a.installed, repo)
		}
	}
}

// renewInstallation drops what may be different for an installation from now
// on: the repositories that it covers, what its token may do, and what could
// be read of the account's settings. Its limits stay.
func (a *App) renewInstallation(id int64, owner string) {
	a.mu.Lock()
	l := a.lanes[id]
	for repo, installation := range a.installed {
		if installation == id {
			delete(a.installed, repo)
		}
	}
	a.mu.Unlock()
	if l != nil {
		if c, ok := l.credential.(*installationToken); ok {
			c.renew()
		}
	}
	a.absent.dropOwner(owner)
	a.homes.dropOwner(owner)
	a.files.dropOwner(owner)
	a.trees.dropOwner(owner)
}
