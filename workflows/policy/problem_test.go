package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// update rewrites the golden files (make golden).
var update = os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1"

// slips are files with something wrong in each. What is said of them is kept in
// testdata/problems.golden, in both languages.
var slips = []string{
	// Keys.
	"working_time: \"10:00-18:00\"\n",
	"timezone: Asia/Tokyo\n",
	"Language: ja\n",
	"incident:\n  notfy: [\"@tanaka\"]\n  escalate_after: 10m\n",
	"incident:\n  page: {leed: \"@a\"}\n",
	"incident:\n  enabled: false\n",
	"enabeld: false\n",
	"language: ja\nlanguage: en\n",
	"incident: {label: a, label: b}\n",
	"incident:\n  services:\n    pay: {lead: a}\n    pay: {lead: b}\n",
	"? language\n: ja\n",
	"<<: {language: ja}\n",
	"\"@all `x` <!-- kintsugi:y -->\": 1\n",
	"日本語: 障害\n",

	// Values of the common keys.
	"language: jp\n",
	"language: [ja]\n",
	"time_zone: JST\n",
	"time_zone: Tokyo/Asia\n",
	"time_zone: +09:00\n",
	"time_zone: {}\n",
	"enabled: maybe\n",
	"enabled:\n",
	"since: 2026-13-01\n",
	"since: 12/01\n",
	"since: [2026-12-01]\n",
	"mode: maybe\n",
	"mode:\n",
	"mode: Observe\n",
	"mode: act\nmode: observe\n",
	"mod: observe\n",
	"incident:\n  mode: observe\n",
	"working_hours: 10-18\n",
	"working_hours: 22:00-06:00\n",
	"working_hours: 09:00-25:00\n",
	"working_hours: [\"10:00-18:00\"]\n",
	"holidays: jp\n",
	"holidays: [jp, xx, JPN, 2026-02-30, 2027-01-03..2026-12-29, 12/29, 7, ~]\n",
	"services: [payments]\n",
	"services:\n  payments: \"@tanaka\"\n",
	"services:\n  payments: {owner: [\"@a\"]}\n",
	"services:\n  pay.ments:\n    repositories: [pay, acme/pay, acme/pay/x, \"a/..\"]\n    owners: [\"@tanaka\", tanaka, \"@acme/pay/x\", \"@acme/pay\"]\n    lead: \"@acme/pay\"\n    labels: [\"\", payments]\n    words: [\" \", \"a\\nb\", 決済]\n",
	"services:\n  \"a\\u200bb\": {lead: \"@a\"}\n",

	// Values of sections.
	"incident: yes\n",
	"incident: [label]\n",
	"incident:\n  label: 340\n",
	"incident:\n  label: true\n",
	"incident:\n  label: [x]\n",
	"incident:\n  label: {a: b}\n",
	"incident:\n  notify: \"@tanaka\"\n",
	"incident:\n  notify: [\"@tanaka\", 340, [x], ~, \"@suzuki\"]\n",
	"incident:\n  quiet: on\n",
	"incident:\n  quiet: maybe\n",
	"incident:\n  reminders: two\n",
	"incident:\n  reminders: 1.5\n",
	"incident:\n  reminders: -1\n",
	"incident:\n  small: 300\n",
	"incident:\n  small: 99999999999999999999\n",
	"incident:\n  share: half\n",
	"incident:\n  colour: green\n",
	"incident:\n  colour: [red]\n",
	"incident:\n  colours: [red, green, blue]\n",
	"incident:\n  services: [payments]\n",
	"incident:\n  services: {payments: \"@tanaka\"}\n",
	"incident:\n  notify:\n    - \"@tanaka\"\n    - suzuki\n    - \"@all `x`\"\n    - \"`y\"\n",

	// What stands for something else.
	"incident: &i {label: x}\ndigest: *i\n",
	"incident:\n  label: !!str x\n",
	"incident:\n  notify: [&a \"@tanaka\", *a]\n",

	// What is no YAML, or no settings.
	"incident:\n  notify: [@tanaka]\n",
	"incident:\n  notify: `x`\n",
	"incident: [a\n",
	"incident: {label: x\ndigest: y\n",
	"incident:\n\tlabel: x\n",
	"\tlanguage: ja\n",
	"incident:\n  label: x\n notify: y\n",
	"incident:\n  label: a: b\n",
	"incident:\n  notify: [\"@a\"\nlanguage: ja\n",
	"incident: {label: x\n",
	"incident:\n  label: \"x\n",
	"language：ja\n",
	"enabled:false\n",
	"- language\n",
	"ja\n",
	"language: ja\n---\nlanguage: en\n",
	"language: ja\n...\nlanguage: en\n",
	"language: ja\nincident: \xff\n",
	"language: 日本\xff\n",
	"incident: " + strings.Repeat("[", 40) + "\n",
	"incident:\n  " + strings.Repeat("- ", 40) + "x\n",
	"# " + strings.Repeat("x", 65_536) + "\n",
	strings.Repeat("- a\n", 6_000),
}

