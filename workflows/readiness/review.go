package readiness

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Published is what a review tells others: what it is of, what people had before them,
// and what they said of it.
type Published struct {
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
	// Commit and Version, of the checklist, are what was shown last.
	Commit  string `json:"commit,omitempty"`
	Version string `json:"version,omitempty"`
	// Since is from when on, and Earlier what was shown until then; nothing where this is
	// what was shown first.
	Since   time.Time `json:"since,omitzero"`
	Earlier Shown     `json:"earlier,omitzero"`
	// Opener is the login of whoever asks for the release.
	Opener string        `json:"opener,omitempty"`
	Acts   []verdict.Act `json:"acts,omitempty"`
	// Withdrawn: it was closed without a release, and what was said in it is void.
	Withdrawn bool `json:"withdrawn,omitempty"`

	// For the gate: the number of a review that is open, and when it changed last.
	open    int
	changed time.Time
}

// Shown is a commit, and the version of the checklist, as people had them before them.
type Shown struct {
	Commit  string `json:"commit,omitempty"`
	Version string `json:"version,omitempty"`
}

// shown is what people had before them at a time. A comment that was written while this
// was being shown was written before it was read.
func (p Published) shown(at time.Time) Shown {
	if at.Before(p.Since.Add(readWithin)) {
		return p.Earlier
	}
	return Shown{p.Commit, p.Version}
}

// PublishedIn reads it; it is the zero value where that cannot be read.
func PublishedIn(text string) (p Published) {
	if json.Unmarshal([]byte(text), &p) != nil {
		return Published{}
	}
	return p
}

func (p Published) encode() string {
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts and times always encode
	}
	return string(data)
}

// concerns reports whether what was said in a review counts for a release.
func (p Published) concerns(service, environment string) bool {
	return !p.Withdrawn && strings.EqualFold(p.Service, service) && isOf(p.Environment, environment)
}

// isOf reports whether what was said of an environment counts for another; where one is not
// named, for any.
func isOf(said, environment string) bool {
	return said == "" || environment == "" || strings.EqualFold(said, environment)
}

const (
	// mostActs is how many acts of a review are published, the last ones.
	mostActs = 60
	// boundWithin is how long after it was written a word may count for what is there
	// now, if nothing was shown before it.
	boundWithin = 10 * time.Minute
	// readWithin is how long it takes at least until what is decided is shown and read.
	readWithin = 10 * time.Second
)

