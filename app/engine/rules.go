package engine

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// Rules are the workflows in the order of their sections, and all their
// commands by every name.
type Rules struct {
	List     []workflows.Workflow
	Commands workflows.Commands
}

// NewRules checks at start-up what must not be left to luck: that no command
// name and no label belongs to two workflows.
func NewRules(list []workflows.Workflow) (Rules, error) {
	commands, clash := workflows.CommandsOf(list)
	if clash != "" {
		return Rules{}, fmt.Errorf("two workflows claim the command /%s", clash)
	}
	for _, name := range append([]string{previewCommand.Name}, previewCommand.Aliases...) {
		if _, taken := commands.Find(name); taken {
			return Rules{}, fmt.Errorf("a workflow claims the engine's own command /%s", name)
		}
		commands[name] = previewCommand
	}
	r := Rules{List: list, Commands: commands}
	names := map[string]bool{}
	for _, w := range list {
		if w.Name == "" || strings.Contains(w.Name, ".") || names[w.Name] || w.Name == statusKey || w.Name == replyKey {
			return Rules{}, fmt.Errorf("workflow name %q is empty, has a dot, is used twice, or is the engine's own", w.Name)
		}
		names[w.Name] = true
		if err := r.mayAggregate(w); err != nil {
			return Rules{}, err
		}
	}
	_, err := r.labels(policy.Default(r.Sections()))
	return r, err
}

// mayAggregate makes sure that an aggregate has one owner, and a name by which it is
// found again.
func (r Rules) mayAggregate(w workflows.Workflow) error {
	if w.Aggregate == "" {
		if len(w.Events) > 0 {
			return fmt.Errorf("%s names events, and has no aggregate to run after them", w.Name)
		}
		return nil
	}
	s := workflows.Subject{Repo: "owner/repo", Name: w.Aggregate}
	if parsed, err := workflows.ParseSubject(s.String()); err != nil || parsed != s {
		return fmt.Errorf("%s cannot call its aggregate %q", w.Name, w.Aggregate)
	}
	if owner, _ := r.aggregate(w.Aggregate); owner.Name != w.Name {
		return fmt.Errorf("%s and %s claim the aggregate %q", owner.Name, w.Name, w.Aggregate)
	}
	return nil
}

// Sections are the policy sections of all workflows.
func (r Rules) Sections() []policy.Section {
	var all []policy.Section
	for _, w := range r.List {
		if w.Policy.Name != "" {
			all = append(all, w.Policy)
		}
	}
	return all
}

// labels are all labels of ours under a policy with the workflow that each
// belongs to, by lower-case name, because GitHub compares them so.
func (r Rules) labels(p policy.Policy) (owners map[string]string, err error) {
	owners = map[string]string{}
	for _, w := range r.List {
		if w.Labels == nil {
			continue
		}
		for _, l := range w.Labels(p) {
			name := strings.ToLower(l.Name)
			if other := owners[name]; other != "" && other != w.Name {
				err = errors.Join(err, fmt.Errorf("the label %q belongs to two workflows, %s and %s", l.Name, other, w.Name))
				continue
			}
			owners[name] = w.Name
		}
	}
	return owners, err
}

// LabelNames are the labels of ours under the policy that these sources make.
func (r Rules) LabelNames(sources []policy.Source) []string {
	p, _ := policy.ParseLayers(sources, r.Sections())
	owners, _ := r.labels(p)
	return slices.Sorted(maps.Keys(owners))
}

// contribution is one workflow's plan.
type contribution struct {
	workflow string
	plan     workflows.Plan
}

