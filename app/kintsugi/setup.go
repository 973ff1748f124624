package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/doctor"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// manifestTime is how long GitHub gives from its page to the exchange. docs:
// Registering a GitHub App from a manifest.
const manifestTime = time.Hour

// setupOptions are the flags of kintsugi setup.
type setupOptions struct {
	org, name, url, addr, out, lang string
	api                             string
	language                        words.Language
	printManifest                   bool
}

func newSetup() *cobra.Command {
	var o setupOptions
	c := &cobra.Command{
		Use:   "setup",
		Short: "Create the GitHub App in a browser, and keep its credentials in files",
		Long: "Setup opens a page on this machine whose button takes you to GitHub, with the\n" +
			"permissions and events that Kintsugi needs filled in. You look them over and confirm;\n" +
			"GitHub sends you back here, and the App's id, private key and webhook secret are\n" +
			"written to files that only you may read. No secret is printed, nothing is overwritten.\n" +
			"It ends by itself when that is done, or after an hour.\n\n" +
			"The page is served to this machine alone. From another one: ssh -L 8700:127.0.0.1:8700\n" +
			"and --addr 127.0.0.1:8700. For GitHub Enterprise Server set " + server.GitHubURL + ".",
		Example: "  kintsugi setup --org acme --url https://kintsugi.example.com\n" +
			"  kintsugi setup --url https://kintsugi.example.com --print-manifest",
		Args: arguments(cobra.NoArgs),
	}
	flags := c.Flags()
	flags.StringVar(&o.org, "org", "", "the organisation that owns the App; your own account where nothing is set")
	flags.StringVar(&o.name, "name", "", "what the App is called; you can change it on GitHub's page")
	flags.StringVar(&o.url, "url", "", "where GitHub will reach kintsugi serve, such as https://kintsugi.example.com")
	flags.StringVar(&o.addr, "addr", "127.0.0.1:0", "where the page is served; on this machine only")
	flags.StringVar(&o.out, "out", "secrets", "the folder for the credentials")
	flags.StringVar(&o.lang, "lang", "en", "the language of what is printed, en or ja; the page has both")
	flags.BoolVar(&o.printManifest, "print-manifest", false, "print what GitHub would be given, and end")
	c.RunE = func(c *cobra.Command, _ []string) error {
		o.api = os.Getenv(server.GitHubURL)
		if err := o.check(); err != nil {
			return usage(c, err)
		}
		if o.printManifest {
			to := json.NewEncoder(c.OutOrStdout())
			to.SetIndent("", "  ")
			return to.Encode(o.manifest(""))
		}
		return setUp(c, o)
	}
	return c
}

// check refuses what GitHub would refuse, or what would end elsewhere than
// meant, before a person has clicked anything.
func (o *setupOptions) check() error {
	var known bool
	if o.language, known = words.Parse(o.lang); !known {
		return fmt.Errorf("--lang is %.40q: write en or ja", o.lang)
	}
	if o.org != "" && !account.MatchString(o.org) {
		return fmt.Errorf("--org is %.60q, which is no organisation: write its name, such as acme", o.org)
	}
	u, err := url.Parse(o.url)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("--url is %.100q: write where GitHub will reach kintsugi serve, such as https://kintsugi.example.com", o.url)
	}
	o.url = strings.TrimRight(o.url, "/")
	if n := len([]rune(o.name)); n > longestName {
		return fmt.Errorf("--name has %d characters: GitHub takes at most %d", n, longestName)
	}
	host, _, err := net.SplitHostPort(o.addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--addr is %.60q: the page is for this machine alone, so write 127.0.0.1:PORT", o.addr)
	}
	if o.api == "" {
		o.api = usualAPI
	}
	if a, err := url.Parse(o.api); err != nil || a.Scheme != "https" && a.Scheme != "http" || a.Host == "" || a.Host == "github.com" || a.User != nil {
		return &server.SettingError{Name: server.GitHubURL, Problem: "is no base of GitHub's REST API: write it like https://api.github.com/ or https://HOST/api/v3"}
	}
	return nil
}

const usualAPI = "https://api.github.com/"

// longestName is how long an App's name may be. docs: Registering a GitHub App.
const longestName = 34

// manifest is what GitHub is asked for. docs: Registering a GitHub App from a
// manifest, "GitHub App Manifest parameters".
type manifest struct {
	Name        string            `json:"name,omitempty"`
	URL         string            `json:"url"`
	Hook        hook              `json:"hook_attributes"`
	RedirectURL string            `json:"redirect_url,omitempty"`
	Public      bool              `json:"public"`
	Permissions map[string]string `json:"default_permissions"`
	Events      []string          `json:"default_events"`
}

type hook struct {
	URL    string `json:"url"`
	Active bool   `json:"active"`
}

// manifest asks for what the doctor checks, so that there is one list.
func (o *setupOptions) manifest(redirect string) manifest {
	m := manifest{
		Name: o.name, URL: o.url, Hook: hook{o.url + "/webhooks/github", true}, RedirectURL: redirect,
		Permissions: map[string]string{},
	}
	for _, p := range doctor.NeededPermissions() {
		m.Permissions[p.Name] = p.Level
	}
	for _, e := range doctor.NeededEvents() {
		m.Events = append(m.Events, e.Name)
	}
	return m
}

// register is GitHub's page for a new App.
func (o *setupOptions) register(state string) string {
	page := githubapp.Website(o.api) + "/settings/apps/new"
	if o.org != "" {
		page = githubapp.Website(o.api) + "/organizations/" + o.org + "/settings/apps/new"
	}
	return page + "?state=" + url.QueryEscape(state)
}

var textOpen = said{
	words.English:  "Open this in a browser on this machine:",
	words.Japanese: "このマシンのブラウザーで開いてください:",
}

// setUp serves the page until the App is made.
func setUp(c *cobra.Command, o setupOptions) error {
	// Found out now, not when there is a key that cannot be kept.
	kept, err := reserve(o.out)
	if err != nil {
		return err
	}
	if err := kept.discard(); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(c.Context(), manifestTime)
	defer stop()
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", o.addr)
	if err != nil {
		return usage(c, fmt.Errorf("--addr is %.60q, which is in use or is no address of this machine", o.addr))
	}
	p := newSetupPage(o, listener.Addr().String())
	site := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 14}
	ended := make(chan error, 1)
	go func() { ended <- site.Serve(listener) }()
	fmt.Fprintf(c.OutOrStdout(), "%s\n\n  %s\n\n", textOpen[o.language], p.start())
	select {
	case app := <-p.made:
		// The browser gets its page before the server goes.
		err = site.Shutdown(context.WithoutCancel(ctx))
		fmt.Fprint(c.OutOrStdout(), printable(o.nextSteps(app)))
		return err
	case err = <-ended:
		return err
	case <-ctx.Done():
		err = errors.New("stopped before an App was made; no file was written")
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = errors.New("an hour has passed, which is as long as GitHub waits: run kintsugi setup again; no file was written")
		}
		return errors.Join(err, site.Close())
	}
}
