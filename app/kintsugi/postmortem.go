package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newPostmortem() *cobra.Command {
	c := &cobra.Command{
		Use:   "postmortem",
		Short: "Read postmortems, whoever wrote them, and check them",
		Long: "Postmortem is about documents of any layout, in English or Japanese, on this machine. It\n" +
			"changes nothing, and asks GitHub nothing but by import, when that is given a repository.",
	}
	c.AddCommand(newPostmortemInspect(), newPostmortemLint(), newPostmortemImport(), newPostmortemRules())
	return c
}

// whichFiles is what the commands take.
const whichFiles = "Of a folder, the Markdown files in it and below are read, but no README and no template;\n" +
	"FILE may be - for the standard input. A file that cannot be read is named, the others are\n" +
	"read all the same, and the command ends with 2."

func newPostmortemInspect() *cobra.Command {
	var as, lang string
	c := &cobra.Command{
		Use:   "inspect FILE…",
		Short: "Say what postmortems say: times, durations, severity, action items",
		Long: "Inspect prints what it reads in postmortems, for each incident that one tells of: title,\n" +
			"severity, the times with their zone, TTD, TTA, TTM and TTR as stated and as the times give\n" +
			"them, action items and sections. In doubt it says nothing, since a wrong time is worse than\n" +
			"none. --format json has an object a line for each incident; what is unknown is null.\n" + whichFiles,
		Example: "  kintsugi postmortem inspect postmortems\n  kintsugi postmortem inspect --format json 2026-11-26-checkout.md",
		Args:    arguments(cobra.MinimumNArgs(1)),
	}
	answersIn(c, &lang)
	format(c, &as)
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		w := fileWork{command: c, lang: in}
		return w.run(args, func(out io.Writer, file, content string) (bool, error) {
			for _, i := range inspect.Read(file, document.Read(content)) {
				if err := showInspected(out, as, in, i); err != nil {
					return false, err
				}
			}
			return false, nil
		})
	}
	return c
}

func newPostmortemLint() *cobra.Command {
	var as, lang, policyFile, templateFile string
	c := &cobra.Command{
		Use:   "lint FILE…",
		Short: "Check postmortems by the team's rules",
		Long: "Lint prints what a postmortem still lacks, and for each finding what to do. It ends with 1\n" +
			"if there are errors or warnings, and with 0 if there is nothing, or nothing but suggestions:\n" +
			"a better wording for a sentence that blames is never more than that. `kintsugi postmortem\n" +
			"rules` lists the rules; docs/postmortem-rules.md explains them, and how one is waived.\n" + whichFiles,
		Example: "  kintsugi postmortem lint postmortems\n" +
			"  kintsugi postmortem lint --policy .github/kintsugi.yml --format github postmortems/2026-11-26-checkout.md",
		Args: arguments(cobra.MinimumNArgs(1)),
	}
	c.Flags().StringVar(&lang, "lang", "", "the language to answer in, en or ja (default: the policy's, else each document's)")
	c.Flags().StringVar(&policyFile, "policy", "", "the team's settings, with the severities of rules under postmortem: lint:")
	c.Flags().StringVar(&templateFile, "template", "", "the team's own template, whose headings are what is required")
	format(c, &as, "github", "sarif")
	c.RunE = func(c *cobra.Command, args []string) error {
		var in words.Language
		if lang != "" {
			var ok bool
			if in, ok = words.Parse(lang); !ok {
				return usage(c, wrongLanguage(lang))
			}
		}
		settings, err := lintSettingsOf(policyFile, templateFile, in)
		if err != nil {
			return usage(c, err)
		}
		around, err := frameOf(as, settings.language)
		if err != nil {
			return err
		}
		w := fileWork{command: c, lang: settings.language, frame: around}
		return w.run(args, func(out io.Writer, file, content string) (bool, error) {
			return lintFile(out, as, file, content, settings)
		})
	}
	return c
}

// lintFile prints the findings of one file, and says whether there are any that
// count.
func lintFile(out io.Writer, as, file, content string, settings lintSettings) (counts bool, err error) {
	d := document.Read(content)
	incidents := inspect.Read(file, d)
	lang := settings.language
	if lang == "" && len(incidents) > 0 {
		lang = incidents[0].Language
	}
	for _, f := range lint.Check(d, incidents, settings.options) {
		counts = counts || f.Severity != lint.Suggestion
		if err := showFinding(out, as, lang, file, f); err != nil {
			return counts, err
		}
	}
	return counts, nil
}

func newPostmortemRules() *cobra.Command {
	var as, lang string
	c := &cobra.Command{
		Use:     "rules",
		Short:   "List the rules that lint checks",
		Long:    "Rules lists the rules of `kintsugi postmortem lint` with their usual severities. A policy\nsets others, or off, under postmortem: lint:. docs/postmortem-rules.md explains them.",
		Example: "  kintsugi postmortem rules --lang ja",
		Args:    arguments(cobra.NoArgs),
	}
	answersIn(c, &lang)
	format(c, &as)
	c.RunE = func(c *cobra.Command, _ []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		for _, r := range lint.Rules {
			var err error
			if as == "json" {
				err = writeJSON(c.OutOrStdout(), struct {
					Rule     string        `json:"rule"`
					Severity lint.Severity `json:"severity"`
					About    string        `json:"about"`
				}{r.ID, r.Severity, r.About(in)})
			} else {
				_, err = fmt.Fprintf(c.OutOrStdout(), "%-26s  %-10s  %s\n", r.ID, r.Severity, r.About(in))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return c
}
