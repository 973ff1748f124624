package document

import (
	"regexp"
	"strings"
)

// A comment of 65,536 characters can keep goldmark busy for many seconds, if it
// nests as deep or opens as many links and code spans as it can: each looks for
// its end through all that follows. No person writes so; a pasted log comes near.
// These limits keep the worst comment well under a second.
const (
	maxNesting = 100   // quotations and lists within each other, per line
	maxMarks   = 4_000 // characters that may open or close something in a line
)

const marks = "[]*_~`"

// lead matches what decides which block a line belongs to: its indentation, its
// quotations and list markers, and a fence.
var lead = regexp.MustCompile("^(?:[ \t>]|[-+*][ \t]|[0-9]{1,9}[.)][ \t]){0,100}(?:`{3,}|~{3,})?")

// tame returns src with the same lines and offsets, within the limits above.
// Beyond them it overwrites: the marker that would nest once more, and, in a
// source with too many marks, those inside of lines. Blocks stay what they were;
// all that is lost is a link or a code span that runs over several lines.
func tame(src string) string {
	count := 0
	for _, m := range marks {
		count += strings.Count(src, string(m))
	}
	crowded := count > maxMarks
	if !crowded && !anyMayNest(src) {
		return src
	}
	b := []byte(src)
	start := 0
	for line := range strings.Lines(src) {
		if !crowded && !mayNest(line) {
			start += len(line)
			continue
		}
		inner := b[start+len(lead.FindString(line)) : start+len(line)]
		if len(line)-len(inner) >= maxNesting && len(inner) > 0 && inner[0] != '\n' {
			inner[0] = 'x'
		}
		if crowded {
			for i, c := range inner {
				if strings.IndexByte(marks, c) >= 0 {
					inner[i] = 'x'
				}
			}
		}
		start += len(line)
	}
	return string(b)
}

func anyMayNest(src string) bool {
	for line := range strings.Lines(src) {
		if mayNest(line) {
			return true
		}
	}
	return false
}

// mayNest reports whether a line may begin with as many marks as are too many.
// It is there because most lines do not, and the expression above is slow.
func mayNest(line string) bool {
	if len(line) <= maxNesting {
		return false
	}
	for i := range maxNesting {
		if strings.IndexByte(" \t>-+*0123456789.)`~", line[i]) < 0 {
			return false
		}
	}
	return true
}
