package emulate_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/store/postgrestest"
)

// TestIncident plays two incidents on emulate with the real binary, takes its
// database from it, and looks at what stands there.
func TestIncident(t *testing.T) {
	if testing.Short() {
		t.Skip("plays with processes for most of a minute, and the race detector sees none of them")
	}
	node := needsEmulate(t)
	binary := build(t)
	for name, empty := range map[string]func(testing.TB) string{
		"SQLite":     func(t testing.TB) string { return filepath.Join(t.TempDir(), "kintsugi.db") },
		"PostgreSQL": postgrestest.New,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, node, binary, empty)
		})
	}
}

func play(t *testing.T, node, binary string, empty func(testing.TB) string) {
	w := newWorld(t, node, binary, empty(t), awake())
	first := w.resolvedByCommand()
	second := w.closedByHand()

	secondBefore, made := second.seen(), w.proxy.creations()
	w.program.stop()
	w.program.database = empty(t)
	// Nobody hears of this: emulate has no delivery log to redeliver from, and a
	// delivery that fails there is gone. The sweep finds it.
	w.as("tanaka").writes(first, "/started 2:35")
	w.program.start()
	first.shows("Started [02:35]", "TTD 20 min (detected − started)")
	w.program.rest()

	first.comments(3)
	first.holds("closed completed [incident sev2]", "Customers affected 02:35–", "The draft postmortem is #")
	w.drafted(first)
	if got := second.seen(); got != secondBefore {
		t.Errorf("after the database was lost:\n%s\nbefore:\n%s", got, secondBefore)
	}
	if got := w.proxy.creations(); got != made {
		t.Errorf("after the database was lost, the program had made %s; before, %s", got, made)
	}
	if got := w.proxy.count(http.MethodGet, "/app/hook/deliveries"); got != 2 {
		t.Errorf("the delivery log, which emulate has not, was asked for %d times in two starts: once each is enough", got)
	}
	// Several may be under way when the first is refused; without memory it would be some twenty.
	if got := w.proxy.count(http.MethodPost, "/graphql"); got > 8 {
		t.Errorf("GraphQL, which emulate has not, was asked %d times in two starts: once an hour is enough", got)
	}
	w.explained()
	if t.Failed() {
		t.Logf("the program's log:\n%s\nits exchanges:\n%s", &w.program.process.log, lines(w.proxy.seen()))
	}
}

// awake is a zone in which 2:40 was this morning.
func awake() *time.Location {
	if time.Now().UTC().Hour() < 4 {
		return time.FixedZone("Asia/Tokyo", 9*60*60)
	}
	return time.UTC
}

// resolvedByCommand is an incident as it should go, but for a slip.
func (w *world) resolvedByCommand() issue {
	i := w.as("sato").reports("[incident] The checkout page is blank", "Eight contacts so far.")
	i.shows("**Waiting for a responder · SEV2**", "@tanaka, please take a look.")
	w.as("tanaka").writes(i, "/ack")
	i.shows("**In progress · SEV2 · lead tanaka**", "Commands (✓ was executed): ✓ [`/ack`](")
	asked := w.reactionsAsked()
	w.as("tanaka").writes(i, "/sev 2")
	i.shows("**In progress · SEV2 · lead tanaka**")
	w.as("tanaka").writes(i, "/started 2:40")
	i.shows("Started [02:40]")
	w.as("sato").writes(i, "/detected 2:55") // the reporter may, on one's own report
	i.shows("TTD 15 min (detected − started)")
	w.as("sato").writes(i, "Traffic is coming back, I think.")
	w.as("tanaka").writes(i, "/resolvd")
	i.answers("I could not read `/resolvd`. Did you mean `/resolved`?")
	w.as("tanaka").writes(i, "/mitigated")
	i.shows("customers no longer affected")
	resolved := w.as("tanaka").writes(i, "/resolved")
	i.shows("**Resolved · SEV2 · lead tanaka**")
	w.program.rest()

	year, month, day := resolved.In(w.zone).Date()
	ttr := minutes(resolved.Sub(time.Date(year, month, day, 2, 40, 0, 0, w.zone)))
	i.holds("closed completed [incident sev2]", "TTD 15 min (detected − started) · TTA 0 min · TTM ", " · TTR "+ttr,
		"I could not read `/resolvd`.", "**Resolved. Thank you, everyone.**", "TTD 15 min · TTA 0 min · TTR "+ttr)
	i.comments(3) // the status, the answer to the slip, and that it is over
	// emulate has no reactions. Nothing replaces them: the status comment shows
	// what was done and what was not, and by whom. Since the record says that one
	// was refused here, none is asked for.
	i.holds("Commands (✓ was executed): ✓ [`/ack`](", ") tanaka, ✓ [`/sev`](", ") sato, ✗ [`/resolvd`](", ") tanaka, ✓ [`/mitigated`](")
	if again := w.reactionsAsked(); asked == 0 || again != asked {
		w.t.Errorf("reactions were asked for %d times until one was refused, and %d times then", asked, again-asked)
	}
	return i
}

// drafted looks at the one postmortem that the program opened, for an incident.
func (w *world) drafted(of issue) {
	w.t.Helper()
	for number := 1; number <= 3; number++ { // there are no more
		i := issue{w: w, Number: number}
		if seen := i.seen(); strings.Contains(seen, "**Postmortem · draft · due ") {
			i.shows("Incident: #"+strconv.Itoa(of.Number), "author: tanaka")
			return
		}
	}
	w.t.Error("there is no draft of a postmortem")
}

