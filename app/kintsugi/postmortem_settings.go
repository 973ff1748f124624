package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// lintSettings are what lint goes by.
type lintSettings struct {
	options lint.Options
	// language is empty where each document's own decides.
	language words.Language
}

// lintSettingsOf reads the team's settings and its template. A template that is
// named on the command line counts before that of the settings.
func lintSettingsOf(policyFile, templateFile string, lang words.Language) (s lintSettings, err error) {
	if policyFile != "" {
		var own string
		if s, own, err = lintPolicy(policyFile, lang); err != nil {
			return s, err
		}
		if own != "" && templateFile == "" {
			templateFile = filepath.Join(repositoryOf(policyFile), filepath.FromSlash(own))
		}
	}
	if lang != "" {
		s.language = lang
	}
	if templateFile != "" {
		content, problem := readFile(templateFile, nil)
		if problem != nil {
			return s, errors.New(problem.in(s.language))
		}
		if s.options.Template = lint.NewTemplate(content); s.options.Template.IsEmpty() {
			return s, errors.New(noHeadings(templateFile, s.language))
		}
	}
	return s, nil
}

// noHeadings says that a template asks for nothing.
func noHeadings(file string, lang words.Language) string {
	if lang == words.Japanese {
		return printable(file) + ": 見出しがないため、テンプレートとして使えません。必須の内容を見出しで書いてください"
	}
	return printable(file) + ": a template without headings asks for nothing: write what is required as headings"
}

// repositoryOf is the folder that the paths in a file of settings start from.
func repositoryOf(policyFile string) string {
	dir := filepath.Dir(policyFile)
	if filepath.Base(dir) == ".github" {
		return filepath.Dir(dir)
	}
	return dir
}

// lintPolicy reads what concerns lint in a file of settings, and the path of the
// template that it names.
func lintPolicy(file string, lang words.Language) (s lintSettings, template string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return s, "", err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	content, err := io.ReadAll(io.LimitReader(f, mostRead))
	if err != nil {
		return s, "", err
	}
	read, problems := policy.Parse(file, content, sections())
	s.language = read.Language
	if lang == "" {
		lang = s.language
	}
	for _, p := range problems {
		p.Message = p.In(lang)
		err = errors.Join(err, errors.New(p.String()))
	}
	own, _ := read.Section("postmortem").(*postmortem.Policy)
	if err != nil || own == nil {
		return s, "", err
	}
	s.options.Severities = own.Lint
	return s, own.Template, nil
}
