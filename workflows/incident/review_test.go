package incident_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Where the cases of this file happen, and what most of them call: Tanaka first,
// then Boss.
const (
	inPublic  = "author: stranger\nprivate: false\ncreated: @03:02\ntitle: x\n"
	inPrivate = "author: sato\nprivate: true\ncreated: @03:02\ntitle: x\n"
	twoLines  = "language: en\ntime_zone: UTC\nincident: {notify: ['@tanaka'], escalate: ['@boss']}\n"
	// calledAtOnce is what stands made where the first line was called at the report.
	calledAtOnce = "made: status @03:02\nmade: incident.opened @03:02\n"
)

// held is a fault that a review once found, as what must hold instead: what the
// plan has, and what it has not. @03:02 is that time of 2026-11-26, a Thursday.
type held struct {
	must          string
	policy, issue string
	acts, facts   string
	has, hasNot   []string
}

var shortTime = regexp.MustCompile(`@(\d\d:\d\d)`)

func dated(text string) string { return shortTime.ReplaceAllString(text, "2026-11-26T$1:00Z") }

func hold(t *testing.T, cases []held) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.must, func(t *testing.T) {
			settings := c.policy
			if settings == "" {
				settings = twoLines
			}
			plan := decide(t, settings, dated(c.issue), dated(c.acts), dated(c.facts)).String()
			for _, want := range c.has {
				if !strings.Contains(plan, dated(want)) {
					t.Errorf("%q is missing in\n%s", dated(want), plan)
				}
			}
			for _, never := range c.hasNot {
				if strings.Contains(plan, dated(never)) {
					t.Errorf("%q must not stand in\n%s", dated(never), plan)
				}
			}
		})
	}
}

// TestOnlyWhoMayCalls: whoever may not declare an incident calls nobody, by
// whatever way round.
func TestOnlyWhoMayCalls(t *testing.T) {
	quiet := []string{"notice ", "wake ", "urgent"}
	nearMissFirst := "@03:02 stranger none /near-miss\n@03:02 stranger none /incident\n"
	hold(t, []held{
		{
			must:  "a stranger's near miss made an incident by the same stranger calls nobody",
			issue: inPublic, acts: nearMissFirst, has: []string{"Reported, unconfirmed"}, hasNot: quiet,
		}, {
			must:  "and calls nobody after twenty minutes either",
			issue: inPublic + "now: @03:22\nmade: status @03:02\n", acts: nearMissFirst, has: []string{"Reported, unconfirmed"}, hasNot: quiet,
		}, {
			must:  "in a private repository whoever may read calls people that way",
			issue: inPrivate, acts: "@03:02 sato read /near-miss\n@03:02 sato read /incident\n", has: []string{"notice incident.opened"},
		}, {
			must:  "a milestone written on an issue that its reporter closed unconfirmed calls nobody",
			issue: inPublic + "closed: stranger\n", acts: "@03:02 stranger none /incident\n@03:30 tanaka triage /started 02:50\n",
			has: []string{"Closed, not confirmed as resolved"}, hasNot: []string{"notice ", "wake "},
		}, {
			must:  "taking the lead oneself ends the waiting: it counts as the acknowledgement, and the second line is not called",
			issue: inPrivate + calledAtOnce + "now: @03:30\n", acts: "@03:02 sato read /incident\n@03:05 tanaka triage /lead\n",
			has: []string{"In progress", "lead tanaka", "TTA 3 min"}, hasNot: []string{"notice incident.escalated"},
		}, {
			must:  "giving the lead to somebody else does not: that person has not said so",
			issue: inPrivate + calledAtOnce + "now: @03:30\n", acts: "@03:02 sato read /incident\n@03:05 tanaka triage /lead @suzuki\n",
			has: []string{"Waiting for a responder", "notice incident.escalated"},
		},
	})
}

