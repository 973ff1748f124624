package main

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// layout is what a checkout would receive, and what is said about it.
type layout struct {
	lang   words.Language
	found  surroundings
	names  templates.Names
	policy policy.Policy // the one that is there, else the new one
	files  []templates.File
}

// layOut decides. It refuses names that no policy can have.
func layOut(found surroundings, o initOptions) (layout, error) {
	lay := layout{found: found, lang: language(o.lang, found)}
	lay.names = chooseNames(string(lay.lang), found, o)
	for _, f := range templates.Files(string(lay.lang), lay.names) {
		if f.Path == templates.Policy && found.policy == nil {
			read, problems := policy.Parse(f.Path, f.Content, sections())
			if len(problems) > 0 {
				return lay, fmt.Errorf("these labels or people cannot be set: %s", problems[0].In(lay.lang))
			}
			lay.policy = read
		}
		if !found.paths[f.Path] && found.lacks(f.Path) {
			lay.files = append(lay.files, f)
		}
	}
	if found.policy != nil {
		lay.policy = *found.policy
	}
	return lay, nil
}

// lacks tells whether there is neither a template that stands for the file nor
// one that it would hide.
func (s *surroundings) lacks(file string) bool {
	switch {
	case strings.HasPrefix(file, templates.Folder+"/") && s.elsewhere != "":
		return false
	case file == templates.IncidentForm, file == templates.IncidentText:
		return len(s.incidents) == 0
	case file == templates.NearMissForm:
		return len(s.nearMisses) == 0
	}
	return true
}

func language(flag string, found surroundings) words.Language {
	if lang, ok := words.Parse(flag); ok {
		return lang
	}
	if found.policy != nil && found.policy.Language != "" {
		return found.policy.Language
	}
	return words.English
}

// chooseNames: a policy that is there has decided; then counts what was asked
// for, then what the team's own templates say.
func chooseNames(lang string, found surroundings, o initOptions) templates.Names {
	names := templates.Usual(lang)
	names.Owner, names.Notify = cmp.Or(o.owner, names.Owner), o.notify
	if found.policy != nil {
		own := incidentPolicy(*found.policy)
		names.IncidentLabel, names.NearMissLabel = own.Label, own.NearMissLabel
		return names
	}
	names.IncidentLabel = cmp.Or(o.label, firstLabel(found.incidents, aboutIncident), names.IncidentLabel)
	names.NearMissLabel = cmp.Or(o.nearMiss, firstLabel(found.nearMisses, aboutNearMiss), names.NearMissLabel)
	return names
}

func firstLabel(list []ownTemplate, words *regexp.Regexp) string {
	for _, t := range list {
		if label := t.label(words); label != "" {
			return label
		}
	}
	return ""
}

// labels are those that Kintsugi makes by itself.
func (l layout) labels() (list []string) {
	for _, w := range server.Workflows() {
		for _, label := range w.Labels(l.policy) {
			list = append(list, label.Name)
		}
	}
	return list
}

// noticed tells whether an issue from a template becomes what the label says
// without anybody doing more.
func noticed(t ownTemplate, label string) bool {
	if t.sets(label) {
		return true
	}
	for _, w := range server.Workflows() {
		if _, ok := w.Title(t.title); ok {
			return true
		}
	}
	return false
}

// ending is how the command ends: a policy that is not read as meant is a
// finding.
func (l layout) ending() error {
	if len(l.found.problems) > 0 {
		return errFound
	}
	return nil
}
