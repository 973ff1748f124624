package engine_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// door is a tiny workflow with an aggregate that tells every deployment that waits
// its word, and writes what it says as a check on the newest commit of the default
// branch.
type door struct {
	word func(workflows.Waiting) (state, comment string)
	says func(commit string) (title, summary string)
}

const doorKey = repo + "/door"

func (d *door) workflow() workflows.Workflow {
	return workflows.Workflow{
		Name: "door", Aggregate: "door", Pause: 5 * time.Second,
		Events: []string{"deployment_protection_rule.requested", "check_run.completed", "check_run.rerequested", "check_suite.completed", "push"},
		Decide: func(in workflows.Input) workflows.Decision {
			if in.Observation.Subject.Name != "door" {
				return workflows.Decision{}
			}
			home := in.Observation.Subject.Repo
			waiting, tip := workflows.WaitingAsk{Repo: home}, workflows.BranchAsk{Repo: home}
			if _, known := in.Facts[waiting]; !known {
				return workflows.Decision{Asks: []workflows.Ask{waiting, tip}}
			}
			plan := workflows.Plan{Whole: true}
			for _, w := range in.Facts[waiting].Seen.Waiting {
				state, comment := d.word(w)
				plan.Gates = append(plan.Gates, workflows.GateIntent{
					Key: fmt.Sprintf("door.%d.%s", w.Run, w.Environment), Run: w.Run, Attempt: w.Attempt, Environment: w.Environment, State: state, Comment: comment,
				})
			}
			if commit := in.Facts[tip].Branch.Tip; d.says != nil && commit != "" {
				title, summary := d.says(commit)
				plan.Checks = []workflows.CheckIntent{{
					Key: "door.check." + commit, Name: "Door", Commit: commit, Conclusion: workflows.CheckFailure, Title: title, Summary: summary,
				}}
			}
			return workflows.Decision{Plan: plan}
		},
	}
}

var doorPermissions = map[string]string{
	"metadata": "read", "issues": "write", "contents": "read", "actions": "read", "deployments": "write", "checks": "write", "pull_requests": "read",
}

var doorEvents = []string{"issues", "issue_comment", "push", "deployment_protection_rule", "check_run", "check_suite"}

// newDoor is a world at rest in which "production" and "staging" wait for the App.
func newDoor(t *testing.T, d *door, options ...worldOption) *world {
	w := newWorld(t, 1, append([]worldOption{withRules(d.workflow())}, options...)...)
	w.hub.Ask(doorPermissions, doorEvents...)
	w.hub.Accept("acme")
	w.hub.ProtectEnvironment(repo, "production", "kintsugi")
	w.hub.ProtectEnvironment(repo, "staging", "kintsugi", "another")
	w.settle()
	w.runs = nil
	return w
}

// deploys starts a run that is to deploy the default branch.
func (w *world) deploys(environments ...string) int64 {
	w.t.Helper()
	run, err := w.hub.RunTo(repo, "deploy.yml", "main", "suzuki", environments...)
	w.must(err)
	return run
}

// heard is what the deployments of repo were told, in lines.
func (w *world) heard() (lines []string) {
	for _, v := range w.hub.Protected(repo) {
		line := v.Environment
		for _, word := range v.Words {
			line += fmt.Sprintf(" [%s %s]", word.State, word.Comment)
		}
		switch {
		case v.Waits:
			line += " waits"
		case v.Rejected:
			line += " rejected"
		default:
			line += " went"
		}
		lines = append(lines, line)
	}
	return lines
}

