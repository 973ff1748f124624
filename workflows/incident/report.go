package incident

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// report reads what an opening says, as if its author had written the commands:
// the answers to a form of ours or the team's own, headings and lines typed by
// hand, and sentences. Nothing in it is guessed: what cannot be read is left out
// and asked for later. A time is handed on as it was written; the command reads
// it.
func report(title, body string) []workflows.Said {
	r := &reading{answers: map[string]document.Field{}, doubtful: map[string]bool{}}
	r.sort(document.Fields(body, func(name string) bool { return asked(name) != "" }))
	r.free = append([]string{title}, r.free...)

	r.confidential()
	r.service()
	r.severity(title)
	r.times(body)
	r.reach()
	return r.said
}

// reading is an opening, sorted by what it answers.
type reading struct {
	// answers are the fields by what they are asked for; doubtful are those of
	// which an answered form has two that differ.
	answers  map[string]document.Field
	doubtful map[string]bool
	ticked   []document.Field // those with boxes
	free     []string         // what is told in sentences
	said     []workflows.Said
}

func (r *reading) say(command, argument string) {
	r.said = append(r.said, workflows.Said{Command: command, Argument: argument})
}

// ours are the first two questions of our own forms. The first takes any text,
// the second and all others one line or boxes: so whatever stands before the last
// heading of the second is part of the first answer, headings and all.
var ours = [][2]string{
	{"What is happening?", "Since when?"},
	{"何が起きていますか", "いつからですか"},
}

// sort takes the fields apart. What stands under a heading of its own counts
// before a line within another answer, and the first before others of its sort.
// GitHub writes an answered form with every heading once: where two of the same
// differ, one is forged by a text area, and neither is believed.
func (r *reading) sort(fields []document.Field) {
	isForm := len(fields) > 0 && fields[0].Level == 3 && fields[0].Line == 1
	fields = unforged(fields)
	for _, f := range fields {
		if f.Ticked != nil {
			r.ticked = append(r.ticked, f)
		}
		about := asked(f.Heading)
		if about == "" || about == asksImpact {
			if !elsewhere.MatchString(folded(f.Heading)) {
				r.free = append(r.free, f.Text)
			}
		}
		if about == "" || !isForm && answer(f) == "" {
			continue
		}
		have, taken := r.answers[about]
		switch {
		case !taken, have.Level == 0 && f.Level > 0:
			r.answers[about] = f
		case isForm && have.Level > 0 && f.Level > 0 && answer(have) != answer(f):
			r.doubtful[about] = true
		}
	}
	for about := range r.doubtful {
		delete(r.answers, about)
	}
}

// unforged gives the first answer of our own form all that belongs to it.
func unforged(fields []document.Field) []document.Field {
	for _, own := range ours {
		if len(fields) == 0 || fields[0].Level != 3 || fields[0].Heading != own[0] {
			continue
		}
		last := 0
		for i, f := range fields {
			if f.Level == 3 && f.Heading == own[1] {
				last = i
			}
		}
		if last == 0 {
			return fields
		}
		kept := []document.Field{fields[0]}
		for _, f := range fields[1:last] {
			if f.Level == 0 {
				kept = append(kept, f)
				continue
			}
			kept[0].Text += "\n" + f.Text
		}
		return append(kept, fields[last:]...)
	}
	return fields
}

var (
	nothing     = regexp.MustCompile(`^(?:no response|n/?a|not applicable|tbd|tba|todo|pending|-+|—+|\.+|…+|特になし|未記入|未入力|該当なし|記入してください)?[.。]?$`)
	notKnown    = regexp.MustCompile(`^(?:i |we )?(?:still )?(?:don'?t know|do not know|dunno|not known|not sure|unknown|unclear|undecided|no idea)(?: yet)?(?:[.,(:].*)?$|^(?:まだ|今のところ|現時点では)?(?:分かりません|わかりません|分からない|わからない|分からず|わからず|不明|未定|未確認|調査中|確認中)(?:です)?(?:[。、,(].*)?$|^\?+$`)
	placeholder = regexp.MustCompile(`(?i)^\[[^\]]*\]$|^<[^>]*>$|^\{\{.*\}\}$|\byyyy|\bhh[:：]mm|\?\?|^\([^)]*\)$|[（(]例[:：]`)
)