func TestProblems(t *testing.T) {
	var got strings.Builder
	for _, src := range slips {
		shown := src
		if len(shown) > 200 {
			shown = shown[:40] + "… and so on\n"
		}
		fmt.Fprintf(&got, "== %s\n", strings.ReplaceAll(strings.ToValidUTF8(shown, `\xff`), "\t", `\t`))
		_, problems := policy.Parse("kintsugi.yml", []byte(src), sections)
		for _, p := range problems {
			fmt.Fprintf(&got, "%s\n    %s\n", p, p.In(words.Japanese))
		}
		if len(problems) == 0 {
			t.Errorf("%q: nothing is said", shown)
		}
		got.WriteString("\n")
	}
	golden := filepath.Join("testdata", "problems.golden")
	if update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("what is said has changed (-want +got); with -update the new text is kept\n%s", diff)
	}
}

// TestTheRestIsKept holds that a wrong value costs that value alone.
func TestTheRestIsKept(t *testing.T) {
	p, problems := policy.Parse(file, []byte(`
language: jp
time_zone: JST
incident:
  label: 340
  notify: ["@tanaka", 340, "@suzuki"]
  nonsense: 1
  reminders: two
  quiet: true
  services: {payments: {lead: 3, owners: ["@a"]}, search: x, ops: {lead: "@b"}}
digest: {day: friday}
`), sections)
	if len(problems) != 8 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
	want := &incident{
		Label: "incident", Notify: []string{"@tanaka", "@suzuki"}, Quiet: true, Reminders: 2,
		Services: map[string]service{"payments": {Owners: []string{"@a"}}, "ops": {Lead: "@b"}},
	}
	if diff := cmp.Diff(want, incidentOf(p), cmp.AllowUnexported(incident{})); diff != "" {
		t.Errorf("incident (-want +got)\n%s", diff)
	}
	if got := p.Section("digest").(*digest).Day; got != "friday" {
		t.Errorf("digest.day is %q", got)
	}
}

// TestUnreadFile: what could not be read is one problem, in both languages, and
// what lies beneath holds.
func TestUnreadFile(t *testing.T) {
	for _, why := range []string{policy.ProblemForbidden, policy.ProblemNoFile, policy.ProblemTooLarge, "GitHub says @all `x`"} {
		p, problems := policy.ParseLayers([]policy.Source{
			{File: "acme/.github/kintsugi.yml", Content: []byte("language: ja\n")},
			{File: "acme/pay/kintsugi.yml", Problem: why, Content: []byte("language: en\n")},
		}, sections)
		if len(problems) != 1 || problems[0].File != "acme/pay/kintsugi.yml" || problems[0].Line != 0 || problems[0].Message != why {
			t.Fatalf("%q: %v", why, problems)
		}
		if ja := problems[0].In(words.Japanese); ja == why || ja == "" {
			t.Errorf("%q has no Japanese: %q", why, ja)
		}
		if p.Language != words.Japanese || !p.Enabled {
			t.Errorf("what lies beneath does not hold: %+v", p)
		}
	}
}

func TestManyProblemsAreCut(t *testing.T) {
	var src strings.Builder
	for i := range 200 {
		fmt.Fprintf(&src, "unknown%d: x\n", i)
	}
	_, problems := policy.Parse(file, []byte(src.String()), sections)
	if len(problems) != 51 || problems[50].String() != file+": 150 more problems are not shown: correct these first" {
		t.Errorf("%d problems, the last: %v", len(problems), problems[len(problems)-1])
	}
}

// TestParseIsBounded gives the parser what grows when it is read. It only has to
// come back.
func TestParseIsBounded(t *testing.T) {
	for _, piece := range []string{
		"[", "{", "[a, ", "{a: ", "- ", "? ", "a:\n", "a: b\n", "&a ", "*a ", "!x ", "\"", "'", "|\n", "#\n", "a: &a [*a]\n", "\t", "%",
		"---\n", "a: [", " ", ": ", "a", "x: |\n  y\n", "<<: *a\n", "- a: b\n", "-\n", "\x00", "\xff", "enabled: x\n", "since: x\n", "{},", "k: [{a: [{b: ",
	} {
		for _, prefix := range []string{"", "incident:\n  notify: ", "a: {"} {
			policy.Parse(file, []byte(prefix+strings.Repeat(piece, 65_000/len(piece))), sections)
		}
	}
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'z'; c++ {
		laughs += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	if _, problems := policy.Parse(file, []byte(laughs), sections); len(problems) == 0 {
		t.Error("nothing is said")
	}
}

func FuzzParse(f *testing.F) {
	for _, src := range slips {
		if len(src) < 1000 {
			f.Add([]byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, problems := policy.Parse(file, src, sections)
		if p.TimeZone == nil || p.Section("incident") == nil || p.Section("digest") == nil {
			t.Errorf("%q: incomplete: %+v", src, p)
		}
		if len(problems) > 51 {
			t.Errorf("%q: %d problems", src, len(problems))
		}
		for _, problem := range problems {
			text := problem.String() + problem.In(words.Japanese)
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x00") || strings.Contains(text, "<!--") || problem.Japanese == "" {
				t.Errorf("%q: %q", src, text)
			}
			if problem.Line < 0 || problem.Line > 0 && problem.Column < 1 {
				t.Errorf("%q: no place: %s", src, problem)
			}
		}
	})
}
