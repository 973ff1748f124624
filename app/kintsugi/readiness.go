package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newReadiness() *cobra.Command {
	c := &cobra.Command{
		Use:   "readiness",
		Short: "Decide by Production Readiness checklists; write, check and show them",
		Long: "Readiness is about the checklists of a repository, " + checklist.Folder + "/*.yml. Check is the\n" +
			"gate before a release: it asks GitHub and changes nothing. The others read and write files on\n" +
			"this machine.",
	}
	c.AddCommand(newReadinessCheck(), newReadinessInit(), newReadinessValidate(), newReadinessRender(), newReadinessImport(), newReadinessRunbook(), newReadinessSimulate(), newReadinessSchema())
	return c
}

// readinessNoun is what the commands of the noun share.
type readinessNoun struct {
	incidentTeller
	command  *cobra.Command
	as, said string
}

// on gives a command the flags that they share, and runs it once these are read.
func (n *readinessNoun) on(c *cobra.Command, run func(args []string) error, formats ...string) *cobra.Command {
	n.command = c
	answersIn(c, &n.said)
	format(c, &n.as, formats...)
	c.RunE = func(_ *cobra.Command, args []string) error {
		var ok bool
		if n.lang, ok = words.Parse(n.said); !ok {
			return usage(c, wrongLanguage(n.said))
		}
		return run(args)
	}
	return c
}

// wrong is a mistake in how the command was written.
func (n *readinessNoun) wrong(english, japanese string, args ...any) error {
	return usage(n.command, fmt.Errorf(n.say(english, japanese), args...))
}

// content reads a file, a little more of it than is then accepted.
func (n *readinessNoun) content(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, usage(n.command, err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	content, err := io.ReadAll(io.LimitReader(f, mostRead))
	if err != nil {
		return nil, usage(n.command, fmt.Errorf("%s cannot be read: %w", file, cause(err)))
	}
	return content, nil
}

// checklists are the files given, else those of the repository that one stands in.
func (n *readinessNoun) checklists(args []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	found, err := checklistsIn(os.DirFS("."))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, n.wrong("there is no checklist in %s: name one, or make one by kintsugi readiness init",
			"%s にチェックリストがありません。ファイルを指定するか、kintsugi readiness init で作ってください", checklist.Folder)
	}
	return found, nil
}

// checklistsIn are the checklists of a repository.
func checklistsIn(root fs.FS) (files []string, err error) {
	entries, err := fs.ReadDir(root, checklist.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s cannot be read: %w", checklist.Folder, cause(err))
	}
	for _, entry := range entries {
		if slices.Contains([]string{".yml", ".yaml"}, path.Ext(entry.Name())) {
			files = append(files, path.Join(checklist.Folder, entry.Name()))
		}
	}
	return files, nil
}

func newReadinessValidate() *cobra.Command {
	var n readinessNoun
	return n.on(&cobra.Command{
		Use:   "validate [FILE…]",
		Short: "Say what in checklists cannot be used, and what to write instead",
		Long: "Validate reads each checklist, by default those in " + checklist.Folder + ", and prints what\n" +
			"cannot be used, one problem a line: file:line:column: what is wrong and what to do. It ends\n" +
			"with 0 if there is nothing, with 1 if there is something, and with 2 if there is no checklist\n" +
			"or it cannot be opened.",
		Example: "  kintsugi readiness validate\n  kintsugi readiness validate --lang ja .github/readiness/checklist.yml",
	}, func(args []string) error {
		files, err := n.checklists(args)
		if err != nil {
			return err
		}
		var problems []policy.Problem
		for _, file := range files {
			content, err := n.content(file)
			if err != nil {
				return err
			}
			_, found := checklist.Parse(file, content)
			problems = append(problems, found...)
		}
		if err := showProblems(n.command.OutOrStdout(), n.as, problems, n.lang); err != nil {
			return err
		}
		if len(problems) > 0 {
			return errFound
		}
		return nil
	})
}

func newReadinessRender() *cobra.Command {
	var n readinessNoun
	return n.on(&cobra.Command{
		Use:   "render [FILE]",
		Short: "Show a checklist as Markdown, in either language",
		Long: "Render shows a checklist, by default the one in " + checklist.Folder + ", as Markdown for people:\n" +
			"what is asked, why, how to get there, and what decides it. Where a text is there in one\n" +
			"language only, it stands in that. --format json has the checklist with its version.",
		Example: "  kintsugi readiness render --lang ja\n  kintsugi readiness render .github/readiness/payments.yml > checklist.md",
		Args:    arguments(cobra.MaximumNArgs(1)),
	}, func(args []string) error {
		files, err := n.checklists(args)
		if err != nil {
			return err
		}
		if len(files) > 1 {
			return n.wrong("there are several checklists: name one of %s", "チェックリストが複数あります。どれか1つを指定してください: %s", printable(strings.Join(files, ", ")))
		}
		content, err := n.content(files[0])
		if err != nil {
			return err
		}
		c, problems := checklist.Parse(files[0], content)
		if c == nil {
			return n.broken(problems)
		}
		if n.as == "json" {
			return writeJSON(n.command.OutOrStdout(), struct {
				File    string `json:"file"`
				Version string `json:"version"`
				*checklist.Checklist
			}{files[0], c.Version(), c})
		}
		_, err = io.WriteString(n.command.OutOrStdout(), printable(c.Markdown(n.lang)))
		return err
	})
}

