package incident

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

var (
	isResolved  = regexp.MustCompile(`^(?:resolved|recovered|fixed|復旧|復旧済み?|解決|解決済み?)$`)
	isMitigated = regexp.MustCompile(`^(?:mitigated|収束|影響収束|影響は収束|緩和済み?|暫定復旧)$`)
)

// times are the four times of the opening. One under a name of its own counts
// before one in a sentence. A state without a time is said as the command is
// without one.
func (r *reading) times(body string) {
	all := times{date: r.date()}
	if m := forAllTimes.FindStringSubmatch(halfWidth(body)); m != nil {
		all.zone = m[1] + m[2]
	}
	found := map[string]string{}
	for _, about := range []string{asksStarted, asksDetected, asksMitigated, asksResolved} {
		text, f := r.get(about)
		if text == "" && about == asksStarted {
			text, f = r.get(asksDate) // which may have the hour, too
		}
		from, to := span(text)
		if from == "" || to != "" && about != asksStarted {
			continue
		}
		found[about] = all.complete(from, f.Heading+" "+f.Column, found[asksStarted])
		if about == asksStarted {
			all = all.orOf(found[about])
		}
	}
	r.period(all, found)
	for _, text := range r.free {
		for _, s := range sentences(text) {
			if at := timeSaid(s, saysStarted); at != "" {
				keep(found, asksStarted, all.complete(at, "", ""))
			}
			if at := timeSaid(s, saysDetected); at != "" {
				keep(found, asksDetected, all.complete(at, "", found[asksStarted]))
			}
		}
	}
	status, _ := r.get(asksStatus)
	status = folded(firstLine(status))
	for _, about := range []string{asksStarted, asksDetected, asksMitigated, asksResolved} {
		if at, ok := found[about]; ok {
			r.say(about, at)
		} else if about == asksMitigated && isMitigated.MatchString(status) || about == asksResolved && isResolved.MatchString(status) {
			r.say(about, "")
		}
	}
}

func keep(found map[string]string, about, at string) {
	if _, taken := found[about]; !taken {
		found[about] = at
	}
}

// period: from when to when customers were affected is when it started and when
// that was over.
func (r *reading) period(all times, found map[string]string) {
	text, f := r.get(asksPeriod)
	from, to := span(text)
	if from == "" || to == "" {
		return
	}
	from = all.complete(from, f.Heading, "")
	all = all.orOf(from)
	keep(found, asksStarted, from)
	keep(found, asksMitigated, all.complete(to, f.Heading, from))
}

// date is the day that a field of its own names.
func (r *reading) date() string {
	text, _ := r.get(asksDate)
	line := halfWidth(firstLine(text))
	if day := dateOnly.FindString(line); day == line && isTime(day+" 0:00") {
		return day
	}
	return ""
}

var (
	inPart     = regexp.MustCompile(`[、,。;\n(（※]|\. `)
	countRange = regexp.MustCompile(`^(\d[\d,]*) ?(?:-|–|—|~|〜|to|から) ?\d[\d,]* ?(件|人|名|%|percent|\pL+)?$`)
	everybody  = regexp.MustCompile(`^(?:all|all (?:users|customers)|everyone|everybody|全員|全ユーザー|全顧客|すべて|全て|すべてのユーザー|全てのユーザー)$`)
	someMoney  = regexp.MustCompile(`[1-9]`)
)

// reach is what fields say of each kind, then sentences. Only the impact in
// general, or the kind itself, can be answered by not knowing.
func (r *reading) reach() {
	var values []string
	for _, kind := range []string{contacts, users, share} {
		text, _ := r.get(kind)
		values = append(values, counts(kind, text)...)
	}
	for _, kind := range []string{slo, money} {
		text, _ := r.get(kind)
		values = append(values, truth(kind, text)...)
	}
	impact, _ := r.get(asksImpact)
	values = append(values, counts("", impact)...)
	for _, text := range append(slices.Clone(r.free), answer(r.answers[contacts]), answer(r.answers[users])) {
		for _, s := range sentences(text) {
			values = append(values, reachOf(s)...)
		}
	}
	for _, f := range r.ticked {
		for _, box := range f.Ticked {
			if typed := folded(box); !assuring.MatchString(typed) && sloBox.MatchString(typed) {
				values = append(values, slo+"=yes")
			} else if !assuring.MatchString(typed) && moneyBox.MatchString(typed) {
				values = append(values, money+"=yes")
			}
		}
	}
	for _, value := range largest(values) {
		r.say("reach", strings.Replace(value, "=", " ", 1))
	}
	for _, kind := range []string{contacts, users, share, slo, money} {
		if r.isNotKnown(kind) {
			r.say("reach", kind+" unknown")
		}
	}
	if r.isNotKnown(asksImpact) {
		r.say("reach", "unknown")
	}
}

var (
	sloBox   = regexp.MustCompile(`\bslo\b.*(?:alert|firing|breach|violat)|sloの?(?:アラート|違反)`)
	moneyBox = regexp.MustCompile(`\bmoney\b|revenue|charged|billing|金銭|お金|金額|請求|売上`)
)

// counts are the values of an answer that counts something: of one kind, or of
// whatever its parts say.
func counts(kind, answer string) []string {
	var values []string
	for line := range strings.Lines(answer) {
		line = strings.TrimSpace(strings.ReplaceAll(folded(line), "`", ""))
		if value := count(kind, line); value != "" {
			values = append(values, value)
			continue
		}
		for _, part := range inPart.Split(line, -1) {
			if value := count(kind, strings.TrimSpace(part)); value != "" {
				values = append(values, value)
				if kind != "" {
					break
				}
			}
		}
	}
	return values
}

// count is the value of one answer; empty where it counts nothing. A range is
// the least that it can be.
func count(kind, text string) string {
	if everybody.MatchString(text) && (kind == users || kind == share) {
		return share + "=100"
	}
	if m := countRange.FindStringSubmatch(text); m != nil {
		text = "at least " + m[1] + " " + m[2]
	}
	if rest, found := strings.CutPrefix(text, ">"); found {
		text = "over " + strings.TrimSpace(rest)
	}
	switch kind {
	case "":
	case share:
		text = "share " + text
	default:
		text = kind + " " + text
	}
	value, problem := parseReach(workflows.Argument{Text: text})
	if problem != "" || !strings.ContainsAny(value, "0123456789") {
		return ""
	}
	return value
}

// truth is the value of an answer to a question that is so or not.
func truth(kind, text string) []string {
	typed := folded(firstLine(text))
	switch {
	case typed == "":
	case noLike.MatchString(typed):
		return []string{kind + "=no"}
	case yesLike.MatchString(typed),
		kind == slo && sloBox.MatchString("slo alert "+typed) && strings.Contains(typed, "firing"),
		kind == money && someMoney.MatchString(typed):
		return []string{kind + "=yes"}
	}
	return nil
}