func (w *world) wantsHeard(want ...string) {
	w.t.Helper()
	if got := w.heard(); !slices.Equal(got, want) {
		w.t.Errorf("heard\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// again has the door look again.
func (w *world) again() {
	w.t.Helper()
	w.must(w.store.Wake(w.t.Context(), engine.Live, doorKey))
	w.settle()
}

func always(state, comment string) func(workflows.Waiting) (string, string) {
	return func(workflows.Waiting) (string, string) { return state, comment }
}

const reviewRoute = "POST /repos/{owner}/{repo}/actions/runs/{run}/deployment_protection_rule"

// TestGateTold: what waits is told why once, what may go goes, what may not does not, and
// where another App is waited for nothing is said twice.
func TestGateTold(t *testing.T) {
	d := &door{word: always("", "An incident is open.")}
	w := newDoor(t, d)
	w.deploys("production")
	w.settle()
	w.again()
	w.wantsHeard("production [ An incident is open.] waits")
	d.word = always("", "Two incidents are open.")
	w.again()
	d.word = always(workflows.GateApproved, "Ready.")
	w.again()
	w.again()
	w.wantsHeard("production [ An incident is open.] [ Two incidents are open.] [approved Ready.] went")
	d.word = func(at workflows.Waiting) (string, string) {
		if at.Environment == "staging" {
			return workflows.GateApproved, "Ready."
		}
		return workflows.GateRejected, "Frozen."
	}
	run := w.deploys("staging", "production")
	w.settle()
	w.again()
	w.wantsHeard("production [ An incident is open.] [ Two incidents are open.] [approved Ready.] went",
		"staging [approved Ready.] waits", "production [rejected Frozen.] rejected")
	w.must(w.hub.ReviewAs("another", repo, run, "staging", "approved"))
	w.again()
	if got := w.heard(); got[1] != "staging [approved Ready.] went" {
		t.Errorf("heard %q", got)
	}
	w.wantsNoFailures()
	if hint, err := w.store.Peek(t.Context(), doorKey); err != nil || len(hint.Words) != 0 {
		t.Errorf("of what waits no longer %+v is kept, %v", hint.Words, err)
	}
}

// TestGateLastWord: however often the reason changes, there is room for the last word,
// and a comment is no longer than GitHub takes.
func TestGateLastWord(t *testing.T) {
	n := 0
	d := &door{word: func(workflows.Waiting) (string, string) {
		n++
		return "", fmt.Sprint(n, strings.Repeat("\n障害が続いています。", 200))
	}}
	w := newDoor(t, d)
	w.deploys("production")
	for range 15 {
		w.again()
	}
	if words := w.hub.Protected(repo)[0].Words; len(words) != 9 || !strings.HasPrefix(words[8].Comment, "9\n障害") || !strings.Contains(words[8].Comment, "more characters were left out") {
		t.Errorf("%d words, %.80q", len(words), words[len(words)-1].Comment)
	}
	d.word = always(workflows.GateApproved, "Ready.")
	w.again()
	if got := w.heard()[0]; !strings.HasSuffix(got, "[approved Ready.] went") {
		t.Error(got)
	}
	w.wantsNoFailures()
}

// TestGateRefused: what GitHub refuses is asked for once, until there is something else
// to say or the permission may have been granted; others hear their words all the same.
func TestGateRefused(t *testing.T) {
	d := &door{word: always(workflows.GateApproved, "Ready.")}
	w := newDoor(t, d)
	less := maps.Clone(doorPermissions)
	less["deployments"] = "read"
	w.hub.SetPermissions("acme", less)
	w.deploys("production", "staging")
	w.settle()
	w.again()
	tried := func() int { return w.hub.Counts().ByRoute[reviewRoute] }
	if tried() != 2 {
		t.Errorf("tried %d times, want once for each", tried())
	}
	w.hub.SetPermissions("acme", doorPermissions)
	w.again()
	if tried() != 2 {
		t.Errorf("tried %d times though nothing changed", tried())
	}
	w.clock.Advance(time.Hour)
	w.settle()
	w.wantsHeard("production [approved Ready.] went", "staging [approved Ready.] waits")
	w.wantsNoFailures()

	w.deploys("production")
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/deployment_protection_rule", fakehub.Fault{Status: http.StatusNotFound}))
	w.settle()
	d.word = always(workflows.GateApproved, "Ready now.")
	w.again()
	if got := w.heard()[2]; got != "production [approved Ready now.] went" {
		t.Error(got)
	}
	w.wantsNoFailures()
}

// TestGateLost: a word whose answer was lost, or that nobody remembers, is said again, and
// counts.
func TestGateLost(t *testing.T) {
	d := &door{word: always("", "An incident is open.")}
	w := newDoor(t, d)
	w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/deployment_protection_rule", fakehub.Fault{DropAnswer: true}))
	w.deploys("production")
	w.settle()
	w.wantsHeard("production [ An incident is open.] [ An incident is open.] waits")
	if hint, err := w.store.Peek(t.Context(), doorKey); err != nil || len(hint.Words) != 1 {
		t.Errorf("%+v %v", hint.Words, err)
	} else if one := slices.Collect(maps.Values(hint.Words))[0]; one.Waits != 2 {
		t.Errorf("%+v", one)
	}
	w.start() // with an empty store
	w.passSpan()
	w.again()
	w.wantsHeard("production [ An incident is open.] [ An incident is open.] [ An incident is open.] waits")
}

// TestGateTroubled: whatever happens on the way, and however often the reason changes, the
// last word is heard, and no deployment is told more than GitHub takes.
func TestGateTroubled(t *testing.T) {
	t.Parallel()
	crashes, seeds := 0, uint64(20)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 1))
		reason := 0
		d := &door{word: func(workflows.Waiting) (string, string) { return "", fmt.Sprint("Reason ", reason) }}
		w := newDoor(t, d, inFile(t))
		w.deploys("production")
		isReview := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/deployment_protection_rule") }
		w.settle()
		for range 15 {
			reason += random.IntN(2)
			done := func() {}
			switch random.IntN(5) {
			case 0:
				done = w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/deployment_protection_rule", fakehub.Fault{DropAnswer: true}))
			case 1:
				done = w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/deployment_protection_rule", fakehub.Fault{Status: 502}))
			case 2:
				done = w.hub.Fault(fakehub.Matching(1, http.MethodPost, "/deployment_protection_rule", fakehub.Fault{Status: 422}))
			case 3:
				hint, err := w.store.Peek(t.Context(), doorKey)
				w.must(err)
				if slices.Collect(maps.Values(hint.Words))[0].Waits < 9 {
					reason++ // so that there is something to say
					crashes++
					w.must(w.store.Wake(t.Context(), engine.Live, doorKey))
					w.crashAfter(isReview)
				}
				w.start()
			}
			w.again()
			done()
		}
		d.word = always(workflows.GateApproved, "Ready.")
		w.again()
		w.clock.Advance(time.Hour)
		w.settle()
		if v := w.hub.Protected(repo)[0]; v.Waits || len(v.Words) > 10 {
			t.Errorf("seed %d: %s", seed, w.heard()[0])
		}
	}
	if crashes < int(seeds) {
		t.Errorf("only %d crashes", crashes)
	}
}

