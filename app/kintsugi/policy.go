package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newPolicy() *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Check a team's settings, .github/kintsugi.yml, or print their schema",
		Long: "Policy is about the settings of a team, .github/kintsugi.yml. It reads files on this\n" +
			"machine and asks GitHub nothing.",
	}
	c.AddCommand(newPolicyValidate(), newPolicySchema())
	return c
}

func newPolicyValidate() *cobra.Command {
	var as, lang string
	c := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Say what in files of settings cannot be used, and what to write instead",
		Long: "Validate reads each file as the server does and prints what it cannot use, one problem a\n" +
			"line: file:line:column: what is wrong and what to do. It ends with 0 if there is nothing,\n" +
			"with 1 if there is something, and with 2 if a file cannot be opened.",
		Example: "  kintsugi policy validate .github/kintsugi.yml\n  kintsugi policy validate --lang ja .github/kintsugi.yml",
		Args:    arguments(cobra.MinimumNArgs(1)),
	}
	answersIn(c, &lang)
	format(c, &as)
	c.RunE = func(c *cobra.Command, files []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		var problems []policy.Problem
		for _, file := range files {
			found, err := validate(file)
			if err != nil {
				return usage(c, err)
			}
			problems = append(problems, found...)
		}
		if err := showProblems(c.OutOrStdout(), as, problems, in); err != nil {
			return err
		}
		if len(problems) > 0 {
			return errFound
		}
		return nil
	}
	return c
}

// answersIn is the flag that chooses the language of what is printed.
func answersIn(c *cobra.Command, into *string) {
	c.Flags().StringVar(into, "lang", string(words.English), "the language to answer in, en or ja")
}

func wrongLanguage(lang string) error { return fmt.Errorf("--lang is %.40q: write en or ja", lang) }

// mostRead is more than the reader takes of a file, so that it is the reader who
// says that one is too large.
const mostRead = 1 << 20

// validate reads one file by itself, over the defaults.
func validate(file string) ([]policy.Problem, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	content, err := io.ReadAll(io.LimitReader(f, mostRead))
	if err != nil {
		return nil, err
	}
	_, problems := policy.Parse(file, content, sections())
	return problems, nil
}

func showProblems(out io.Writer, as string, problems []policy.Problem, lang words.Language) error {
	if as == "json" {
		return writeJSON(out, problemsJSON(problems, lang))
	}
	for _, p := range problems {
		p.Message = p.In(lang)
		if _, err := fmt.Fprintln(out, printable(p.String())); err != nil {
			return err
		}
	}
	return nil
}

type problemJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func problemsJSON(problems []policy.Problem, lang words.Language) []problemJSON {
	all := []problemJSON{}
	for _, p := range problems {
		all = append(all, problemJSON{p.File, p.Line, p.Column, p.In(lang)})
	}
	return all
}

func newPolicySchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the settings, for editors",
		Long: "Schema prints the JSON Schema (2020-12) of .github/kintsugi.yml, by which an editor\n" +
			"completes keys and marks wrong ones. docs/policy.md says how.",
		Example: "  kintsugi policy schema > kintsugi.schema.json",
		Args:    arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			text, err := json.MarshalIndent(policy.Schema(sections()), "", "  ")
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
			return err
		},
	}
}
