// Package page is what `kintsugi sandbox` shows in a browser: the simulated
// GitHub as people see the real one, and beside it what reached the program and
// what it did about that. Visitors act as the simulated people, so that the
// whole way of an incident can be walked on one machine. It reads the hub and
// is told of the engine's runs; it must not know any rule of the program, nor
// what a command means, and it does nothing to the hub that a person with the
// chosen role could not do on GitHub. What strangers wrote is shown escaped or
// sanitised, under a policy that lets no script of theirs run.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Config is what a page is made from. Hub, Clock and People are required.
type Config struct {
	Hub   *fakehub.Hub
	Clock clock.Clock
	// Runs are the engine's latest, newest first. Nil shows none.
	Runs func() []engine.Run
	// People are whom a visitor may act as; the first is chosen at the start.
	// Each must have an account on the hub.
	People []Person
	// Bot is the App's own login, by default "kintsugi[bot]".
	Bot string
	// Language is that of the page until the visitor chooses; by default
	// English. Zone is where its times are told; by default UTC.
	Language words.Language
	Zone     *time.Location
	// FormLabels are what the incident form puts on an issue, by default
	// "incident".
	FormLabels []string
	// Commands are offered as buttons in each language; by default the usual
	// ones.
	Commands map[words.Language][]string
	// Advance moves the clock. DropNext and RepeatNext decide the fate of the
	// next delivery: lost, or sent twice. Where one is nil its button is not
	// there.
	Advance              func(time.Duration)
	DropNext, RepeatNext func()
}

// Person is somebody a visitor may act as.
type Person struct {
	Login string
	// About says who that is, such as "on call for payments".
	About map[words.Language]string
}

var usualCommands = map[words.Language][]string{
	words.English:  {"/ack", "/sev 2", "/started 10m ago", "/mitigated", "/resolved", "/false-alarm", "/help"},
	words.Japanese: {"/対応開始", "/重大度 2", "/発生 10分前", "/影響収束", "/復旧", "/誤報", "/ヘルプ"},
}

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// page serves all requests; it is not changed once it is made.
type page struct {
	Config
	prose *prose
	views map[words.Language]map[string]*template.Template
	// asset is a hash of what browsers may keep, put into its addresses.
	asset string
}

// New returns the page.
func New(c Config) (http.Handler, error) {
	p := &page{Config: c, prose: newProse()}
	if err := p.complete(); err != nil {
		return nil, err
	}
	p.views = map[words.Language]map[string]*template.Template{}
	for _, lang := range []words.Language{words.English, words.Japanese} {
		views, err := parseViews(lang, p.Zone)
		if err != nil {
			return nil, err
		}
		p.views[lang] = views
	}
	sum := sha256.New()
	for _, name := range assetNames {
		content, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			return nil, err
		}
		sum.Write(content)
	}
	p.asset = hex.EncodeToString(sum.Sum(nil)[:6])
	return Guard(p.routes()), nil
}

// complete fills in what the configuration leaves open.
func (p *page) complete() error {
	switch {
	case p.Hub == nil || p.Clock == nil:
		return errors.New("the sandbox page needs a hub and a clock")
	case len(p.People) == 0:
		return errors.New("the sandbox page needs people to act as")
	}
	if p.Runs == nil {
		p.Runs = func() []engine.Run { return nil }
	}
	if p.Bot == "" {
		p.Bot = "kintsugi[bot]"
	}
	if p.Language == "" {
		p.Language = words.English
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	if len(p.FormLabels) == 0 {
		p.FormLabels = []string{"incident"}
	}
	if p.Commands == nil {
		p.Commands = usualCommands
	}
	return nil
}

// routes lays the issues where GitHub has them, so that links in comments lead
// to the same place here. "-" is no account's name on GitHub, so what lies
// under it is ours.
func (p *page) routes() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, answer func(*visit)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { answer(p.visit(w, r)) })
	}
	on("GET /{$}", (*visit).home)
	on("GET /{owner}/{repo}", (*visit).repository)
	on("GET /{owner}/{repo}/issues", (*visit).repository)
	on("GET /{owner}/{repo}/issues/new", (*visit).newIssue)
	on("GET /{owner}/{repo}/issues/{number}", (*visit).issue)
	on("POST /{owner}/{repo}/issues/new", (*visit).openIssue)
	on("POST /{owner}/{repo}/issues/{number}", (*visit).actOnIssue)
	on("GET /-/activity", (*visit).activity)
	on("GET /-/version", (*visit).version)
	on("GET /-/labels.css", (*visit).labelColours)
	on("POST /-/as", (*visit).actAs)
	on("POST /-/clock", (*visit).moveClock)
	on("POST /-/next", (*visit).nextDelivery)
	on("/", (*visit).notFound)
	for _, name := range assetNames {
		mux.HandleFunc("GET /-/"+name, serveAsset(name))
	}
	return mux
}

var assetNames = []string{"page.css", "page.js", "icon.svg", "seam.svg"}

func serveAsset(name string) http.HandlerFunc {
	content, _ := staticFiles.ReadFile("static/" + name) // New has looked
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	}
}

// person finds who may be acted as by login.
func (p *page) person(login string) (Person, bool) {
	i := slices.IndexFunc(p.People, func(c Person) bool { return c.Login == login })
	if i < 0 {
		return Person{}, false
	}
	return p.People[i], true
}
