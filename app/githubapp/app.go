// Package githubapp is the program's one way to GitHub: it authenticates as the
// App, keeps GitHub's limits, reads from deliveries which subjects they
// concern, and gives the engine a Reader, Places and a Writer over the REST
// API, and over GraphQL where several issues are opened at once. It knows
// addresses, tokens, pages and answers. It must not know what an incident is, nor
// retry a write or decide anything: what GitHub said is handed on as a value or as
// one of the engine's few kinds of error. It waits for nothing but its turn among
// an installation's requests; all other waiting is a due time in the engine's
// store.
package githubapp

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v4"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// Config is what an App is made from. Clock is required, and AppID and
// PrivateKey for New.
type Config struct {
	AppID int64
	// PrivateKey is the App's key as GitHub hands it out, in PEM.
	PrivateKey []byte
	// BaseURL is the REST API, with or without a trailing slash: by default
	// github.com's, https://HOST/api/v3 for GitHub Enterprise Server.
	BaseURL string
	Clock   clock.Clock
	// Transport carries the requests; nil is one with sane timeouts.
	Transport http.RoundTripper
	// Timeout bounds each method of Writer's as a whole, a token or a redirect
	// that it may need included, and each page of a list: 10 s by default.
	Timeout time.Duration
	// Owners are the accounts served; empty serves all.
	Owners    []string
	UserAgent string
	Log       *slog.Logger
	// Secrets are kept out of every error and log line, besides whatever looks
	// like a credential: the webhook secret, for one.
	Secrets []string
	// OnRequest, where set, hears of every exchange with GitHub. The route is
	// a template, so that no metric carries a repository's name; the status is
	// 0 where there was no answer; installation 0 is the App itself.
	OnRequest func(method, route string, status int, took time.Duration, installation int64)
	// OnPause, where set, hears whenever GitHub lets an installation do nothing
	// until a time, and why: other replicas should be told by Pause, and the
	// next process. Installation 0 is the App itself.
	OnPause func(installation int64, until time.Time, why string)
}

// App is the App on GitHub, or a plain token that stands in for it when only
// reading. All its methods may be called concurrently.
type App struct {
	id        int64
	key       *rsa.PrivateKey // nil with a token
	base      *url.URL        // with a trailing slash
	clock     clock.Clock
	transport http.RoundTripper
	timeout   time.Duration
	owners    map[string]bool // in lower case; empty serves all
	log       *slog.Logger
	onRequest func(method, route string, status int, took time.Duration, installation int64)
	onPause   func(installation int64, until time.Time, why string)
	redactor  *Redactor
	skew      skew
	etags     *etags
	graphQL   *url.URL

	self  *lane // the App itself: JWTs instead of an installation's token
	token *lane // the one lane of an App made with a token

	mu        sync.Mutex
	lanes     map[int64]*lane
	replicas  int                 // that share the limits
	installed map[string]int64    // repository or organisation, in lower case, to installation
	since     map[int64]time.Time // installation to when it was made
	identity  *Identity
	noGraphQL map[string]forgone // by owner, in lower case

	homes   *kept[place]
	files   *kept[*policy.Source]   // nil where there is none
	labels  *kept[bool]             // those known to exist
	changed *kept[workflows.Answer] // what was deployed and released in a window
	texts   *kept[workflows.Answer] // files of default branches, until one is pushed to
	trees   *kept[workflows.Answer] // which files there are at commits, and texts of them
	absent  *kept[time.Time]        // repositories and organisations without an installation, and when that was heard

	library *library // runbooks and earlier incidents
}

var (
	_ engine.Reader       = (*App)(nil)
	_ engine.Places       = (*App)(nil)
	_ engine.Writer       = (*App)(nil)
	_ engine.ChangeWriter = (*App)(nil)

	_ engine.DeliveryLog = (*App)(nil)
)

