package hostile_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestTitlesStayPrivate: pull requests of other places refer to an incident, the
// settings name these places as those of the service, and they have releases,
// deployments, runbooks and incidents that suit. What is private there, or
// belongs to another owner, is never quoted, and nothing is asked of others.
func TestTitlesStayPrivate(t *testing.T) {
	const open = "acme/open"
	for _, here := range []string{"acme/website", "acme/incidents"} {
		for _, there := range append(slices.Clone(others), open) {
			w := newNeighbours(t)
			w.hub.AddRepo("acme", "open", false)
			w.hub.SetRole(open, "keeper", "admin")
			w.hub.SetRole(here, "keeper", "read")
			w.surround(here, there)
			w.listens()
			i := w.incident(here)
			w.settle()
			n, err := w.hub.OpenIssue(there, "keeper", fakehub.NewIssue{PullRequest: true, Title: canary, Body: "Fixes-incident: " + i.String()})
			w.must(err)
			said := ""
			for _, s := range w.goOn(ingress{stays: true}, i) {
				said += s.text
			}
			owner, _, _ := strings.Cut(there, "/")
			// GitHub itself tells of what anybody can see, and of what the App may.
			if refers := fmt.Sprintf("`%s#%d`", there, n); strings.Contains(said, refers) != (owner == "acme" || there == "rival/open") {
				t.Errorf("%s of %s: does it refer? %s", there, here, quote(said))
			}
			if changed := regexp.MustCompile("deployment|デプロイ").MatchString(said); changed != (owner == "acme") {
				t.Errorf("%s of %s: is it told what changed? %s", there, here, quote(said))
			}
			if all := said + fmt.Sprint(w.told(i)) + w.log.String(); strings.Contains(all, canary) != (there == open) {
				t.Errorf("%s of %s: is it quoted? %s", there, here, quote(all[max(0, strings.Index(all, canary)-200):]))
			}
			for at, e := range w.hub.Exchanges() {
				deployed := owner == "acme" && e.Path == "/graphql"
				if e.App && !ofHere(e.Place(), here) && !(owner == "acme" && isPlace(e.Place(), there)) && !deployed && !w.ofAggregate(at, e.Place()) {
					t.Errorf("%s of %s: %s %s", there, here, e.Method, e.Place())
				}
			}
		}
	}
}

// surround puts the canary into all of a place that may suit an incident.
func (w *world) surround(here, there string) {
	w.t.Helper()
	w.hub.PutFile(here, ".github/kintsugi.yml", "language: "+language(here)+"\nservices: {web: {repositories: ["+there+"], words: [checkout]}}\n"+
		"incident: {notify: [\"@"+oncall+"\"], runbooks: [docs/runbooks, "+there+"/docs/runbooks]}\n")
	w.hub.PutFile(there, handbook+"checkout.md", "---\nkeywords: [checkout, blank]\n---\n# "+canary+"\n")
	w.must(w.hub.Release(there, canary, "keeper"))
	w.must(w.hub.Deploy(there, canary, canary, "keeper"))
	w.open(there, "keeper", "[incident] Checkout is blank "+canary, canary)
	w.settle()
	w.clock.Advance(15 * time.Minute)
	w.settle()
}

// isPlace tells whether a path is what may be asked about another repository:
// what it is, its settings, and what changed there.
func isPlace(path, repo string) bool {
	rest, ok := strings.CutPrefix(path, "/repos/"+repo)
	return ok && (rest == "" || rest == "/deployments" || rest == "/releases" || strings.HasPrefix(rest, "/contents/.github/"))
}
