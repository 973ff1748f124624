package inspect

import (
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
)

// ticketWords are what addresses of tickets and pull requests have in common.
var ticketWords = []string{"/issues/", "/pull/", "/pulls/", "/browse/", "/merge_requests/", "/issue/", "/ticket", "/tickets/", "/tasks/", "/cards/", "/bug", "show_bug", "/c/", "/story/", "/stories/", "/work_items/", "/workitems/", "/projects/"}

// ticketURL is the address of the first ticket, or of the first link where what
// stands there is said to be one.
func ticketURL(text string, links []document.Link, isTicket bool) Text {
	for _, l := range links {
		if isWeb(l.URL) && (containsAny(l.URL, ticketWords...) || isLinkName(l.Text)) {
			return Text(l.URL)
		}
	}
	first := ""
	for at := 0; ; {
		next := strings.Index(text[at:], "http")
		if next < 0 {
			break
		}
		at += next
		size := strings.IndexFunc(text[at:], func(r rune) bool {
			return r <= ' ' || r >= 0x3000 || strings.ContainsRune("<>()\"'`", r)
		})
		if size < 0 {
			size = len(text) - at
		}
		url := strings.TrimRight(text[at:at+size], ".,;:")
		if isWeb(url) {
			if containsAny(url, ticketWords...) {
				return Text(url)
			}
			if first == "" {
				first = url
			}
		}
		at += size
	}
	if !isTicket {
		return ""
	}
	for _, l := range links {
		if isWeb(l.URL) {
			return Text(l.URL)
		}
	}
	return Text(first)
}

func isWeb(url string) bool {
	return len(url) > 10 && (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://"))
}

// isLinkName: a link with these words says no more than that there is one.
func isLinkName(text string) bool {
	text = lower(strings.Trim(text, "[]() "))
	switch text {
	case "link to github issue", "issue", "pr", "pull request", "ticket", "link", "link to issue", "issue link", "github issue", "issue here", "jira", "チケット", "リンク", "課題":
		return true
	}
	// "#12", or "OPS-12" as some trackers count.
	project, number, _ := strings.Cut(text, "#")
	if before, after, ok := strings.Cut(text, "-"); ok {
		project, number = "", after
		if before == "" || strings.Trim(before, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	return project == "" && number != "" && strings.Trim(number, "0123456789") == ""
}

// mostLinkNames is how many links are taken from the end of a text.
const mostLinkNames = 6

// withoutLinkNames drops from the end of a text the links that only say "Issue",
// addresses, and the brackets and dashes that stood around them.
func withoutLinkNames(text string, links []document.Link) string {
	whole, hasWeb := text, strings.Contains(text, "http")
	for range mostLinkNames {
		before := text
		text = strings.TrimRight(text, " \u3000")
		if inner := lastBracket(text); inner != "" && isLinkName(inner) {
			text = strings.TrimRight(text[:strings.LastIndex(text, inner)], " (（[")
		}
		for _, l := range links {
			if isLinkName(l.Text) && strings.HasSuffix(strings.TrimRight(text, ")）] ."), l.Text) {
				text = strings.TrimRight(text, ")）] .")
				text = strings.TrimSuffix(text, l.Text)
				text = strings.TrimRight(text, " (（[-–—:,")
				break
			}
		}
		if at := lastBreak(text, hasWeb); at > 0 {
			_, size := utf8.DecodeRuneInString(text[at:])
			if isWeb(strings.TrimRight(text[at+size:], ")）.")) {
				shorter := strings.TrimSuffix(strings.TrimRight(text[:at], " (（[-–—:,"), " (see")
				if word := shorter[strings.LastIndexByte(shorter, ' ')+1:]; len(word) > 2 || !prepositions[word] {
					text = shorter
				}
			}
		}
		if text == before {
			break
		}
	}
	if inner, ok := inBrackets(text); ok {
		text = inner // what somebody wrote without taking the template's brackets off
	}
	if text == "" {
		return whole
	}
	return text
}

// lastBreak is where the last word of a text begins, if that may be an address.
func lastBreak(text string, hasWeb bool) int {
	if !hasWeb {
		return -1
	}
	return strings.LastIndexAny(text, " (（")
}
