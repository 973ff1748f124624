package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/templates"
)

func newReadinessInit() *cobra.Command {
	var n readinessNoun
	var dir, level string
	var with []string
	c := n.on(&cobra.Command{
		Use:   "init",
		Short: "Write a checklist into a repository",
		Long: "Init writes a checklist to " + templates.ReadinessChecklist + ", in English and Japanese\n" +
			"at once: a small one of ten items, most of which are decided by evidence; and the form by which\n" +
			"somebody asks for a review, in the language of --lang. What is there stays as it is; where a\n" +
			"checklist is there already, neither is written. Nothing is sent anywhere; you commit what was\n" +
			"written. --with adds documents that go with it.",
		Example: "  kintsugi readiness init\n  kintsugi readiness init --level standard --with load-test-request,load-test-report --lang ja",
		Args:    arguments(cobra.NoArgs),
	}, func([]string) error {
		if !slices.Contains(templates.Levels, level) {
			return n.wrong("--level is %.40q: write %s", "--level が %.40q です。%s のどれかを書いてください", level, strings.Join(templates.Levels, ", "))
		}
		for _, name := range with {
			if !slices.Contains(templates.Papers, name) {
				return n.wrong("--with is %.40q: write one or several of %s", "--with が %.40q です。%s から選んでください", name, strings.Join(templates.Papers, ", "))
			}
		}
		root, err := openCheckout(initOptions{dir: dir, lang: n.said})
		if err != nil {
			return usage(n.command, err)
		}
		defer root.Close() //nolint:errcheck // files have been synced one by one
		return n.initialize(root, level, with)
	})
	c.Flags().StringVar(&dir, "dir", ".", "the checkout")
	c.Flags().StringVar(&level, "level", templates.LevelSmall, "how much is asked: "+strings.Join(templates.Levels, ", "))
	c.Flags().StringSliceVar(&with, "with", nil, "documents to write, too: "+strings.Join(templates.Papers, ", "))
	return c
}

// initialize writes what is not there yet, and says what it did.
func (n *readinessNoun) initialize(root *os.Root, level string, with []string) error {
	if err := clearWay(root, []templates.File{{Path: templates.ReadinessChecklist}}); err != nil {
		return err
	}
	there, err := checklistsIn(root.FS())
	if err != nil {
		return err
	}
	workflow := testWorkflow(root.FS())
	var files []templates.File
	if len(there) == 0 {
		files = append(files, templates.Readiness(level, cmp.Or(workflow, "test.yml")), templates.ReadinessReview(n.said))
	}
	for _, name := range with {
		files = append(files, templates.Paper(n.said, name))
	}
	type result struct {
		Path    string `json:"path"`
		Written bool   `json:"written"`
	}
	results := []result{}
	for _, file := range there {
		results = append(results, result{file, false})
	}
	if err := clearWay(root, files); err != nil {
		return err
	}
	for _, f := range files {
		err := writeNew(root, f.Path, f.Content, root.Link)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s cannot be written: %w", f.Path, cause(err))
		}
		results = append(results, result{f.Path, err == nil})
	}
	out := n.command.OutOrStdout()
	if n.as == "json" {
		return writeJSON(out, struct {
			Files    []result `json:"files"`
			Workflow string   `json:"workflow"`
		}{results, workflow})
	}
	for _, r := range results {
		sign := "="
		if r.Written {
			sign = "+"
		}
		fmt.Fprintf(out, "  %s %s\n", sign, printable(r.Path))
	}
	if len(there) > 0 {
		fmt.Fprint(out, n.say("A checklist is there already and stays as it is.\n", "チェックリストがすでにあるため、そのままにしました。\n"))
		return nil
	}
	if workflow == "" {
		fmt.Fprint(out, n.say("No workflow looks as if it ran your tests: write its file name in the item tests.\n", "テストを実行するワークフローが見つかりませんでした。項目 tests にファイル名を書いてください。\n"))
	} else {
		fmt.Fprintf(out, n.say("The item tests looks at the workflow %s; write another one there if that is wrong.\n", "項目 tests はワークフロー %s を見ます。違うときは書き換えてください。\n"), printable(workflow))
	}
	fmt.Fprint(out, n.say("Answer the traits at its top, and read it as people will: kintsugi readiness render\n", "はじめの traits に答えてください。読みやすい形で見るには kintsugi readiness render --lang ja\n"))
	return nil
}

// runsTests are the names that workflows have which run tests, the likeliest first.
var runsTests = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^tests?\b`), regexp.MustCompile(`(?i)^ci\b`), regexp.MustCompile(`(?i)tests?\b`), regexp.MustCompile(`(?i)\bci\b`), regexp.MustCompile(`(?i)^(?:build|check|verify|main|go|node|python|ruby|rust|java)\b`),
}

// testWorkflow is the workflow that most likely runs the tests, or "".
func testWorkflow(root fs.FS) string {
	entries, _ := fs.ReadDir(root, ".github/workflows") // none where there is no folder
	var names []string
	for _, entry := range entries {
		if slices.Contains([]string{".yml", ".yaml"}, path.Ext(entry.Name())) {
			names = append(names, entry.Name())
		}
	}
	for _, like := range runsTests {
		for _, name := range names {
			if like.MatchString(name) {
				return name
			}
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return ""
}
