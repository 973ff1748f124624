package engine_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// looks are how often the gate of acme/pay ran.
func (w *world) looks() (n int) {
	for _, r := range w.runs {
		if r.Key == payRepo+"/gate" {
			n++
		}
	}
	return n
}

// TestGateRests: where nothing happens nothing is written and soon nothing is looked at,
// however much is under review and waits.
func TestGateRests(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	w.opens(repo, "suzuki", "[incident] checkout is blank", "/sev 1")
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	w.opens(payRepo, "suzuki", "[readiness] payments, too", "/readiness environment:production")
	w.tells(payRepo, n, "suzuki", "/done load-test https://example.com/report")
	w.releasesTo(w.hub.Tip(payRepo))
	w.soonGate()
	w.soonGate()
	before := w.writes()
	w.runs = nil
	for range 60 {
		w.waits(time.Minute)
	}
	if n := w.writes() - before; n != 0 {
		t.Errorf("%d writes though nothing happened", n)
	}
	if n := w.looks(); n > 7 || len(w.runs)-n > 4 {
		t.Errorf("%d looks of the gate and %d of others in an hour: a deployment waits, which is looked after every ten minutes, and two reviews every thirty", n, len(w.runs)-n)
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestGateRestsWithoutGraphQL: where GitHub has none, or lets the App not use it, which is
// tried once an hour, nothing is written while nothing happens.
func TestGateRestsWithoutGraphQL(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	refused := fakehub.Matching(1000, http.MethodPost, "/graphql", fakehub.Fault{Status: http.StatusForbidden, Message: "Resource not accessible by integration"})
	for name, without := range map[string]func(w *world){
		"none": func(w *world) { w.hub.WithoutGraphQL() }, "refused": func(w *world) { w.hub.Fault(refused) },
	} {
		for reviews := range 3 {
			w := newGate(t, "en", twoItems+byPeople)
			w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
			w.opens(repo, "suzuki", "[incident] checkout is blank", "/sev 1")
			without(w)
			for n := range reviews {
				w.opens(payRepo, "tanaka", fmt.Sprint("[readiness] payments ", n), "")
				w.waits(7 * time.Minute)
			}
			run := w.releasesTo(w.hub.Tip(payRepo))
			w.waits(time.Hour)
			w.soonGate()
			writes := func() int { // what is asked over GraphQL is none
				c := w.hub.Counts()
				return w.writes() - c.ByRoute["POST /graphql"] - c.ByRoute["(fault)"]
			}
			before, words := writes(), len(w.waitsFor(run).Words)
			for range 6 * 60 {
				w.waits(time.Minute)
			}
			if wrote, told := writes()-before, len(w.waitsFor(run).Words)-words; wrote != 0 || told != 0 {
				t.Errorf("%s, %d reviews: %d writes and %d words though nothing happened", name, reviews, wrote, told)
			}
			if err := w.failures(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestGateUnread: while the checklist cannot be read, going back and a decision to ship
// stay open.
func TestGateUnread(t *testing.T) {
	w := newGate(t, "en", twoItems)
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	before := w.hub.Tip(payRepo)
	w.wantsGone("a quiet day", w.releasesTo(before))
	next := w.pushes("Show the logo")
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	w.wantsSaid(payRepo, n, "**Ready**")
	w.hub.PutFile(payRepo, gateList, "items: 3\n")
	w.soonGate()
	held := w.releasesTo(next)
	w.wantsWaiting("nobody knows what is asked", held, "cannot be used")
	w.wantsGone("going back", w.releasesTo(before))
	w.tells(payRepo, n, "tanaka", "/readiness version:"+next)
	w.tells(payRepo, n, "suzuki", "/ship-anyway customers wait")
	w.soonGate()
	w.wantsSaid(payRepo, n, "Released as decided")
	w.wantsGone("as decided", held)
}

// TestReviewClosedAtOnce: what is written with the button that closes counts.
func TestReviewClosedAtOnce(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	tip := w.hub.Tip(payRepo)
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	w.tells(payRepo, n, "suzuki", "/done load-test https://example.com/report")
	w.waits(time.Minute)
	_, err := w.hub.Comment(payRepo, n, "suzuki", "/approve")
	w.must(err)
	w.must(w.hub.Close(payRepo, n, "suzuki", "completed"))
	w.catchUp()
	w.soonGate()
	w.wantsCheck(tip, "success", "Ready")
}

// TestReviewOvertaken: an approval that was written before a newer commit was shown is none
// of that commit, however late it arrives.
func TestReviewOvertaken(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	w.tells(payRepo, n, "suzuki", "/done load-test https://example.com/report")
	w.waits(time.Minute)
	said := false
	w.hurdle = func(r *http.Request) error {
		if r.Method == http.MethodPatch && strings.Contains(r.URL.Path, "/issues/comments/") && !said {
			said = true
			_, err := w.hub.Comment(payRepo, n, "suzuki", "/approve")
			return err
		}
		return nil
	}
	second := w.pushes("Charge twice")
	w.soonGate()
	if !said {
		t.Fatal("nothing was shown anew")
	}
	w.wantsCheck(second, "action_required", "1")
	w.wantsSaid(payRepo, n, "approved for another commit")
	w.tells(payRepo, n, "suzuki", "/approve")
	w.soonGate()
	w.wantsCheck(second, "success", "Ready")
}

// TestReviewForgotten: where the App's comment was deleted, nothing that was approved
// counts for what came since.
func TestReviewForgotten(t *testing.T) {
	for _, keep := range []bool{true, false} {
		w := newGate(t, "en", twoItems+byPeople)
		n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
		w.tells(payRepo, n, "suzuki", "/done load-test https://example.com/report")
		w.tells(payRepo, n, "suzuki", "/approve")
		w.soonGate()
		w.wantsCheck(w.hub.Tip(payRepo), "success", "Ready")
		second := w.pushes("Charge twice")
		v, _ := w.hub.Issue(payRepo, n)
		for _, c := range v.Comments {
			if c.Author == "kintsugi[bot]" {
				w.must(w.hub.DeleteComment(payRepo, c.ID, "yamamoto"))
			}
		}
		if !keep {
			w.start()
			w.passSpan()
			w.must(w.engine.Start(t.Context()))
		}
		w.soonGate()
		w.waits(31 * time.Minute)
		w.soonGate()
		w.wantsCheck(second, "action_required", "")
	}
}

// TestReviewMovedHere: what was said in another repository, where other people have other
// roles, counts nowhere else.
func TestReviewMovedHere(t *testing.T) {
	const own = "acme/own"
	w := newGate(t, "en", twoItems+byPeople)
	w.addRepo(own, true)
	w.hub.SetRole(own, "mallory", "admin")
	w.hub.SetRole(payRepo, "mallory", "write")
	w.hub.PutFile(own, ".github/kintsugi.yml", fmt.Sprintf(gatePolicy, "en"))
	w.hub.PutFile(own, gateList, twoItems+byPeople)
	tip := w.hub.Tip(payRepo)
	n := w.opens(own, "tanaka", "[readiness] payments", "")
	w.tells(own, n, "mallory", "/done load-test https://example.com/report")
	w.tells(own, n, "mallory", "/readiness payments")
	w.tells(own, n, "mallory", "/waive load-test until:2026-12-31 later")
	w.tells(own, n, "mallory", "/waive review until:2026-12-31 later")
	w.tells(own, n, "mallory", "/ship-anyway now")
	w.soonGate()
	_, err := w.hub.TransferIssue(own, n, "mallory", payRepo)
	w.must(err)
	w.soonGate()
	w.soonGate()
	w.wantsCheck(tip, "action_required", "2")
}

// TestReviewByWhomever: those who may not, and Apps, confirm, approve and except nothing.
func TestReviewByWhomever(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	tip := w.hub.Tip(payRepo)
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "/ship-anyway now\n/approve\n")
	w.hub.AddUser("stranger")
	for _, who := range []string{"sato", "tanaka", "yamamoto"} {
		for _, what := range []string{"/approve", "/waive load-test until:2026-12-31 later", "/ship-anyway now", "/done load-test https://example.com"} {
			if who == "yamamoto" && what != "/approve" && !strings.HasPrefix(what, "/waive") {
				continue // an author may do those
			}
			w.tells(payRepo, n, who, what)
		}
	}
	w.soonGate()
	w.wantsCheck(tip, "action_required", "2")
}

// TestNoteNames: the note has members of teams only as far as they said something, and
// what was said of one environment is not said of another.
func TestNoteNames(t *testing.T) {
	w := newGate(t, "en", twoItems+"  - {id: review, question: {en: Did another look?}, evidence: [{approvals: 1}], approvers: [\"@acme/sre\"]}\n")
	w.hub.SetTeam("acme", "sre", "suzuki", "hidden-hand")
	tip := w.hub.Tip(payRepo)
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "/readiness environment:staging")
	w.tells(payRepo, n, "suzuki", "/approve")
	w.soonGate()
	note := w.noteOn(tip)
	w.wants(note, "suzuki", `"environment":"staging"`)
	w.wantsNone(note, "hidden-hand")
}

// noteOn is what the App's check run on a commit carries out of sight.
func (w *world) noteOn(commit string) string {
	w.t.Helper()
	_, coded, _ := strings.Cut(w.checkOf(commit).Summary, "<!-- kintsugi-readiness ")
	coded, _, _ = strings.Cut(coded, " -->")
	note, err := base64.StdEncoding.DecodeString(coded)
	w.must(err)
	return string(note)
}

// TestGateNight: twenty branches and their reviews are looked after, though one look costs
// more than the limit of our own lets through in the time after which it lets come back.
func TestGateNight(t *testing.T) {
	if testing.Short() {
		t.Skip("long, and in one thread: nothing for the race detector")
	}
	t.Parallel()
	w := newGate(t, "en", twoItems+byPeople+"  - {id: lint, question: {en: Is it tidy?}, evidence: [{check: lint}]}\n")
	w.releaseBranches(20)
	w.soonGate()
	w.soonGate()
	w.settle()
	if n := len(w.hub.Checks(payRepo)); n < 20 {
		t.Errorf("%d check runs", n)
	}
	before, wrote := w.hub.Counts(), w.writes()
	w.runs = nil
	w.hub.CheckOf("ci", payRepo, "", "deploy preview", "success", "")
	w.soonGate()
	if reads := w.hub.Counts().Reads - before.Reads; reads > 75 || w.looks() != 1 || w.writes() != wrote {
		t.Errorf("%d reads, %d looks, %d writes", reads, w.looks(), w.writes()-wrote)
	}
	for range 10 { // of a busy minute
		w.hub.CheckOf("ci", payRepo, "", "deploy preview", "success", "")
		w.soonGate()
	}
	w.hub.CheckOf("ci", payRepo, "", "lint", "success", "")
	for range 8 {
		w.waits(10 * time.Second)
	}
	w.wants(w.checkOf(w.hub.Tip(payRepo)).Summary, "| `lint` | yes |")
	w.runs = nil
	for range 6 {
		w.waits(10 * time.Second)
	}
	if w.looks() > 0 {
		t.Errorf("it does not come to rest: %v", w.failures())
	}
}

// TestGateFixNamedLater: as the App says, a pull request that names the incident only
// afterwards passes, and nobody waits for it.
func TestGateFixNamedLater(t *testing.T) {
	w := newGate(t, "en", twoItems)
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	n := w.opens(repo, "suzuki", "[incident] checkout is blank", "/sev 1")
	_, err := w.hub.CommitFiles(payRepo, "yamamoto", "fix", map[string]string{"fix.go": "package pay"})
	w.must(err)
	pull, err := w.hub.OpenPull(payRepo, "yamamoto", fakehub.NewIssue{Title: "Fix", Head: "fix", Body: "Mends it."})
	w.must(err)
	w.must(w.hub.Merge(payRepo, pull, "suzuki"))
	fix := w.hub.Tip(payRepo)
	w.hub.RunWorkflow(payRepo, "ci.yml", fix, "success")
	w.soonGate()
	held := w.releasesTo(fix)
	w.wantsWaiting("nobody said what it is", held, "Fixes-incident: acme/incidents#")
	body := fmt.Sprintf("Mends it.\n\nFixes-incident: acme/incidents#%d\n", n)
	w.must(w.hub.EditIssue(payRepo, pull, "yamamoto", fakehub.Edit{Body: &body}))
	w.soonGate()
	w.wantsGone("the fix", held)
}

// TestGateSettingsUnread: what cannot be read of the settings may have been a freeze, or
// where the incidents are, so that nothing goes but what went there before.
func TestGateSettingsUnread(t *testing.T) {
	for name, broken := range map[string]string{
		"no YAML": "{{{{", "its own section": fmt.Sprintf(gatePolicy, "en") + "readiness: {freeze: [{from: tomorrow}]}\n",
		"its own section, which only warns": fmt.Sprintf(gatePolicy, "en") + "readiness: {mode: warn, freeze: [{from: tomorrow}]}\n",
	} {
		w := newGate(t, "en", twoItems)
		w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
		before := w.hub.Tip(payRepo)
		w.wantsGone("a quiet day", w.releasesTo(before))
		w.hub.PutFile(payRepo, ".github/kintsugi.yml", broken)
		next := w.pushes("Show the logo")
		held := w.releasesTo(next)
		w.wantsWaiting(name, held, "because `.github/kintsugi.yml")
		w.wantsCheck(next, "action_required", "1")
		w.wantsGone("going back", w.releasesTo(before))
		w.hub.PutFile(payRepo, ".github/kintsugi.yml", fmt.Sprintf(gatePolicy, "en"))
		w.soonGate()
		w.wantsGone("once it can be read", held)
		if err := w.failures(); err != nil {
			t.Error(err)
		}
	}
}

// TestGateBlind: what the App may not see or write costs it nothing again and again, nothing
// goes because of it, and a person reads what is missing.
func TestGateBlind(t *testing.T) {
	for lacks, said := range map[string]string{"actions": "`actions: read`", "deployments": "", "checks": "", "statuses": "", "contents": "`contents: read`"} {
		w := newGate(t, "en", twoItems+byPeople)
		w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
		n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
		may := map[string]string{
			"metadata": "read", "issues": "write", "contents": "read", "checks": "write", "actions": "read", "deployments": "write", "statuses": "read", "pull_requests": "read",
		}
		delete(may, lacks)
		w.hub.SetPermissions("acme", may)
		run := w.releasesTo(w.pushes("Charge twice"))
		for range 20 {
			w.soonGate()
		}
		before := w.writes()
		w.runs = nil
		for range 60 {
			w.waits(time.Minute)
		}
		if wrote := w.writes() - before; wrote > 0 || w.looks() > 7 {
			t.Errorf("without %s: %d writes and %d looks in an hour", lacks, wrote, w.looks())
		}
		if v := w.waitsFor(run); !v.Waits || len(v.Words) > 1 {
			t.Errorf("without %s: %+v", lacks, v)
		}
		w.wantsSaid(payRepo, n, said)
	}
}

// TestGatePublic: of incidents in a private repository nothing stands on a public one, in
// sight or out of it, and it says why they are not looked at.
func TestGatePublic(t *testing.T) {
	w := newGate(t, "en", twoItems)
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	w.hub.SetPrivate(payRepo, false)
	w.waits(11 * time.Minute) // until that is known
	w.opens(repo, "suzuki", "[incident] checkout is blank", "/sev 1")
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	next := w.pushes("Show the logo")
	run := w.releasesTo(next)
	all := w.checkOf(next).Title + w.checkOf(next).Summary + w.noteOn(next) + w.said(payRepo, n) + fmt.Sprint(w.waitsFor(run).Words)
	w.wants(all, "whether an incident is open, because it stands in a private repository, and this one is public")
	w.wantsNone(all, "acme/incidents", "SEV1", "checkout")
}

// TestReviewWithdrawn: what was said in a review that is withdrawn is void until it is
// opened again, and a commit that was deployed before keeps nothing of it.
func TestReviewWithdrawn(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	tip := w.hub.Tip(payRepo)
	n := w.opens(payRepo, "tanaka", "[readiness] payments", "")
	w.tells(payRepo, n, "suzuki", "/done load-test https://example.com/report")
	w.tells(payRepo, n, "suzuki", "/approve")
	w.soonGate()
	w.wantsCheck(tip, "success", "Ready")
	w.must(w.hub.Close(payRepo, n, "suzuki", "not_planned"))
	w.soonGate()
	w.wantsCheck(tip, "action_required", "2")
	w.wantsNone(w.noteOn(tip), "approve")
	w.must(w.hub.Reopen(payRepo, n, "suzuki"))
	w.soonGate()
	w.wantsCheck(tip, "success", "Ready")
	w.must(w.hub.Close(payRepo, n, "suzuki", "completed"))
	w.soonGate()
	w.wantsCheck(tip, "success", "Ready")
	m := w.opens(payRepo, "suzuki", "[readiness] payments", "")
	w.soonGate()
	w.wantsCheck(tip, "action_required", "1") // suzuki asks for it now, too
	w.tells(payRepo, m, "tanaka", "/approve") // may not
	w.soonGate()
	w.wantsCheck(tip, "action_required", "1")
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}

// TestGateAnew: a database that is lost while something waits costs one word
// more at most, and no check run or review a second time.
func TestGateAnew(t *testing.T) {
	w := newGate(t, "en", twoItems)
	w.hub.PutFile(payRepo, ".github/kintsugi.yml", fmt.Sprintf(gatePolicy, "en")+"readiness: {branches: [\"release/*\"]}\n")
	w.hub.ProtectEnvironment(payRepo, "production", "kintsugi")
	n := w.opens(repo, "suzuki", "[incident] checkout is blank", "/sev 1")
	commit, err := w.hub.CommitFiles(payRepo, "yamamoto", "release/1", map[string]string{"pay.go": "package pay"})
	w.must(err)
	w.hub.RunWorkflow(payRepo, "ci.yml", commit, "success")
	w.soonGate()
	run := w.releasesTo(commit)
	checks, issues := len(w.hub.Checks(payRepo)), len(w.hub.Issues(payRepo))
	for range 2 {
		w.start()
		w.passSpan()
		w.must(w.engine.Start(t.Context()))
		w.soonGate()
		w.waits(11 * time.Minute)
		w.soonGate()
	}
	if c, i := len(w.hub.Checks(payRepo)), len(w.hub.Issues(payRepo)); c != checks || i != issues || issues != 1 {
		t.Errorf("%d check runs and %d issues, before %d and %d", c, i, checks, issues)
	}
	if v := w.waitsFor(run); !v.Waits || len(v.Words) > 3 {
		t.Errorf("%+v", v)
	}
	w.tells(repo, n, "suzuki", "/resolved")
	w.soonGate()
	w.soonGate()
	w.wantsGone("after resolution", run)
}

// TestGateForged: what a workflow puts on a commit under the App's name is neither taken
// for the App's own nor changed by it.
func TestGateForged(t *testing.T) {
	w := newGate(t, "en", twoItems+byPeople)
	next, err := w.hub.CommitFiles(payRepo, "yamamoto", "main", map[string]string{"pay.go": "package pay"})
	w.must(err)
	w.hub.CheckOf("github-actions", payRepo, next, "Kintsugi readiness", "success", "Ready")
	w.hub.RunWorkflow(payRepo, "ci.yml", next, "success")
	w.soonGate()
	var forged, own int
	for _, c := range w.hub.Checks(payRepo) {
		switch {
		case c.Commit != next:
		case c.Summary == "Ready" && c.Edits == 0:
			forged++
		case c.Conclusion == "action_required":
			own++
		}
	}
	if forged != 1 || own != 1 {
		t.Errorf("%d of the workflow, %d of the App: %+v", forged, own, w.hub.Checks(payRepo))
	}
}