// TestSecondLineWaits: who stands behind the first line is called once those had
// their time, counted from when they were called.
func TestSecondLineWaits(t *testing.T) {
	late := "made: status @04:02\nmade: incident.opened @04:02\n"
	mild := "@03:02 tanaka triage /incident\n@03:02 tanaka triage /sev 3\n@05:02 tanaka triage /sev 1\n"
	team := strings.Replace(twoLines, "'@tanaka'", "'@acme/oncall'", 1)
	hold(t, []held{
		{
			must:  "where our own call was an hour late, the second line is not called with it",
			issue: inPrivate + late + "now: @04:03\n", acts: "@03:02 sato read /incident\n",
			has: []string{"wake @04:12"}, hasNot: []string{"notice incident.escalated"},
		}, {
			must:  "but once the first line had its ten minutes",
			issue: inPrivate + late + "now: @04:12\n", acts: "@03:02 sato read /incident\n",
			has: []string{"notice incident.escalated", "@boss"},
		}, {
			must:  "where the first call goes out only now, the second does not go with it",
			issue: inPrivate + "made: status @03:02\nnow: @04:02\n", acts: "@03:02 sato read /incident\n",
			has: []string{"notice incident.opened", "wake @04:12"}, hasNot: []string{"notice incident.escalated"},
		}, {
			must:  "an incident that could wait, and then became severe, gives the first line its time from then on",
			issue: inPrivate + calledAtOnce + "now: @05:04\n", acts: mild,
			has: []string{"notice incident.raised.1", "wake @05:13"}, hasNot: []string{"notice incident.escalated"},
		}, {
			must:  "and no more than that",
			issue: inPrivate + calledAtOnce + "now: @05:13\n", acts: mild, has: []string{"notice incident.escalated"},
		}, {
			must:   "a first line that reaches nobody does not hold the second up: it is called at once, and who was not reached is named",
			policy: team, issue: inPrivate, acts: "@03:02 sato read /incident\n",
			has:    []string{"notice incident.opened\n  **Waiting for a responder · severity undecided**\n  @boss,", "Not called: `acme/oncall`"},
			hasNot: []string{"notice incident.escalated"},
		}, {
			must:   "and having been called once, is not called again",
			policy: team, issue: inPrivate + calledAtOnce + "now: @03:30\n", acts: "@03:02 sato read /incident\n",
			hasNot: []string{"wake ", "notice incident.escalated"},
		},
	})
}

// TestRaises: a severity that became worse is said, and only to whom it is news.
func TestRaises(t *testing.T) {
	confirmedLate := "@03:02 stranger none /incident\n@03:02 stranger none /reach 1 contact\n@03:05 stranger none /reach 60 contacts\n@04:00 tanaka triage /incident\n"
	undecidedBetween := "@03:02 sato read /incident\n@03:03 tanaka triage /ack\n@03:04 tanaka triage /sev 3\n@03:10 tanaka triage /sev undecided\n@03:20 tanaka triage /sev 1\n"
	hold(t, []held{
		{
			must:  "what rose before the incident was confirmed is not announced besides the call, which says it",
			issue: inPublic + "made: status @03:02\nnow: @04:02\n", acts: confirmedLate,
			has: []string{"notice incident.opened\n  **Waiting for a responder · SEV1**"}, hasNot: []string{"notice incident.raised"},
		}, {
			must:  "nor after the call",
			issue: inPublic + "made: status @03:02\nmade: incident.opened @04:00\nnow: @04:05\n", acts: confirmedLate,
			hasNot: []string{"notice incident.raised"},
		}, {
			must:  "undecided hands the severity back to the table",
			issue: inPrivate + calledAtOnce, acts: "@03:02 sato read /incident\n@03:03 tanaka triage /reach 8 contacts\n@03:04 tanaka triage /sev 4\n@03:05 tanaka triage /sev undecided\n",
			has: []string{"SEV2", "8 support contacts; the line is 5"}, hasNot: []string{"SEV4"},
		}, {
			must:  "undecided in between hides no raise: from 3 to 1 it is one",
			issue: inPrivate + calledAtOnce + "now: @03:22\n", acts: undecidedBetween,
			has: []string{"notice incident.raised.1", "@tanaka, please take a look: the severity was raised to SEV1 by tanaka."},
		}, {
			must:  "a reporter takes no contact back that somebody counted",
			issue: inPrivate + calledAtOnce, acts: "@03:02 sato read /incident\n@03:03 tanaka triage /reach 60 contacts\n@03:04 sato read /reach 0 contacts\n",
			has: []string{"SEV1", "60 support contacts"},
		}, {
			must:  "whoever has the role does",
			issue: inPrivate + calledAtOnce, acts: "@03:02 sato read /incident\n@03:03 tanaka triage /reach 60 contacts\n@03:04 tanaka triage /reach 8 contacts\n",
			has: []string{"SEV2", "8 support contacts"}, hasNot: []string{"SEV1"},
		},
	})
}

