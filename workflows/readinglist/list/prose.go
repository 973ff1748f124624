package list

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// prose is a text that somebody wrote as it may stand in a page: it reads as it was
// written, and nothing in it acts.
func prose(text string, most int) string {
	if text == "" {
		return ""
	}
	return words.Foreign(text).Prose(most)
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
