package incident

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// How much is suggested at once: more is not read at night.
const (
	mostRunbooks = 2
	mostChanges  = 3
	mostSteps    = 10
)

// asks are what guiding needs to know: who refers to this incident, what
// changed before it and since, which runbooks and which earlier incident suit it.
func (t teller) asks() []workflows.Ask {
	if t.s.nearMiss || !t.s.confirmed || t.isHidden() {
		return nil
	}
	var asks []workflows.Ask
	if _, told := t.in.Made["status"]; told || t.s.ended != ongoing { // nobody refers to what was just opened
		asks = append(asks, t.linksAsk())
	}
	for _, ask := range t.changesAsks() {
		asks = append(asks, ask)
	}
	for _, ask := range t.deployedAsks() {
		asks = append(asks, ask)
	}
	if t.s.hurts() {
		asks = append(asks, t.similarAsk())
		if len(t.policy.Runbooks) > 0 {
			asks = append(asks, t.runbooksAsk())
		}
	}
	return asks
}

// opening is what the issue said, for finding what suits it.
func (t teller) opening() string {
	const most = 4_000
	text := t.in.Observation.Issue.Title + "\n" + t.in.Observation.Issue.Body
	if r := []rune(text); len(r) > most {
		text = string(r[:most])
	}
	return text
}

func (t teller) linksAsk() workflows.LinksAsk {
	return workflows.LinksAsk{Subject: t.in.Observation.Subject}
}

func (t teller) similarAsk() workflows.SimilarAsk {
	return workflows.SimilarAsk{Subject: t.in.Observation.Subject, Label: t.policy.Label, Text: t.opening()}
}

func (t teller) runbooksAsk() workflows.RunbooksAsk {
	return workflows.RunbooksAsk{Repo: t.in.Observation.Subject.Repo, Folders: strings.Join(t.policy.Runbooks, "\n"), Text: t.opening()}
}

// changesAsks ask what was deployed or released in the two hours before it
// began, or before it was reported while nobody knows when it began.
func (t teller) changesAsks() []workflows.ChangesAsk {
	const before = 2 * time.Hour
	until := t.s.declared.at
	for _, m := range []*milestone{t.s.detected, t.s.started} {
		if m != nil && m.at.Before(until) {
			until = m.at
		}
	}
	var asks []workflows.ChangesAsk
	for _, repo := range t.repositories() {
		asks = append(asks, workflows.ChangesAsk{
			Repo: repo,
			From: until.Add(-before).UTC().Format(time.RFC3339), To: until.UTC().Format(time.RFC3339),
		})
	}
	return asks
}

func (t teller) links() workflows.Answer { return t.in.Facts[t.linksAsk()] }

func (t teller) changes() []workflows.Change {
	var all []workflows.Change
	for _, ask := range t.changesAsks() {
		all = append(all, t.in.Facts[ask].Changes...)
	}
	slices.SortStableFunc(all, func(a, b workflows.Change) int { return a.At.Compare(b.At) })
	return all
}

// suggestions are the runbooks and the earlier incident that suit it, each with
// the words that say so. Where nothing does, nothing stands.
func (t teller) suggestions() string {
	if !t.s.hurts() {
		return ""
	}
	var lines []string
	for i, m := range t.in.Facts[t.runbooksAsk()].Matches {
		if i < mostRunbooks {
			lines = append(lines, t.say("Runbook: ", "手順書: ")+fmt.Sprintf("[%s](%s)", words.Foreign(m.Title).Plain(60), m.URL)+t.matched(m))
		}
	}
	if similar := t.in.Facts[t.similarAsk()].Matches; len(similar) > 0 {
		m := similar[0]
		lines = append(lines, t.say("Similar: ", "似た障害: ")+fmt.Sprintf("#%d %s", m.Number, words.Foreign(withoutPrefix(m.Title)).Plain(60))+t.matched(m))
	}
	return strings.Join(lines, "\n")
}

// LikelyRepeat is the number of the earlier incident that this one resembles most,
// while people are at work on it, or 0.
func LikelyRepeat(in workflows.Input) int {
	t := teller{in: in, s: replay(in), policy: policyOf(in.Policy)}
	if similar := in.Facts[t.similarAsk()].Matches; t.s.hurts() && len(similar) > 0 && !t.isHidden() {
		return similar[0].Number
	}
	return 0
}

