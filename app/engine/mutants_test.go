package engine_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant breaks one rule of the contract: in file, old becomes broken, and the
// named test must fail.
type mutant struct {
	rule, file, old, broken, test string
}

var mutants = []mutant{
	{"1: 👍 only where every command was executed", "react.go",
		"if act.Verdict != workflows.Done {\n\t\t\tcontent[id] = puzzled", "if false {\n\t\t\tcontent[id] = puzzled", "TestRule01"},
	{"1: only our 👍 is evidence", "deliberate.go",
		"g.ours[comment.ID] = content == thumbsUp", "g.ours[comment.ID] = content != \"\"", "TestRule01"},
	{"2: our 👍 means the role was there", "judge.go", "role = max(role, c.Role)", "executed = false", "TestRule02"},
	{"3: only reading by id says older or gone", "look.go",
		"if i < 0 || seqOf(candidates[i].Body) < h.Seq {", "if false {", "TestRule03"},
	{"4: the events explain the observation", "run.go",
		"if v.unexplained != \"\" && v.unexplained != c.Hint.Accepted {", "if false {", "TestRule04"},
	{"5: an intent stays until its result is recorded", "outcome.go",
		"if recorded && !made.Waiting && d.isKept(i.Key) || i.Key == statusKey && d.status != nil || now.Sub(i.At) > 10*e.span() {", "if _, _ = made, recorded; true {", "TestRule05"},
	{"6: wait before a create is tried again", "apply.go",
		"if t := i.At.Add(a.e.span()); keys[i.Key] && t.After(until) {", "if t := i.At; keys[i.Key] && t.After(until) {", "TestRule06"},
	{"7: an empty store creates nothing at first", "apply.go", "until := born.Add(a.e.span())", "until := born", "TestRule07"},
	{"8: duplicates are folded in every run", "apply.go", "for _, c := range a.d.twice {", "for _, c := range a.d.twice[:0] {", "TestRule08"},
	{"8: after an unknown outcome the subject stays due", "apply.go",
		"c.Hint.Watch = e.clock.Now().Add(2 * e.span())", "_ = c.Hint.Watch", "TestRule08"},
	{"9: a notice's marker stays for good", "conclude.go", "if m.ID == 0 && m.Refused == \"\" && !m.Waiting && key != statusKey {", "if m.ID < 0 {", "TestRule09"},
	{"9: a status known to be deleted called already", "apply.go",
		"case errors.Is(a.d.lost, errDeleted):", "case false:", "TestRule09"},
	{"10: gone ends the run quietly", "outcome.go", "case errors.Is(err, errNoSubject):", "case false:", "TestRule10"},
	{"11: the hash of the neighbours is the store's", "outcome.go",
		"if out.Published != c.Published {", "if d.record.Summary != d.plan.Summary {", "TestRule11"},
	{"11: the chain of neighbours ends", "outcome.go",
		"if out.Published != c.Published {", "if true {", "TestRule11"},
	{"12: the sweep looks behind its mark, at our own writes too", "sweep.go",
		"from, labels := r.mark.Add(-sweepOverlap), e.rules.LabelNames", "from, labels := e.clock.Now().Add(time.Hour), e.rules.LabelNames", "TestRule12"},
	{"13: the status comment comes last", "apply.go",
		"a.foldTwice, a.labels, a.state, a.assignees, a.comments, a.notices, a.checks, a.reactions, a.status}",
		"a.status, a.foldTwice, a.labels, a.state, a.assignees, a.comments, a.notices, a.checks, a.reactions}", "TestRule13"},
	{"lease: a subject is given out once", "../store/claim.go",
		"AND due_at <= ? AND %s AND lease_until <= ?", "AND due_at <= ? AND %s AND ? >= 0", "TestLeaseHeld"},
	{"lease: no write begins with too little of it left", "work.go",
		"if c.LeaseUntil.Sub(e.clock.Now()) >= e.timeout {", "if true {", "TestLeaseLost"},
	{"an outage refuses nobody", "answer.go",
		"if err != nil {\n\t\t\t\terr = fmt.Errorf(\"ask %+v: %w\", a, err)\n\t\t\t}\n\t\t\treturn err",
		"_ = fmt.Sprint(err)\n\t\t\treturn nil", "TestOutageRefusesNobody"},
	{"what is quoted stays among those who may read it", "answer.go",
		"if there, ok := workflows.Quotes(a); ok {", "if there, ok := workflows.Quotes(a); ok && there == \"\" {", "StayPrivate"},
	{"a person's label comes back once only", "apply.go", "a.removed(l) < 2", "true", "TestRule04"},
	{"what a reporter may do proves no role", "judge.go", "if executed && !reporter {", "if executed {", "TestThumbOfReporterIsNoRole"},
	{"a report ends when somebody takes over", "judge.go", "!(reporter && !ended(c, earlier, a))", "!reporter", "TestReportEndsWhenTakenOver"},
	{"only executed acts take an issue up", "deliberate.go", "return a.Verdict != workflows.Done })", "return false })", "TestRefusedTakesNothingUp"},
	{"folding keeps what counts", "fold.go", "if a.Verdict == workflows.Done && (!c.LastCounts || uses[a.Name] < keepLast) {", "if _ = c; a.Verdict == workflows.Done && uses[a.Name] < 1 {", "TestFit"},
	{"nothing is unpacked before the signature held", "envelope.go", "if hmac.Equal(", "if true || hmac.Equal(", "TestEnvelope"},
	{"a copied record is not believed", "envelope.go", "if r.RepoID != repoID || r.IssueID != issueID || r.Seq != seq {", "if false {", "TestEnvelope"},
	{"an old issue is not taken up unasked", "deliberate.go", "return !t.Before(v.o.InstalledAt) && now.Sub(t) <= freshness", "return !t.IsZero() && !now.IsZero()", "TestPastIsLeftAlone"},
	{"the sweep's mark is GitHub's time", "sweep.go",
		"e.marks.SetMark(ctx, sweepMark(key, r.repo), updates.At)", "e.marks.SetMark(ctx, sweepMark(key, r.repo), e.clock.Now())", "TestSweepClock"},
	{"a repository that fails keeps no other from being swept", "sweep.go",
		"failures = errors.Join(failures, fmt.Errorf(\"%s: %w\", r.repo, err))", "return e.failed(c, run, err)", "TestSweepPastFailure"},
	{"a sweep goes on where it was", "sweep.go", "if c.Attempts > 0 && sweptLately(r.mark, started, e.sweepEvery) {", "if false {", "TestSweepGoesOn"},
	{"a delivery is asked for a few times only", "redeliver.go", "m.count >= mostDeliveries", "m.count >= 1000", "TestRedeliveryEnds"},
	{"a delivery is asked for once each time", "redeliver.go", "if due.After(at) || !due.After(mark) {", "if due.After(at) {", "TestRedeliveryEnds"},
	{"the reasons are on disk before the first write", "apply.go", "if err := a.note(ctx); err != nil {", "if err := error(nil); err != nil {", "TestJournal"},
	{"what moved is looked after under its new name", "outcome.go", "return Outcome{Wake: []string{key}}", "_ = key\n\treturn Outcome{}", "TestCaseOfLetters"},
	{"what moved is not looked after under its old name", "outcome.go",
		"case errors.As(err, &moved) && moved.key(c.Key) != c.Key:", "case false:", "TestRenamed"},
	{"a transferred incident stays one", "deliberate.go", "if v.copied.Owner == w.Name {", "if false {", "TestTransferredByLabel"},
	{"no account has more than its share", "work.go", "if runs >= s.most {", "if runs >= 1000 {", "TestShares"},
	{"a share that is free again is noticed", "work.go", "if s.busy[account] >= s.most {", "if false {", "TestShareFreed"},
	{"a subject that keeps failing is set aside", "outcome.go", "if failures+1 < SetAsideAfter {", "if failures >= 0 {", "TestSetAside"},
	{"what a limit puts off is no failure", "outcome.go", "Excused: true, ", "", "TestLimitsSetAside"},
	{"a limit without a time is one", "outcome.go", "case errors.As(err, &later) && !later.Guessed:", "case errors.As(err, &later):", "TestLimitsSetAside"},
	{"an urgent incident writes first", "run.go", "run.Rank = Urgent", "run.Rank = Live", "TestRanks"},
	{"a sweep goes last", "work.go", "run.Rank = Background", "run.Rank = Live", "TestRanks"},
	{"a part that is not needed any more says so", "long.go", "for i := len(pieces); ; i++ {", "for i := len(pieces); i < 0; i++ {", "TestLongComment"},
	{"a block is closed at the end of a part", "long.go", "parts = append(parts, body+open.closing())", "parts = append(parts, body)", "TestSplit"},
	{"a name in a code span stays in it", "long.go", "indent+string(piece)", "string(piece)", "TestSplitMentions"},
	{"whom a person takes off stays off", "apply.go", "if _, tried := a.assigned[strings.ToLower(login)]; !tried && ", "if ", "TestAssignees"},
	{"a pull request of nobody's is left alone", "pulls.go", "return i.Pull && !i.Ours && ", "return false && i.Pull && !i.Ours && ", "TestOrdinaryPull"},
	{"the sweep passes a pull request of nobody's over", "pulls.go", "if !e.isOrdinary(workflows.Issue{", "if _ = p; true || !e.isOrdinary(workflows.Issue{", "TestOrdinaryPull"},
	{"workflows for issues see no pull request", "pulls.go", "return r.forPulls()\n}\n\nfunc", "return r\n}\n\nfunc", "TestPullTakenUp"},
	{"a pull request is opened once", "pulls.go", "if i := slices.IndexFunc(pulls, mine); i >= 0 {", "if i := slices.IndexFunc(pulls, mine); i >= 1000 {", "TestProposedOnce"},
	{"a file is committed once", "pulls.go", "case g.Ours:", "case false:", "TestCommitBetween"},
	{"somebody else's branch is left alone", "pulls.go", "case g.Ahead > 0:", "case g.Ahead > 1000:", "TestProposalRefused"},
	{"an annotation is sent once", "checks.go", "id, written = latest.ID, latest.Annotated", "id, written = latest.ID, 0", "TestProposedOnce"},
	{"a check that somebody asks for again is answered", "checks.go", "return !again, tolerated(err)", "_ = again\n\treturn true, tolerated(err)", "TestCheckKept"},
	{"what a person deleted is not made again", "apply.go", "made.Gone, err = true, nil", "delete(a.d.made, want.Key); return nil", "TestDeletedStaysDeleted"},
	{"an issue that is there is found", "issues.go", "if a.isBelieved(first) && !known.Gone &&", "if false && a.isBelieved(first) && !known.Gone &&", "TestIssueLost"},
	{"an issue opened twice is folded", "issues.go", "if !twice.Open {", "if true {", "TestIssueLost"},
	{"an issue is looked for as long as one may land late", "issues.go",
		"(len(a.d.plan.Issues) == 0 || a.c.Hint.Watch.IsZero())", "true", "TestIssueLost"},
	{"several creates are on disk before they are sent", "apply.go",
		"for _, key := range keys {\n\t\t\tif err := a.e.ledger.Begin", "for _, key := range keys[:0] {\n\t\t\tif err := a.e.ledger.Begin", "TestIssuesTogetherLost"},
	{"what hangs below the subject is not hung there again", "issues.go", "&& i.Open && !i.Child {", "&& i.Open {", "TestIssuesTogether"},
	{"what is refused among several is tried alone", "issues_batch.go", "singly = append(singly, want)", "_ = want", "TestIssuesTogetherApart"},
	{"what was refused and is there all the same is found", "issues_batch.go",
		"a.c.Hint.Watch = a.e.clock.Now().Add(2 * a.e.span())", "_ = want", "TestIssuesTogetherHalfRefused"},
	{"one issue of several that is uncertain is looked for", "issues_batch.go", "err = errors.Join(err, fmt.Errorf", "_ = errors.Join(err, fmt.Errorf", "TestIssuesTogetherUncertain"},
	{"what was opened twice is nobody's", "deliberate.go", "if v.isFolded() {", "if false {", "TestIssueLost"},
	{"a refused issue is not asked for again", "issues.go", "case tolerated(err) == nil:", "case false:", "TestIssueRefused"},
	{"what is said names what was opened", "issues.go", "*a.d = next", "_ = next", "TestIssueByKey"},
	{"what we open is woken", "issues.go", "a.d.opened = append(a.d.opened, i.subject())", "_ = append(a.d.opened, i.subject())", "TestFollowUpStory"},
	{"a marker counts in what we opened only", "../../workflows/marker.go", "if m == nil || !i.Ours {", "if m == nil {", "TestIssueAfterLostRecord"},
	{"a command counts where it is for", "judge.go", "if a.Verdict == workflows.Pending && !g.isHere(a.Name) {", "if false {", "TestCommandElsewhere"},
	{"a gesture counts where it is for", "gather.go", "(g.isHere(a.Name) || !a.Gesture && !a.FromOpening())", "true", "TestCommandElsewhere"},
	{"a title is told to no wider an audience", "elsewhere.go", "if wider != \"\" {\n\t\tissue.Title", "if wider == \"never\" {\n\t\tissue.Title", "TestDigest"},
	{"nobody wakes what belongs to another account", "outcome.go", "case !strings.EqualFold(ownerOf(s.Repo), ownerOf(from)):", "case false:", "TestAggregateOfAnotherAccount"},
	{"what is kept of a subject is of its last record", "publications.go", "|| found.seq != h.Seq", "", "TestLabelledRead"},
	{"no more is read of own issues than was asked for", "own.go", "most := min(max(ask.Most, 0), len(open))", "most := len(open)", "TestOwnIssuesRead"},
	{"a file is told to no wider an audience", "audience.go",
		"if wider, err := e.isWider(ctx, here, there); err != nil || wider != \"\" {", "if wider, err := e.isWider(ctx, here, there); err != nil {", "TestFilesStayPrivate"},
	{"what is switched off shares nothing", "audience.go", "if !p.Enabled || !slices", "if !slices", "TestSharedText"},
	{"what is private is shared with what is private", "audience.go", "return err == nil && home.Private, err", "return err == nil && (home.Private || true), err", "TestSharedText"},
	{"what is not to be quoted is not listed with its text", "own.go", "own.Issue = told(own.Issue, own.Subject, wider).Issue\n\t\tif wider", "if wider", "TestSharedText"},
	{"what is not to be quoted is not read", "own.go", "if wider == \"\" && own.Issue.Commented > 0 && len(e.keys) > 0 {", "if own.Issue.Commented > 0 {", "TestSharedText"},
	{"what aggregates are told waits a minute", "aggregate.go", "return cmp.Or(w.Pause, tellingPause)", "_ = cmp.Or(w.Pause, tellingPause)\n\treturn 0", "TestAggregateTold"},
	{"told during a run is told", "../store/told.go", "epoch < ?`, s.app, c.Key, c.Epoch)", "epoch <= ?`, s.app, c.Key, c.Epoch)", "TestAggregateToldInTheMiddle"},
	{"told during a run makes due", "../store/told.go", "row.toldEpoch.Int64 == c.Epoch {", "row.toldEpoch.Int64 == -1 {", "TestAggregateToldInTheMiddle"},
	{"told before a run that failed is told", "../store/told.go", "!row.toldEpoch.Valid || o.Failed {", "!row.toldEpoch.Valid {", "TestChangeOvertaken"},
	{"what is sent on knows who told", "outcome.go", "for _, teller := range c.Told {", "for _, teller := range c.Told[:0] {", "TestAggregateCaseOfLetters"},
	{"the sweep finds the aggregates that nobody knows", "sweep.go", "slices.Concat(updates.Subjects, pulls, unknown)", "slices.Concat(updates.Subjects, pulls, unknown[:0])", "TestAggregateLostStore"},
	{"the sweep wakes no aggregate that is known", "sweep.go", "if hint.Whole.IsZero() {", "if hint.Whole.IsZero() || true {", "TestAggregateLostStore"},
	{"what was only observed is still to be done", "aggregate.go", "c.Hint.Looked && !v.policy.Observe", "c.Hint.Looked && false", "TestAggregateObserve"},
	{"an aggregate that was off is looked at", "aggregate.go", "if !v.policy.Enabled {\n\t\tc.Hint.Whole = time.Time{}", "if !v.policy.Enabled {", "TestAggregateOff"},
	{"an aggregate has no comments", "aggregate.go", "\"comments\": len(p.Comments) > 0, ", "", "TestAggregateCannot"},
	{"files are changed by aggregates alone", "aggregate.go", "case len(p.Changes) > 0:", "case false:", "TestAggregateCannot"},
	{"an issue that no record keeps is waited for", "outcome.go", "return !d.isAggregate() || !slices", "return true || !slices", "TestAggregateIssue"},
	{"whoever is overtaken reads again", "outcome.go", "case errors.Is(err, ErrOvertaken) && c.Excused < mostOvertaken:", "case false:", "TestChangeOvertaken$"},
	{"whoever is always overtaken fails", "outcome.go", "case errors.Is(err, ErrOvertaken) && c.Excused < mostOvertaken:", "case errors.Is(err, ErrOvertaken):", "TestChangeOvertakenForEver"},
	{"what is there is not committed", "changes.go", "if err == nil && !isThere {", "if _ = isThere; err == nil {", "TestChangeIsThere"},
	{"one change to a branch at a time", "changes.go", "known || touched[want.Branch] {", "known {", "TestChangeInOrder"},
	{"a change makes answers old", "changes.go", "defer a.forget(branch, base)", "_ = base", "TestChangeProposed"},
	{"a pull request gets its labels after a crash", "changes.go", "!a.wasBegun(want.Key) && !a.c.Hint.Whole.IsZero()", "true", "TestChangeCrash"},
	{"what a person deleted of an aggregate's is not opened again", "issues.go", " && !slices.Contains(a.c.Hint.Once, want.Key) {", " {", "TestListDeleted"},
	{"what yields becomes another's", "deliberate.go", "} else if next != \"\" {", "} else if next == \"never\" {", "TestListThenIncident"},
	{"only who may makes it another's", "deliberate.go", "return w.Confirms(g.o, a) }); i >= 0 {", "return w.Confirms(g.o, a) || true }); i >= 0 {", "TestListThenIncident"},
	{"a list that does not name a repository says so", "elsewhere.go", "Collects: p.Enabled && collects", "Collects: p.Enabled || collects", "TestListElsewhere"},
	{"a deployment is told once", "gates.go", "isNew := next.Hash != last.Hash ||", "isNew := true ||", "TestGateTold"},
	{"a run that is started again is told again", "gates.go", "g.Run, g.Attempt, g.Environment", "g.Run, 0, g.Environment", "TestGateStartedAgain"},
	{"there is room for the last word", "gates.go", "last.Waits < mostWaits", "last.Waits < 1000", "TestGateLastWord"},
	{"what a crash may have said counts", "gates.go", "if a.c.Unfinished {", "if false {", "TestGateTroubled"},
	{"what was refused is tried again after an hour", "outcome.go", "out.Due = earliest(out.Due, h.refusedUntil())", "_ = h.refusedUntil()", "TestGateRefused"},
	{"what was refused is not asked for again", "gates.go", "next.Waits, next.Refused = words[gateOf(want)].Waits, a.e.clock.Now()", "next.Hash = \"\"", "TestGateRefused"},
	{"of what waits no longer nothing is kept", "gates.go", "a.c.Hint.Words = words", "for key, word := range a.c.Hint.Words {\n\t\t\tif _, known := words[key]; !known {\n\t\t\t\twords[key] = word\n\t\t\t}\n\t\t}\n\t\ta.c.Hint.Words = words", "TestGateTold"},
	{"deployments are told by aggregates alone", "aggregate.go", "case len(p.Gates) > 0:", "case false:", "TestGateCannot"},
	{"a check of an aggregate is remembered", "checks.go", "a.c.Hint.Checks[key] = made", "_ = made", "TestAggregateCheck$"},
	{"a check that is there is not written", "checks.go", "case !again && latest.says(run)", "case false && latest.says(run)", "TestAggregateCheck$"},
	{"a check of an aggregate that is asked for again is answered", "checks.go", "return !a.d.rerun[want.Commit], nil", "return true, nil", "TestAggregateCheck$"},
	{"a burst of events is one run in a pause", "aggregate.go", "Due: e.clock.Now().Add(e.rules.pause(w.Aggregate))}", "Due: e.clock.Now()}", "TestGateBurst"},
	{"our own checks are no news", "../githubapp/delivery_news.go", "e.ofApp != 0 && e.ofApp == a.id", "false", "TestGateBurst"},
	{"a branch begins again after a wait", "changes.go", "if !want.Anew {\n\t\treturn a.write", "if true {\n\t\treturn a.write", "TestChangeAnewLate"},
}

