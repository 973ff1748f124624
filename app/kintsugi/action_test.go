package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// action is what is used of action.yml.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	If, Shell, Run string
	Env            map[string]string
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	content, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, &a); err != nil {
		t.Fatal(err)
	}
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("%+v", a)
	}
	return a
}

// What an environment variable of a step may be: an input, with another value where it is
// empty or not, or one of the event.
var (
	inputExpression = regexp.MustCompile(`^\$\{\{ inputs\.([a-z-]+)( \|\| github\.event\.pull_request\.head\.sha)? \}\}$`)
	baseExpression  = "${{ github.event.pull_request.base.sha }}"
)

// TestActionInputs: each input reaches the script as environment and in no other way, so
// that its text is never a command.
func TestActionInputs(t *testing.T) {
	a := readAction(t)
	script, err := os.ReadFile("../../action/kintsugi.sh")
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for _, step := range a.Runs.Steps {
		if step.Shell != "bash" || !regexp.MustCompile(`^bash "\$GITHUB_ACTION_PATH/action/kintsugi\.sh" (lint|readiness)$`).MatchString(step.Run) {
			t.Errorf("a step is %s, and not the script alone:\n%s", step.Shell, step.Run)
		}
		for variable, value := range step.Env {
			m := inputExpression.FindStringSubmatch(value)
			switch {
			case m == nil && value != baseExpression:
				t.Errorf("%s is %s", variable, value)
			case variable != "GITHUB_TOKEN" && !bytes.Contains(script, []byte("$"+variable)):
				t.Errorf("%s is not read", variable)
			case m != nil:
				read[m[1]] = true
			}
		}
	}
	for name := range a.Inputs {
		if !read[name] {
			t.Errorf("the input %s reaches no step", name)
		}
	}
	if bytes.Contains(script, []byte("${{")) || bytes.Contains(script, []byte("eval")) {
		t.Error("the script takes a text for a command")
	}
}

// TestActionExamples: what the documents show gives inputs that there are.
func TestActionExamples(t *testing.T) {
	a := readAction(t)
	type step struct {
		Uses string
		With map[string]string
	}
	for name, least := range map[string]int{"README.md": 1, "README.ja.md": 1, "docs/readiness.md": 1, "docs/readiness.ja.md": 1} {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, block := range yamlBlocks.FindAllSubmatch(text, -1) {
			var flow struct {
				Jobs map[string]struct{ Steps []step }
			}
			var steps []step
			if yaml.Unmarshal(block[1], &flow) != nil {
				if err := yaml.Unmarshal(block[1], &steps); err != nil {
					continue // another kind of file
				}
			}
			for _, job := range flow.Jobs {
				steps = append(steps, job.Steps...)
			}
			for _, s := range steps {
				if s.Uses != "./kintsugi" {
					continue
				}
				found++
				for input := range s.With {
					if _, ok := a.Inputs[input]; !ok {
						t.Errorf("%s: there is no input %q", name, input)
					}
				}
			}
		}
		if found < least {
			t.Errorf("%s shows the action %d times", name, found)
		}
	}
}

// repository is a checkout with a history.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T) repository {
	t.Helper()
	for _, tool := range []string{"bash", "git"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
				t.Fatalf("there is no %s", tool)
			}
			t.Skipf("there is no %s to run the action's script with", tool)
		}
	}
	r := repository{t, t.TempDir()}
	r.git("init", "--quiet", "--initial-branch=main")
	return r
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	c := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	c.Dir = r.dir
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := c.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repository) commit(files map[string]string) {
	r.t.Helper()
	for name, content := range files {
		write(r.t, filepath.Join(r.dir, name), content)
	}
	r.git("add", "--all")
	r.git("commit", "--quiet", "--message", "x")
}

// runs is a run of the action with inputs, and with the base of the pull request if
// there is one. Env is what a runner and a team set beside it.
func (r repository) runs(base string, inputs map[string]string, env ...string) (out string, code int) {
	r.t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		r.t.Fatal(err)
	}
	a := readAction(r.t)
	input := func(name string) string {
		if given, ok := inputs[name]; ok {
			return given
		}
		return a.Inputs[name].Default
	}
	for _, step := range a.Runs.Steps {
		if (step.If == "inputs.command == 'readiness'") != (input("command") == "readiness") {
			continue
		}
		c := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		c.Dir = r.dir
		c.Env = append(append(os.Environ(), "GITHUB_ACTION_PATH="+root), env...)
		for variable, value := range step.Env {
			if m := inputExpression.FindStringSubmatch(value); m != nil {
				value = input(m[1])
			} else {
				value = base
			}
			c.Env = append(c.Env, variable+"="+value)
		}
		all, err := c.CombinedOutput()
		out += string(all)
		if err != nil {
			return out, c.ProcessState.ExitCode()
		}
	}
	return out, 0
}