// New makes the adapter for a GitHub App. It asks GitHub nothing.
func New(config Config) (*App, error) {
	if config.AppID <= 0 {
		return nil, fmt.Errorf("the App's id is %d: set it to the number under \"App ID\" on the App's settings page", config.AppID)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(config.PrivateKey)
	if err != nil {
		// The cause could quote the key, so it is not handed on.
		return nil, errors.New("the App's private key cannot be read: it must be an RSA key in PEM, " +
			"as in the .pem file that GitHub offers when a key is generated, with its line breaks")
	}
	if bits := key.N.BitLen(); bits < 1024 { // Go signs with none shorter; GitHub's have 2,048
		return nil, fmt.Errorf("the App's private key has %d bits: that is no key of GitHub's; use the .pem file it offered", bits)
	}
	a, err := newApp(config, string(config.PrivateKey))
	if err != nil {
		return nil, err
	}
	a.id, a.key = config.AppID, key
	a.self = a.newAppLane()
	return a, nil
}

// NewWithToken makes an adapter that only reads, with a personal or an
// Action's token, for hosts without the App's key. It differs from New: every
// comment by a bot counts as ours (no record can be verified without the key
// anyway), Home has no InstalledAt, Installations has none, and the Writer's
// methods refuse.
func NewWithToken(config Config, token string) (*App, error) {
	token = strings.TrimSpace(token)
	if token == "" {
		return nil, errors.New("the token is empty: set GITHUB_TOKEN to a token that may read the repository's issues and contents")
	}
	a, err := newApp(config, token)
	if err != nil {
		return nil, err
	}
	a.token = a.newLane(0, pacePerInstallation, &plainToken{token})
	a.identity = &Identity{anyBot: true}
	return a, nil
}

func newApp(config Config, credential string) (*App, error) {
	if config.Clock == nil {
		return nil, errors.New("no clock was given")
	}
	base, err := parseBase(config.BaseURL)
	if err != nil {
		return nil, err
	}
	a := &App{
		base:      base,
		clock:     config.Clock,
		transport: config.Transport,
		timeout:   config.Timeout,
		owners:    map[string]bool{},
		log:       config.Log,
		onRequest: config.OnRequest,
		onPause:   config.OnPause,
		redactor:  NewRedactor(append(slices.Clone(config.Secrets), credential)...),
		etags:     newETags(),
		graphQL:   graphQLAt(base),
		lanes:     map[int64]*lane{},
		noGraphQL: map[string]forgone{},
		installed: map[string]int64{},
		since:     map[int64]time.Time{},
		homes:     newKept(config.Clock, weightless[place]),
		files:     newKept(config.Clock, weightOf),
		labels:    newKept(config.Clock, weightless[bool]),
		changed:   newKept(config.Clock, weightOfAnswer),
		texts:     newKept(config.Clock, func(a workflows.Answer) int { return len(a.Text) }),
		trees:     newKept(config.Clock, weightOfAnswer),
		absent:    newKept(config.Clock, weightless[time.Time]),
		library:   newLibrary(config.Clock),
	}
	if a.timeout <= 0 {
		a.timeout = 10 * time.Second
	}
	if a.transport == nil {
		a.transport = defaultTransport(a.timeout)
	}
	a.transport = introduced{a.transport, cmp.Or(config.UserAgent, "kintsugi")}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.log = slog.New(a.redactor.Handler(a.log.Handler()))
	for _, owner := range config.Owners {
		if owner = strings.TrimSpace(owner); owner != "" {
			a.owners[strings.ToLower(owner)] = true
		}
	}
	return a, nil
}

// parseBase reads the address of the REST API and gives it the trailing slash
// that go-github wants; ghinstallation wants none and takes it off itself.
func parseBase(text string) (*url.URL, error) {
	if text == "" {
		text = "https://api.github.com/"
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("GitHub's address is no URL: write the base of its REST API, such as https://api.github.com/ or https://HOST/api/v3")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return nil, fmt.Errorf("GitHub's address %q is incomplete: write the base of its REST API with scheme and host, such as https://api.github.com/ or https://HOST/api/v3", u.Redacted())
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("GitHub's address %q carries a user, a query or a fragment: write only scheme, host and path", u.Redacted())
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// Website is where people see what a REST API tells of, without a trailing
// slash. docs: Getting started with the REST API; for GitHub Enterprise Server
// the API is a path of the website, with data residency a name under it.
func Website(api string) string {
	u, err := url.Parse(api)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + strings.TrimPrefix(u.Host, "api.")
}

// defaultTransport gives up on each phase of a request before the request as a
// whole is given up, so that the error says what was slow. Connections have no
// upper limit, over HTTP/2 neither, where another is opened when the streams of
// one are used up: no installation waits for another's.
func defaultTransport(timeout time.Duration) http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: timeout / 2, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   timeout / 2,
		ResponseHeaderTimeout: timeout,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   32,
		ForceAttemptHTTP2:     true,
	}
}

// Redactor knows this App's secrets, its current tokens among them: wrap the
// program's log with its Handler.
func (a *App) Redactor() *Redactor { return a.redactor }

// Pause lets an installation, or with 0 the App itself, do nothing before a
// time, because GitHub told another replica so, or an earlier process. It is
// heeded for at most 65 minutes.
func (a *App) Pause(installation int64, until time.Time, why string) {
	a.laneBy(installation).limits.pauseUntil(until, why, a.clock.Now())
}

// Share makes this process one of so many replicas that divide what each
// installation may write, create and have under way, at least one of each.
func (a *App) Share(replicas int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.replicas = replicas
	for _, l := range a.lanes {
		l.share(replicas)
	}
	for _, l := range []*lane{a.self, a.token} {
		if l != nil {
			l.share(replicas)
		}
	}
}

// Left is how many of the hour's requests an installation has left, as far as
// GitHub's answers told; a limit of 0 is not known.
func (a *App) Left(installation int64) (remaining, limit int, reset time.Time) {
	l := a.laneBy(installation).limits
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.quota.remaining, l.quota.limit, l.quota.reset
}

// laneBy is the lane by an installation's number, 0 being the App itself.
func (a *App) laneBy(installation int64) *lane {
	switch {
	case a.token != nil:
		return a.token
	case installation == 0:
		return a.self
	default:
		return a.lane(installation)
	}
}

// Identity is who the App is on GitHub.
type Identity struct {
	AppID int64
	Slug  string
	// Login is the account that the App writes as, "<slug>[bot]".
	Login string
	// anyBot takes every bot for this App, where there is no App to ask about.
	anyBot bool
}

// is tells whether an account is the App's own.
func (i Identity) is(kind, login string) bool {
	if kind != "Bot" {
		return false
	}
	return i.anyBot || i.Login != "" && strings.EqualFold(login, i.Login)
}

// Identity asks GitHub who this App is, once.
func (a *App) Identity(ctx context.Context) (Identity, error) {
	if known := a.known(); known != nil {
		return *known, nil
	}
	about, err := a.About(ctx)
	if err != nil {
		return Identity{}, err
	}
	identity := Identity{AppID: a.id, Slug: about.Slug, Login: about.Slug + "[bot]"}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.identity = &identity
	return identity, nil
}

// known is the identity, or nil while it was not asked for.
func (a *App) known() *Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.identity
}

// serves tells whether the owner's repositories are served.
func (a *App) serves(owner string) bool {
	return len(a.owners) == 0 || a.owners[strings.ToLower(owner)]
}
