package incident_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// value is all that an argument may become: a digit, a number, a time, kinds of
// reach with what is known of each, a login.
var value = regexp.MustCompile(`^(?:|[0-9]{1,9}|(?:[a-z]+=(?:yes|no|\?|[0-9]+(?:\.[0-9]+)?\+?)(?: |$))+|[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:\[bot\])?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)(?: assumed)?)$`)

// FuzzArgument: whatever stands behind a command becomes a value of few forms,
// or a sentence that quotes it in code and nowhere else; the same one each time.
func FuzzArgument(f *testing.F) {
	for _, text := range hostile.Seeds() {
		f.Add(text, int64(1_795_662_120))
		f.Add("2:40 "+text, int64(1_795_662_120))
	}
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range cases {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(section(archive, "acts")) {
			if _, said, found := strings.Cut(line, " /"); found {
				_, argument := workflows.SplitCommand("/" + said)
				f.Add(argument, int64(1_795_662_120))
			}
		}
	}
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, seconds int64) {
		if seconds < 0 || seconds > 4_000_000_000 {
			return // written in no time of ours
		}
		a := workflows.Argument{
			Text: text, At: time.Unix(seconds, 0), Subject: workflows.Subject{Repo: "acme/incidents", Number: 340},
			Policy: policy.Policy{TimeZone: tokyo},
		}
		for _, c := range incident.Workflow().Commands {
			if c.Parse == nil {
				continue
			}
			got, problem := c.Parse(a)
			again, sameProblem := c.Parse(a)
			if got != again || problem != sameProblem {
				t.Fatalf("/%s %q is %q %q, then %q %q", c.Name, text, got, problem, again, sameProblem)
			}
			if !value.MatchString(got) || problem != "" && got != "" {
				t.Fatalf("/%s %q becomes %q %q", c.Name, text, got, problem)
			}
			if len(problem) > 200 || len(hostile.Terminal(problem)) > 0 {
				t.Fatalf("/%s %q is noted as %q", c.Name, text, problem)
			}
			if problem != "" && c.Explain != nil {
				explained(t, c, problem, text)
			}
		}
	})
}

// explained holds that a sentence about a text is that about a harmless one.
func explained(t *testing.T, c workflows.Command, problem, text string) {
	t.Helper()
	for _, lang := range []words.Language{words.English, words.Japanese} {
		said := c.Explain(problem, words.Foreign(text), lang)
		if strings.ContainsAny(said, "\n\r") {
			t.Fatalf("more than a line: %q", said)
		}
		if faults := hostile.Markdown(said, hostile.Own{}); len(faults) > 0 {
			t.Fatalf("%q: %q", said, faults)
		}
		if words.Foreign(text).String() == "—" { // which stands plainly
			continue
		}
		if got, want := hostile.Skeleton(said), hostile.Skeleton(c.Explain(problem, "x", lang)); text != "" && got != want {
			t.Fatalf("%q is read as\n%s\nand not as\n%s", said, got, want)
		}
	}
}

// FuzzSplitCommand: a line is taken apart with nothing added, and each name of
// a command is found however it is typed.
func FuzzSplitCommand(f *testing.F) {
	commands, _ := workflows.CommandsOf([]workflows.Workflow{incident.Workflow()})
	for _, text := range hostile.Seeds() {
		f.Add("/ack " + text)
		f.Add("／" + text + "：" + text)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if !strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "／") {
			return // not such a line
		}
		name, argument := workflows.SplitCommand(line)
		if strings.ContainsAny(name, " \t\n\r:：") || !strings.Contains(line, name) || !strings.Contains(line, argument) {
			t.Fatalf("%q is %q and %q", line, name, argument)
		}
		if c, ok := commands.Find(name); ok {
			if again, ok := commands.Find(strings.ToUpper(name)); ok && again.Name != c.Name {
				t.Fatalf("%q is /%s, in capitals /%s", name, c.Name, again.Name)
			}
		}
		if again, rest := workflows.SplitCommand("/" + name + " " + argument); again != name || rest != argument {
			t.Fatalf("%q %q, written anew, is %q %q", name, argument, again, rest)
		}
	})
}