// answer is what a field says: its text, else its ticked boxes, without what
// stands for no answer.
func answer(f document.Field) string {
	var lines []string
	for line := range strings.Lines(f.Text) {
		line = strings.TrimSpace(line)
		if typed := folded(line); !nothing.MatchString(typed) && !placeholder.MatchString(typed) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		lines = f.Ticked
	}
	return strings.Join(lines, "\n")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// get is the answer to a question; empty where there is none, or the answer is
// that it is not known.
func (r *reading) get(about string) (text string, f document.Field) {
	f = r.answers[about]
	if text = answer(f); notKnown.MatchString(folded(firstLine(text))) {
		return "", f
	}
	return text, f
}

// isNotKnown reports whether somebody answered that it is not known.
func (r *reading) isNotKnown(about string) bool {
	return notKnown.MatchString(folded(firstLine(answer(r.answers[about]))))
}

var (
	ofLaw    = regexp.MustCompile(`personal (?:data|information)|privacy|\blegal\b|gdpr|data (?:breach|leak)|個人情報|プライバシー|法的|法令|漏え?い`)
	assuring = regexp.MustCompile(`\b(?:no|not|without|agree|read|removed|redacted|checked|confirm|confirmed|policy|guidelines?)\b|n't\b|同意|確認し|規約|削除|伏せ|除い|含まれ?(?:ない|ません|ず|てい)|書い(?:てい)?(?:ない|ません)|ありません|該当しない|関わらない|関係(?:ない|しない|ありません)|なし$`)
	yesLike  = regexp.MustCompile(`^(?:yes|y\b|true|ok$|はい|あり|有り|有$|ある|該当|該当する|関わる|関係する|可能性)`)
	noLike   = regexp.MustCompile(`^(?:no\b|none|nothing|false|zero|0$|0円|not |いいえ|なし|無し|無$|ない|ありません|該当しない|対象外|出ていない|出ていません|鳴ってい(?:ない|ません)|関係な|問題な)`)
)

// confidential: a ticked box about personal data or a duty by law, or an answer
// that does not deny it. Where the words are not understood, the details are kept
// back all the same, and the duty counts as not known.
func (r *reading) confidential() {
	for _, f := range r.ticked {
		for _, box := range f.Ticked {
			if typed := folded(box); ofLaw.MatchString(typed) && !assuring.MatchString(typed) {
				r.say("confidential", "")
				r.say("reach", legal)
				return
			}
		}
	}
	text, f := r.get(legal)
	typed := folded(firstLine(text))
	switch {
	case r.isNotKnown(legal):
		r.say("reach", legal+" unknown")
	case text == "" || f.Text == "" && len(f.Ticked) > 0 && assuring.MatchString(typed):
	case noLike.MatchString(typed):
		r.say("reach", "no "+legal)
	case yesLike.MatchString(typed):
		r.say("confidential", "")
		r.say("reach", legal)
	default:
		r.say("confidential", "")
		r.say("reach", legal+" unknown")
	}
}

// longestService bounds, in characters, what is handed on as a service's name.
const longestService = 100

func (r *reading) service() {
	text, _ := r.get(asksService)
	var names []string
	for line := range strings.Lines(text) {
		names = append(names, strings.TrimSpace(strings.ReplaceAll(line, "`", "")))
	}
	all := strings.Join(names, ", ")
	if all != "" && len([]rune(all)) <= longestService && !strings.Contains(all, "|") && !noLike.MatchString(folded(all)) {
		r.say("service", all)
	}
}

var (
	sevNamed = regexp.MustCompile(`(?:sev(?:erity)?|重大度|レベル|level)[ :-]*(\d+)`)
	sevBare  = regexp.MustCompile(`^s?([1-4])(?: ?[(:・-]? ?\D*)?$`)
	sevTitle = regexp.MustCompile(`^\W*(?:(?:障害|incident)[\W]*)?(?:sev(?:erity)?|重大度)[ -]?([1-4])\b`)
)

// severity is read where one level is named. A list of choices names several.
func (r *reading) severity(title string) {
	text, _ := r.get(asksSeverity)
	line := strings.ReplaceAll(folded(firstLine(text)), "`", "")
	levels := map[string]bool{}
	for _, m := range sevNamed.FindAllStringSubmatch(line, -1) {
		levels[m[1]] = true
	}
	if m := sevBare.FindStringSubmatch(line); m != nil && len(levels) == 0 {
		levels[m[1]] = true
	}
	if text == "" && len(r.answers[asksSeverity].Heading) == 0 {
		if m := sevTitle.FindStringSubmatch(folded(title)); m != nil {
			levels[m[1]] = true
		}
	}
	for level := range levels {
		if len(levels) == 1 && slices.Contains([]string{"1", "2", "3", "4"}, level) {
			r.say("sev", level)
		}
	}
}
