package list

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// A summary has one to three sentences. It ends with the sentence before the one
// that would make it longer than this, in characters: some four lines of a page.
const (
	mostSentences = 3
	mostEnglish   = 320
	mostJapanese  = 200
	// mostFirst is how much longer than that the first sentence may be, in percent.
	mostFirst = 130
)

// Summary is what a postmortem says of itself in a few sentences: the first prose
// of its summary, else of its impact, else of anything that tells of the incident.
// It is plain text of one line, without secrets, and empty where there is no
// prose.
func Summary(d *document.Document) string {
	if slices.ContainsFunc(d.Rows, hasBareLink) {
		// Of an address between angle brackets nothing is left in the rows.
		d = document.Read(bareLink.ReplaceAllString(d.Source, "$1"))
	}
	all := slices.DeleteFunc(paragraphsOf(d), func(p paragraph) bool { return !isProse(p.text) })
	for _, fits := range []func(p paragraph) bool{
		func(p paragraph) bool { return p.kind == section.Summary && !p.inList && !p.quoted },
		func(p paragraph) bool { return p.kind == section.Summary },
		func(p paragraph) bool { return p.leads && tells(p.kind) && !p.inList && !p.quoted },
		func(p paragraph) bool { return p.kind == section.Impact && !p.inList && !p.quoted },
		func(p paragraph) bool { return p.kind == section.Impact },
		func(p paragraph) bool { return tells(p.kind) && !p.inList && !p.quoted },
		func(p paragraph) bool { return tells(p.kind) },
		func(p paragraph) bool { return concludes[p.kind] },
	} {
		if found := sentencesOf(all, fits); len(found) > 0 {
			return words.Line(cutToSize(found), mostEnglish*mostFirst/100)
		}
	}
	return told(d)
}

// told is what the first entries of a timeline tell, for a document that has
// nothing else.
func told(d *document.Document) string {
	var found []string
	for _, in := range inspect.Read("", d) {
		for _, e := range in.Timeline {
			text := plain(e.Text)
			if len(found) < mostSentences-1 && isProse(text) && isProse(aside.ReplaceAllString(text, "")) {
				found = append(found, ended(sentences(text)[0]))
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return words.Line(cutToSize(found), mostEnglish*mostFirst/100)
}

// aside is what stands in brackets: an entry that says no more than "started" besides
// tells nothing.
var aside = regexp.MustCompile(`\s*(?:\([^()]*\)|（[^（）]*）)`)

// bareLink is an address that stands for itself, with its host.
var bareLink = regexp.MustCompile(`<https?://([^\s/<>]+)[^\s<>]*>`)

func hasBareLink(r document.Row) bool {
	return slices.ContainsFunc(r.Links, func(l document.Link) bool { return l.Text == "" })
}

// tells: what stands there is about what happened.
func tells(kind section.Kind) bool {
	return slices.Contains([]section.Kind{section.Unknown, section.Background, section.Causes, section.Detection, section.Response}, kind)
}

// concludes has what is about how it ended, which says less of what it was.
var concludes = map[section.Kind]bool{section.Recovery: true, section.WentWrong: true, section.Lessons: true}

// sentencesOf are the sentences of the first paragraph that fits, and of those
// that follow it there while there are not enough.
func sentencesOf(all []paragraph, fits func(paragraph) bool) []string {
	var found []string
	var kind section.Kind
	for _, p := range all {
		if len(found) >= mostSentences || len(found) > 0 && p.kind != kind {
			break
		}
		if !fits(p) || p.introduces && len(found) > 0 {
			continue
		}
		kind = p.kind
		list := sentences(p.text)
		if p.introduces && len(list) > 1 {
			list = list[:len(list)-1] // what it introduces is not going to follow
		}
		for _, s := range list {
			if !aboutText.MatchString(s) && strings.ContainsFunc(s, unicode.IsLetter) {
				found = append(found, ended(s))
			}
		}
	}
	return found[:min(len(found), mostSentences)]
}

// ended closes a sentence that its author left open, as people do in lists.
func ended(s string) string {
	s = strings.TrimRight(s, " :：;；,、")
	open, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, ")）」』\"”"))
	last, _ := utf8.DecodeLastRuneInString(s)
	switch {
	case strings.ContainsRune(".!?。！？…", open):
		return s
	case isWide(last):
		return s + "。"
	}
	return s + "."
}

// cutToSize puts sentences together as long as they fit; the first stands in any
// case, cut short between two words if need be.
func cutToSize(list []string) string {
	most := mostEnglish
	if words.Detect(strings.Join(list, " ")) == words.Japanese {
		most = mostJapanese
	}
	text := ""
	for _, s := range list {
		longer := joined([]string{text, s})
		if text != "" && utf8.RuneCountInString(longer) > most {
			break
		}
		text = longer
	}
	if most = most * mostFirst / 100; utf8.RuneCountInString(text) <= most {
		return text
	}
	cut := string([]rune(text)[:most-1])
	if at := strings.LastIndexAny(cut, " 、，"); at > len(cut)/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,、，(（") + "…"
}

// isProse: it tells something in words, and is no field, entry of a timeline,
// question or place of a template, log or list of names.
func isProse(text string) bool {
	if stamp.MatchString(text) || isPlace(text) || instruction.MatchString(text) {
		return false
	}
	if endsWide(strings.TrimRight(text, ".:：!?")) || words.Detect(text) == words.Japanese {
		return isJapaneseProse(text)
	}
	count, small := 0, 0
	for word := range strings.FieldsSeq(text) {
		if letters := strings.Trim(word, ".,;:!?()\"'“”’"); isWord(letters) {
			count++
			if first, _ := utf8.DecodeRuneInString(letters); unicode.IsLower(first) {
				small++
			}
		}
	}
	least := 6
	if strings.HasSuffix(text, ".") {
		least = 4 // a sentence that its author has ended
	}
	return count >= least && small*2 >= count && !strings.HasSuffix(text, "?")
}

func isWord(text string) bool {
	for _, r := range text {
		if !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' && r != '/' {
			return false
		}
	}
	return text != ""
}

func isJapaneseProse(text string) bool {
	kana, all := 0, 0
	for _, r := range text {
		if unicode.In(r, unicode.Hiragana) {
			kana++
		}
		if isWide(r) {
			all++
		}
	}
	isQuestion := strings.HasSuffix(text, "？") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "か。") || strings.HasSuffix(text, "か")
	return all >= 12 && kana >= 3 && !isQuestion
}

