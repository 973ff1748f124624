package workflows

import (
	"regexp"
	"strings"
)

// marker is the first line of the body of an issue that the App opened: the key
// under which it was planned, and for which subject.
var marker = regexp.MustCompile(`^<!-- kintsugi:([a-z0-9][a-z0-9._-]{0,99}) (\S{1,200}) -->$`)

// Marked puts before a text the marker by which it is known again what was made,
// and for which subject.
func Marked(key string, of Subject, text string) string {
	return "<!-- kintsugi:" + key + " " + of.String() + " -->\n" + text
}

// MadeFor tells under which key, and for which subject, the App opened the issue.
// ok is false for an issue that somebody else opened, whatever stands in it. The
// repository may have been renamed since: the subject's number is what counts.
func (i Issue) MadeFor() (key string, of Subject, ok bool) {
	first, _, _ := strings.Cut(i.Body, "\n")
	m := marker.FindStringSubmatch(strings.TrimSpace(first))
	if m == nil || !i.Ours {
		return "", Subject{}, false
	}
	of, err := ParseSubject(m[2])
	return m[1], of, err == nil
}
