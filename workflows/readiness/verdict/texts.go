package verdict

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// teller says a verdict in one language.
type teller struct {
	*Verdict
	lang words.Language
	b    strings.Builder
	// isBrief: what is said is not to change only because time goes by.
	isBrief bool
}

// Text says the verdict as Markdown: first how it stands, then why and who can do
// what, then the ways out, and folded away all that was looked at.
func (v *Verdict) Text(lang words.Language) string {
	return tidied("**" + v.Headline(lang) + "**\n" + v.body(lang))
}

// Body is the text without its first line, for where that stands elsewhere.
func (v *Verdict) Body(lang words.Language) string { return tidied(v.body(lang)) }

func tidied(text string) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\n\n\n", "\n\n") + "\n"
}

func (v *Verdict) body(lang words.Language) string {
	t := &teller{Verdict: v, lang: lang}
	reasons := t.reasons()
	t.passed()
	if v.Way != Back {
		t.list(reasons)
	}
	if !v.Passes {
		if len(reasons) > 1 {
			t.put("") // else Markdown takes what follows for a part of the last
		}
		t.waysOut()
	}
	t.notes()
	t.all()
	return t.b.String()
}

// Brief is the text cut to so many characters: how it stands, and as many of the reasons as
// there is room for. It changes with what is so, and not by the hour.
func (v *Verdict) Brief(lang words.Language, most int) string {
	t := &teller{Verdict: v, lang: lang, isBrief: true}
	reasons := t.reasons()
	said, ways := "**"+t.status(len(reasons))+"**", ""
	for i := range t.Holds {
		if h := &t.Holds[i]; h.Incident != nil && !h.Lifted && !t.Passes {
			ways = "\n\n" + t.ifFix(h.Incident)
			break
		}
	}
	most -= utf8.RuneCountInString(ways)
	for i, r := range reasons {
		more := ""
		if left := len(reasons) - i - 1; left > 0 {
			more = fmt.Sprintf(t.say("\n%d more.", "\nほか%d件。"), left)
		}
		if utf8.RuneCountInString(said+"\n- "+r+more) > most {
			return said + fmt.Sprintf(t.say("\n%d more.", "\nほか%d件。"), len(reasons)-i) + ways
		}
		said += "\n- " + r
	}
	return said + ways
}

// Facts is what the text says in a canonical form, without when it was looked at: it
// changes when there is something else to say.
func (v *Verdict) Facts() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %t %q %s %s", v.version, v.in.Commit, v.Passes, v.Way, v.in.RanBefore.Because.English, v.in.NoReview.English)
	for i := range v.Items {
		item := &v.Items[i]
		fmt.Fprintf(&b, "\n%s %s", item.ID, item.State)
		if item.Waiver != nil {
			fmt.Fprintf(&b, " %s", item.Waiver.Until.Format(time.DateOnly))
		}
		for j := range item.Looked {
			p := &item.Looked[j]
			fmt.Fprintf(&b, "; %s %q %s %s %v", p.State, p.Answer.Seen, p.Answer.At.UTC().Format(time.RFC3339), p.Answer.Because.English, p.By)
		}
	}
	for _, r := range v.Reasons(words.English) {
		fmt.Fprintf(&b, "\n%s", r.Text)
	}
	t := &teller{Verdict: v, lang: words.English}
	fmt.Fprintf(&b, "\n%s", strings.Join(t.around(), "\n"))
	return b.String()
}

// say picks the sentence in the language.
func (t *teller) say(english, japanese string) string {
	if t.lang == words.Japanese {
		return japanese
	}
	return english
}

func (t *teller) put(format string, args ...any) { fmt.Fprintf(&t.b, format+"\n", args...) }

// Headline is the verdict in a line, without Markdown: for a list or a check run.
func (v *Verdict) Headline(lang words.Language) string {
	t := &teller{Verdict: v, lang: lang}
	return t.status(len(t.reasons()))
}