// merge makes one plan of those of all workflows. The rules: keys carry their
// workflow's name, a label belongs to one workflow, only the owner of the
// subject opens or closes it while others hold, sections stand in the order of
// the list, and so does what others add to a comment; the earliest wake and the
// latest turn win, and one workflow is enough to make it urgent or to assign
// somebody. Anything else that meets is a clash: an error that names both, and
// nothing is applied.
func (r Rules) merge(owner string, p policy.Policy, parts []contribution) (workflows.Plan, error) {
	var out workflows.Plan
	owners, err := r.labels(p)
	errs := []error{err}
	keys, labels, summaries := map[string]string{}, map[string]string{}, map[string]string{}
	claim := func(workflow, key string) {
		if !strings.HasPrefix(key, workflow+".") && key != workflow {
			errs = append(errs, fmt.Errorf("%s uses the key %q, which does not begin with its name", workflow, key))
		}
		if other, taken := keys[key]; taken {
			errs = append(errs, fmt.Errorf("%s and %s both plan %q", other, workflow, key))
		}
		keys[key] = workflow
	}
	for _, part := range parts {
		w, plan := part.workflow, part.plan
		for _, l := range plan.Labels {
			name := strings.ToLower(l.Label.Name)
			if owners[name] != w {
				errs = append(errs, fmt.Errorf("%s plans the label %q, which belongs to %q", w, l.Label.Name, owners[name]))
			}
			if labels[name] != "" {
				errs = append(errs, fmt.Errorf("%s plans the label %q twice", w, l.Label.Name))
			}
			labels[name] = w
			out.Labels = append(out.Labels, l)
		}
		if plan.State != nil {
			if w != owner {
				errs = append(errs, fmt.Errorf("%s sets the state of a subject of %s", w, owner))
			}
			out.State = plan.State
		}
		for _, key := range keysIn(plan) {
			claim(w, key)
		}
		if plan.Summary != "" {
			summaries[w] = plan.Summary
		}
		for _, login := range plan.Assignees {
			if !slices.ContainsFunc(out.Assignees, func(other string) bool { return strings.EqualFold(login, other) }) {
				out.Assignees = append(out.Assignees, login)
			}
		}
		out.Urgent = out.Urgent || plan.Urgent
		out.Turn = max(out.Turn, plan.Turn)
		out.Until = latest(out.Until, plan.Until)
		out.Sections = append(out.Sections, plan.Sections...)
		out.Holds = append(out.Holds, plan.Holds...)
		out.Comments = append(out.Comments, plan.Comments...)
		out.Notices = append(out.Notices, plan.Notices...)
		out.Issues = append(out.Issues, plan.Issues...)
		out.Files = append(out.Files, plan.Files...)
		out.Changes = append(out.Changes, plan.Changes...)
		out.Whole = out.Whole || plan.Whole
		out.Checks = append(out.Checks, plan.Checks...)
		out.Gates = append(out.Gates, plan.Gates...)
		out.Names = append(out.Names, plan.Names...)
		if !plan.Wake.IsZero() && (out.Wake.IsZero() || plan.Wake.Before(out.Wake)) {
			out.Wake = plan.Wake
		}
	}
	errs = append(errs, addTo(out.Comments, keys, parts))
	out.Summary = summaryOf(summaries)
	return out, errors.Join(errs...)
}

// keysIn are the keys of what a workflow plans, each of which is one of its kind.
func keysIn(plan workflows.Plan) (keys []string) {
	for _, s := range plan.Sections {
		keys = append(keys, s.Key)
	}
	for _, h := range plan.Holds {
		keys = append(keys, h.Key)
	}
	for _, c := range plan.Comments {
		keys = append(keys, c.Key)
	}
	for _, n := range plan.Notices {
		keys = append(keys, n.Key)
	}
	for _, i := range plan.Issues {
		keys = append(keys, i.Key)
	}
	for _, f := range plan.Files {
		keys = append(keys, f.Key)
	}
	for _, c := range plan.Changes {
		keys = append(keys, c.Key)
	}
	for _, c := range plan.Checks {
		keys = append(keys, c.Key)
	}
	for _, g := range plan.Gates {
		keys = append(keys, g.Key)
	}
	return keys
}

// addTo puts what workflows have to say into others' comments, each on a line, in
// the order of the list, before what ends the comment. Where a comment is not
// planned there is nothing to add to.
func addTo(comments []workflows.CommentIntent, owners map[string]string, parts []contribution) error {
	var errs []error
	for _, part := range parts {
		added := map[string]bool{}
		for _, a := range part.plan.Additions {
			if owners[a.To] == part.workflow || added[a.To] {
				errs = append(errs, fmt.Errorf("%s adds to %q, which is its own, or twice", part.workflow, a.To))
			}
			added[a.To] = true
			i := slices.IndexFunc(comments, func(c workflows.CommentIntent) bool { return c.Key == a.To })
			if i < 0 {
				continue
			}
			c := &comments[i]
			if c.Facts != "" || a.Facts != "" {
				c.Facts = cmp.Or(c.Facts, c.Body) + "\n" + cmp.Or(a.Facts, a.Text)
			}
			c.Body = strings.TrimRight(c.Body, "\n") + "\n" + a.Text
		}
	}
	for i, c := range comments {
		if c.After != "" {
			comments[i].Body, comments[i].After = strings.TrimRight(c.Body, "\n")+"\n"+c.After, ""
		}
	}
	return errors.Join(errs...)
}

// summaryOf puts what the workflows published together to one text, and
// summariesIn takes it apart.
func summaryOf(summaries map[string]string) string {
	if len(summaries) == 0 {
		return ""
	}
	data, err := json.Marshal(summaries)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(data)
}

func summariesIn(text string) (summaries map[string]string) {
	if json.Unmarshal([]byte(text), &summaries) != nil {
		return nil // of an older form: as good as not published
	}
	return summaries
}
