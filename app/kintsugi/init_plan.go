package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
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
	if label := lay.names.PostmortemLabel; strings.EqualFold(label, lay.names.IncidentLabel) || strings.EqualFold(label, lay.names.NearMissLabel) {
		return lay, fmt.Errorf("postmortems would have the label %q, which incidents or near misses have: give them one of their own, by --postmortem-label, or in %s under postmortem", label, templates.Policy)
	}
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
	case file == templates.PostmortemText:
		return len(s.postmortems) == 0
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
		return namesOf(names, *found.policy)
	}
	names.IncidentLabel = cmp.Or(o.label, firstLabel(found.incidents, aboutIncident), names.IncidentLabel)
	names.NearMissLabel = cmp.Or(o.nearMiss, firstLabel(found.nearMisses, aboutNearMiss), names.NearMissLabel)
	if label := firstLabel(found.postmortems, aboutPostmortem); settable(label, "") {
		names.PostmortemLabel = label
	}
	names.PostmortemLabel = cmp.Or(o.postmortem, names.PostmortemLabel)
	drafts := func(t ownTemplate) bool { return t.sections && settable(names.PostmortemLabel, t.path) }
	if i := slices.IndexFunc(found.postmortems, drafts); i >= 0 && found.usualPostmortem() == "" {
		names.PostmortemTemplate = found.postmortems[i].path
	}
	return names
}

// settable tells whether a policy can name this label and this path.
func settable(label, template string) bool {
	own := postmortem.Policy{Label: label, Template: template}
	own.Check() // puts others in the place of what it refuses
	return own.Label == label && own.Template == template
}

// namesOf are the names with those of a policy in their place.
func namesOf(names templates.Names, p policy.Policy) templates.Names {
	incidents, postmortems := sectionOf[incident.Policy](p), sectionOf[postmortem.Policy](p)
	names.IncidentLabel, names.NearMissLabel = incidents.Label, incidents.NearMissLabel
	names.PostmortemLabel, names.PostmortemTemplate = postmortems.Label, postmortems.Template
	return names
}

// usualPostmortem is the team's own template that drafts are made from although
// no policy names one.
func (s *surroundings) usualPostmortem() string {
	for _, place := range postmortemPlaces {
		if slices.ContainsFunc(s.postmortems, func(t ownTemplate) bool { return t.path == place && t.sections }) {
			return place
		}
	}
	return ""
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
		if w.Labels == nil {
			continue
		}
		for _, label := range w.Labels(l.policy) {
			list = append(list, label.Name)
		}
	}
	return list
}

// noticed tells whether an issue from a template becomes what the label and the
// command say without anybody doing more.
func noticed(t ownTemplate, label, command string) bool {
	if t.sets(label) {
		return true
	}
	for _, w := range server.Workflows() {
		if w.Title == nil {
			continue
		}
		if said, ok := w.Title(t.title); ok && said == command {
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
