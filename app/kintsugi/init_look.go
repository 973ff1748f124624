package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// surroundings are what a checkout holds already, as far as it matters here.
type surroundings struct {
	checkout bool
	folder   bool            // the one for forms
	paths    map[string]bool // those of our files that are there, whoever made them
	// incidents, nearMisses and postmortems are the team's own templates for these.
	incidents, nearMisses, postmortems []ownTemplate
	// elsewhere is a place of templates that GitHub would no longer show once
	// there is a folder for forms.
	elsewhere string
	noBlank   bool // blank issues are off
	policy    *policy.Policy
	problems  []policy.Problem
}

// ownTemplate is an issue form or a Markdown template of the team's.
type ownTemplate struct {
	path        string
	name, title string
	labels      []string
	form        bool
	sections    bool // it has several, without which no draft is made from it
}

// Words by which a template, or a label, is known. A postmortem is written
// afterwards: an issue from its template must not call anybody.
var (
	aboutIncident   = regexp.MustCompile(`(?i)\b(incidents?|outages?|sev ?\d)\b|障害|インシデント`)
	aboutNearMiss   = regexp.MustCompile(`(?i)\bnear ?miss(es)?\b|ヒヤリ`)
	aboutPostmortem = regexp.MustCompile(`(?i)\b(post ?mortems?|post ?incident|incident reviews?|retrospectives?|retro|rca)\b|ポストモーテム|振り返り|事後`)
)

// postmortemPlaces are where a draft's template is looked for, the first of them
// that is there. One elsewhere is named in the policy.
var postmortemPlaces = postmortem.UsualTemplates

const postmortemForm = templates.Folder + "/postmortem.yml"

// says tells whether a text has one of these words, however its parts are
// joined.
func says(words *regexp.Regexp, text string) bool {
	return words.MatchString(strings.NewReplacer("_", " ", "-", " ").Replace(text))
}

func lookAround(root *os.Root) (surroundings, error) {
	s := surroundings{checkout: isCheckout(root.Name()), paths: map[string]bool{}}
	for _, f := range templates.Files("en", templates.Usual("en")) {
		if _, err := root.Lstat(f.Path); err == nil {
			s.paths[f.Path] = true
		}
	}
	if s.paths[templates.Policy] {
		content, err := root.ReadFile(templates.Policy)
		if err != nil {
			return s, fmt.Errorf("%s is there, and cannot be read: %w", templates.Policy, cause(err))
		}
		read, problems := policy.Parse(templates.Policy, content, sections())
		s.policy, s.problems = &read, problems
	}
	if _, err := root.Lstat(templates.Folder); err == nil {
		s.folder = true
	} else {
		s.elsewhere = elsewhere(root)
	}
	entries, _ := fs.ReadDir(root.FS(), templates.Folder) // none where there is no folder
	for _, entry := range entries {
		s.take(root, path.Join(templates.Folder, entry.Name()))
	}
	others := postmortemPlaces
	if s.policy != nil {
		others = append([]string{sectionOf[postmortem.Policy](*s.policy).Template}, others...)
	}
	for _, file := range others {
		s.takePostmortem(root, file)
	}
	return s, nil
}

// elsewhere finds templates in the other places that GitHub knows, in any case
// of letters. docs: About issue and pull request templates.
func elsewhere(root *os.Root) string {
	for _, dir := range []string{".github", ".", "docs"} {
		entries, _ := fs.ReadDir(root.FS(), dir)
		for _, entry := range entries {
			name := strings.ToLower(entry.Name())
			if strings.TrimSuffix(name, path.Ext(name)) == "issue_template" {
				return path.Join(dir, entry.Name())
			}
		}
	}
	return ""
}

// sections are those of a policy.
func sections() (list []policy.Section) {
	for _, w := range server.Workflows() {
		list = append(list, w.Policy)
	}
	return list
}

// sectionOf is the section that is read into a T.
func sectionOf[T any](p policy.Policy) (none T) {
	for _, one := range sections() {
		if own, ok := p.Section(one.Name).(*T); ok {
			return *own
		}
	}
	return none
}

