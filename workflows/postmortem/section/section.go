// Package section says what a heading of a postmortem is about, whoever chose
// its words: "3. What went well?", "【影響範囲】" and "⏱️ Incident timeline" in
// English and Japanese, and what a team's own template asks for. It looks at
// headings alone. It must not know what stands under them, what is right or
// missing, or any team's document.
package section

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Kind is a section of a postmortem by what it is for. Its value is the name
// that machines read.
type Kind string

// The kinds, in the order of our own template, then those it has not.
const (
	// Unknown is a heading about one incident's own matter, or a team's.
	Unknown Kind = ""
	// Facts are the incident in a few fields: date, severity, duration, authors,
	// status, who responded.
	Facts     Kind = "facts"
	Summary   Kind = "summary"
	Impact    Kind = "impact"
	Timeline  Kind = "timeline"
	Detection Kind = "detection"
	// Response is what people did, Recovery what ended the incident.
	Response Kind = "response"
	Recovery Kind = "recovery"
	// Causes are the root cause, the trigger and the contributing factors.
	Causes    Kind = "causes"
	WentWell  Kind = "went_well"
	WentWrong Kind = "went_wrong"
	Lucky     Kind = "lucky"
	// Actions are what is to be done afterwards.
	Actions Kind = "actions"
	// Lessons are also the heading above WentWell, WentWrong and Lucky.
	Lessons Kind = "lessons"

	Background Kind = "background"
	// Supporting are references, links, logs and appendices.
	Supporting Kind = "supporting"
	// Glossary explains words of the document, such as the categories of actions.
	Glossary Kind = "glossary"
)

// names are what our own templates call them.
var names = map[Kind][2]string{
	Facts:      {"Facts", "基本情報"},
	Summary:    {"Summary", "概要"},
	Impact:     {"Impact", "影響"},
	Timeline:   {"Timeline", "タイムライン"},
	Detection:  {"Detection", "検知"},
	Response:   {"Response", "対応"},
	Recovery:   {"Resolution and recovery", "復旧"},
	Causes:     {"Contributing factors", "要因"},
	WentWell:   {"What went well", "うまくいったこと"},
	WentWrong:  {"What went wrong", "うまくいかなかったこと"},
	Lucky:      {"Where we got lucky", "幸運だったこと"},
	Actions:    {"Action items", "対応策"},
	Lessons:    {"Lessons learned", "学んだこと"},
	Background: {"Background", "背景"},
	Supporting: {"Supporting information", "参考資料"},
	Glossary:   {"Glossary", "用語"},
}

// Name is how our templates call the section, and nothing for Unknown.
func (k Kind) Name(language words.Language) string {
	if language == words.Japanese {
		return names[k][1]
	}
	return names[k][0]
}

// mostHeading is how much of a heading is looked at, in bytes. What is longer is
// a sentence.
const mostHeading = 160

// Of says what a heading is about, without its hash marks. In doubt it is
// Unknown.
func Of(heading string) Kind {
	if len(heading) > mostHeading || strings.Contains(heading, "{{") {
		return Unknown // a sentence, or a place for one in a template
	}
	var f folded
	f.fold(heading)
	if f.count == 0 {
		return Unknown
	}
	text := string(f.bytes[:f.size])
	parts := f.parts[:f.count]
	if len(parts) == 1 {
		return kindOf(text[parts[0].from:parts[0].to])
	}
	if k, ok := phrases[withoutAsides(text, parts)]; ok {
		return k
	}
	// Of "要因 / Root cause" and "Timeline (UTC)" the first part that says
	// something decides. What stands behind a colon or a dash is the matter of
	// this incident.
	for i, p := range parts {
		if i > 0 && p.explains {
			break
		}
		if k := kindOf(text[p.from:p.to]); k != Unknown {
			return k
		}
	}
	return Unknown
}