func (t teller) matched(m workflows.Match) string {
	var quoted []string
	for i, w := range m.Words {
		if len(quoted) == 3 || slices.ContainsFunc(m.Words[:i], func(other string) bool { return strings.Contains(w, other) || strings.Contains(other, w) }) {
			continue // 決済画面 says nothing beside 決済
		}
		quoted = append(quoted, t.say("\""+words.Foreign(w).Plain(20)+"\"", "「"+words.Foreign(w).Plain(20)+"」"))
	}
	if len(quoted) == 0 {
		return ""
	}
	return t.say(" (matched "+strings.Join(quoted, ", ")+")", "（"+strings.Join(quoted, "")+"が一致）")
}

// changed are the last changes before it began, the latest first.
func (t teller) changed() string {
	if !t.s.hurts() {
		return ""
	}
	all := t.changes()
	slices.Reverse(all)
	var parts []string
	for _, c := range all[:min(mostChanges, len(all))] {
		at := t.clock(&milestone{at: c.At})
		if c.URL != "" {
			at = fmt.Sprintf("[%s](%s)", at, c.URL)
		}
		part := at + " " + t.changeName(c)
		if c.Title != "" {
			part += " " + words.Foreign(c.Title).Inline(40)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	return t.say("Changed before: ", "直前の変更: ") + strings.Join(parts, t.say(", ", "、"))
}

func (t teller) changeName(c workflows.Change) string {
	if c.Kind == workflows.ChangeRelease {
		return t.say("release", "リリース")
	}
	return t.say("deployment", "デプロイ")
}

// response are the team's own steps for the severity, while people work on it.
func (t teller) response() string {
	s := t.s
	if s.acknowledged == nil || !s.hurts() {
		return ""
	}
	steps := slices.Concat(t.policy.Response["always"], t.policy.Response[fmt.Sprintf("sev%d", s.level)])
	var lines []string
	for i, step := range steps[:min(mostSteps, len(steps))] {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, words.Foreign(step).Plain(300)))
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n" + t.say("**The team's steps**", "**チームの手順**") + "\n" + strings.Join(lines, "\n")
}

// question is the one thing that would help most to know, and is not known. Each
// can be answered by not knowing.
func (t teller) question() string {
	s := t.s
	if s.acknowledged == nil || !s.hurts() {
		return ""
	}
	var ask string
	services := slices.Sorted(maps.Keys(t.in.Policy.Services))
	switch {
	case s.level == 0 && !s.isSet && s.reach.isSilent():
		ask = t.say("how many are affected? `/reach 8 contacts`, `/reach 30%` or `/reach unknown`", "影響はどのくらいですか。`/影響 お問い合わせ 8件`、`/影響 30%`、分からなければ `/影響 不明`")
	case s.started == nil && !s.noStart:
		ask = t.say("when did it begin? `/started 2:40`, or `/started unknown`", "いつからですか。`/発生 2:40`、分からなければ `/発生 不明`")
	case len(services) > 0 && t.serviceOf() == "" && s.service.Value != nobodyKnows:
		ask = t.say("which service is it? "+words.Foreign("/service "+services[0]).Inline(60)+", or `/service unknown`", "どのサービスですか。"+words.Foreign("/サービス "+services[0]).Inline(60)+"、分からなければ `/サービス 不明`")
	default:
		return ""
	}
	return t.say("**If you know**: ", "**分かれば**: ") + ask
}

// isHidden: it concerns personal data or a legal duty, and the repository is
// public. Nothing of it is said here but where to go.
func (t teller) isHidden() bool { return t.s.confidential && !t.in.Observation.Private }

// private is where to write what may not stand here.
func (t teller) private() string {
	if t.policy.ConfidentialRepository == "" {
		return t.say("This concerns personal data or a legal duty. Please write no details here, where anybody can read them; use a private place of your team.",
			"個人情報や法的な義務に関わる報告です。ここはだれでも読めるため、詳しいことは書かず、チームの非公開の場所を使ってください。")
	}
	where := "`" + t.policy.ConfidentialRepository + "`"
	return t.say("This concerns personal data or a legal duty. Please write no details here, where anybody can read them, but in "+where+".",
		"個人情報や法的な義務に関わる報告です。ここはだれでも読めるため、詳しいことは "+where+" に書いてください。")
}
