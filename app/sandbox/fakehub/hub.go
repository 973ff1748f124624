// Package fakehub is a simulated GitHub, and says so: an in-memory world of
// accounts, repositories, issues and one GitHub App, answering the part of the
// REST API that this program uses and emitting the webhooks that GitHub would.
// `kintsugi sandbox` serves it over HTTP; tests drive it in process, thousands
// of stories at a time, with answers lost, lists lagging and deliveries in the
// test's own hands. It is an independent reading of GitHub's documentation, so
// it must not know the program it is there to test: of ours it imports the
// clock and nothing else. Behaviour beyond the shape of an answer names the
// page of GitHub's documentation that it follows, as "docs: TITLE".
package fakehub

import (
	"context"
	"crypto/rsa"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// Options is what a Hub is made from. Only Clock is required.
type Options struct {
	Clock clock.Clock
	// Seed decides delivery guids, tokens, commit ids and where lists lag.
	Seed uint64
	// APIURL and WebURL are the addresses written into answers, without a
	// trailing slash. By default they are names that exist nowhere.
	APIURL, WebURL string
	App            App
	// WebhookURL and WebhookSecret are the App's webhook settings.
	WebhookURL, WebhookSecret string
	// HTTPClient sends deliveries; by default http.DefaultClient.
	HTTPClient *http.Client
	// Deliver, where set, is called by Send instead of posting to WebhookURL. It
	// returns the status that the receiver answered.
	Deliver func(context.Context, Delivery) (status int, err error)
	// RateLimit is the number of requests an hour for each installation: 5,000
	// where zero, no limit where negative.
	RateLimit int
	// Secondary enforces the limits on content created and on concurrent
	// requests, for each installation.
	Secondary bool
	// Skew is how far GitHub's time is ahead of Clock: in the Date header, and
	// in judging JWTs and tokens. What is created keeps the time of Clock.
	Skew time.Duration
	// ShortTokens makes installation tokens of the older form, 40 characters
	// without dots.
	ShortTokens bool
}

// App describes the one GitHub App of this world.
type App struct {
	ID   int64  // by default 1
	Slug string // by default "kintsugi"
	// PrivateKey signs the App's JWTs. One is made where it is nil, which takes
	// a tenth of a second: tests that make many hubs should share one.
	PrivateKey *rsa.PrivateKey
	// Permissions and Events are what the App asks for, and what new
	// installations are granted and sent.
	Permissions map[string]string
	Events      []string
}

// Hub is the simulated GitHub. All its methods may be called concurrently.
type Hub struct {
	options Options
	clock   clock.Clock
	routes  []route

	pageOfIssue *regexp.Regexp // an address of this hub

	mu  sync.Mutex
	now time.Time // of the operation under way; valid while mu is held

	random  *rand.Rand // guids, tokens, commits
	lagging *rand.Rand // where lists lag
	lastID  int64
	webhook webhook

	created       time.Time
	app           *user // the App's account, <slug>[bot]
	maker         *user // owner of the App
	integration   raw   // the App, rendered
	asks          map[string]string
	events        []string
	users         map[string]*user
	repos         map[string]*repo
	reposByID     map[int64]*repo
	renamed       map[string]*repo
	transferred   map[place]*issue
	installations []*installation
	noSubIssues   bool
	noGraphQL     bool
	tokens        map[string]*token

	outbox   []Delivery
	attempts []*Attempt
	ring     chan struct{} // tells Run that the outbox is not empty

	faults    []*injected
	late      []lateWrite
	lag       time.Duration
	lagShare  float64
	counts    Counts
	exchanges []Exchange
	recording bool
	mentions  []Mention
}

// New returns an empty world with the App registered and installed nowhere.
func New(options Options) *Hub {
	fillDefaults(&options)
	h := &Hub{
		options:   options,
		clock:     options.Clock,
		random:    rand.New(rand.NewPCG(options.Seed, 1)),
		lagging:   rand.New(rand.NewPCG(options.Seed, 2)),
		lastID:    1000,
		users:     map[string]*user{},
		repos:     map[string]*repo{},
		reposByID: map[int64]*repo{},
		renamed:   map[string]*repo{},

		transferred: map[place]*issue{},

		tokens: map[string]*token{},
		ring:   make(chan struct{}, 1),
	}
	defer h.begin()()
	h.created = stamp(h.now)
	h.asks, h.events = options.App.Permissions, options.App.Events
	h.webhook = webhook{url: options.WebhookURL, secret: options.WebhookSecret}
	h.app = h.newUser(options.App.Slug+"[bot]", "Bot")
	h.maker = h.newUser(options.App.Slug+"-maker", "User")
	h.routes = routes()
	h.pageOfIssue = issuePages(options.WebURL)
	return h
}

func fillDefaults(o *Options) {
	o.APIURL = strings.TrimSuffix(orDefault(o.APIURL, "https://api.fakehub.example"), "/")
	o.WebURL = strings.TrimSuffix(orDefault(o.WebURL, "https://fakehub.example"), "/")
	o.App.Slug = orDefault(o.App.Slug, "kintsugi")
	if o.App.ID == 0 {
		o.App.ID = 1
	}
	if o.App.PrivateKey == nil {
		o.App.PrivateKey = newPrivateKey()
	}
	if o.App.Permissions == nil {
		o.App.Permissions = map[string]string{"metadata": "read", "issues": "write", "contents": "read", "checks": "write"}
	}
	if o.App.Events == nil {
		o.App.Events = []string{"issues", "issue_comment", "label", "push"}
	}
	if o.HTTPClient == nil {
		o.HTTPClient = http.DefaultClient
	}
	if o.RateLimit == 0 {
		o.RateLimit = 5000
	}
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// begin takes the lock and the time of this operation, and lets the writes
// that were due to land late land first. The caller calls what it returns to
// end the operation.
func (h *Hub) begin() (end func()) {
	h.mu.Lock()
	h.now = h.clock.Now()
	h.landDue()
	return h.mu.Unlock
}

// nextID counts through all kinds of objects, so that a test which confuses two
// kinds of id fails.
func (h *Hub) nextID() int64 {
	h.lastID++
	return h.lastID
}

// stamp cuts t to the second, which is all that GitHub shows of a time.
// docs: Getting started with the REST API, "Timezones and timestamps".
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
