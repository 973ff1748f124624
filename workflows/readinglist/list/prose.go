package list

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// active is what GitHub makes something of in plain text: mentions, references,
// commits, addresses, mail. docs: Autolinked references and URLs.
var active = regexp.MustCompile("(?i)(?:\\b[a-z][a-z0-9+.-]*://|\\bwww\\.|\\bmailto:|\\bxmpp:)[^\\s<>|、。）」\\]]*[^\\s<>|、。）」\\].,;:!?'\"]" +
	"|[\\w.+-]*[@＠][^\\s|、。）」(),;\\]]*|[\\w./-]*#\\d+|\\bGH-\\d+|\\b[0-9a-f]{7,40}\\b")

// mayAct is false where active finds nothing, which is the usual case and cheaper to
// see.
func mayAct(text string) bool {
	lower := strings.ToLower(text)
	if strings.ContainsAny(text, "@＠#:") || strings.Contains(lower, "www.") || strings.Contains(lower, "gh-") {
		return true
	}
	run := 0
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

// prose is a text that somebody wrote as it may stand in a page: it reads as it
// was written, and nothing in it acts. What would stands as code.
func prose(text string, most int) string {
	text = words.Line(text, most)
	if strings.ContainsAny(text, "`\\") {
		return words.Foreign(text).Inline(most)
	}
	if !mayAct(text) {
		return lineStart.ReplaceAllString(markup.Replace(text), `$2\$1$3`)
	}
	var b strings.Builder
	from := 0
	for _, at := range active.FindAllStringIndex(text, -1) {
		b.WriteString(markup.Replace(text[from:at[0]]))
		b.WriteString(words.Foreign(text[at[0]:at[1]]).Inline(most))
		from = at[1]
	}
	b.WriteString(markup.Replace(text[from:]))
	return lineStart.ReplaceAllString(b.String(), `$2\$1$3`)
}

// link is a text that leads to an address; where that is none of ours to follow,
// the text alone. Shown is prose already.
func link(shown, url string) string {
	if to := target(url); to != "" {
		return "[" + shown + "](" + to + ")"
	}
	return shown
}

// target is an address or a path as a link of Markdown has it.
func target(url string) string {
	switch {
	case IsWeb(url):
		return strings.NewReplacer("(", "%28", ")", "%29", "&", "&amp;").Replace(url)
	case !isPath(url):
		return ""
	}
	var b strings.Builder
	if first, _, _ := strings.Cut(url, "/"); strings.Contains(first, ":") {
		b.WriteString("./")
	}
	for _, c := range []byte(url) {
		if strings.IndexByte("%#?()[]{}|^`* \t&;!$'", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