// closedByHand is one that begins in the body and ends with GitHub's own button.
func (w *world) closedByHand() issue {
	i := w.as("sato").reports("Nobody can log in", "/incident\n\nAll I get is an error page.")
	i.shows("**Waiting for a responder · severity undecided**")
	w.as("sato").writes(i, "/sev 1")
	i.answers("it needs the triage role on this repository, and yours is read")
	w.as("tanaka").writes(i, "/ack")
	i.shows("**In progress · severity undecided · lead tanaka**")
	// The delivery of this carries {"title": true} for the changes, where GitHub
	// says what the title was.
	w.as("tanaka").must(http.MethodPatch, fmt.Sprintf("issues/%d", i.Number), map[string]any{"title": "Nobody can log in (SSO)"}, nil)
	w.as("tanaka").must(http.MethodPatch, fmt.Sprintf("issues/%d", i.Number), map[string]any{"state": "closed", "state_reason": "completed"}, nil)
	i.shows("**Resolved · severity undecided · lead tanaka**")
	w.program.rest()

	i.holds("closed completed [incident]", "**Resolved. Thank you, everyone.**", "TTR —")
	return i
}

// answers waits until a comment other than the status comment holds this text.
func (i issue) answers(text string) {
	i.w.t.Helper()
	i.w.program.until(fmt.Sprintf("the answer %q on #%d", text, i.Number), func() error {
		if _, others := i.ours(); !strings.Contains(strings.Join(others, "\n"), text) {
			return fmt.Errorf("there is %q", others)
		}
		return nil
	})
}

// holds looks at rest for texts in what is seen of the issue.
func (i issue) holds(texts ...string) {
	i.w.t.Helper()
	seen := i.seen()
	for _, text := range texts {
		if !strings.Contains(seen, text) {
			i.w.t.Errorf("%q is missing at rest in #%d:\n%s", text, i.Number, seen)
		}
	}
}

// comments looks at rest for the number of the program's comments. Only the
// first of them, when it was new, may have mentioned anybody.
func (i issue) comments(want int) {
	i.w.t.Helper()
	status, others := i.ours()
	if got := 1 + len(others); got != want {
		i.w.t.Errorf("#%d has %d comments of the program's, want %d:\n%s", i.Number, got, want, i.seen())
	}
	if all := strings.Join(append(others, status), "\n"); strings.Contains(all, "@") {
		i.w.t.Errorf("somebody is mentioned once it is over:\n%s", all)
	}
}

// reactionsAsked is how often emulate was asked for what it has not.
func (w *world) reactionsAsked() int { return w.proxy.count(http.MethodPost, ".*/reactions") }

// creations counts what would be there twice if it was made twice.
func (p *proxy) creations() string {
	return fmt.Sprintf("%d issues, %d comments, %d labels, %d labellings, %d reactions",
		p.count(http.MethodPost, "/repos/"+repo+"/issues"), p.count(http.MethodPost, ".*/issues/[0-9]+/comments"), p.count(http.MethodPost, "/repos/"+repo+"/labels"),
		p.count(http.MethodPost, ".*/issues/[0-9]+/labels"), p.count(http.MethodPost, ".*/reactions"))
}

// refusals are what the program may be refused, and why.
var refusals = []struct {
	exchange *regexp.Regexp
	why      string
}{
	{regexp.MustCompile(`^GET /repos/acme/incidents/labels/(incident|sev2|postmortem.*): 404$`), "it is not made yet, as on GitHub"},
	{regexp.MustCompile(`^GET /repos/acme/incidents/contents/.*(postmortem|template).*: 404$`), "the team has no template of its own, as on GitHub"},
	{regexp.MustCompile(`^GET /repos/acme/\.github/contents/\.github/kintsugi\.yml: 404$`), "the organisation has no settings, as on GitHub"},
	{regexp.MustCompile(`^GET /repos/acme/incidents/contents/reading-list/data/list\.json: 404$`), "nothing is recommended yet, so there is no list, as on GitHub"},
	{regexp.MustCompile(`^(POST|GET) /repos/acme/incidents/issues/comments/\d+/reactions: 404$`), "emulate has no reactions"},
	{regexp.MustCompile(`^GET /repos/acme/incidents/deployments: 404$`), "emulate has no deployments: the releases alone are looked at"},
	{regexp.MustCompile(`^POST /graphql: 404$`), "emulate has no GraphQL: for an hour REST alone is asked"},
	{regexp.MustCompile(`^GET /repos/acme/incidents/actions/runs: 403$`), "the App was not given actions: read, as one from before the gate: nothing is known to wait"},
	{regexp.MustCompile(`^GET /app/hook/deliveries: 404$`), "emulate keeps no log of an App's deliveries"},
	{regexp.MustCompile(`^DELIVERY (push|issue_comment): 502$`), "the program was not running: before its first start, and without its database"},
}

// explained looks for anything that the program was refused, or refused itself,
// for no reason named here.
func (w *world) explained() {
	w.t.Helper()
	missed := 0
	for _, e := range w.proxy.seen() {
		if e.method == "DELIVERY" && e.status == http.StatusBadGateway {
			missed++
		}
		known := slices.ContainsFunc(refusals, func(r struct {
			exchange *regexp.Regexp
			why      string
		}) bool {
			return r.exchange.MatchString(e.String())
		})
		if e.status >= 300 && !known {
			w.t.Errorf("%s: why?", e)
		}
	}
	if missed != 2 {
		w.t.Errorf("%d deliveries were missed, want 2: the push of the settings, and the comment in between", missed)
	}
}

// minutes writes a duration under a day as the program does.
func minutes(d time.Duration) string {
	hours, rest := int(d.Hours()), int(d.Minutes())%60
	switch {
	case hours == 0:
		return fmt.Sprintf("%d min", rest)
	case rest == 0:
		return fmt.Sprintf("%d h", hours)
	default:
		return fmt.Sprintf("%d h %d min", hours, rest)
	}
}
