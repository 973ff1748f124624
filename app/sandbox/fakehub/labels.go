package fakehub

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

type label struct {
	id          int64
	name        string
	color       string
	description string
	standard    bool
}

// grey is the colour of a label that was made by being used.
const grey = "ededed"

// labelNamed finds a label of r; names differ by more than case.
func (r *repo) labelNamed(name string) *label {
	for _, l := range r.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

// createLabel refuses a name that is taken. docs: REST API endpoints for
// labels, "Create a label"; the limits are GitHub's own refusals.
func (h *Hub) createLabel(a actor, r *repo, l label) (*label, error) {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return nil, err
	}
	switch {
	case l.name == "":
		return nil, invalid("Label", "name", "missing_field", "")
	case utf8.RuneCountInString(l.name) > 50:
		return nil, invalid("Label", "name", "custom", "name is too long (maximum is 50 characters)")
	case utf8.RuneCountInString(l.description) > 100:
		return nil, invalid("Label", "description", "custom", "description is too long (maximum is 100 characters)")
	case r.labelNamed(l.name) != nil:
		return nil, invalid("Label", "name", "already_exists", "")
	}
	made := l
	made.id, made.color = h.nextID(), orDefault(strings.TrimPrefix(l.color, "#"), grey)
	r.labels = append(r.labels, &made)
	h.emitLabel("created", a, r, &made)
	return &made, nil
}

// deleteLabel takes a label from the repository and every issue in it.
// docs: Managing labels, "Deleting a label".
func (h *Hub) deleteLabel(a actor, r *repo, l *label) error {
	if err := h.mayWriteIn(a, r, write); err != nil {
		return err
	}
	r.labels = without(r.labels, l)
	for _, i := range r.issues {
		if slices.Contains(i.now().labels, l) {
			s := i.now()
			s.labels = without(s.labels, l)
			i.state.set(h.now, s)
			i.rendered = nil
		}
	}
	h.emitLabel("deleted", a, r, l)
	return nil
}

// labelsNamed finds labels by name; where create is set, those that r lacks are
// made in the default grey. A form's unknown label is dropped instead.
// docs: REST API endpoints for labels, "Add labels to an issue".
func (h *Hub) labelsNamed(a actor, r *repo, names []string, create bool) ([]*label, error) {
	var labels []*label
	for _, name := range names {
		l := r.labelNamed(name)
		if l == nil && create {
			var err error
			if l, err = h.createLabel(a, r, label{name: name}); err != nil {
				return nil, err
			}
		}
		if l != nil && !slices.Contains(labels, l) {
			labels = append(labels, l)
		}
	}
	return labels, nil
}

// addLabels puts labels on i; those that it has are left as they are.
func (h *Hub) addLabels(a actor, i *issue, names []string) error {
	if err := h.mayWriteIn(a, i.repo, triage); err != nil {
		return err
	}
	labels, err := h.labelsNamed(a, i.repo, names, true)
	if err != nil {
		return err
	}
	for _, l := range labels {
		if slices.Contains(i.now().labels, l) {
			continue
		}
		h.change(i, func(s *issueState) { s.labels = append(slices.Clip(s.labels), l) })
		h.record(a, i, &event{kind: "labeled", label: l})
		h.emitIssue("labeled", a, i, part{"label", h.renderLabel(i.repo, l)})
	}
	return nil
}

// removeLabel takes a label off i; one that is not on it is not found.
// docs: REST API endpoints for labels, "Remove a label from an issue".
func (h *Hub) removeLabel(a actor, i *issue, name string) error {
	if err := h.mayWriteIn(a, i.repo, triage); err != nil {
		return err
	}
	l := i.repo.labelNamed(name)
	if l == nil || !slices.Contains(i.now().labels, l) {
		return &refusal{status: 404, message: "Label does not exist"}
	}
	h.change(i, func(s *issueState) { s.labels = without(s.labels, l) })
	h.record(a, i, &event{kind: "unlabeled", label: l})
	h.emitIssue("unlabeled", a, i, part{"label", h.renderLabel(i.repo, l)})
	return nil
}

// setLabels replaces the labels of i, dropped without a word where a lacks
// triage. docs: REST API endpoints for issues, "Update an issue".
func (h *Hub) setLabels(a actor, i *issue, names []string) error {
	if !a.may(i.repo, triage) {
		return nil
	}
	if err := h.addLabels(a, i, names); err != nil {
		return err
	}
	for _, l := range i.now().labels {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, l.name) }) {
			if err := h.removeLabel(a, i, l.name); err != nil {
				return err
			}
		}
	}
	return nil
}

// event is an entry of an issue's list of events.
// docs: Issue event types.
type event struct {
	id       int64
	kind     string
	actor    *user
	via      *installation
	at       time.Time
	label    *label
	assignee *user
	assigner *user
	from, to string // of a rename
}

// record appends e to the events of i, done by a.
func (h *Hub) record(a actor, i *issue, e *event) {
	e.id, e.at, e.via = h.nextID(), h.now, a.install
	if e.actor == nil {
		e.actor = a.user
	}
	if e.assignee != nil {
		e.assigner = a.user
	}
	i.events = append(i.events, e)
}
