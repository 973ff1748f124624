package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/lint"
)

func (p *Policy) checkLint() []policy.Finding { return lint.CheckSettings("lint", p.Lint) }

// blameRule is the one whose findings are about wording only.
const blameRule = "blame"

// isAsked: findings are an offer. They show once somebody asked for a look or for
// a review, closed it, or it is due; never on an untouched draft.
func (l *life) isAsked() bool {
	_, shown := l.in.Made[keyFindings]
	return l.s.isLinted || shown || l.isDue()
}

func (l *life) isDue() bool { return l.isOngoing() && !l.in.Now.Before(l.due.AddDate(0, 0, 1)) }

// lint reads the document by the team's rules, where anybody is to hear of it.
func (l *life) lint() (asks []workflows.Ask) {
	if !l.isAsked() && !l.remindsSoon() || l.state() == stateDropped || l.in.Observation.Issue.Pull && l.path == "" {
		return nil
	}
	if asks := templateAsks(l.in, l.policy); !answered(l.in, asks) {
		return asks
	}
	options := lint.Options{Severities: l.policy.Lint}
	if template, ok := ownTemplate(l.in, l.policy); ok {
		options.Template = lint.NewTemplate(template)
	}
	l.isLinted = true
	for _, f := range lint.Check(l.doc, l.read, options) {
		switch {
		case f.Rule == blameRule:
			l.wordings = append(l.wordings, f)
		case f.Severity == lint.Suggestion:
			l.remarks = append(l.remarks, f)
		default:
			l.findings = append(l.findings, f)
		}
	}
	return nil
}

// open counts the findings that are more than a suggestion.
func (l *life) open() int { return len(l.findings) }

// errors counts the findings without which it is not done.
func (l *life) errors() (n int) {
	for _, f := range l.findings {
		if f.Severity == lint.Error {
			n++
		}
	}
	return n
}

// comments are those besides the status comment: what is missing, what the
// incident says by now, what closing left open, and answers to /help.
func (l *life) comments() []workflows.CommentIntent {
	var out []workflows.CommentIntent
	for _, one := range []*workflows.CommentIntent{l.findingsComment(), l.factsComment(), l.closedComment()} {
		if one != nil {
			out = append(out, *one)
		}
	}
	return append(out, l.in.HelpComments(keyHelp, l.s.helped, "")...)
}

// wholeDocument are the rules whose findings are of no line.
var wholeDocument = []string{"section-missing", "timeline-missing-milestone", "no-actions"}

// mostListed is how many findings are listed at once; nobody reads more.
const mostListed = 30

// findingsComment lists what is missing, and shrinks.
func (l *life) findingsComment() *workflows.CommentIntent {
	_, exists := l.in.Made[keyFindings]
	if !l.isLinted || !exists && (!l.isAsked() || len(l.findings)+len(l.remarks)+len(l.wordings) == 0) {
		return nil // what was said stays as it was said
	}
	var parts []string
	switch n := len(l.findings); n {
	case 0:
		parts = append(parts, l.say("**Nothing is missing.**", "**足りないところはありません。**"))
	case 1:
		parts = append(parts, l.say("**One open point.** It disappears once it is met.", "**あと1か所です。** 直すとここから消えます。"))
	default:
		parts = append(parts, l.say(fmt.Sprintf("**%d open points.** They disappear as they are met.", n), fmt.Sprintf("**あと%dか所です。** 直すとここから消えます。", n)))
	}
	if list := l.listed(l.findings); list != "" {
		parts = append(parts, list)
	}
	if list := l.listed(l.remarks); list != "" {
		parts = append(parts, l.say("Worth a look; it may be so:", "念のためのお知らせ（事実ならそのままで）:")+"\n"+list)
	}
	if list := l.listed(l.wordings); list != "" {
		parts = append(parts, l.say("Wording, as a suggestion:", "表現の提案:")+"\n"+list)
	}
	body := strings.Join(parts, "\n\n")
	return &workflows.CommentIntent{Key: keyFindings, Body: body}
}

