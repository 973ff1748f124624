package blame

import (
	"strings"
	"unicode/utf8"
)

// acts reports whether what stands before i, where a phrase begins, has somebody as the
// subject of what the phrase says: a person with が, は, も, or の, and no other
// subject after it.
func (p *passage) acts(i int) bool {
	who, rest := p.lastPerson(i)
	if !who {
		return false
	}
	rest = strings.TrimLeft(rest, " ")
	r, size := utf8.DecodeRuneInString(rest)
	switch r {
	case 'が', 'は', 'も':
		return !otherSubject(rest[size:])
	case 'の':
		// 担当者のチェックが甘く: what is theirs acts for them. 田中さんの端末が does not.
		return attribute(rest[size:])
	}
	return false
}

// possessed reports whether somebody owns what begins at i: 佐藤さんのせい, or a noun
// of a few characters between: 木村さんの連絡ミス. 担当者による is the same.
func (p *passage) possessed(i int) bool {
	who, rest := p.lastPerson(i)
	if !who {
		return false
	}
	for _, link := range []string{"の", "による", "が", "、", "（", ""} {
		if noun, ok := strings.CutPrefix(rest, link); ok {
			return utf8.RuneCountInString(noun) <= 6 && strings.IndexFunc(noun, func(r rune) bool { return !isNoun(r) }) < 0
		}
	}
	return false
}

// answers reports whether after, which follows 責任は, names somebody:
// 基盤チームにある, 佐藤さんでした.
func answers(after string) bool {
	for _, verb := range []string{"にある", "にあり", "です", "でした", "だ", "である"} {
		if i := strings.Index(after, verb); i > 0 && personEnds(after[:i]) > 0 {
			return true
		}
	}
	return false
}

// otherSubject reports whether a subject stands in text that is no attribute of
// a person: 田中さんが見たところ、監視が….
func otherSubject(text string) bool {
	for _, mark := range []string{"が", "は"} {
		for at := 0; ; {
			n := strings.Index(text[at:], mark)
			if n < 0 {
				break
			}
			n += at
			at = n + len(mark)
			r, size := utf8.DecodeLastRuneInString(text[:n])
			if !isNoun(r) {
				continue // ながら, では, には: no subject
			}
			if !attribute(text[:at]) && size > 0 {
				return true
			}
		}
	}
	return strings.Contains(text, "ように") || strings.Contains(text, "よう、")
}

// attribute reports whether text ends in something that is part of a person's
// doing, as が or は marks it: 認識が, チェックが.
func attribute(text string) bool {
	for _, noun := range []string{"気", "意識", "認識", "注意", "確認", "チェック", "考え", "判断", "指示", "対応", "配慮", "理解", "作業", "管理", "見通し", "詰め", "能力", "技術力", "こと"} {
		if i := strings.LastIndex(text, noun); i >= 0 {
			rest := text[i+len(noun):]
			if rest == "" || strings.HasPrefix(rest, "が") || strings.HasPrefix(rest, "は") || strings.HasPrefix(rest, "に") {
				return true
			}
		}
	}
	return false
}

// reach is how far before a phrase its subject may stand, in bytes.
const reach = 180

// A passage is a Japanese sentence as far as it was read for people.
type passage struct {
	s      string
	read   int // up to here
	person int // where the last person ends, 0 if there is none
}

// lastPerson finds the last person before i and returns what stands between.
// Those who write do not count, and hide whom they stand before.
func (p *passage) lastPerson(i int) (bool, string) {
	for p.read < i {
		_, size := utf8.DecodeRuneInString(p.s[p.read:])
		p.read += size
		if r, _ := utf8.DecodeRuneInString(p.s[p.read:]); strings.ContainsRune("がはもでのにをとへ、） ", r) && personEnds(p.s[:p.read]) > 0 {
			p.person = p.read
		}
	}
	if p.person == 0 || p.person > i || i-p.person > reach {
		return false, ""
	}
	for _, we := range ourselvesJapanese {
		if strings.HasSuffix(p.s[:p.person], we) {
			return false, ""
		}
	}
	return true, p.s[p.person:i]
}

// personEnds returns len(text) if text ends in a word for somebody, else 0.
func personEnds(text string) int {
	for _, title := range []string{"さん", "氏", "くん", "君", "ちゃん"} {
		if name, ok := strings.CutSuffix(text, title); ok {
			r, _ := utf8.DecodeLastRuneInString(name)
			if isNoun(r) && !strings.HasSuffix(name, "客") && !strings.HasSuffix(name, "皆") {
				return len(text)
			}
		}
	}
	last, size := utf8.DecodeLastRuneInString(text)
	for _, noun := range peopleByEnd[last] {
		if strings.HasSuffix(text, noun) {
			return len(text)
		}
	}
	for _, family := range familiesByEnd[last] {
		if before, ok := strings.CutSuffix(text, family); ok {
			if r, _ := utf8.DecodeLastRuneInString(before); r < 0x4E00 || r > 0x9FFF {
				return len(text)
			}
		}
	}
	if size != 1 {
		return 0
	}
	from := len(text)
	for from > 0 && isLetter(text[from-1]) {
		from--
	}
	if from < len(text) && isUpper(text[from]) && lexicon[strings.ToLower(text[from:])]&givenName != 0 {
		return len(text)
	}
	if at := strings.LastIndexByte(text, '@'); at >= 0 && strings.IndexFunc(text[at+1:], func(r rune) bool { return r != '-' && (r >= utf8.RuneSelf || !isNoun(r)) }) < 0 {
		return len(text)
	}
	return 0
}

// byEnd sorts words by their last character, by which they are looked up.
func byEnd(words []string) map[rune][]string {
	m := map[rune][]string{}
	for _, w := range words {
		r, _ := utf8.DecodeLastRuneInString(w)
		m[r] = append(m[r], w)
	}
	return m
}

var (
	peopleByEnd   = byEnd(peopleJapanese)
	familiesByEnd = byEnd(familyNames)
)