// TestGateStartedAgain: a run that was refused and is started again is told again, though
// nobody looked in between and there is nothing else to say.
func TestGateStartedAgain(t *testing.T) {
	w := newDoor(t, &door{word: always(workflows.GateRejected, "A file is missing.")})
	run := w.deploys("production")
	w.settle()
	w.must(w.hub.RunAgain(repo, run, "suzuki"))
	w.settle()
	w.again()
	w.wantsHeard("production [rejected A file is missing.] rejected", "production [rejected A file is missing.] rejected")
}

// TestGateHostileCallback: wherever a delivery wants to be answered, GitHub is.
func TestGateHostileCallback(t *testing.T) {
	w := newDoor(t, &door{word: always(workflows.GateApproved, "Ready.")})
	hosts := map[string]bool{}
	w.hurdle = func(r *http.Request) error {
		hosts[r.URL.Host] = true
		return nil
	}
	w.deploys("production")
	for _, delivery := range w.hub.TakeDeliveries() {
		if delivery.Event == "deployment_protection_rule" {
			delivery.Payload = []byte(strings.ReplaceAll(string(delivery.Payload), "https://api.fakehub.example/repos/"+repo+"/actions", "https://evil.example/steal"))
			if !strings.Contains(string(delivery.Payload), "evil.example") {
				t.Fatalf("the delivery names no callback: %s", delivery.Payload)
			}
			w.held = false // of which GitHub's description has an opinion
			w.take(delivery)
		}
	}
	w.settle()
	w.wantsHeard("production [approved Ready.] went")
	if want := map[string]bool{"api.fakehub.example": true}; !maps.Equal(hosts, want) {
		t.Errorf("asked %v", hosts)
	}
}

