package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
)

// setupPage is the site of one setup: a page with a button, and the place that
// GitHub sends the browser back to. Its first address is a secret between the
// terminal and the browser, since other users of the machine can reach it, too.
type setupPage struct {
	options     setupOptions
	host        string
	path, state string
	client      *http.Client
	made        chan newApp

	mu   sync.Mutex // one exchange at a time
	done bool
}

// newApp is what GitHub says of an App that was just made. docs: REST API
// endpoints for GitHub Apps, "Create a GitHub App from a manifest".
type newApp struct {
	ID            int64  `json:"id"`
	Slug          string `json:"slug"`
	Page          string `json:"html_url"`
	PEM           string `json:"pem"`
	WebhookSecret string `json:"webhook_secret"`
}

// redirectPath is where GitHub sends the browser back to.
const redirectPath = "/made"

func newSetupPage(o setupOptions, host string) *setupPage {
	return &setupPage{
		options: o, host: host, path: "/" + rand.Text(), state: rand.Text(), made: make(chan newApp, 1),
		client: &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}
}

func (p *setupPage) start() string { return "http://" + p.host + p.path }

// ServeHTTP answers reading requests that were addressed to this machine: a
// name of somebody else's that leads here (DNS rebinding) gets nothing, and no
// page of another site can do more than send the browser to these two places.
func (p *setupPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.Host != p.host:
		p.show(w, http.StatusForbidden, setupView{Problem: "This page is at " + p.start()[:len("http://"+p.host)] + " only."})
	case r.Method != http.MethodGet:
		header.Set("Allow", http.MethodGet)
		p.show(w, http.StatusMethodNotAllowed, setupView{Problem: "Nothing is sent here by a form."})
	case same(r.URL.Path, p.path):
		manifest, err := json.Marshal(p.options.manifest("http://" + p.host + redirectPath))
		if err != nil {
			p.show(w, http.StatusInternalServerError, setupView{Problem: err.Error()})
			return
		}
		p.show(w, http.StatusOK, setupView{Action: p.options.register(p.state), Manifest: string(manifest), Asked: p.options.manifest("")})
	case r.URL.Path == redirectPath:
		p.receive(w, r)
	default:
		p.show(w, http.StatusNotFound, setupView{Problem: "There is nothing here. Open the address that the terminal shows."})
	}
}

// same compares in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// receive takes the code that GitHub sends back, if it answers what was asked
// from here.
func (p *setupPage) receive(w http.ResponseWriter, r *http.Request) {
	code, state := r.URL.Query().Get("code"), r.URL.Query().Get("state")
	if !same(state, p.state) || code == "" || len(code) > 200 {
		p.show(w, http.StatusForbidden, setupView{Problem: "This did not begin on the page that the terminal shows, or an earlier run of it, so it is not believed. Open the address in the terminal and start there."})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		p.show(w, http.StatusConflict, setupView{Problem: "The App is made already; see the terminal."})
		return
	}
	app, err := p.exchange(r.Context(), code)
	if err != nil {
		p.show(w, http.StatusBadGateway, setupView{Problem: err.Error()})
		return
	}
	p.done = true
	p.show(w, http.StatusOK, setupView{App: &app, Install: app.installPage()})
	p.made <- app
}

// exchange gives the code for the App's credentials and keeps them. The files
// are made first: a code can be used once.
func (p *setupPage) exchange(ctx context.Context, code string) (app newApp, err error) {
	kept, err := reserve(p.options.out)
	if err != nil {
		return app, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, kept.discard())
		}
	}()
	if app, err = p.convert(ctx, code); err != nil {
		return app, err
	}
	if err := kept.write(app, p.options.api); err != nil {
		return app, fmt.Errorf("the App %s is made, but its key could not be kept: %w. Free some room, then generate a private key and set a webhook secret on %s; or delete that App and start again", app.Slug, cause(err), app.Page)
	}
	return app, nil
}