func (l *life) listed(findings []lint.Finding) string {
	var b strings.Builder
	for i, f := range findings {
		if i == mostListed {
			fmt.Fprintf(&b, l.say("- and %d more\n", "- ほか%d件\n"), len(findings)-i)
			break
		}
		line := fmt.Sprintf(l.say("line %d", "%d行目"), f.Line)
		switch {
		case slices.Contains(wholeDocument, f.Rule): // no line has what is not there
			fmt.Fprintf(&b, l.say("- %s %s\n", "- %s%s\n"), f.Message(l.in.Language), f.Suggestion(l.in.Language))
			continue
		case l.path != "":
			line = fmt.Sprintf("[%s](%s/blob/%s/%s?plain=1#L%d)", line, repoURL(l.in.Observation), l.pull.Head, escapedPath(l.path), f.Line)
		}
		fmt.Fprintf(&b, l.say("- %s: %s %s\n", "- %s: %s%s\n"), line, f.Message(l.in.Language), f.Suggestion(l.in.Language))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// repoURL is the address of the repository, from that of the issue.
func repoURL(o workflows.Observation) string {
	for _, part := range []string{"/pull/", "/issues/"} {
		if i := strings.LastIndex(o.Issue.URL, part); i >= 0 {
			return o.Issue.URL[:i]
		}
	}
	return o.Issue.URL
}

// escapedPath writes a path as it stands in an address within Markdown: whoever
// proposes a file names it. It escapes more than net/url would, such as @, which
// must call nobody.
func escapedPath(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c < utf8.RuneSelf && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))) || strings.IndexByte("/._~-", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// factsComment says what the incident knows that the document does not, or has
// otherwise. The document itself is people's.
func (l *life) factsComment() *workflows.CommentIntent {
	if l.of == 0 || l.state() == stateDropped {
		return nil
	}
	here := l.told()
	if here == nil {
		return nil // nothing can be compared
	}
	var lines []string
	for _, m := range []struct {
		label string
		here  inspect.Milestone
		there string
	}{
		{l.say("started", "発生"), here.Started, l.about.Started}, {l.say("detected", "検知"), here.Detected, l.about.Detected},
		{l.say("acknowledged", "対応開始"), here.Acknowledged, l.about.Acknowledged},
		{l.say("mitigated", "影響収束"), here.Mitigated, l.about.Mitigated}, {l.say("resolved", "復旧"), here.Resolved, l.about.Resolved},
	} {
		there, err := time.Parse(time.RFC3339, m.there)
		if err != nil {
			continue
		}
		zone := l.in.Policy.TimeZone
		was := l.say("not found", "記載なし")
		if m.here.Known() {
			at := m.here.At
			if !m.here.Zoned {
				at = time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, zone)
			}
			if d := there.Sub(at); d.Abs() < time.Minute {
				continue
			}
			was = moment.Clock(at, zone, there, l.in.Language)
		}
		lines = append(lines, fmt.Sprintf(l.say("- %s: %s (here: %s)", "- %s: %s（この文書: %s）"), m.label, there.In(zone).Format("2006-01-02 15:04 ")+moment.ZoneName(there.In(zone)), was))
	}
	_, exists := l.in.Made[keyFacts]
	if len(lines) == 0 && !exists {
		return nil
	}
	body := l.say(fmt.Sprintf("**#%d and this document agree on the times.**", l.of), fmt.Sprintf("**時刻は #%d と合っています。**", l.of))
	if len(lines) > 0 {
		body = l.say(fmt.Sprintf("**Times on #%d now:**\n", l.of), fmt.Sprintf("**#%d の時刻は、いまはこうなっています。**\n", l.of)) + strings.Join(lines, "\n") + "\n\n" +
			l.say("The app changes nothing in the document. If a time there is wrong, correct it; if one here is, correct it on the incident.", "文書はアプリが書き換えません。違うほうを、文書か障害のIssueで直してください。")
	}
	return &workflows.CommentIntent{Key: keyFacts, Body: body}
}

// told is what the document tells of this incident: of several the one nearest in
// time; nil where it gives no time at all.
func (l *life) told() *inspect.Incident {
	var best *inspect.Incident
	var least time.Duration
	for i, one := range l.read {
		for _, m := range []struct {
			here  inspect.Milestone
			there string
		}{{one.Started, l.about.Started}, {one.Detected, l.about.Detected}, {one.Mitigated, l.about.Mitigated}, {one.Resolved, l.about.Resolved}} {
			there, err := time.Parse(time.RFC3339, m.there)
			if !m.here.Known() || err != nil {
				continue
			}
			if d := m.here.At.Sub(there).Abs(); best == nil || d < least {
				best, least = &l.read[i], d
			}
		}
	}
	return best
}