func (t *teller) status(reasons int) string {
	many := "s"
	if reasons == 1 {
		many = ""
	}
	switch {
	case !t.Passes:
		return fmt.Sprintf(t.say("Not now (%d reason%s)", "いまはリリースできません（理由%d件）%.0s"), reasons, many)
	case t.Way == Warning:
		return fmt.Sprintf(t.say("Not ready (%d reason%s); nothing is held here yet", "準備が整っていません（理由%d件）%.0s。まだ止めない設定です"), reasons, many)
	case t.Way == Anyway:
		return fmt.Sprintf(t.say("Released as decided, with %d point%s open", "判断によりリリースします（未完了%d件）%.0s"), reasons, many)
	case t.Way == Back:
		return t.say("Going back to an earlier version", "以前の版へ戻します")
	case t.Way == Fix:
		return fmt.Sprintf(t.say("Ready: the fix of %s", "リリースできます（%s の修正）"), t.reference(t.in.Fixes))
	}
	return t.say("Ready", "リリースできます")
}

// passed says why what is not ready may go.
func (t *teller) passed() {
	switch t.Way {
	case Back:
		t.put("%s", t.say("This version ran here before, and going back is never held.", "この環境で動いていた版です。戻す操作は止めません。"))
	case Anyway:
		recorded := t.say("%s decided at %s: %s. It is recorded, and the next digest has it.", "%s、%s: %s。記録し、次のフォローアップ一覧に載せます。")
		if t.Shipped.ID == "" { // it was said in a job, and not in a review
			recorded = t.say("%s decided at %s: %s. The record of it is this answer.", "%s、%s: %s。この判定が、その記録です。")
		}
		t.put(recorded, t.person(t.Shipped.By), t.clock(t.Shipped.At), sentence(t.Shipped.Reason))
	case Straight, Fix, Warning:
	}
	if len(t.Told) > 0 {
		refs := make([]string, len(t.Told))
		for i, r := range t.Told {
			refs[i] = t.reference(r)
		}
		noted := t.say("It is noted in the timeline of %s.", "%s のタイムラインに残します。")
		if t.in.ReadOnly {
			noted = t.say("Please note it in the timeline of %s by `/note`: nothing is written there by this.", "%s に `/note` で書き残してください。ここからは何も書き込みません。")
		}
		t.put(noted, strings.Join(refs, t.say(", ", "、")))
	}
}

// list writes what holds: one reason as it is, more of them numbered.
func (t *teller) list(reasons []string) {
	if len(reasons) == 1 && !t.Passes {
		t.put("%s", reasons[0])
		return
	}
	if len(reasons) > 0 {
		t.put("")
	}
	for i, r := range reasons {
		t.put("%d. %s", i+1, r)
	}
}

// Reason is one thing for which it is not ready, as Text says it: a condition that
// holds, or else an item, by its place in the checklist.
type Reason struct {
	Text string
	Hold *Hold
	Item int
}

// Reasons are why it is not ready: what goes on around it first, since nothing can
// be done about it here, then what is missing of the checklist.
func (v *Verdict) Reasons(lang words.Language) []Reason {
	return (&teller{Verdict: v, lang: lang}).holding()
}

func (t *teller) holding() (all []Reason) {
	for i := range t.Holds {
		if h := &t.Holds[i]; h.Blocks && !h.Lifted {
			all = append(all, Reason{Text: t.hold(h), Hold: h})
		}
	}
	for i := range t.Items {
		if item := &t.Items[i]; item.Holds() {
			all = append(all, Reason{Text: t.missing(item), Item: i})
		}
	}
	return all
}

func (t *teller) reasons() (all []string) {
	for _, r := range t.holding() {
		all = append(all, r.Text)
	}
	return all
}

