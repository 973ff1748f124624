package hostile_test

import (
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// shapes are how the lines of our comments are read, by repository and kind of
// comment, where a harmless word stands in them.
type shapes map[string][]string

// lists is where the shapes of all reading lists are: each has pages in both languages.
const lists = "lists"

// ending stands before the last line of a comment.
const ending = "and ends: "

func (s shapes) add(repo string, one said, in ingress) {
	if one.kind() == "" {
		return
	}
	at := repo + one.kind()
	if in.lists || in.gate { // what stands in them is people's words, in a shape of their own
		s[lists] = append(s[lists], blocks(one.text)...)
		return
	}
	lines := readAs(one.text, in)
	for _, line := range append(lines, ending+lines[len(lines)-1]) {
		if !slices.Contains(s[at], line) {
			s[at] = append(s[at], line)
		}
	}
}

// strange are the lines of a comment that are read as none with a harmless word.
// Which lines there are depends on what a text means, such as a number; how each
// is read does not, nor does how the comment ends: nothing hides that.
func (s shapes) strange(repo string, one said, in ingress) []string {
	if in.lists || in.gate {
		return slices.DeleteFunc(blocks(one.text), func(b string) bool { return one.kind() == "" || slices.Contains(s[lists], b) })
	}
	known := s[repo+one.kind()]
	if len(known) == 0 {
		return nil
	}
	lines := readAs(one.text, in)
	strange := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return slices.Contains(known, line) || suggestion.MatchString(line) || item.MatchString(line) || (one.place == inDraft || one.place == inFile) && wording.MatchString(line)
	})
	if last := ending + lines[len(lines)-1]; !slices.Contains(known, last) && !one.isList() {
		strange = append(strange, last)
	}
	return strange
}

var (
	number = regexp.MustCompile(`[0-9]+`)
	tail   = regexp.MustCompile(`\n<!-- kintsugi:record [^\n]*`)
	// line parts what a comment is read as.
	line = regexp.MustCompile(`\\n| · |· | → |→ |\((?:paragraph|list|listitem|htmlblock|heading|blockquote|fencedcodeblock|table|tablerow)\b`)
	// A suggestion has a title and words that are text where they are words, and
	// code otherwise.
	suggestion = regexp.MustCompile(`^(?:similar|似た障害|runbook|手順書): (?:[^"\\]|\\.)*(?:"(?:[ )]|\(codespan\)|\(link "https://fakehub\.example/acme/[a-z]+/blob/main/docs/runbooks/[^"]*")*(?:"(?:[^"\\]|\\.)*)?)*\\?$`)
	// An item in a list of follow-ups is cells of text where it is words, and of code
	// otherwise; so is its priority in its issue.
	item = regexp.MustCompile(`^\(textblock "(?:priority|優先度): [\pL\pN ….-]*$|^\(tablecell "0"\)(?:\(tablecell(?:\(codespan\)?| ?"(?:[^"\\]|\\.)*"?|\((?:strong|emphasis)? "[^"]*"\))*\)?)+$`)
	// fingerprint is that of one.
	fingerprint = regexp.MustCompile(`followup\.item\.[0-9a-f]{10}`)
	// hours are what depends on the time of day.
	hours = strings.NewReplacer(
		"needed tonight", "needed now", "今夜はここまで", "今はここまで", "、日付は推定", "", "（日付は推定）", " ", ", date assumed", "", " (date assumed)", "",
		" JST – ", "–", " JST (", " (", " JST（", "（",
	)
	day = regexp.MustCompile(`0月0日 |\b0 [a-z]{3} |(?:0年)?0月0日（.）|\b[a-z]+day 0 [a-z]+(?: 0)?\b`)
	// wording is what stands in a draft where it is words: its heading, and notes.
	wording = regexp.MustCompile(`^\(codespan$|^(?:\(tablecell\(link "[^"]*" "0-0-0 0:0"\)\)\(tablecell ")?(?:note by tanaka: |tanakaさんのメモ「|メモ（tanakaさん）「)?[\pL\pM\pN 、。・（）「」…-]*$`)
	// better is a wording that is suggested, which has the document's own words.
	better = regexp.MustCompile(`((?i)For example|たとえば): [^"]*?(\. As it stands|（このままでも)`)
	// sources are who said something, and where.
	sources = regexp.MustCompile(`\bsato\b|#(?:event|issuecomment)-0`)
)

// readAs are the lines of a comment as they are read, with all numbers, hours
// and reporters alike, for another issue has others, and no capitals, for a line
// may begin with anything.
func readAs(body string, in ingress) []string {
	read := hostile.Skeleton(hours.Replace(fingerprint.ReplaceAllString(tail.ReplaceAllString(body, ""), "followup.item.0")))
	for links := range strings.FieldsSeq(in.links) { // whose end is a text
		read = regexp.MustCompile(`(\(Link "https://fakehub\.example/acme/[a-z]+/`+links+`)(?:[^"\\]|\\.)*"`).ReplaceAllString(read, `$1"`)
	}
	read = better.ReplaceAllString(read, "$1$2")
	var lines []string
	read = day.ReplaceAllString(strings.ToLower(number.ReplaceAllString(read, "0")), "")
	read = sources.ReplaceAllStringFunc(read, func(s string) string {
		if s == "sato" {
			return "tanaka"
		}
		return ""
	})
	for _, l := range line.Split(read, -1) {
		if l = strings.Trim(l, ` ")`); l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// isName tells whether the first line of a text names an account.
func isName(text string) bool {
	first, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(text), "\r", "\n"), "\n")
	_, ok := words.Login(strings.TrimPrefix(strings.TrimSpace(first), "@"))
	return ok
}