// closedComment answers, once, a closing that leaves something open.
func (l *life) closedComment() *workflows.CommentIntent {
	_, exists := l.in.Made[keyClosed]
	if l.policy.OnClose == onCloseOff || !exists && !l.isIncomplete() {
		return nil
	}
	switch state := l.state(); {
	case state == stateDropped:
		return &workflows.CommentIntent{Key: keyClosed, Body: l.say("Closed as not planned.", "「計画なし」として閉じました。")}
	case !l.isIncomplete() && state == stateDone:
		return &workflows.CommentIntent{Key: keyClosed, Body: l.say("Nothing is open any more.", "未対応のところはなくなりました。")}
	case !l.isIncomplete():
		return &workflows.CommentIntent{Key: keyClosed, Body: l.say("It is open again; the status comment above says what comes next.", "再オープンされました。次にすることは、上の状況コメントにあります。")}
	}
	var open []string
	if n := l.open(); n > 0 {
		open = append(open, l.say(fmt.Sprintf("%s above", points(n)), fmt.Sprintf("上の%d件", n)))
	}
	if _, _, ok := l.isAccepted(); !ok && l.policy.Approvals > 0 {
		open = append(open, l.say("an approval by somebody who did not write it (`/approve`)", "執筆者以外の方の承認（`/approve`）"))
	}
	what := strings.Join(open, l.say(" and ", "と、"))
	body := l.say("Closed. Still open: "+what+". It may stay closed; to go on, reopen it.", "閉じました。残っているのは、"+what+"です。このままでもかまいません。続けるときは再オープンしてください。")
	if l.reopens() || exists && l.policy.OnClose == onCloseReopen && l.s.closings == 1 {
		body = l.say("Reopened once, as this team's policy asks, because something is open: "+what+". Closing it again leaves it closed.", "チームの設定により、一度だけ再オープンしました。残っているのは、"+what+"です。もう一度閉じると、閉じたままになります。")
	}
	return &workflows.CommentIntent{Key: keyClosed, Body: body}
}

func points(n int) string {
	if n == 1 {
		return "the one point"
	}
	return fmt.Sprintf("the %d points", n)
}

// mostAnnotated is how many annotations a check gets.
const mostAnnotated = 100

// checks puts the findings on the commit of a pull request. It never fails for
// less than an error of the team's own choosing.
func (l *life) checks() []workflows.CheckIntent {
	if l.pull.Head == "" || l.path == "" || !l.isAsked() || l.state() == stateDropped {
		return nil
	}
	c := workflows.CheckIntent{
		Key: keyCheck, Name: l.say("Postmortem", "ポストモーテム"), Commit: l.pull.Head, Conclusion: workflows.CheckSuccess,
		Title: l.say("Nothing is missing", "足りないところはありません"),
	}
	for i, f := range slices.Concat(l.findings, l.remarks, l.wordings) {
		level := "notice"
		switch f.Severity {
		case lint.Error:
			level, c.Conclusion = "failure", workflows.CheckFailure
		case lint.Warning:
			level = "warning"
		case lint.Suggestion:
		}
		if c.Conclusion == workflows.CheckSuccess && f.Severity != lint.Suggestion {
			c.Conclusion = workflows.CheckNeutral
		}
		if i < mostAnnotated {
			c.Annotations = append(c.Annotations, workflows.Annotation{
				Path: l.path, Line: f.Line, Level: level, Title: f.Rule, Message: strings.TrimSpace(f.Message(l.in.Language) + " " + f.Suggestion(l.in.Language)),
			})
		}
	}
	if n := l.open(); n > 0 {
		c.Title = l.say(fmt.Sprintf("Open points: %d", n), fmt.Sprintf("未対応: %d件", n))
	}
	c.Summary = l.say("A section can waive a rule: `<!-- kintsugi-lint: ignore RULE reason -->`, with the rule's name and a reason.", "見出しごとに、理由を書いて例外にできます: `<!-- kintsugi-lint: ignore 規則名 理由 -->`")
	return []workflows.CheckIntent{c}
}