// hold says what holds, and what ends it where it does.
func (t *teller) hold(h *Hold) string {
	var fact, next string
	switch {
	case h.Incident != nil:
		service := ""
		if t.in.Service != "" {
			service = t.say(", ", "、") + words.Foreign(t.in.Service).Plain(60)
		}
		fact = fmt.Sprintf(t.say("Incident %s (SEV%d%s) is in progress.", "障害 %s（SEV%d%s）の対応中です。"), t.reference(h.Incident.Ref), h.Incident.Severity, service)
		next = t.say(" Run this again once it is resolved.", "復旧後に再実行してください。")
	case h.FollowUp != nil:
		f := h.FollowUp
		kind := t.say("prevent", "防ぐ")
		if f.Type == "detect" {
			kind = t.say("detect", "検知する")
		}
		fact = fmt.Sprintf(t.say("%s, to %s what happened in %s, was due %s (%s).", "%[1]s（%[3]s の再発を%[2]sための対応策）の期限（%[4]s、担当 %[5]s）を過ぎています。"),
			t.reference(f.Ref), kind, t.reference(f.Incident), t.day(f.Due), t.people(f.Owners))
		next = t.say(" Close it when it is done, or move its date there by `/postpone`.", "終わったら閉じてください。延ばすときは、そのIssueで `/postpone` です。")
	case h.Postmortem != nil:
		p := h.Postmortem
		fact = fmt.Sprintf(t.say("The postmortem %s of %s was due %s (%s).", "ポストモーテム %s（障害 %s）の期限（%s、担当 %s）を過ぎています。"),
			t.reference(p.Ref), t.reference(p.Incident), t.day(p.Due), t.people([]string{p.Author}))
		next = t.say(" `/review` there asks for its review, `/postpone` moves its date.", "そのIssueで、レビューを頼むときは `/review`、延ばすときは `/postpone` です。")
	case h.Freeze != nil:
		f := h.Freeze
		why := ""
		if f.Reason != "" {
			why = fmt.Sprintf(t.say(" (%s)", "（%s）"), words.Foreign(f.Reason).Prose(100))
		}
		until := moment.Clock(f.To.end(t.in.zone()), t.in.zone(), t.in.Now, t.lang)
		fact = fmt.Sprintf(t.say("Nothing is released until %s%s.", "%sまで、リリースを止めています%s。"), until, why)
	case h.Kind == Unread:
		fact = fmt.Sprintf(t.say("What is asked before a release is unknown, because %s.", "リリース前に確かめる内容が不明です（%s）。"), h.Because.In(t.lang))
		next = t.say(" Run this again once that is mended.", "解消してから再実行してください。")
	default:
		fact = fmt.Sprintf(t.say("%s is unknown, because %s.", "%sが不明です（%s）。"), words.Capital(t.condition(h.Kind)), h.Because.In(t.lang))
		next = t.say(" `on_unknown: allow` in the settings lets it pass.", "設定の `on_unknown: allow` で通せます。")
	}
	if t.Passes || t.in.Waits && (h.Incident != nil || h.Kind == Unread) {
		return fact
	}
	return fact + next
}

func (t *teller) condition(c Condition) string {
	switch c {
	case OpenIncident:
		return t.say("whether an incident is open", "対応中の障害の有無")
	case OverdueFollowUp:
		return t.say("whether a follow-up is overdue", "期限を過ぎた対応策の有無")
	case OverduePostmortem:
		return t.say("whether a postmortem is overdue", "期限を過ぎたポストモーテムの有無")
	case Frozen, Unread:
	}
	return t.say("whether releases are frozen", "リリース停止期間")
}

// notes say what holds nothing, and may be wanted all the same.
func (t *teller) notes() {
	if t.Way == Back || t.Way == Fix {
		t.lines(t.around())
		return
	}
	var wanted, excepted []string
	for i := range t.Items {
		item := &t.Items[i]
		switch {
		case item.State == Waived:
			excepted = append(excepted, fmt.Sprintf(t.say("Excepted until %s: `%s` (%s: %s).", "例外承認（%sまで）: `%s`（%s、%s）。"),
				t.day(item.Waiver.Until), item.ID, t.person(item.Waiver.By), sentence(item.Waiver.Reason)))
		case !item.IsRequired() && item.State != Met && item.State != Aside:
			wanted = append(wanted, "- "+t.missing(item))
		}
	}
	t.lines(append(excepted, t.around()...))
	if len(wanted) > 0 {
		t.put(t.say("\nRecommended, and holding nothing (%d):\n", "\n推奨（リリースは止めません、%d件）:\n"), len(wanted))
		t.put("%s", strings.Join(wanted, "\n"))
	}
}