// TestAction runs the script of the action as a runner does.
func TestAction(t *testing.T) {
	const poor, suggestion = "# x\n\nOrders: TBD\n", "postmortem:\n  lint: {section-missing: off, timeline-missing-milestone: off, no-actions: off, template-text: %s}\n"
	program, err := exec.LookPath("kintsugi") // testscript puts this very program there
	if err != nil {
		t.Fatal(err)
	}
	r := newRepository(t)
	r.commit(map[string]string{"postmortems/old.md": poor, "docs/other.md": poor, "README.md": "x"})
	base := r.git("rev-parse", "HEAD")
	r.git("checkout", "--quiet", "-b", "change")
	r.commit(map[string]string{
		"postmortems/2026/new one; echo pwned.md": poor, "postmortems/README.md": "x", "postmortems/template.md": poor, "docs/b.md": poor, "postmortems/$(echo pwned).md": poor,
	})
	if err := os.Symlink(filepath.Join("..", "docs", "b.md"), filepath.Join(r.dir, "postmortems", "link.md")); err != nil {
		t.Fatal(err)
	}
	r.commit(nil)
	with := func(more ...string) map[string]string {
		inputs := map[string]string{"binary": program}
		for i := 0; i < len(more); i += 2 {
			inputs[more[i]] = more[i+1]
		}
		return inputs
	}
	expect := func(what, out string, code, wantCode int, has, hasNot []string) {
		t.Helper()
		if code != wantCode {
			t.Errorf("%s: ended with %d, want %d", what, code, wantCode)
		}
		for _, text := range has {
			if !strings.Contains(out, text) {
				t.Errorf("%s: there is no %q in\n%s", what, text, out)
			}
		}
		for _, text := range hasNot {
			if strings.Contains(out, text) {
				t.Errorf("%s: there is %q in\n%s", what, text, out)
			}
		}
	}
	changed := []string{"file=postmortems/2026/new one; echo pwned.md,line=3", "file=postmortems/$(echo pwned).md,line=3"}
	others := []string{"old.md", "README", "template.md", "link.md", "docs/"}

	out, code := r.runs(base, with())
	expect("a branch", out, code, 1, changed, others)
	r.git("checkout", "--quiet", "main")
	r.commit(map[string]string{"postmortems/later.md": poor})
	r.git("merge", "--quiet", "--no-ff", "change", "--message", "merged")
	out, code = r.runs(base, with())
	expect("a merge", out, code, 1, changed, append(others, "later.md"))
	out, code = r.runs("0123456789012345678901234567890123456789", with())
	expect("a merge onto a base that is not here", out, code, 1, changed, append(others, "later.md"))

	out, code = r.runs("", with())
	expect("no pull request", out, code, 1, append(changed, "old.md", "later.md"), []string{"README", "template.md", "link.md", "docs/"})
	out, code = r.runs("", with("files", "docs/*.md\n\n", "language", "ja", "format", "text"))
	expect("other inputs", out, code, 1, []string{"docs/other.md:3:1: warning template-text: `Orders: TBD`が"}, []string{"postmortems", "::"})
	out, code = r.runs("", with("files", "nowhere/*.md"))
	expect("no files", out, code, 0, []string{"No postmortem to check."}, []string{"::"})

	write(t, filepath.Join(r.dir, ".github", "kintsugi.yml"), strings.ReplaceAll(suggestion, "%s", "suggestion"))
	out, code = r.runs("", with("files", "docs/*.md"))
	expect("a policy", out, code, 0, []string{"::notice file=docs/other.md"}, []string{"warning"})
	write(t, filepath.Join(r.dir, "strict.yml"), strings.ReplaceAll(suggestion, "%s", "error"))
	out, code = r.runs("", with("files", "docs/*.md", "policy", "strict.yml"))
	expect("another policy", out, code, 1, []string{"::error file=docs/other.md"}, []string{"notice"})

	for _, wrong := range [][]string{
		{"binary", ""}, {"binary", "./nosuch"}, {"binary", "$(echo pwned)"}, {"version", "v1"}, {"binary", "", "version", "v1"}, {"binary", "", "version", "$(echo pwned)"}, {"command", "gate"}, {"command", "lint; echo pwned"}, {"files", "\n"},
	} {
		out, code = r.runs("", with(wrong...))
		expect(wrong[0]+"="+wrong[1], out, code, 2, []string{"::error title=Kintsugi::"}, []string{"pwned"})
	}
	out, code = r.runs("", with("format", "$(echo pwned)"))
	expect("a wrong format", out, code, 2, []string{`--format is "$(echo pwned)"`}, nil)
}