// TestReopened: what is taken up again is waited for and measured anew.
func TestReopened(t *testing.T) {
	slip := "@03:02 tanaka triage /incident\n@03:05 tanaka triage gesture:resolved\n@05:00 suzuki triage gesture:reopen\n"
	nearMiss := "@03:02 sato read /near-miss\n@03:10 tanaka triage gesture:resolved\n@03:20 tanaka triage gesture:reopen\n@03:30 tanaka triage /promote\n"
	hold(t, []held{
		{
			must:  "an incident closed by mistake before anybody started, and reopened, does not claim that nobody was called, and waits from the reopening",
			issue: inPrivate + calledAtOnce + "now: @05:05\n", acts: slip,
			has: []string{"Waiting for a responder", "wake @05:10"}, hasNot: []string{"Nobody was called", "notice incident.escalated"},
		}, {
			must:  "and calls the second line when nobody starts then",
			issue: inPrivate + calledAtOnce + "now: @05:10\n", acts: slip, has: []string{"notice incident.escalated"},
		}, {
			must:  "closed before the call went out, and reopened, it calls",
			issue: inPrivate + "made: status @03:02\nnow: @05:03\n", acts: slip,
			has: []string{"notice incident.opened", "wake @05:13"}, hasNot: []string{"Nobody was called", "notice incident.escalated"},
		}, {
			must:  "a near miss that was closed, reopened and promoted calls people, and was never resolved",
			issue: inPrivate + "made: status @03:02\n", acts: nearMiss,
			has: []string{"notice incident.opened", "@tanaka"}, hasNot: []string{"comment incident.resolved", "resolved once"},
		}, {
			must:  "once it is over for good, customers were affected until then, and not until it first seemed over",
			issue: inPrivate + calledAtOnce, acts: "@03:02 sato read /incident\n@03:03 tanaka triage /ack\n@03:04 tanaka triage /started 02:40\n@03:20 tanaka triage /mitigated 03:15\n@03:30 tanaka triage /resolved\n@04:00 tanaka triage gesture:reopen\n@05:00 tanaka triage /resolved\n",
			has: []string{"Customers affected 02:40–05:00 (2 h 20 min)"}, hasNot: []string{"02:40–03:15", "TTM 35 min"},
		}, {
			must:  "a false alarm after all is one in the closing comment, too",
			issue: inPrivate + calledAtOnce, acts: "@03:02 sato read /incident\n@03:03 tanaka triage /ack\n@03:30 tanaka triage /resolved\n@03:40 tanaka triage /false-alarm\n",
			has: []string{"comment incident.resolved\n  **False alarm**"}, hasNot: []string{"Resolved. Thank you", "Customers affected"},
		},
	})
}

// TestPromoted: a near miss is an incident from when somebody says so.
func TestPromoted(t *testing.T) {
	byHours := "language: en\ntime_zone: UTC\nworking_hours: 10:00-18:00\nincident: {notify: ['@tanaka'], routes: [{hours: working, notify: ['@day']}, {hours: \"off\", notify: ['@night']}]}\n"
	hold(t, []held{
		{
			must:   "who is called goes by the hour of the promotion, and it is reported then",
			policy: byHours, issue: inPrivate, acts: "@03:02 sato read /near-miss\n@11:00 tanaka triage /promote\n",
			has: []string{"@day, please take a look.", "eported [11:00]", `"declared":"@11:00"`}, hasNot: []string{"@night"},
		}, {
			must:   "and stays so when the day is over",
			policy: byHours, issue: inPrivate + "made: status @03:02\nnow: @19:00\n", acts: "@03:02 sato read /near-miss\n@17:00 tanaka triage /promote\n",
			has: []string{"@day, please take a look."}, hasNot: []string{"@night"},
		}, {
			must:  "one whom triage calls a near miss calls nobody more, however long it lies there",
			issue: inPrivate + calledAtOnce + "now: @04:00\n", acts: "@03:02 sato read /incident\n@03:05 tanaka triage gesture:near-miss\n",
			has: []string{`label "incident" off`, `label "near-miss" on`, "Near miss"}, hasNot: []string{"notice incident.escalated", "wake "},
		}, {
			must:  "and is an incident again once promoted",
			issue: inPrivate + calledAtOnce + "now: @04:03\n", acts: "@03:02 sato read /incident\n@03:05 tanaka triage gesture:near-miss\n@04:00 tanaka triage /promote\n",
			has: []string{`label "incident" on`, `label "near-miss" off`, "Waiting for a responder", "wake @04:10"},
		},
	})
}