// review decides on a readiness issue: it shows what is missing and who can act, and
// publishes what people said, each bound to what they had before them.
func review(in workflows.Input) workflows.Decision {
	l := newLook(in)
	w := wantedHere(in)
	if w.service == "" {
		w.service = ServiceOf(in.Policy, l.repo, w.environment)
	}
	before := PublishedIn(in.Published)
	p := workflows.Plan{
		Labels:   []workflows.LabelIntent{{Label: label(in.Policy), On: true}},
		Comments: in.HelpComments(keyHelp, done(in.Acts, "help"), ""),
		Names:    []workflows.Subject{{Repo: l.repo, Name: workflows.Gate}},
	}
	if !in.Observation.Issue.Open {
		c, _ := l.checklist(before.Service) // what was written with the button that closes counts, too
		if l.asking() {
			return workflows.Decision{Asks: l.asks}
		}
		before.Acts, before.Withdrawn = l.bound(before, before, c), isWithdrawn(in.Acts)
		p.Summary, p.Sections = before.encode(), []workflows.Section{l.closed(before)}
		return workflows.Decision{Plan: p}
	}
	version := w.version
	if version == "" {
		version = "HEAD"
	}
	commit, why := l.resolve(version)
	c, unread := l.checklist(w.service)
	if l.asking() {
		return workflows.Decision{Asks: l.asks}
	}
	if !why.IsEmpty() {
		p.Summary = before.encode()
		p.Sections = []workflows.Section{l.lost(w, why)}
		p.Wake = l.Now.Add(time.Hour)
		return workflows.Decision{Plan: p}
	}
	now := Published{Service: w.service, Environment: w.environment, Commit: commit, Opener: opener(in)}
	if unread.IsEmpty() {
		now.Version = c.Version()
	}
	now.Since, now.Earlier = before.Since, before.Earlier
	if before.Commit != "" && (now.Commit != before.Commit || now.Version != before.Version) {
		now.Since, now.Earlier = l.Now.UTC().Truncate(time.Second), Shown{before.Commit, before.Version}
	}
	now.Acts = l.bound(before, now, c)
	steps := l.steps()
	v, c, ok := l.decide(release{commit: commit, service: w.service, environment: w.environment, reviews: []Published{now}})
	if !ok {
		return workflows.Decision{Asks: l.asks}
	}
	p.Summary, p.Sections = now.encode(), []workflows.Section{l.section(w, commit, v, c)}
	if steps != "" {
		p.Sections = append(p.Sections, workflows.Section{Key: name + ".runbook", Text: steps, Facts: steps})
	}
	if p.Wake = l.wake(); !v.Passes && l.Now.Sub(in.Observation.Issue.UpdatedAt) < 3*24*time.Hour {
		// What is told of a commit wakes the gate, which wakes this; that may be lost.
		p.Wake = earlier(p.Wake, l.Now.Add(30*time.Minute))
	}
	return workflows.Decision{Plan: p}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// opener is who asks for the release: whoever opened the issue, unless that was a bot.
func opener(in workflows.Input) string {
	if author := in.Observation.Issue.Author; !author.Bot {
		return author.Login
	}
	return ""
}

func done(acts []workflows.Act, command string) (found []workflows.Act) {
	for _, a := range acts {
		if a.Name == command && a.Verdict == workflows.Done {
			found = append(found, a)
		}
	}
	return found
}

// wantedHere is what the review is of: what the App wrote into it, and what people said
// since.
func wantedHere(in workflows.Input) (w wanted) {
	if isOurs(in.Observation.Issue) {
		w, _ = wantedOf(in.Observation.Issue.Body)
	}
	for _, a := range done(in.Acts, "readiness") {
		w = wantedIn(a.Value).over(w)
	}
	return w
}

func isWithdrawn(acts []workflows.Act) (withdrawn bool) {
	for _, a := range acts {
		if a.Verdict == workflows.Done && (a.Name == "withdrawn" || a.Name == "taken-back") {
			withdrawn = a.Name == "withdrawn"
		}
	}
	return withdrawn
}

// bound are the acts of the review, each bound to what was shown when it was written:
// once, since what is shown changes. What was written before anything was shown is
// bound to what is there if it is fresh, and to nothing else.
func (l *look) bound(before, now Published, c Chosen) (acts []verdict.Act) {
	for _, a := range l.Acts {
		act, ok := said(a)
		if !ok || a.Verdict != workflows.Done {
			continue
		}
		if i := slices.IndexFunc(before.Acts, func(b verdict.Act) bool { return b.ID == a.ID }); i >= 0 {
			acts = append(acts, before.Acts[i])
			continue
		}
		shown := before.shown(a.At)
		if l.Published == "" && !a.Silent && l.Now.Sub(a.At) <= boundWithin {
			shown = Shown{now.Commit, now.Version}
		}
		switch act.Deed {
		case verdict.Approve:
			act.Commit, act.Version = shown.Commit, shown.Version
		case verdict.ShipAnyway:
			act.Commit = shown.Commit
		case verdict.Done:
			if i := itemOf(c, act.Item); i != nil && shown.Version == now.Version {
				act.Version = i.Version()
			}
		case verdict.Waive:
			if a.Silent { // nobody knows where it was said, and whether it counted there
				continue
			}
		}
		acts = append(acts, act)
	}
	return acts[max(0, len(acts)-mostActs):]
}

func itemOf(c Chosen, id string) *checklist.Item {
	if c.Checklist == nil {
		return nil
	}
	for i := range c.Items {
		if c.Items[i].ID == id {
			return &c.Items[i]
		}
	}
	return nil
}

// said is an act in the words of verdicts.
func said(a workflows.Act) (act verdict.Act, ok bool) {
	act = verdict.Act{ID: a.ID, By: a.Author, At: a.At.UTC()}
	switch a.Name {
	case "approve":
		act.Deed = verdict.Approve
	case "ship-anyway":
		act.Deed, act.Reason = verdict.ShipAnyway, a.Value
	case "done":
		act.Deed = verdict.Done
		act.Item, act.Link, _ = strings.Cut(a.Value, " ")
	case "waive":
		act.Deed = verdict.Waive
		part := strings.SplitN(a.Value, " ", 3)
		if len(part) < 3 {
			return act, false
		}
		day, err := time.Parse(time.DateOnly, part[1])
		act.Item, act.Until, act.Reason = part[0], day, part[2]
		return act, err == nil
	default:
		return act, false
	}
	return act, true
}

func foreign(text string, most int) string { return words.Foreign(text).Inline(most) }

// section says how the release stands.
func (l *look) section(w wanted, commit string, v *verdict.Verdict, c Chosen) workflows.Section {
	body := l.of(w, commit) + "\n\n" + v.Body(l.Language)
	facts := l.of(w, commit) + "\n" + v.Facts()
	for _, line := range l.strays(w, c) {
		body, facts = line+"\n\n"+body, facts+"\n"+line
	}
	if !c.IsOwn() && len(v.Items) > 0 {
		body += "\n" + l.Say("The repository has no checklist of its own yet, so the small one is shown and nothing is held: `kintsugi readiness init` writes it.",
			"このリポジトリにはまだチェックリストがないため、小さいものを示します。リリースは止めません。`kintsugi readiness init` で作れます。")
	}
	return workflows.Section{Key: name, Title: v.Headline(l.Language), Text: body, Facts: facts}
}

// strays say what was written of items and services that are not there.
func (l *look) strays(w wanted, c Chosen) (lines []string) {
	var ids []string
	for _, command := range []string{"done", "waive"} {
		for _, a := range done(l.Acts, command) {
			id, _, _ := strings.Cut(a.Value, " ")
			if c.Checklist != nil && itemOf(c, id) == nil && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if len(ids) > 0 {
		named := "`" + strings.Join(ids[:min(5, len(ids))], "`, `") + "`"
		lines = append(lines, fmt.Sprintf(l.Say("No item of the checklist is called %s; the names stand below under Details.", "%s という項目はチェックリストにありません。項目の名前は下の「詳細」にあります。"), named))
	}
	if _, known := l.Policy.Services[w.service]; w.service != "" && !known && len(l.Policy.Services) > 0 {
		lines = append(lines, fmt.Sprintf(l.Say("The policy names no service %s; `/readiness NAME` sets another.", "設定にサービス %s がありません。`/リリース準備 名前` で直せます。"), foreign(w.service, 60)))
	}
	return lines
}

// lost says that there is nothing to look at.
func (l *look) lost(w wanted, why checklist.Text) workflows.Section {
	title := l.Say("I cannot find what is to be released", "リリースする版が見つかりません")
	body := l.of(w, "") + "\n\n" + fmt.Sprintf(l.Say("Unknown, because %s. `/readiness version:v1.2` names a tag, a branch or a commit.", "不明です（%s）。`/リリース準備 version:v1.2` のように、タグ、ブランチ、コミットを書いてください。"), why.In(l.Language))
	return workflows.Section{Key: name, Title: title, Text: strings.TrimSpace(body), Facts: title + body}
}

// closed says what becomes of what was said in a review that ended.
func (l *look) closed(p Published) workflows.Section {
	title := l.Say("Review closed", "確認を終えました")
	body := l.Say("What was confirmed, approved and excepted here still counts, each for what it was said of.", "ここでの確認、承認、例外承認は、対象が変わらないかぎり有効です。")
	if p.Commit != "" {
		body = l.of(wanted{service: p.Service, environment: p.Environment}, p.Commit) + "\n\n" + body
	}
	if p.Withdrawn {
		title = l.Say("Withdrawn", "取り下げられました")
		body = l.Say("What was said here counts no more. Reopen it to take it up again.", "ここでの確認や承認は無効になりました。続けるときは開き直してください。")
	}
	return workflows.Section{Key: name, Title: title, Text: body, Facts: title}
}