// withoutAsides is a heading without what stands in brackets.
func withoutAsides(text string, parts []part) string {
	first, last := parts[0], parts[len(parts)-1]
	if !slices.ContainsFunc(parts, func(p part) bool { return p.aside }) {
		return text[first.from:last.to]
	}
	var whole []string
	for _, p := range parts {
		if !p.aside {
			whole = append(whole, text[p.from:p.to])
		}
	}
	return strings.Join(whole, " ")
}

func kindOf(text string) Kind {
	if text == "" {
		return Unknown
	}
	if isJapanese(text) {
		return japanese(text)
	}
	return english(text)
}

// mostWords is how many words a heading may have that is known by the last of
// them: "impact on our users in Europe" is one, a sentence is not.
const mostWords = 4

// english looks a phrase up; then it asks whether it is a question; then it looks
// at the last words before "of" or "and", for the last noun of an English heading
// is the one that it is about.
func english(text string) Kind {
	if k, ok := phrases[text]; ok {
		return k
	}
	if k, asks := question(text); asks {
		return k
	}
	if strings.HasPrefix(text, "appendix ") {
		return Supporting
	}
	if k := byNoun(uncut(text)); k != Unknown {
		return k
	}
	return byNoun(text) // of "corrective and preventive actions"
}

// byNoun looks up a phrase, then its last word.
func byNoun(noun string) Kind {
	var last string
	for {
		if k, ok := phrases[noun]; ok {
			return k
		}
		at := strings.LastIndexByte(noun, ' ')
		last = noun[at+1:]
		if !emptyNouns[last] || at < 0 {
			break
		}
		noun = noun[:at] // "impact" of "impact assessment"
	}
	if strings.Count(noun, " ") >= mostWords {
		return Unknown
	}
	return nouns[last]
}

// uncut is "timeline" of "timeline of events".
func uncut(text string) string {
	at := 0
	for word := range strings.SplitSeq(text, " ") {
		switch word {
		case "of", "for", "from", "in", "during", "on", "by", "with", "after", "and":
			if at > 0 {
				return text[:at-1]
			}
		}
		at += len(word) + 1
	}
	return text
}

// question reads a heading that asks: its first word and what it asks about.
func question(text string) (k Kind, asks bool) {
	first, rest, _ := strings.Cut(text, " ")
	switch first {
	case "what", "whats", "which", "how", "why", "when", "where", "who", "was", "did", "things", "anything", "areas", "stuff":
	default:
		return Unknown, false
	}
	for _, about := range questions {
		if (about.first == "" || about.first == first) && strings.Contains(rest, about.has) {
			return about.kind, true
		}
	}
	return Unknown, true
}

// japanese goes by the words that a phrase has or ends in, those first that say
// more: "再発防止" before "対応", "対応者" before either.
func japanese(text string) Kind {
	if strings.Contains(text, " ") {
		text = strings.ReplaceAll(text, " ", "")
	}
	if len(text) > mostJapanese {
		return Unknown // a sentence
	}
	best := len(inJapanese)
	for i, r := range text {
		for _, at := range japaneseByFirst[r] {
			w := inJapanese[at]
			if at < best && strings.HasPrefix(text[i:], w.has) && (!w.last || len(text) == i+len(w.has)) {
				best = at
			}
		}
	}
	if best == len(inJapanese) {
		return Unknown
	}
	return inJapanese[best].kind
}

// mostJapanese is how long a heading in Japanese may be, in bytes: 20 letters.
const mostJapanese = 60

// japaneseByFirst are the places in inJapanese of the words with a first letter.
var japaneseByFirst = func() map[rune][]int {
	by := map[rune][]int{}
	for i, w := range inJapanese {
		first, _ := utf8.DecodeRuneInString(w.has)
		by[first] = append(by[first], i)
	}
	return by
}()

// isJapanese: it has a letter of kana or Han.
func isJapanese(text string) bool {
	for i := range len(text) {
		if text[i] >= 0xe3 && text[i] <= 0xe9 {
			return true
		}
	}
	return false
}
