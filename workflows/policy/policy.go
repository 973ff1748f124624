// Package policy reads a team's settings, .github/kintsugi.yml, typed and
// strict: each workflow contributes its own section, what cannot be read is
// reported with its line and column, and everything else is kept. Files of other
// kinds that people write are read by the same rules (ReadFile). It must not know
// what any section means, nor where a file came from.
package policy

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Policy is what a team has decided. It is shared by all rules: nobody changes
// one, or a section of one, after it was read.
type Policy struct {
	// Language is empty where the policy chooses none; then each issue has the
	// language of its text.
	Language words.Language
	// TimeZone is never nil; it is UTC where the policy names none.
	TimeZone *time.Location
	// Enabled is false when nothing may be written at all.
	Enabled bool
	// Since is the time before which issues are left alone unless asked. The zero
	// time sets no such limit; Never means that the policy's date is unreadable.
	Since time.Time
	// Observe: decide, and write nothing.
	Observe bool
	// Services are what the organisation runs, by name.
	Services map[string]Service

	// Read by Working; nil where the policy names none.
	hours    *hours
	holidays []holiday

	sections map[string]any
	places   map[string]place
}

// Service is one thing that an organisation runs.
type Service struct {
	// Repositories are those it is made in, as owner/name.
	Repositories []string `yaml:"repositories" description:"The repositories it is made in, each as owner/name."`
	// Owners are the people and teams that look after it, each as @name or
	// @organisation/team; Lead is who speaks for it, as @name.
	Owners []string `yaml:"owners" description:"The people and teams that look after it, each as @name or @organisation/team."`
	Lead   string   `yaml:"lead" description:"Who speaks for it, as @name."`
	// Labels and Words are those by which an issue is seen to concern it,
	// besides its name.
	Labels []string `yaml:"labels" description:"Labels by which an issue is seen to concern it."`
	Words  []string `yaml:"words" description:"Words by which an issue is seen to concern it, besides its name."`
}

// Section returns the settings of one workflow, of the type that its Section's
// New returns, or nil for a name that was not among the sections read.
func (p Policy) Section(name string) any { return p.sections[name] }

// At is where a field of a section was set last, such as "readiness.freeze[0]", or what
// holds it; the line is 0 where no file sets it.
func (p Policy) At(path string) (file string, line int) {
	for path != "" {
		if at, ok := p.places[path]; ok {
			return at.file, at.line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return "", 0
}

// Never is the Since of a policy whose date cannot be read: later than anything,
// so that a slip of the pen takes up no old issue unasked.
var Never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// Section is the part of the policy that belongs to one workflow.
type Section struct {
	// Name is the top-level key, such as "incident". It must be none of the
	// common keys: language, time_zone, enabled, mode, since, working_hours,
	// holidays, services.
	Name string
	// Description says in an English sentence what the section is for; fields say
	// the same of themselves in a tag `description`. Both become part of Schema.
	Description string
	// New returns a pointer to a new struct that holds the defaults and whose
	// exported fields carry yaml tags. Fields are texts, booleans, numbers, lists,
	// maps by text, structs, pointers to these, and whatever unmarshals itself
	// from a text; the error of such a type becomes part of a Problem, so it is
	// one line of Markdown, in Japanese too if it has a method In as Problem has.
	// If New's struct is a Checker, Check runs once everything is read.
	New func() any
}

// Checker is a section that judges what its types cannot say, such as a list
// that must not be empty. Check runs last, with all layers laid over the
// defaults, and leaves the section fit for use: what it cannot accept it repairs
// or drops, and reports.
type Checker interface{ Check() []Finding }

// Finding is what a Checker has against one of its fields.
type Finding struct {
	// Field is the path inside the section, such as "notify" or "notify[1]".
	Field string
	// Message says in English what is wrong and what to write instead, as one
	// line of Markdown: text from the policy itself goes through words.Foreign.
	Message string
	// Japanese says the same; if empty, Message stands for it.
	Japanese string
}

// Source is one file of settings. Content is its text as read; of more than
// 64 KiB only the lines of the common keys count.
type Source struct {
	File    string
	Content []byte
	// Private says that Content comes from a private repository: elsewhere, what
	// is said of it must not quote it.
	Private bool
	// Problem says, as one line of English Markdown, why the file could not be
	// read at all: one of the sentences below, or another. Content is then
	// ignored, and what lies beneath holds.
	Problem string
}

// The usual reasons why a file cannot be read.
const (
	ProblemForbidden = "this file cannot be read: the App needs the permission `contents: read` here, and somebody who owns the installation can grant it"
	ProblemNoFile    = "this is not a file but something else, such as a folder or a link"
	ProblemTooLarge  = "this file is too large to be read: settings have at most 64 KiB"
)

// unread are these reasons in Japanese.
var unread = map[string]string{
	ProblemForbidden: "このファイルを読み取れませんでした。Appに `contents: read` の権限が必要です。インストールの管理者の方が許可できます",
	ProblemNoFile:    "ファイルではなく、フォルダーやリンクなどが置かれています",
	ProblemTooLarge:  "ファイルが大きすぎるため、読みませんでした。設定は64KiBまでです",
}

// japanese gives a reason in Japanese; one that nobody translated is quoted.
func (s Source) japanese() string {
	if text, ok := unread[s.Problem]; ok {
		return text
	}
	return "このファイルを読み取れませんでした: " + words.Foreign(s.Problem).Inline(200)
}

// Default returns the policy of a team that has written none.
func Default(sections []Section) Policy {
	p, _ := ParseLayers(nil, sections)
	return p
}

// Parse reads one file of settings.
func Parse(file string, src []byte, sections []Section) (Policy, []Problem) {
	return ParseLayers([]Source{{File: file, Content: src}}, sections)
}

// ParseLayers reads several files, each laid over those before it: first the
// organisation's defaults, then the repository's own. The later one wins field
// by field; a list counts as one field, an entry of a map as one of its own. A
// key without a value leaves what lies beneath, and so does one that cannot be
// read, which is reported.
//
// Three keys err on the side of silence, since a slip of the pen must never switch
// writing on: an enabled that does not read as true is false, a mode that does not
// read as act is observe, and a since that cannot be read is Never. Of a file that is no YAML at all, the lines of the
// common keys still count.
//
// It panics on a section whose struct has a field of a kind that no setting can
// have, whatever the sources hold.
func ParseLayers(sources []Source, sections []Section) (Policy, []Problem) {
	d := newDecoder(sections)
	for _, s := range sources {
		d.read(s)
	}
	d.resolveSince()
	d.check(sections)
	d.policy.places = d.places
	return d.policy, d.report()
}
