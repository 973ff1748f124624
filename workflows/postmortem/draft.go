package postmortem

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// incidentLine is how a document names its incident.
var incidentLine = regexp.MustCompile(`(?i)^(?:incident|incident issue|障害|対象の障害|対象障害|障害issue)\**\s*[:：]\**\s*\[?#([1-9]\d{0,8})\b`)

// mostBody is how long a draft may be, in characters: GitHub takes 65,536, and
// people are to add to it.
const mostBody = 45_000

// draft plans the postmortem: an issue, or a file in a pull request.
func (c contributor) draft(key string) workflows.Decision {
	asks := templateAsks(c.in, c.policy)
	asks = append(asks, workflows.CommentsAsk{Subject: c.in.Observation.Subject})
	if !answered(c.in, asks) {
		return workflows.Decision{Asks: asks}
	}
	title := c.title()
	body := c.body()
	all := labels(c.in.Policy)
	var authors []string
	if c.a.Lead != "" {
		authors = []string{c.a.Lead}
	}
	own := []workflows.Label{all[labelOwn], all[labelDraft]}
	if c.policy.As == asFile {
		return workflows.Decision{Plan: workflows.Plan{Files: []workflows.FileIntent{{
			Key: key, Path: c.path(), Content: body,
			Branch: fmt.Sprintf("kintsugi/postmortem-%d%s", c.in.Observation.Subject.Number, strings.TrimPrefix(key, keyDraft)),
			Commit: c.say(fmt.Sprintf("Draft the postmortem of #%d", c.in.Observation.Subject.Number), fmt.Sprintf("#%d のポストモーテムの下書き", c.in.Observation.Subject.Number)),
			Title:  title,
			Body: c.say(fmt.Sprintf("Incident: #%d\n\nTimes and timeline are filled in. What only people know is asked for in the file.", c.in.Observation.Subject.Number),
				fmt.Sprintf("障害: #%d\n\n時刻と経緯は入れてあります。人にしか分からないところを、ファイルに書いてください。", c.in.Observation.Subject.Number)),
			Labels: own, Assignees: authors,
		}}}}
	}
	return workflows.Decision{Plan: workflows.Plan{Issues: []workflows.IssueIntent{{
		Key: key, Title: title, Body: body, Labels: own, Assignees: authors,
	}}}}
}

// title is the incident's. That of a pull request becomes the message of a commit,
// in which GitHub reads mentions and references, even in code: it says the number
// where there is more than words.
func (c contributor) title() string {
	text := words.Line(c.a.Title, 180)
	if text == "" || c.policy.As == asFile && words.Foreign(text).Plain(180) != text {
		text = fmt.Sprintf("#%d", c.in.Observation.Subject.Number)
	}
	return c.say("Postmortem: ", "ポストモーテム: ") + text
}

var notInPath = regexp.MustCompile(`[^a-z0-9]+`)

// path is postmortems/YYYY-MM-DD-name.md, by the day it began.
func (c contributor) path() string {
	day := c.a.Resolved
	for _, t := range slices.Backward(c.a.Times) {
		day = t.At
	}
	slug := strings.Trim(notInPath.ReplaceAllString(strings.ToLower(norm.NFKD.String(words.Masked(c.a.Title))), "-"), "-")
	if len(slug) > 60 {
		slug = strings.Trim(slug[:60], "-")
	}
	if len(slug) < 3 { // a Japanese title
		slug = fmt.Sprintf("incident-%d", c.in.Observation.Subject.Number)
	}
	return c.policy.Folder + "/" + day.In(c.in.Policy.TimeZone).Format(dateLayout) + "-" + slug + ".md"
}

// body fills the template, the team's own or ours. A timeline that is too long
// first loses the texts of notes and then its middle, and says so.
func (c contributor) body() string {
	template, isOwn := c.template()
	for _, shorten := range []struct{ texts, entries int }{{120, 0}, {0, 0}, {0, 150}, {0, 40}} {
		values := c.values(shorten.texts, shorten.entries)
		var body string
		if isOwn {
			body = graft(template, values, c.say)
		} else {
			body = templates.Fill(template, values)
		}
		if utf8.RuneCountInString(body) <= mostBody {
			return body
		}
	}
	return templates.Fill(templates.Postmortem(string(c.in.Language), false), c.values(0, 10)) // the team's template itself is too long
}

// template is the team's own, where there is one, else ours.
func (c contributor) template() (text string, isOwn bool) {
	if text, ok := ownTemplate(c.in, c.policy); ok {
		return text, true
	}
	return templates.Postmortem(string(c.in.Language), c.command != nil && c.command.Value == short), false
}

// UsualTemplates are where teams keep the template of a postmortem; the first that
// is there counts.
var UsualTemplates = []string{
	".github/ISSUE_TEMPLATE/postmortem.md", ".github/ISSUE_TEMPLATE/postmortem.yml",
	"postmortems/template.md", "docs/postmortems/template.md",
}

