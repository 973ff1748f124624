// Command audit looks for what makes workflows of GitHub Actions unsafe, in workflows,
// in composite actions, and in those that Markdown files show. It prints what it finds as
// file:line: rule: what, and ends with 1 if there is something.
//
// Its rules are the ones of zizmor (https://docs.zizmor.sh/audits) that can apply here,
// by their names. zizmor itself is no Go program: it would need a package registry that
// neither the tests nor whoever builds this needs otherwise. Whatever is merely wrong is
// actionlint's to find, so -write leaves the workflows of Markdown files for it.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	write := flag.String("write", "", "a folder into which workflows in Markdown files are written")
	flag.Parse()
	found := 0
	for _, file := range flag.Args() {
		documents, err := read(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		for n, d := range documents {
			findings, err := audit(d.text)
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
				os.Exit(2)
			}
			for _, f := range findings {
				fmt.Printf("%s:%d: %s: %s\n", file, d.line+f.line, f.rule, f.what)
			}
			found += len(findings)
			if d.line > 0 && *write != "" {
				name := fmt.Sprintf("%s-%d.yml", strings.ReplaceAll(filepath.ToSlash(file), "/", "-"), n)
				if err := os.WriteFile(filepath.Join(*write, name), []byte(d.text), 0o600); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(2)
				}
			}
		}
	}
	if found > 0 {
		os.Exit(1)
	}
}

// document is a workflow or an action, and the lines that stand before it in its file.
type document struct {
	text string
	line int
}

var yamlBlock = regexp.MustCompile("(?s)\n```ya?ml\n(.*?\n)```")

func read(file string) (all []document, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(file) != ".md" {
		return []document{{text: string(text)}}, nil
	}
	for _, at := range yamlBlock.FindAllSubmatchIndex(text, -1) {
		block := string(text[at[2]:at[3]])
		if strings.Contains("\n"+block, "\njobs:") {
			all = append(all, document{block, strings.Count(string(text[:at[2]]), "\n")})
		}
	}
	return all, nil
}
