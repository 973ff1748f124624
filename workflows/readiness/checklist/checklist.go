// Package checklist reads Production Readiness checklists, .github/readiness/*.yml:
// what is asked before a release, by which evidence it is decided, and who may say
// so instead. It knows their form, their versions and their Markdown; it must not
// know what the evidence shows, nor decide anything by it.
package checklist

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Folder is where a repository has its checklists.
const Folder = ".github/readiness"

// Checklist is what is asked of a service before it is released. It is shared:
// nobody changes one after it was read.
type Checklist struct {
	Title Text `yaml:"title" json:"title,omitzero" description:"What the checklist is called."`
	// Traits are what items may depend on, each answered for the service. A name
	// that no item can misspell, since it has to stand here.
	Traits map[string]Answer `yaml:"traits" json:"traits,omitzero" description:"What is true of the service, such as risk.performance: yes or no of each. Items may depend on it by when."`
	// Services answer for each service what differs from Traits. A checklist that
	// names services is for these alone.
	Services map[string]map[string]Answer `yaml:"services" json:"services,omitzero" description:"The services that the checklist is for, each with the traits in which it differs. Without it, the checklist is for all."`
	Items    []Item                       `yaml:"items" json:"items,omitzero" description:"What is asked, in order."`
}

// Item is one question, and what decides it.
type Item struct {
	ID       string    `yaml:"id" json:"id,omitzero" description:"A short name for commands and records: small letters, digits and hyphens. It stays when the question is reworded."`
	Level    Level     `yaml:"level" json:"level,omitzero" description:"required holds a release until it is met; recommended is shown. Without it: required."`
	Subject  Text      `yaml:"subject" json:"subject,omitzero" description:"The heading under which it stands."`
	Question Text      `yaml:"question" json:"question,omitzero" description:"What is asked, so that yes is good."`
	Why      Text      `yaml:"why" json:"why,omitzero" description:"What happens without it."`
	How      Text      `yaml:"how" json:"how,omitzero" description:"How to get there."`
	When     Condition `yaml:"when" json:"when,omitzero" description:"The traits on which it depends, such as: risk.performance; not data.personal; a and b; a or b. Without it, it always applies."`
	// Evidence decides it; without any, a person's confirmation does.
	Evidence []Evidence `yaml:"evidence" json:"evidence,omitzero" description:"What shows that it is met. Without any, a person confirms it with a link."`
	Enough   Enough     `yaml:"enough" json:"enough,omitzero" description:"Whether all of the evidence must show it, or any. Without it: all."`
	// Approvers are those whose approval, confirmation or waiver counts; without
	// any, whoever has the role for the command.
	Approvers []string `yaml:"approvers" json:"approvers,omitzero" description:"Who may confirm, approve or waive it, each as @name or @organisation/team. Without any, whoever may use the command."`
	ValidFor  Age      `yaml:"valid_for" json:"valid_for,omitzero" description:"How long a confirmation or an approval stays true, such as 90 days. Without it, for good."`
}

// Text is a text in one language or both.
type Text struct {
	English  string `yaml:"en" json:"en,omitzero" description:"In English."`
	Japanese string `yaml:"ja" json:"ja,omitzero" description:"In Japanese."`
}

// UnmarshalText takes a text that stands alone for the language it is in.
func (t *Text) UnmarshalText(text []byte) error {
	*t = In(words.Detect(string(text)), string(text))
	return nil
}

// In is a text in one language.
func In(lang words.Language, text string) Text {
	if lang == words.Japanese {
		return Text{Japanese: text}
	}
	return Text{English: text}
}

// In returns the text in a language, or in the other where it is not there.
func (t Text) In(lang words.Language) string {
	if lang == words.Japanese && t.Japanese != "" || t.English == "" {
		return t.Japanese
	}
	return t.English
}

// IsEmpty reports whether there is no text.
func (t Text) IsEmpty() bool { return t == Text{} }

// Parse reads a checklist. It is nil if there is any problem: a gate must not
// hold by that part of its list which happened to be readable.
func Parse(file string, content []byte) (*Checklist, []policy.Problem) {
	return Read(policy.Source{File: file, Content: content})
}

// Read reads a checklist from a source.
func Read(s policy.Source) (*Checklist, []policy.Problem) {
	c := new(Checklist)
	if problems := policy.ReadFile(s, c); len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// Lines are those on which the items of a checklist stand in its file.
func Lines(s policy.Source) []int {
	c := new(Checklist)
	at, _ := policy.ReadFileAt(s, c)
	lines := make([]int, len(c.Items))
	for i := range c.Items {
		lines[i] = at[fmt.Sprintf("items[%d]", i)]
	}
	return lines
}

// Schema is the JSON Schema (2020-12) of a checklist, made from the types by which
// it is read.
func Schema() map[string]any {
	return policy.FileSchema(new(Checklist), "Kintsugi readiness checklist", "A Production Readiness checklist, "+Folder+"/*.yml.")
}

// Version names what a checklist says, however its file is laid out: approvals are
// bound to it.
func (c *Checklist) Version() string { return hash(c) }

// Version names what an item asks and what decides it: confirmations are bound to
// it. Its reasons and advice may be reworded, and other items be added.
func (i *Item) Version() string {
	return hash(Item{Question: i.Question, Evidence: i.Evidence, Enough: i.Enough})
}

// hash leaves out what is not set, so that it stays when the program learns more.
func hash(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts, numbers and lists can always be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// For reports whether the checklist is meant for a service.
func (c *Checklist) For(service string) bool {
	_, named := c.Services[service]
	return named || len(c.Services) == 0
}

// Has reports whether a trait is true of a service.
func (c *Checklist) Has(service, trait string) bool {
	if own, ok := c.Services[service][trait]; ok {
		return own == Yes
	}
	return c.Traits[trait] == Yes
}

// Applies reports whether an item is asked of a service.
func (c *Checklist) Applies(i *Item, service string) bool {
	return i.When.Holds(func(trait string) bool { return c.Has(service, trait) })
}

// Questions are what has to be looked at for a service, each once, in the order of
// the items that apply.
func (c *Checklist) Questions(service string) []Question {
	var all []Question
	seen := map[Question]bool{}
	for n := range c.Items {
		item := &c.Items[n]
		if !c.Applies(item, service) {
			continue
		}
		for _, e := range item.Decides() {
			if q, ok := e.Question(); ok && !seen[q] {
				seen[q] = true
				all = append(all, q)
			}
		}
	}
	return all
}

// Decides is the evidence that decides an item: a confirmation where there is none.
func (i *Item) Decides() []Evidence {
	if len(i.Evidence) == 0 {
		return []Evidence{{Confirmation: i.Question}}
	}
	return i.Evidence
}

// ByEvidence reports whether an item can be decided without anybody's word.
func (i *Item) ByEvidence() bool {
	isWord := func(e Evidence) bool { return e.Kind() == Confirmation || e.Kind() == Approvals }
	isNone := func(e Evidence) bool { return !isWord(e) }
	if i.Enough == Any {
		return slices.ContainsFunc(i.Decides(), isNone)
	}
	return !slices.ContainsFunc(i.Decides(), isWord)
}
