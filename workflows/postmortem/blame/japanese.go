package blame

import (
	"strings"
	"unicode/utf8"
)

// An expression is one of the alternatives of a phrase.
type expression struct {
	*phrase
	words string
}

// arrange makes the index from the first two characters of an expression to all
// expressions that begin with them, in the order of the table.
func arrange() (*sieve, map[uint64][]expression) {
	openings, index := new(sieve), map[uint64][]expression{}
	for i := range phrasesJapanese {
		for words := range strings.SplitSeq(phrasesJapanese[i].words, "｜") {
			key := pair(words, 0)
			openings.put(key)
			index[key] = append(index[key], expression{&phrasesJapanese[i], words})
		}
	}
	return openings, index
}

var openings, expressions = arrange()

// phrasesAt returns the expressions that may begin at i.
func phrasesAt(s string, i int) []expression { return expressions[pair(s, i)] }

// japanese appends what blames in a Japanese sentence, which begins at base.
func japanese(found []Finding, s string, base int) []Finding {
	p := passage{s: s}
	for i := 0; i < len(s); {
		if end := quoted(s, i); end > 0 {
			i = end
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		if size == 3 && i+6 <= len(s) && openings.has(pair(s, i)) {
			for _, x := range phrasesAt(s, i) {
				if !strings.HasPrefix(s[i:], x.words) {
					continue
				}
				if end := i + len(x.words); p.said(x, i, end) {
					from, better := reword(s, x.phrase, i)
					found = report(found, s, from, end, base, better)
					size = len(x.words)
					break
				}
			}
		}
		i += size
	}
	return found
}

// said reports whether the expression s[i:end] is said of whom it needs, and not
// denied.
func (p *passage) said(x expression, i, end int) bool {
	s := p.s
	after := s[end:]
	for n := 0; n < len(after); {
		r, size := utf8.DecodeRuneInString(after[n:])
		if n >= 60 || r == '。' {
			after = after[:n]
			break
		}
		n += size
	}
	switch x.who {
	case anyone:
		return !customers(s[:i]) && !deniedAfter(after)
	case owner:
		return p.possessed(i) && apt(x.words, s[:i], after) && !deniedAfter(after)
	case target:
		return answers(after) && !deniedAfter(after)
	case doer, human:
		return p.acts(i) && apt(x.words, s[:i], after) && !excused(s[end:]) && !deniedAfter(after)
	}
	return false
}

// deniedAfter reports whether what follows a phrase turns it.
func deniedAfter(after string) bool {
	return strings.HasPrefix(after, "ら") || containsAny(after, denialsJapanese...) // 忘れたら
}

// customers reports whether what follows before is theirs: their mistakes are a
// matter of the screens they use.
func customers(before string) bool {
	for _, theirs := range []string{"ユーザーの", "ユーザの", "利用者の", "顧客の", "お客様の"} {
		if strings.HasSuffix(before, theirs) {
			return true
		}
	}
	return false
}

// excused reports whether what somebody did is explained: しなかったのは、…のため.
func excused(after string) bool {
	i := strings.Index(after, "のは、")
	return i >= 0 && i <= len("していなかった") && (strings.Contains(after[i:], "ため") || strings.Contains(after[i:], "から"))
}

// apt looks at the few expressions that depend on what stands around them:
// 複雑な is not 雑な, a value may be 適当, and ちゃんと needs a verb denied.
func apt(words, before, after string) bool {
	switch words {
	case "雑な", "雑に":
		return !strings.HasSuffix(before, "複") && !strings.HasSuffix(before, "煩") && !strings.HasSuffix(before, "乱")
	case "甘かっ", "甘く", "甘い":
		for _, noun := range []string{"認識が", "チェックが", "詰めが", "確認が", "考えが", "判断が", "意識が", "見通しが", "管理が"} {
			if strings.HasSuffix(before, noun) {
				return true
			}
		}
		return false
	case "ろくに", "ちゃんと", "きちんと", "しっかり", "真面目に", "まじめに":
		return !strings.Contains(after, "でき") && containsAny(after, "なかった", "ておらず", "せず", "ずに", "いれば", "ていない", "ませんでした")
	case "責任である", "責任だ", "責任です":
		// 監視はこのチームの責任です says who does it, and no more.
		return containsAny(before, "障害", "事故", "漏れ", "ミス", "失敗", "遅れ", "停止", "不具合", "トラブル", "原因")
	}
	return true
}

func containsAny(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// reword returns the better wording, and where the reworded part begins: with
// the noun before を if there is a plain one.
func reword(s string, p *phrase, i int) (int, string) {
	if !strings.Contains(p.better, "％") {
		return i, p.general
	}
	before, ok := strings.CutSuffix(s[:i], "を")
	if !ok {
		return i, p.general
	}
	from := len(before)
	for from > 0 {
		r, size := utf8.DecodeLastRuneInString(before[:from])
		if !isNoun(r) {
			break
		}
		from -= size
	}
	noun := before[from:]
	if noun == "" || len(noun) > 36 || personEnds(noun) > 0 || strings.HasPrefix(before[from:], "ー") {
		return i, p.general
	}
	return from, strings.Replace(p.better, "％", noun, 1)
}

// isNoun reports whether r can be part of a noun without a particle: Han,
// katakana, ASCII letters and digits.
func isNoun(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x30A1 && r <= 0x30FA || r == 'ー' || r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
}