// TestHiddenSaysNothing: where anybody can read it, nothing is said of an incident
// that concerns personal data: no severity, no metric, no reach.
func TestHiddenSaysNothing(t *testing.T) {
	const told = "@03:02 stranger none /incident\n@03:02 stranger none /reach 1 contact\n@03:03 tanaka triage /ack\n@03:04 tanaka triage /sev 3\n" +
		"@03:05 tanaka triage /confidential\n@03:06 tanaka triage /started 02:40\n@03:20 tanaka triage /reach 60 contacts\n"
	quiet := []string{"SEV", `"severity"`, "TTD", "TTA", "TTM", "TTR", "_seconds", "contact", "02:40", "notice incident.raised", "Customers affected"}
	for level := 1; level <= 4; level++ {
		quiet = append(quiet, fmt.Sprintf(`label "sev%d" on`, level))
	}
	hold(t, []held{
		{must: "a raise is not announced", issue: inPublic + calledAtOnce + "now: @03:25\n", acts: told + "@03:21 tanaka triage /sev 1\n", has: []string{"personal data or a legal duty"}, hasNot: quiet},
		{must: "nor is anything said once it is mitigated", issue: inPublic + calledAtOnce, acts: told + "@03:30 tanaka triage /mitigated\n", has: []string{"personal data or a legal duty"}, hasNot: quiet},
		{must: "nor by the closing comment", issue: inPublic + calledAtOnce, acts: told + "@03:30 tanaka triage /mitigated\n@03:40 tanaka triage /resolved\n", has: []string{"comment incident.resolved\n  **Resolved. Thank you, everyone.**"}, hasNot: quiet},
		{must: "nor by that comment after a false alarm", issue: inPublic + calledAtOnce, acts: told + "@03:40 tanaka triage /resolved\n@03:50 tanaka triage /false-alarm\n", has: []string{"comment incident.resolved\n  **False alarm**"}, hasNot: quiet},
		{must: "taken back by triage, it shows again", issue: inPublic + calledAtOnce, acts: told + "@03:30 tanaka triage /confidential no\n", has: []string{"SEV3", "tarted [02:40]", "TTA 1 min"}, hasNot: []string{"where anybody can read them"}},
		{must: "in a private repository all of it shows", issue: inPrivate + calledAtOnce, acts: strings.ReplaceAll(told, "stranger none", "sato read"), has: []string{"SEV3", "TTA 1 min"}},
	})
}

// TestJoinedReports: what a report knows that joined this one counts here.
func TestJoinedReports(t *testing.T) {
	const other = `link {"Subject":{"Repo":"acme/incidents","Number":341},"URL":"https://github.com/acme/incidents/issues/341","At":"@03:05"}` + "\n" +
		`summary {"confirmed":true,"ended":"duplicate","declared":"@03:05","started":"@02:40","detected":"@02:55","reporter":"kato","joined":340,"reach":["contacts=60"]}` + "\n"
	var seen strings.Builder
	for n := range 45 {
		fmt.Fprintf(&seen, `link {"Subject":{"Repo":"acme/incidents","Number":%[1]d},"URL":"https://github.com/acme/incidents/issues/%[1]d","At":"@03:04"}`+"\n", 400+n)
	}
	carried := []string{"SEV1", `"severity":1`, "[02:40](https://github.com/acme/incidents/issues/341)", "[02:55](https://github.com/acme/incidents/issues/341)", `"started":"@02:40"`, `"detected":"@02:55"`}
	acts := "@03:02 sato read /incident\n@03:04 tanaka triage /ack\n"
	hold(t, []held{
		{must: "its severity, start and detection count, and link to it", issue: inPrivate + calledAtOnce, acts: acts, facts: other, has: carried},
		{must: "and stay when customers are no longer affected", issue: inPrivate + calledAtOnce, acts: acts + "@03:30 tanaka triage /mitigated\n", facts: other, has: append(carried, "TTM 50 min")},
		{must: "and when it is resolved", issue: inPrivate + calledAtOnce, acts: acts + "@03:40 tanaka triage /resolved\n", facts: other, has: append(carried, "TTR 1 h")},
		{
			must:  "what was said here itself wins, and what nobody knows is not contradicted",
			issue: inPrivate + calledAtOnce, acts: acts + "@03:05 tanaka triage /started unknown\n@03:06 tanaka triage /detected 02:58\n", facts: other,
			has: []string{"etected [02:58]", "started: not known"}, hasNot: []string{"02:40", "02:55"},
		}, {
			must:  "45 issues that only speak of it keep nothing from being decided",
			issue: inPrivate + calledAtOnce, acts: acts, facts: seen.String(), has: []string{"In progress", "lead tanaka"}, hasNot: []string{"Also reported"},
		},
	})
}

// TestOnlyIncidentsAreJoined: a slip of the finger ends no live incident.
func TestOnlyIncidentsAreJoined(t *testing.T) {
	const acts = "@03:02 sato read /incident\n@03:04 tanaka triage /ack\n@03:05 tanaka triage /duplicate-of #12\n"
	ended := []string{"state closed", "Joined #12", `"ended"`, "names acme/incidents#"}
	hold(t, []held{
		{must: "an ordinary issue is none", issue: inPrivate + calledAtOnce, acts: acts, has: []string{"In progress", "#12 is no incident that this one could join"}, hasNot: ended},
		{
			must:  "nor is one that joined this one: two that join each other would both be closed",
			issue: inPrivate + calledAtOnce, acts: acts, facts: `summary {"confirmed":true,"ended":"duplicate","declared":"@03:05","joined":340}` + "\n",
			has: []string{"In progress", "#12 is no incident that this one could join"}, hasNot: ended,
		}, {
			must:  "another incident is",
			issue: inPrivate + calledAtOnce, acts: acts, facts: `summary {"confirmed":true,"declared":"@03:05"}` + "\n",
			has: []string{"Joined #12", "state closed as duplicate", "names acme/incidents#12"},
		},
	})
}