var (
	// stamp is how an entry of a timeline begins.
	stamp = regexp.MustCompile(`^\W{0,3}(?:(?i:[A-Z]{3}[a-z]*\.? \d{1,2},?|\d{1,2} [A-Z][a-z]{2,8}|\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)[T ]?\s*\d{4}?,?\s*)?\d{1,2}\s?(?::|時)\s?\d{2}`)
	// instruction is how a template asks for what is to be written.
	instruction = regexp.MustCompile(`(?i)^(?:<!--|please |describe |list (?:the|all|any) |provide |write |explain |insert |enter |fill |include |add (?:a|the|any) |briefly |e\.g\.|example:|give (?:a|an) |summari[sz]e |use this |a (?:short|brief|one)[ -].*(?:summary|description))|(?:してください|記入する|記載する|書く)[。.）)]*$|(?:YYYY|HH:MM|hh:mm|\{\{|TBD|TODO)`)
)

// isPlace: a place of a template that nobody has filled.
func isPlace(text string) bool {
	return strings.HasPrefix(text, "<") && strings.HasSuffix(text, ">") || strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") || strings.HasPrefix(text, "{")
}

// aboutText is how a sentence begins that is about the text, and not about the
// incident.
var aboutText = regexp.MustCompile(`(?i)^[^\p{L}]{0,3}(?:refer to|.{0,60} can be found (?:in|at|here|on)\b|(?:all|the) times? (?:are|is|in|below|given|listed)|(?:this|the following) (?:document|post-?mortem|report|page|timeline|post|article|section) (?:is|was|describes|covers|contains|lists|serves|gives|will)|see (?:also )?|for more (?:details|information)|more (?:details|information)|written by|author|note:|disclaimer|status:|tl;?dr:?$|(?:we are|we're) (?:very |deeply )?sorry\b|we apologi[sz]e|here is what happened|平素|いつも.{0,20}ありがとうございます|.*(?:お詫び申し上げ|厚く御礼)|このたびは|本(?:書|ドキュメント|文書|ページ|レポート)は|時刻は|以下の時刻|詳細は)`)