func templateAsks(in workflows.Input, p *Policy) (asks []workflows.Ask) {
	paths := UsualTemplates
	if p.Template != "" {
		paths = []string{p.Template}
	}
	for _, path := range paths {
		asks = append(asks, workflows.FileAsk{Repo: in.Observation.Subject.Repo, Path: path})
	}
	return asks
}

// ownTemplate is the first of the team's templates that is there and is not one
// of ours, written by kintsugi init.
func ownTemplate(in workflows.Input, p *Policy) (text string, ok bool) {
	for _, ask := range templateAsks(in, p) {
		answer := in.Facts[ask]
		if answer.Unknown == "" && len(section.Headings(answer.Text)) > 1 && !strings.Contains(answer.Text, "<!-- kintsugi:template ") {
			return answer.Text, true
		}
	}
	return "", false
}

// values are what the places of a template are filled with.
func (c contributor) values(texts, entries int) map[string]string {
	return map[string]string{
		templates.FactTitle:    words.Foreign(strings.TrimSpace(c.a.Title)).Plain(200),
		templates.FactIncident: fmt.Sprintf("#%d", c.in.Observation.Subject.Number),
		templates.FactSeverity: c.severity(),
		templates.FactRoles:    c.roles(),
		templates.FactDue:      dueAfter(c.in, later(c.a.Resolved, c.in.Now)).Format(dateLayout),
		templates.FactTimes:    c.times() + "\n\n" + c.metrics(),
		templates.FactTimeline: c.timeline(texts, entries),
		templates.FactChanges:  c.changes(),
		templates.FactAffected: c.a.Affected,
	}
}

func (c contributor) severity() string {
	if c.a.Severity == 0 {
		return c.say("undecided", "未定")
	}
	if c.a.Why == "" {
		return fmt.Sprintf("SEV%d", c.a.Severity)
	}
	return fmt.Sprintf(c.say("SEV%d (%s)", "SEV%d（%s）"), c.a.Severity, c.a.Why)
}

func (c contributor) stamp(t time.Time) string {
	at := t.In(c.in.Policy.TimeZone)
	said := at.Format("2006-01-02 15:04")
	if zone := moment.ZoneName(at); zone != c.zone() { // the clocks were changed in between
		said += " " + zone
	}
	return said
}

func (c contributor) zone() string {
	at := c.in.Now
	if len(c.a.Times) > 0 {
		at = c.a.Times[0].At
	}
	return moment.ZoneName(at.In(c.in.Policy.TimeZone))
}