// broken is a checklist that cannot be used, as an error that ends with 2.
func (n *readinessNoun) broken(problems []policy.Problem) error {
	lines := make([]string, len(problems))
	for i, p := range problems {
		p.Message = p.In(n.lang)
		lines[i] = p.String()
	}
	return usage(n.command, errors.New(strings.Join(lines, "\n")))
}

func newReadinessImport() *cobra.Command {
	var n readinessNoun
	var column string
	c := n.on(&cobra.Command{
		Use:   "import FILE.md",
		Short: "Make a checklist from a Markdown text, on standard output",
		Long: "Import makes a checklist of the boxes of a Markdown text, of its tables of checks, or of its\n" +
			"questions, and prints it as YAML. Ticks are left behind, since they are no evidence: until\n" +
			"you write evidence, a person confirms each item. It ends with 1 if there is nothing to take\n" +
			"over. --format json has the items with their lines, and the YAML as a text.",
		Example: "  mkdir -p .github/readiness\n  kintsugi readiness import docs/launch.md > .github/readiness/checklist.yml\n" +
			"  kintsugi readiness import --column \"Level B\" docs/levels.md",
		Args: arguments(cobra.ExactArgs(1)),
	}, func(args []string) error { return n.importFile(args[0], column) })
	c.Flags().StringVar(&column, "column", "", "in a table with columns of marks, the one that says what is required (default: what is marked in all)")
	return c
}

func (n *readinessNoun) importFile(file, column string) error {
	content, err := n.content(file)
	if err != nil {
		return err
	}
	got := checklist.Import(document.Read(string(content)), column)
	switch {
	case got.Checklist == nil:
		return fmt.Errorf(n.say("%s has nothing that could become a checklist: no boxes, no table of checks, no questions", "%s には、チェックリストにできるもの（チェックボックス、確認項目の表、問い）がありません"), file)
	case column != "" && !slices.ContainsFunc(got.Columns, func(c string) bool { return strings.EqualFold(c, column) }):
		return n.wrong("--column is %q, and no table has such a column of marks: there are %q", "--column の %q という印の列は、どの表にもありません。あるもの: %q", column, got.Columns)
	}
	head := fmt.Sprintf(n.say("# Made from %s. Look through it: what is really required? Which evidence would decide it?\n", "# %s から作りました。本当に必須か、どんな根拠で決められるかを見直してください。\n"), words.Line(filepath.Base(file), 100))
	yaml := append([]byte(head), got.Checklist.YAML()...)
	if _, problems := checklist.Parse(file, yaml); len(problems) > 0 {
		return fmt.Errorf(n.say("%s has %d items, more than one checklist holds: import it in parts (%s)", "%s には%d項目あり、1つのチェックリストに収まりません。分けて取り込んでください（%s）"), file, len(got.Checklist.Items), problems[0].In(n.lang))
	}
	required := 0
	for i := range got.Checklist.Items {
		if got.Checklist.Items[i].IsRequired() {
			required++
		}
	}
	fmt.Fprintf(n.command.ErrOrStderr(), n.say("Items: %d, required: %d.\n", "%d項目（必須%d）を取り込みました。\n"), len(got.Checklist.Items), required)
	if got.Ticked > 0 {
		fmt.Fprintf(n.command.ErrOrStderr(), n.say("Ticks are left behind: %d.\n", "チェック済みの%d個も、未確認として取り込みました。\n"), got.Ticked)
	}
	if len(got.Columns) > 1 && column == "" {
		fmt.Fprintf(n.command.ErrOrStderr(), n.say("Required is what is marked in all of %q; --column chooses one.\n", "%q のすべてに印があるものを必須にしました。--column で1つ選べます。\n"), got.Columns)
	}
	if n.as == "json" {
		return n.importedJSON(file, got, string(yaml))
	}
	_, err = io.WriteString(n.command.OutOrStdout(), printable(string(yaml)))
	return err
}

func (n *readinessNoun) importedJSON(file string, got checklist.Imported, yaml string) error {
	type item struct {
		Line     int            `json:"line"`
		ID       string         `json:"id"`
		Required bool           `json:"required"`
		Question checklist.Text `json:"question"`
	}
	answer := struct {
		File   string `json:"file"`
		Ticked int    `json:"ticked"`
		Items  []item `json:"items"`
		YAML   string `json:"yaml"`
	}{file, got.Ticked, nil, yaml}
	for i := range got.Checklist.Items {
		made := &got.Checklist.Items[i]
		answer.Items = append(answer.Items, item{got.Lines[i], made.ID, made.IsRequired(), made.Question})
	}
	return writeJSON(n.command.OutOrStdout(), answer)
}

func newReadinessSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of checklists, for editors",
		Long: "Schema prints the JSON Schema (2020-12) of " + checklist.Folder + "/*.yml, by which an editor\n" +
			"completes keys and marks wrong ones.",
		Example: "  kintsugi readiness schema > readiness.schema.json",
		Args:    arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := json.MarshalIndent(checklist.Schema(), "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
			return err
		},
	}
}