// lines writes sentences as a list, if there are any.
func (t *teller) lines(all []string) {
	if len(all) > 0 {
		t.put("\n- %s", strings.Join(all, "\n- "))
	}
}

// sentence is somebody's reason within one of ours.
func sentence(text string) string {
	return words.Foreign(strings.TrimRight(strings.TrimSpace(text), ".。")).Prose(200)
}

// around says what goes on around the release and does not hold it.
func (t *teller) around() (lines []string) {
	for i := range t.Holds {
		switch h := &t.Holds[i]; {
		case h.Lifted:
			lines = append(lines, fmt.Sprintf(t.say("Holding others only: %s", "ほかのリリースだけを止めています: %s"), t.hold(h)))
		case !h.Blocks:
			lines = append(lines, fmt.Sprintf(t.say("Let through by the settings: %s is unknown, because %s.", "設定により止めません: %sが不明です（%s）。"), t.condition(h.Kind), h.Because.In(t.lang)))
		}
	}
	for _, h := range t.Unseen {
		if !t.in.Unread.IsEmpty() {
			break // for the same reason, which stands above
		}
		lines = append(lines, fmt.Sprintf(t.say("Not looked at: %s, because %s.", "見ていないもの: %s（%s）。"), t.condition(h.Kind), h.Because.In(t.lang)))
	}
	for _, note := range t.in.Around.Notes {
		lines = append(lines, note.In(t.lang))
	}
	for _, f := range t.Touched {
		lines = append(lines, fmt.Sprintf(t.say("%s is named in %s; its open follow-ups: %d.", "%s は %s に出てくるファイルです（未完了の対応策%d件）。"),
			words.Foreign(f.File).Inline(80), t.reference(f.Incident), f.FollowUps))
	}
	for _, act := range t.Ignored {
		lines = append(lines, fmt.Sprintf(t.say("`/%s` by %s does not count: %s.", "%[2]sの `/%[1]s` は数えません（%[3]s）。"), act.Deed, t.person(act.By), act.Why.In(t.lang)))
	}
	if t.Stray {
		lines = append(lines, fmt.Sprintf(t.say("%s, which this is said to fix, is no confirmed open incident of this service.", "修正対象とされた %s は、このサービスで対応中の、確認された障害ではありません。"), t.reference(t.in.Fixes)))
	}
	return lines
}

// reference is a reference to an issue, which is ours to make. What does not look
// like one is shown as code.
func (t *teller) reference(text string) string {
	if _, ok := words.Login(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, "/", ""), "#", ""), ".", "")); ok && strings.Count(text, "#") == 1 {
		return text
	}
	return words.Foreign(text).Inline(80)
}

// missing says what an item lacks, and who can do what about it.
func (t *teller) missing(item *Item) string {
	question := words.Foreign(item.Question.In(t.lang)).Prose(200)
	if item.State == Expired {
		return fmt.Sprintf(t.say("`%s`: %s It was excepted until %s (%s).", "`%s`: %s例外承認は%sまででした（%s）。"), item.ID, question, t.day(item.Waiver.Until), t.person(item.Waiver.By)) + t.pieces(item)
	}
	if n := len(question); n > 0 && question[n-1] < utf8.RuneSelf && t.lang == words.Japanese {
		question += " " // it is there in English only
	}
	return fmt.Sprintf("`%s`: %s", item.ID, question) + t.pieces(item)
}

// pieces say of each piece of evidence that is missing what it lacks.
func (t *teller) pieces(item *Item) string {
	var lacks []string
	for i := range item.Looked {
		if p := &item.Looked[i]; p.State != Met {
			lacks = append(lacks, t.lack(item, p))
		}
	}
	between := t.say(" ", "")
	if item.Enough == checklist.Any && len(lacks) > 1 {
		return between + t.say("One of these is enough. ", "次のどれか1つで足ります。") + strings.Join(lacks, t.say(" Or: ", "または、"))
	}
	return between + strings.Join(lacks, between)
}
