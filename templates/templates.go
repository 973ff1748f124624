// Package templates is what a repository receives from `kintsugi init`: issue
// forms, a Markdown twin of one for phones, one for postmortems, the settings of
// GitHub's template chooser and a policy; and the templates by which the drafts
// of postmortems are made; and, from `kintsugi readiness init`, checklists and the
// documents that go with them.
// They are there in each language, as files that people can read here; checklists
// are in both at once. It fills in names and facts and must not know what is in a
// repository already, nor write anything.
package templates

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// Where a repository has the files. docs: Syntax for issue forms; Configuring
// issue templates for your repository.
const (
	// Folder is the only one in which GitHub looks for issue forms.
	Folder = ".github/ISSUE_TEMPLATE"

	IncidentForm = Folder + "/incident.yml"
	NearMissForm = Folder + "/near-miss.yml"
	// ReadingForm asks for what a newcomer should read.
	ReadingForm = Folder + "/reading.yml"
	// IncidentText has the questions of IncidentForm as plain text. Its name is
	// not incident.md, because GitHub wants a form and a Markdown template of one
	// name not to stand side by side (docs: Syntax for issue forms, "Converting a
	// Markdown issue template").
	IncidentText = Folder + "/incident-phone.md"
	// Chooser sets what "New issue" offers.
	Chooser = Folder + "/config.yml"
	Policy  = ".github/kintsugi.yml"
)

//go:embed en ja readiness
var files embed.FS

// Names are what differs from team to team.
type Names struct {
	// IncidentLabel and NearMissLabel are the labels of the policy, 1 to 50
	// visible characters each.
	IncidentLabel, NearMissLabel string
	// PostmortemLabel is the usual one where it is empty, and has 1 to 30
	// characters.
	PostmortemLabel string
	// PostmortemTemplate is the path of the team's own template, which the policy
	// then names. Where it is empty, the policy says nothing of it.
	PostmortemTemplate string
	// Owner is the account whose teams and repositories the policy gives as
	// examples.
	Owner string
	// Notify are those whom the policy calls, each as @name or
	// @organisation/team. Where there are none, it shows how to name them.
	Notify []string
}

// Usual are the names of a team that has chosen none.
func Usual(language string) Names {
	if language == "ja" {
		return Names{IncidentLabel: "障害", NearMissLabel: "ヒヤリハット", PostmortemLabel: "ポストモーテム", Owner: "YOUR-ORG"}
	}
	return Names{IncidentLabel: "incident", NearMissLabel: "near-miss", PostmortemLabel: "postmortem", Owner: "YOUR-ORG"}
}

// File is a file as a repository receives it.
type File struct {
	// Path is the place in the repository, with slashes.
	Path    string
	Content []byte
}

// Files are all that there is in a language, "ja" or "en"; English stands for
// every other.
func Files(language string, names Names) []File {
	if language != "ja" {
		language = "en"
	}
	names.PostmortemLabel = cmp.Or(names.PostmortemLabel, Usual(language).PostmortemLabel)
	var list []File
	for _, place := range []string{IncidentForm, NearMissForm, ReadingForm, IncidentText, Chooser, Policy} {
		content := read(path.Join(language, strings.TrimPrefix(place, ".github/")))
		list = append(list, File{Path: place, Content: []byte(names.fill(content))})
	}
	return append(list, PostmortemFile(language, names))
}

// fill puts the names where a file has their places.
func (n Names) fill(content string) string {
	notify := fmt.Sprintf(`# notify: ["@YOUR-NAME", "@%s/on-call"]`, n.Owner)
	if len(n.Notify) > 0 {
		people := make([]string, len(n.Notify))
		for i, who := range n.Notify {
			people[i] = quoted(who)
		}
		notify = "notify: [" + strings.Join(people, ", ") + "]"
	}
	template := ""
	if n.PostmortemTemplate != "" {
		template = "  template: " + quoted(n.PostmortemTemplate) + "\n"
	}
	return strings.NewReplacer(
		"{{incident label}}", quoted(n.IncidentLabel),
		"{{near-miss label}}", quoted(n.NearMissLabel),
		"{{postmortem label}}", quoted(n.PostmortemLabel),
		"  {{postmortem template}}\n", template,
		"{{notify}}", notify,
		"{{owner}}", n.Owner,
	).Replace(content)
}

// quoted writes a text as JSON does, which YAML reads as the same, whatever the
// text holds.
func quoted(text string) string {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(text); err != nil {
		panic(err) // texts can always be written
	}
	return strings.TrimSpace(b.String())
}
