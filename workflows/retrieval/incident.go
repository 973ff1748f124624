package retrieval

import (
	"strconv"
	"strings"
)

// Incident is an earlier incident as a document, from its issue. settled says
// that it was closed as completed.
func Incident(number int, title, body, url string, settled bool) Document {
	return Document{
		Key: strconv.Itoa(number), Number: number, Title: title, URL: url, Settled: settled,
		Body: Report(cut(body, mostText)),
	}
}

// Report is what a person wrote in the body of an issue. The questions of a form
// are the same in every one, and what its boxes are ticked for is no word of
// the reporter's, so that these lines are left out, as are comments that nobody
// sees. docs: Syntax for issue forms; a submitted one has its labels as headings
// of the third level.
func Report(body string) string {
	text := uncommented(strings.ReplaceAll(body, "\r\n", "\n"))
	var b strings.Builder
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		isBox := len(trimmed) > 4 && strings.ContainsRune("-*", rune(trimmed[0])) && strings.HasPrefix(trimmed[1:], " [") && strings.HasPrefix(trimmed[4:], "]")
		if strings.HasPrefix(trimmed, "### ") || trimmed == "_No response_" || isBox {
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}

// uncommented takes out HTML comments. One that does not end reaches to the end, as on GitHub.
func uncommented(text string) string {
	if !strings.Contains(text, "<!--") {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "<!--")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		if _, text, found = strings.Cut(after, "-->"); !found {
			return b.String()
		}
	}
}