// take notes a file among the templates.
func (s *surroundings) take(root *os.Root, file string) {
	content, err := root.ReadFile(file)
	if err != nil {
		return // a folder, or a link to nowhere
	}
	if file == templates.Chooser {
		var chooser struct {
			Blank *bool `yaml:"blank_issues_enabled"`
		}
		s.noBlank = yaml.Unmarshal(content, &chooser) == nil && chooser.Blank != nil && !*chooser.Blank
		return
	}
	t, ok := readTemplate(file, content)
	if !ok || s.isOurs(file, content) {
		return
	}
	// A label counts where its names say nothing: one of an incident may well be
	// "needs-postmortem".
	for _, text := range []string{path.Base(file) + "\n" + t.name + "\n" + t.title, strings.Join(t.labels, "\n")} {
		switch {
		case says(aboutNearMiss, text):
			s.nearMisses = append(s.nearMisses, t)
		case says(aboutPostmortem, text):
			s.postmortems = append(s.postmortems, t)
		case says(aboutIncident, text):
			s.incidents = append(s.incidents, t)
		default:
			continue
		}
		return
	}
}

// takePostmortem notes a file whose place, whatever it is called, says that it is
// the template of postmortems.
func (s *surroundings) takePostmortem(root *os.Root, file string) {
	if file == "" || slices.ContainsFunc(s.postmortems, func(t ownTemplate) bool { return t.path == file }) {
		return
	}
	content, err := root.ReadFile(file)
	if err != nil {
		return // it is not there
	}
	if t, ok := readTemplate(file, content); ok && !s.isOurs(file, content) {
		s.postmortems = append(s.postmortems, t)
	}
}

// isOurs: a file of an earlier run, as it was written, is no template of the
// team's own; nor is one that still says which template of ours it is, by which
// drafts know it, too.
func (s *surroundings) isOurs(file string, content []byte) bool {
	if bytes.Contains(content, []byte("<!-- kintsugi:template ")) {
		return true
	}
	for _, language := range []string{"en", "ja"} {
		names := templates.Usual(language)
		if s.policy != nil {
			names = namesOf(names, *s.policy)
		}
		if slices.ContainsFunc(templates.Files(language, names), func(f templates.File) bool {
			return f.Path == file && bytes.Equal(f.Content, content)
		}) {
			return true
		}
	}
	return false
}

// readTemplate reads what GitHub's template chooser reads: a form, or the front
// matter of a Markdown file. What cannot be read has its file's name alone.
func readTemplate(file string, content []byte) (ownTemplate, bool) {
	t := ownTemplate{path: file, sections: len(section.Headings(string(content))) > 1}
	switch strings.ToLower(path.Ext(file)) {
	case ".yml", ".yaml":
		t.form = true
	case ".md":
		content = frontMatter(content)
	default:
		return t, false
	}
	var head struct {
		Name, Title string
		Labels      any
	}
	if yaml.Unmarshal(content, &head) != nil {
		return t, true
	}
	t.name, t.title = head.Name, head.Title
	switch labels := head.Labels.(type) {
	case string: // separated by commas
		for label := range strings.SplitSeq(labels, ",") {
			t.labels = append(t.labels, strings.TrimSpace(label))
		}
	case []any:
		for _, label := range labels {
			t.labels = append(t.labels, strings.TrimSpace(fmt.Sprint(label)))
		}
	}
	return t, true
}

func frontMatter(content []byte) []byte {
	text := strings.ReplaceAll(strings.TrimPrefix(string(content), "\ufeff"), "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return nil
	}
	head, _, _ := strings.Cut(rest, "\n---")
	return []byte(head)
}

// label is the one by which a template's issues are known to be what words say.
// Another one, such as "bug", is on issues of all kinds.
func (t ownTemplate) label(words *regexp.Regexp) string {
	for _, label := range t.labels {
		if says(words, label) && (words == aboutPostmortem || !says(aboutPostmortem, label)) {
			return label
		}
	}
	return ""
}

func (t ownTemplate) sets(label string) bool {
	return slices.ContainsFunc(t.labels, func(one string) bool { return strings.EqualFold(one, label) })
}
