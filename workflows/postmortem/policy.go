package postmortem

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Policy is the section postmortem: of .github/kintsugi.yml.
type Policy struct {
	// Label makes an issue or a pull request a postmortem: 1 to 30 visible
	// characters, since the labels of its states begin with it and GitHub takes no
	// more than 50.
	Label string `yaml:"label" description:"The label of a postmortem, at most 30 characters. Those of its states begin with it."`
	// Required are the severities, sev1 to sev4, whose incidents get a postmortem
	// unasked.
	Required []string    `yaml:"required" description:"The severities, sev1 to sev4, whose incidents need a postmortem."`
	Due      policy.Days `yaml:"due" description:"How long after the end of the incident it is due, such as 5 business days."`
	// As is issue, or file for a pull request with a file in Folder.
	As     string `yaml:"as" description:"issue, or file for a pull request with a file."`
	Folder string `yaml:"folder" description:"The folder of the files; also where pull requests are looked at for them."`
	// Template is a file of the repository; empty looks where templates usually are.
	Template string `yaml:"template" description:"The team's own template, as a path; without it, the usual places are looked at."`
	// Approvals is how many people besides the author must have approved.
	Approvals int `yaml:"approvals" description:"How many people besides the author must approve, 0 to 10."`
	// OnClose is what happens when it is closed incomplete: remark, reopen or off.
	OnClose   string `yaml:"on_close" description:"When it is closed incomplete: remark, reopen (once) or off."`
	Reminders bool   `yaml:"reminders" description:"Whether the author is reminded before and after the due date, and before the sharing meeting."`
	// Lint are severities by rule: off, suggestion, warning, error.
	Lint map[string]string `yaml:"lint" description:"By rule: off, suggestion, warning or error."`
}

// What to do when a postmortem is closed incomplete, and what it is kept as.
const (
	onCloseRemark = "remark"
	onCloseReopen = "reopen"
	onCloseOff    = "off"
	asIssue       = "issue"
	asFile        = "file"
)

// defaults are the settings of a team that has written none.
func defaults() *Policy {
	return &Policy{
		Label: "postmortem", Required: []string{"sev1", "sev2"}, Due: 5, As: asIssue, Folder: "postmortems",
		Approvals: 1, OnClose: onCloseRemark, Reminders: true,
	}
}

func policyOf(p policy.Policy) *Policy {
	if own, ok := p.Section(name).(*Policy); ok {
		return own
	}
	return defaults()
}

var (
	severityName = regexp.MustCompile(`^sev[1-4]$`)
	filePath     = regexp.MustCompile(`^[\pL\pN._][\pL\pM\pN._ -]*(/[\pL\pM\pN._ -]+)*/?$`)
)

// Check implements policy.Checker.
func (p *Policy) Check() []policy.Finding {
	var found []policy.Finding
	add := func(field, english, japanese string) {
		found = append(found, policy.Finding{Field: field, Message: english, Japanese: japanese})
	}
	if n := len([]rune(p.Label)); n > 30 || strings.TrimSpace(p.Label) == "" || !words.IsVisible(p.Label) {
		p.Label = defaults().Label
		add("label", "this label has 1 to 30 characters, all of them visible and on one line; `postmortem` is used instead",
			"このラベルは1〜30文字で、改行や目に見えない文字は使えません。代わりに `postmortem` を使います")
	}
	for i, s := range p.Required {
		p.Required[i] = strings.ToLower(strings.TrimSpace(s))
		if !severityName.MatchString(p.Required[i]) {
			add(fmt.Sprintf("required[%d]", i), words.Foreign(s).Inline(40)+" is no severity: write `sev1` to `sev4`",
				words.Foreign(s).Inline(40)+" は重大度として読めません。`sev1`〜`sev4` と書いてください")
		}
	}
	p.Required = slices.DeleteFunc(p.Required, func(s string) bool { return !severityName.MatchString(s) })
	one := func(field string, value *string, allowed ...string) {
		if !slices.Contains(allowed, *value) {
			was := words.Foreign(*value).Inline(40)
			*value = allowed[0]
			list := "`" + strings.Join(allowed, "`, `") + "`"
			add(field, "write one of "+list+" instead of "+was+"; meanwhile `"+allowed[0]+"` is used", list+" のどれかを書いてください（いまは "+was+"）。代わりに `"+allowed[0]+"` を使います")
		}
	}
	one("as", &p.As, asIssue, asFile)
	one("on_close", &p.OnClose, onCloseRemark, onCloseReopen, onCloseOff)
	path := func(field string, value *string, instead string) {
		if *value != "" && (!filePath.MatchString(*value) || strings.Contains(*value, "..")) {
			add(field, words.Foreign(*value).Inline(60)+" is no path inside this repository; write it like `docs/postmortems`",
				words.Foreign(*value).Inline(60)+" はこのリポジトリのパスとして読めません。`docs/postmortems` のように書いてください")
			*value = instead
		}
	}
	path("folder", &p.Folder, defaults().Folder)
	path("template", &p.Template, "")
	if p.Folder = strings.Trim(p.Folder, "/"); p.Folder == "" {
		p.Folder = defaults().Folder
	}
	if p.Approvals < 0 || p.Approvals > 10 {
		p.Approvals = defaults().Approvals
		add("approvals", "goes from 0 to 10; 1 is used instead", "0〜10で書いてください。代わりに1を使います")
	}
	return append(found, p.checkLint()...)
}

// needs reports whether an incident of this severity needs a postmortem.
func (p *Policy) needs(severity int) bool {
	return severity > 0 && slices.Contains(p.Required, fmt.Sprintf("sev%d", severity))
}

// The labels of the states.
const (
	labelOwn = iota
	labelDue
	labelDraft
	labelReview
	labelDone
	labelIncomplete
)

// labels are the postmortem's own and those of its states, in the order above.
func labels(p policy.Policy) []workflows.Label {
	own := policyOf(p).Label
	list := []workflows.Label{{Name: own, Color: "7057ff", Description: "Kintsugi: a postmortem"}}
	states := [...]struct{ en, ja, color string }{
		{"due", "未作成", "d4a017"}, {"draft", "下書き", "e8d8a0"}, {"in review", "レビュー中", "bfd4f2"}, {"done", "完了", "c2e0c6"}, {"incomplete", "未記入あり", "f9d0c4"},
	}
	for _, s := range states {
		said := s.en
		if p.Language == words.Japanese {
			said = s.ja
		}
		list = append(list, workflows.Label{Name: own + ": " + said, Color: s.color, Description: "Kintsugi: the state of a postmortem"})
	}
	return list
}