// TestEachRuleIsGuarded breaks the engine in one place after another and runs
// the test that is there to notice, which must fail. It builds the tests anew
// for each, and so runs with KINTSUGI_TEST_ALL=1 only: the numbered rules of the
// contract and the lease then, all of them with KINTSUGI_TEST_LONG=1.
func TestEachRuleIsGuarded(t *testing.T) {
	if os.Getenv("KINTSUGI_TEST_ALL") != "1" {
		t.Skip("builds the tests once for each rule; KINTSUGI_TEST_ALL=1 runs it")
	}
	for _, m := range mutants {
		numbered := m.rule[0] >= '1' && m.rule[0] <= '9' || strings.HasPrefix(m.rule, "lease")
		if !numbered && os.Getenv("KINTSUGI_TEST_LONG") != "1" {
			continue
		}
		t.Run(m.rule, func(t *testing.T) {
			t.Parallel()
			file, err := filepath.Abs(m.file)
			if err != nil {
				t.Fatal(err)
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(source), m.old) != 1 {
				t.Fatalf("%s has %q %d times, want once: the code moved, and so must this mutant", m.file, m.old, strings.Count(string(source), m.old))
			}
			broken := filepath.Join(t.TempDir(), "broken.go")
			if err := os.WriteFile(broken, []byte(strings.Replace(string(source), m.old, m.broken, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: broken}})
			if err != nil {
				t.Fatal(err)
			}
			plan := filepath.Join(t.TempDir(), "overlay.json")
			if err := os.WriteFile(plan, overlay, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-ldflags=-s -w", "-count=1", "-short", "-timeout", "5m", "-overlay", plan, "-run", "^"+m.test, ".").CombinedOutput()
			if err == nil {
				t.Errorf("%s passes though the rule is broken", m.test)
			} else if !strings.Contains(string(out), "--- FAIL") && !strings.Contains(string(out), "panic:") {
				t.Errorf("%s did not run: %s", m.test, out)
			}
		})
	}
}
