package doctor

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// route is where serve takes deliveries.
const route = "/webhooks/github"

func (r *report) webhook(f Facts) {
	g := f.GitHub
	switch {
	case g.HookErr != "":
		r.add(Finding{Check: Webhook, Level: Problem, Text: "The webhook's settings could not be read: " + g.HookErr, Do: "run doctor again in a minute."})
	case g.Hook == nil || g.Hook.URL == "":
		r.add(Finding{
			Check: Webhook, Level: Problem, Text: "The App has no webhook, so it is told nothing.",
			Do: "tick \"Active\" and set the address to https://YOUR-HOST" + route + ", with the secret of KINTSUGI_WEBHOOK_SECRET.", Where: g.settings(""),
		})
		return
	default:
		r.hook(g)
	}
	r.deliveries(f)
}

// hook judges how the webhook is set.
func (r *report) hook(g GitHub) {
	before := len(r.Findings)
	wrong := func(level Level, text, do string) {
		r.add(Finding{Check: Webhook, Level: level, Text: text, Do: do, Where: g.settings("")})
	}
	h := g.Hook
	if !strings.HasSuffix(h.URL, route) {
		wrong(Warning, fmt.Sprintf("The webhook's address, %s, does not end in %s, where Kintsugi takes deliveries.", h.URL, route),
			"correct it, unless something in front of Kintsugi rewrites the path.")
	}
	if u, err := url.Parse(h.URL); err == nil && u.Scheme == "http" && !net.ParseIP(u.Hostname()).IsLoopback() {
		wrong(Warning, "Deliveries come without TLS, so what they quote of private repositories can be read on the way.", "put TLS in front and use an https address.")
	}
	if h.ContentType != "json" {
		wrong(Problem, fmt.Sprintf("The webhook's content type is %q, which is not understood.", h.ContentType), "choose application/json.")
	}
	if h.Insecure {
		wrong(Warning, "GitHub does not verify the certificate of the webhook's address, so somebody in between can read and drop deliveries.", "enable SSL verification.")
	}
	if len(r.Findings) == before {
		r.ok(Webhook, "The webhook is set to %s, JSON, and its certificate is verified.", h.URL)
	}
	switch {
	case g.Health == "":
	case g.HealthErr == "":
		r.ok(Webhook, "%s answers from here.", g.Health)
	default:
		wrong(Warning, fmt.Sprintf("From here, %s does not answer as Kintsugi does: %s.", g.Health, strings.TrimSuffix(g.HealthErr, ".")),
			"only a hint, for GitHub may come another way: see that kintsugi serve runs and that what stands in front of it passes requests on.")
	}
}

// deliveries judges the last deliveries in GitHub's log. The newest one shows
// how things are; earlier ones how they were.
func (r *report) deliveries(f Facts) {
	g := f.GitHub
	if g.AttemptsErr != "" {
		r.add(Finding{Check: Webhook, Level: Problem, Text: "GitHub's log of deliveries could not be read: " + g.AttemptsErr, Do: "run doctor again in a minute."})
		return
	}
	if len(g.Attempts) == 0 {
		r.ok(Webhook, "GitHub has delivered nothing in the last three days, which is as far back as its log reaches.")
		return
	}
	newest := g.Attempts[0]
	arrived := map[string]bool{}
	for _, a := range g.Attempts {
		arrived[a.GUID] = arrived[a.GUID] || a.ok()
	}
	lost := map[string]bool{}
	for _, a := range g.Attempts {
		if !arrived[a.GUID] {
			lost[a.GUID] = true
		}
	}
	summary := fmt.Sprintf("%d of the last %s arrived", len(arrived)-len(lost), counted(len(arrived), "delivery", "deliveries"))
	if !newest.ok() {
		meaning, do := newest.meaning(g.URL)
		r.add(Finding{
			Check: Webhook, Level: Problem, Text: fmt.Sprintf("%s; the newest, %q at %s, did not: %s. %s", summary, newest.Event, stamp(newest.At), newest.result(), meaning),
			Do: do, Where: g.settings("advanced"),
		})
		return
	}
	if len(lost) == 0 {
		r.ok(Webhook, "%s, the newest at %s.", sentence(summary), stamp(newest.At))
		return
	}
	last := Attempt{}
	for _, a := range g.Attempts {
		if lost[a.GUID] && a.At.After(last.At) {
			last = a
		}
	}
	meaning, _ := last.meaning(g.URL)
	r.add(Finding{
		Check: Webhook, Level: Warning,
		Text: fmt.Sprintf("%s, and the newest did. One that did not: %q at %s, %s. %s", summary, last.Event, stamp(last.At), last.result(), meaning),
		Do:   "nothing, if it is over: a running server asks GitHub for them again, and the sweep finds what they were about.", Where: g.settings("advanced"),
	})
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (a Attempt) ok() bool { return a.Code >= 200 && a.Code < 300 }

func (a Attempt) result() string {
	if a.Code == 0 {
		return a.Status
	}
	return fmt.Sprintf("answered with %d", a.Code)
}

// meaning is what a delivery that did not arrive says about the way to here,
// and what to do about it.
func (a Attempt) meaning(api string) (meaning, do string) {
	addresses := fmt.Sprintf("GitHub's addresses (\"hooks\" in %s/meta)", strings.TrimSuffix(api, "/"))
	status := strings.ToLower(a.Status)
	switch {
	case a.Code == http.StatusUnauthorized:
		return "The webhook has no secret on GitHub, or another one than the server.",
			"set the same secret in both places; while you change it, KINTSUGI_WEBHOOK_SECRET=NEW,OLD knows both."
	case a.Code == http.StatusBadRequest:
		return "The body was not JSON, or what stands in between changed it.", "choose the content type application/json."
	case a.Code == http.StatusForbidden:
		return "Something in front of Kintsugi refuses GitHub.", "let through " + addresses + "."
	case a.Code == http.StatusNotFound, a.Code == http.StatusMethodNotAllowed:
		return "There is something else at this address.", "set the webhook's address to https://YOUR-HOST" + route + "."
	case a.Code == http.StatusRequestEntityTooLarge:
		return "Something in front of Kintsugi takes no body that large.", "let it take 25 MiB (nginx: client_max_body_size 25m)."
	case a.Code >= 300 && a.Code < 400:
		return "The address answers with a redirect, which GitHub does not follow.", "set the webhook to the address that it leads to."
	case a.Code == http.StatusServiceUnavailable:
		return "Kintsugi could not put it on disk, or was too busy reading others.", "see /readyz and the log for why, and \"database\" below."
	case a.Code == http.StatusBadGateway, a.Code == http.StatusGatewayTimeout:
		return "What stands in front of Kintsugi found nothing behind it.", "start kintsugi serve, and see that the proxy knows its address."
	case a.Code >= http.StatusInternalServerError:
		return "Something went wrong on this side.", "see the log of the server and of what stands in front of it."
	case strings.Contains(status, "time"):
		return "Nothing answered within GitHub's ten seconds.", "see that the server is not overloaded, and that what stands in front of it passes requests on at once."
	case strings.Contains(status, "tls") || strings.Contains(status, "ssl") || strings.Contains(status, "certificate") || strings.Contains(status, "x509"):
		return "GitHub does not trust the certificate.", "use a valid one, with its intermediate certificates."
	case a.Code == 0:
		return "GitHub did not reach the server.", "see that it runs, that its name resolves outside your network, and that the firewall lets in " + addresses + "."
	}
	return "Something else than Kintsugi answered.", "see what stands at the webhook's address."
}