// TestGateBurst: a burst of events is one run in a pause, and our own checks cause none.
func TestGateBurst(t *testing.T) {
	w := newDoor(t, &door{word: always("", "x"), says: func(string) (string, string) { return "Not now", "Because." }})
	began := w.clock.Now()
	for n := range 60 {
		w.hub.CheckOf("ci", repo, "", fmt.Sprint("test ", n), "success", "")
		w.deliver()
		w.clock.Advance(time.Second)
		w.catchUp()
	}
	took := w.clock.Now().Sub(began)
	if runs := len(w.doorRuns()); runs < 5 || runs > int(took/(5*time.Second))+1 {
		t.Errorf("%d runs in %s", runs, took)
	}
	w.settle()
	w.runs = nil
	w.hub.PutFile(repo, "a.txt", "a")
	w.settle()
	if runs := w.doorRuns(); len(runs) != 1 || len(runs[0].Did) != 1 {
		t.Errorf("its own check woke it: %+v", runs)
	}
}

// doorRuns are the runs of the door so far.
func (w *world) doorRuns() (runs []engine.Run) {
	for _, r := range w.runs {
		if r.Key == doorKey {
			runs = append(runs, r)
		}
	}
	return runs
}

// TestGateCannot: only aggregates tell deployments anything, and nothing that GitHub has
// no ear for; events are for those who have one.
func TestGateCannot(t *testing.T) {
	gates := func(list ...workflows.GateIntent) workflows.Workflow {
		return workflows.Workflow{Name: "bold", Aggregate: "bold", Decide: func(in workflows.Input) workflows.Decision {
			return workflows.Decision{Plan: workflows.Plan{Gates: list}}
		}}
	}
	for want, list := range map[string][]workflows.GateIntent{
		"neither approved nor rejected":        {{Key: "bold.a", Run: 1, Environment: "a", State: "maybe"}},
		"for no deployment":                    {{Key: "bold.a", Environment: "a", State: workflows.GateApproved}},
		`two words for run 1, environment "a"`: {{Key: "bold.a", Run: 1, Environment: "a"}, {Key: "bold.b", Run: 1, Environment: "a"}},
		`does not begin with its name`:         {{Key: "b", Run: 1, Environment: "a"}},
	} {
		w := newWorld(t, 1, withRules(gates(list...)))
		w.must(w.store.Wake(t.Context(), engine.Live, repo+"/bold"))
		w.catchUp()
		if w.failures() == nil || !strings.Contains(w.failures().Error(), want) {
			t.Errorf("%s: %v", want, w.failures())
		}
	}
	bold := gates(workflows.GateIntent{Key: "bold.a", Run: 1, Environment: "a"})
	bold.Aggregate = ""
	bold.Owns = func(o workflows.Observation, _ policy.Policy, _ []workflows.Act) (time.Time, bool) {
		return o.Issue.CreatedAt, true
	}
	w := newWorld(t, 1, withRules(bold))
	w.open("suzuki", "x")
	w.settle()
	if w.failures() == nil || !strings.Contains(w.failures().Error(), "which only aggregates say") {
		t.Error(w.failures())
	}
	bold.Events = []string{"push"}
	if _, err := engine.NewRules([]workflows.Workflow{bold}); err == nil || !strings.Contains(err.Error(), "has no aggregate") {
		t.Error(err)
	}
}

// TestGatePlan: a dry run shows what would be said, and says nothing.
func TestGatePlan(t *testing.T) {
	w := newDoor(t, &door{word: always(workflows.GateRejected, "Frozen.")}, withoutSweeps)
	run := w.deploys("production")
	config := w.config()
	planner := engine.New(engine.Config{Rules: config.Rules, Reader: w.app, Places: w.app, Clock: w.own})
	got, err := planner.Plan(t.Context(), workflows.Subject{Repo: repo, Name: "door"})
	w.must(err)
	w.wants(got.Plan, fmt.Sprintf("run %d for \"production\", rejected", run))
	w.wants(strings.Join(got.Did, "\n"), fmt.Sprintf("tell run %d, for \"production\": rejected", run))
	w.wantsHeard("production waits")
}
