package words

import (
	"regexp"
	"strings"
)

// active is what GitHub makes something of in plain text: mentions, references,
// commits, addresses, mail, emoji. docs: Autolinked references and URLs.
var active = regexp.MustCompile("(?i)(?:(?:\\b[a-z][a-z0-9+.-]*://|\\bwww\\.|\\bmailto:|\\bxmpp:)[^\\s<>|、。）」\\]]*[^\\s<>|、。）」\\].,;:!?'\"]" +
	"|[\\w.+-]*[@＠][^\\s|、。）」(),;\\]]*|[\\w./-]*#\\d+|\\bGH-\\d+|:[+a-z-][\\w+-]*:|\\b[0-9a-f]{7,40}\\b)[\\w/-]*")

// mayAct is false where active finds nothing, which is the usual case and cheaper to
// see.
func mayAct(text string) bool {
	if strings.ContainsAny(text, "@＠#:") {
		return true
	}
	lower, run := strings.ToLower(text), 0
	if strings.Contains(lower, "www.") || strings.Contains(lower, "gh-") {
		return true
	}
	for i := range len(lower) {
		c := lower[i]
		if run++; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			run = 0
		}
		if run == 7 {
			return true
		}
	}
	return false
}

// markup is what Markdown makes something of within a line.
var markup = strings.NewReplacer("*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`, "~", `\~`, "#", `\#`, "$", `\$`, "!", `\!`)

// lineStart is what Markdown makes something of at the beginning of a line.
var lineStart = regexp.MustCompile(`^(?:([-+=:])|(\d{1,9})([.)]))`)

// Prose renders a sentence so that it reads as it was written and nothing in it
// acts: what GitHub would make something of stands as code, and so does what was
// code already. It is one line of at most max runes, as Inline counts them. Shorter
// texts without a verb, such as names, are better Plain.
func (f Foreign) Prose(max int) string {
	if max < 1 {
		max = inlineMax
	}
	text := disarm(Line(string(f), max))
	if text == "" {
		return nothing
	}
	if strings.Contains(text, `\`) || strings.Count(text, "`")%2 == 1 || strings.Contains(text, "``") {
		return Foreign(text).Inline(max)
	}
	var b strings.Builder
	code := func(part string) {
		if strings.HasSuffix(b.String(), "`") {
			b.WriteByte(' ') // two spans of code without a blank are one
		}
		b.WriteString(Foreign(part).Inline(max))
	}
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			code(part)
			continue
		}
		if !mayAct(part) {
			b.WriteString(markup.Replace(part))
			continue
		}
		from := 0
		for _, at := range active.FindAllStringIndex(part, -1) {
			b.WriteString(markup.Replace(part[from:at[0]]))
			code(part[at[0]:at[1]])
			from = at[1]
		}
		b.WriteString(markup.Replace(part[from:]))
	}
	return lineStart.ReplaceAllString(b.String(), `$2\$1$3`)
}
