package verdict_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func settings(src string) (*verdict.Settings, []policy.Problem) {
	section := policy.Section{Name: "readiness", New: func() any { return new(verdict.Settings) }}
	p, problems := policy.Parse("kintsugi.yml", []byte(src), []policy.Section{section})
	return p.Section("readiness").(*verdict.Settings), problems
}

// TestSettings: the section of the policy is read as strictly as the rest of it.
func TestSettings(t *testing.T) {
	got, problems := settings(`readiness:
  mode: block
  on_unknown: Allow
  open_incidents: true
  overdue_follow_ups: "false"
  freeze:
  - {from: 2026-12-28, to: 2027-01-03, reason: 年末年始, services: [payments]}
  - {from: "2026-12-24T18:00:00+09:00", to: 2026-12-24}
`)
	want := &verdict.Settings{
		Mode: verdict.Block, OnUnknown: "allow", Incidents: verdict.On, FollowUps: verdict.Off,
		Freezes: []verdict.Freeze{{From: "2026-12-28", To: "2027-01-03", Reason: "年末年始", Services: []string{"payments"}}, {From: "2026-12-24T18:00:00+09:00", To: "2026-12-24"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
		t.Errorf("%v\n%s", problems, diff)
	}
	for src, want := range map[string]string{
		"readiness: {mode: stop}":                                   "1:19: `readiness.mode`: write `block` or `warn`",
		"readiness: {on_unknown: yes}":                              "1:25: `readiness.on_unknown`: write `block` or `allow`",
		"readiness: {open_incidents: maybe}":                        "1:29: `readiness.open_incidents`: write `true` or `false`",
		"readiness: {freeze: [{from: tomorrow, to: 2026-12-28}]}":   "1:29: `readiness.freeze[0].from`: write a day",
		"readiness: {freeze: [{from: 2026-12-28}]}":                 "1:22: an entry of `readiness.freeze`: a freeze has a `from` and a later `to`",
		"readiness: {freeze: [{from: 2026-12-28, to: 2026-12-27}]}": "1:22: an entry of `readiness.freeze`: a freeze has a `from` and a later `to`",
	} {
		_, problems := settings(src)
		found := false
		for _, p := range problems {
			found = found || strings.HasPrefix(p.String(), "kintsugi.yml:"+want)
			if words.Detect(p.Japanese) != words.Japanese {
				t.Errorf("%s: this is not Japanese: %s", src, p.Japanese)
			}
		}
		if !found {
			t.Errorf("%s\n got %v\nwant %s", src, problems, want)
		}
	}
}

// TestMode: nobody is held by a list that is not theirs, unless they want to be.
func TestMode(t *testing.T) {
	for _, c := range []struct {
		mode   verdict.Mode
		own    bool
		passes bool
	}{{"", false, true}, {"", true, false}, {verdict.Warn, true, true}, {verdict.Block, false, false}} {
		in := ready(t)
		notReady(in)
		in.Settings.Mode, in.Own = c.mode, c.own
		if v := verdict.Decide(in); v.Passes != c.passes || v.Ready {
			t.Errorf("mode %q, own %v: passes %v, ready %v", c.mode, c.own, v.Passes, v.Ready)
		}
	}
}