func (p *setupPage) convert(ctx context.Context, code string) (app newApp, err error) {
	address := strings.TrimRight(p.options.api, "/") + "/app-manifests/" + url.PathEscape(code) + "/conversions"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, http.NoBody) //nolint:gosec // the host is a setting, the code one part of the path
	if err != nil {
		return app, errors.New("the code that GitHub sent cannot be used: start again at the address in the terminal")
	}
	request.Header.Set("Accept", "application/vnd.github+json")
	answer, err := p.client.Do(request) //nolint:gosec // likewise
	if err != nil {
		// Not the address, which holds the code.
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return app, fmt.Errorf("GitHub could not be asked for the key: %w. Reload this page to try again, within the hour", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusUnprocessableEntity:
		return app, fmt.Errorf("GitHub does not know this code (%d): it was used already, or is older than an hour. If the App is on %s/settings/apps, delete it there; then start again at the address in the terminal", answer.StatusCode, p.options.account())
	case answer.StatusCode != http.StatusCreated:
		return app, fmt.Errorf("GitHub answers with %d instead of the key. Reload this page to try again, within the hour", answer.StatusCode)
	case err != nil:
		return app, fmt.Errorf("GitHub's answer broke off: %w", err)
	case json.Unmarshal(body, &app) != nil || app.ID == 0 || app.PEM == "" || app.WebhookSecret == "":
		return app, errors.New("GitHub's answer holds no App with a key and a webhook secret: is " + p.options.api + " GitHub's REST API?")
	}
	return app, nil
}

// account is the page of whoever owns the App.
func (o *setupOptions) account() string {
	if o.org == "" {
		return githubapp.Website(o.api)
	}
	return githubapp.Website(o.api) + "/organizations/" + o.org
}

// installPage is where the App is installed; empty where GitHub gave no address.
func (a newApp) installPage() string {
	if u, err := url.Parse(a.Page); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return strings.TrimRight(a.Page, "/") + "/installations/new"
}

// setupView is one of the three things that are shown.
type setupView struct {
	Action, Manifest string
	Asked            manifest
	App              *newApp
	Install          string
	Problem          string
}

var setupHTML = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kintsugi setup</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:3rem auto;padding:0 1rem;color:#24292f}
button{font:inherit;padding:.6rem 1rem;border:0;border-radius:.4rem;background:#1f6f43;color:#fff;cursor:pointer}h1{font-size:1.4rem}code{background:#f1efe9;padding:0 .2rem;overflow-wrap:anywhere}</style>
{{if .Problem}}<h1>That did not work<br>うまくいきませんでした</h1><p>{{.Problem}}</p>
{{else if .App}}<h1>The App is made<br>Appができました</h1>
<p><code>{{.App.Slug}}</code>, App id <code>{{.App.ID}}</code>. Its key and webhook secret are in files; the terminal says where, and what to do next.</p>
<p>秘密鍵とWebhookのシークレットはファイルに保存しました。続きは端末に表示しています。</p>
{{if .Install}}<p><a href="{{.Install}}" rel="noreferrer">Install it / インストールする</a></p>{{end}}
{{else}}<h1>Create the GitHub App<br>GitHub Appを作る</h1>
<p>GitHub shows its own page and asks you to confirm.<br>GitHubの画面で確認してから作成します。</p>
<ul><li>Webhook: <code>{{.Asked.Hook.URL}}</code></li>
<li>Permissions / 権限: {{range $name, $level := .Asked.Permissions}}<code>{{$name}}: {{$level}}</code> {{end}}</li>
<li>Events / イベント: {{range .Asked.Events}}<code>{{.}}</code> {{end}}</li></ul>
<form action="{{.Action}}" method="post"><input type="hidden" name="manifest" value="{{.Manifest}}"><button>Go to GitHub / GitHubへ進む</button></form>
{{end}}</html>
`))

func (p *setupPage) show(w http.ResponseWriter, status int, what setupView) {
	var b bytes.Buffer
	if err := setupHTML.Execute(&b, what); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}