// times are a table of the milestones with their sources.
func (c contributor) times() string {
	var b strings.Builder
	fmt.Fprintf(&b, c.say("| | Time (%s) | Source |\n|---|---|---|\n", "| | 時刻（%s） | 出典 |\n|---|---|---|\n"), c.zone())
	for _, t := range c.a.Times {
		source := strings.Trim(t.Detail, " （）()")
		if source == "" {
			source = c.say("comment", "コメント")
		}
		if t.Source != "" {
			source = fmt.Sprintf("[%s](%s)", source, t.Source)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", words.Capital(t.Label), c.stamp(t.At), source)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (c contributor) metrics() string {
	var b strings.Builder
	for _, m := range c.a.Metrics {
		value := "—"
		if m.Value != nil {
			value = moment.Duration(*m.Value, c.in.Language)
		}
		fmt.Fprintf(&b, c.say("- %s: %s (%s)\n", "- %s: %s（%s）\n"), m.Name, value, m.Formula)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (c contributor) roles() string {
	var parts []string
	for _, r := range []struct{ name, who string }{
		{c.say("lead", "対応リーダー"), c.a.Lead}, {c.say("communications", "連絡担当"), c.a.Comms},
		{c.say("scribe", "記録担当"), c.a.Scribe}, {c.say("reported by", "報告"), c.a.Reporter},
	} {
		if r.who != "" {
			parts = append(parts, r.name+": "+c.person(r.who))
		}
	}
	if c.a.Service != "" {
		parts = append(parts, c.say("service: ", "サービス: ")+words.Foreign(c.a.Service).Inline(60))
	}
	return words.Capital(strings.Join(parts, " · "))
}

func (c contributor) changes() string {
	if len(c.a.Changes) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(c.say("Deployed or released in the two hours before:\n\n", "直前の2時間のデプロイとリリース:\n\n"))
	for _, e := range c.a.Changes {
		fmt.Fprintf(&b, "- %s %s\n", linked(c.stamp(e.At), e.Link), e.Text)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func linked(text, address string) string {
	if address == "" {
		return text
	}
	return fmt.Sprintf("[%s](%s)", text, address)
}

// timeline is a table of what happened; of notes so many characters are quoted,
// and with most above 0 only so many entries from both ends are kept.
func (c contributor) timeline(quoted, most int) string {
	notes := c.notes()
	all := c.a.Timeline
	var b strings.Builder
	fmt.Fprintf(&b, c.say("| Time (%s) | What happened |\n|---|---|\n", "| 時刻（%s） | できごと |\n|---|---|\n"), c.zone())
	for i, e := range all {
		if most > 0 && i >= most && i < len(all)-most {
			if i == most {
				fmt.Fprintf(&b, c.say("| | %d more are in the timeline of #%d |\n", "| | ほか%d件は #%d の経緯にあります |\n"), len(all)-2*most, c.in.Observation.Subject.Number)
			}
			continue
		}
		said := e.Text
		if note := notes[e.Comment]; note != "" && quoted > 0 {
			said += c.say(": ", "「") + words.Foreign(note).Plain(quoted) + c.say("", "」")
		}
		fmt.Fprintf(&b, "| %s | %s |\n", linked(c.stamp(e.At), e.Link), said)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// notes are the texts of the comments that were kept as notes.
func (c contributor) notes() map[int64]string {
	texts := map[int64]string{}
	for _, comment := range c.in.Facts[workflows.CommentsAsk{Subject: c.in.Observation.Subject}].Comments {
		if comment.Ours || comment.Author.Bot {
			continue
		}
		for _, line := range document.CommandLines(comment.Body) {
			command, argument := workflows.SplitCommand(line.Text)
			if strings.EqualFold(command, "note") || command == "メモ" {
				texts[comment.ID] = argument
				if argument == "" { // the note is what else the comment says
					texts[comment.ID] = strings.TrimSpace(strings.Replace(comment.Body, line.Text, "", 1))
				}
			}
		}
	}
	return texts
}

// graft puts values under the headings of a team's own template that they belong
// to, and above the first of them what has no heading there.
func graft(template string, values map[string]string, say func(en, ja string) string) string {
	if required := section.Headings(template); !strings.Contains(template, "\n#") && !strings.HasPrefix(template, "#") {
		var b strings.Builder // an issue form: GitHub writes its labels as headings
		for _, r := range required {
			fmt.Fprintf(&b, "### %s\n\n\n", r.Heading)
		}
		template = b.String()
	}
	template = withoutMentions(template)
	d := document.Read(template)
	source := d.Source[d.Body:]
	facts := strings.Join(slices.DeleteFunc([]string{
		say("Incident: ", "障害: ") + values["incident"] + say(" · Severity: ", " · 重大度: ") + values["severity"],
		values["roles"], values["times"],
	}, func(s string) bool { return s == "" }), "\n\n")
	type insertion struct {
		at   int
		text string
	}
	var insertions []insertion
	first, hasFacts := -1, false
	placed := map[section.Kind]bool{}
	for _, r := range d.Rows {
		if r.Kind != document.Heading {
			continue
		}
		end := len(d.Source)
		if i := strings.IndexByte(d.Source[r.Offset:], '\n'); i >= 0 {
			end = r.Offset + i
		}
		if first < 0 && r.Level > 1 {
			first = strings.LastIndexByte(d.Source[:r.Offset], '\n') + 1
		}
		kind := section.Of(r.Text)
		if placed[kind] {
			continue
		}
		placed[kind] = true
		under := map[section.Kind]string{section.Facts: facts, section.Timeline: values["timeline"], section.Impact: values["affected"]}[kind]
		hasFacts = hasFacts || kind == section.Facts
		if under != "" {
			insertions = append(insertions, insertion{end, "\n\n" + under + "\n"})
		}
	}
	if !hasFacts {
		at := max(first, d.Body)
		insertions = append([]insertion{{at, facts + "\n\n"}}, insertions...)
	}
	if !placed[section.Timeline] {
		insertions = append(insertions, insertion{len(d.Source), "\n\n## " + say("Timeline", "経緯") + "\n\n" + values["timeline"] + "\n"})
	}
	slices.SortStableFunc(insertions, func(a, b insertion) int { return a.at - b.at })
	var b strings.Builder
	last := 0
	for _, i := range insertions {
		at := min(max(i.at-d.Body, last), len(source))
		b.WriteString(source[last:at] + i.text)
		last = at
	}
	b.WriteString(source[last:])
	return strings.TrimLeft(b.String(), "\n")
}

var mentioned = regexp.MustCompile(`(^|[^\w/` + "`" + `])(@[A-Za-z0-9][A-Za-z0-9/_-]*)`)

// withoutMentions puts what a team's template mentions into code: a person who
// opens an issue from it does so by day, and we may do so at night.
func withoutMentions(template string) string {
	if !strings.Contains(template, "@") {
		return template
	}
	var b strings.Builder
	for line := range strings.Lines(template) {
		if !strings.Contains(line, "`") {
			line = mentioned.ReplaceAllString(line, "$1`$2`")
		}
		b.WriteString(line)
	}
	return b.String()
}
