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

// anyMayNest looks at one character of each hundred: a line that begins with as
// many marks has one there, too.
func anyMayNest(src string) bool {
	for at := maxNesting - 1; at < len(src); at += maxNesting {
		from, to := at, at
		for from >= 0 && to-from < maxNesting && isNesting[src[from]] {
			from--
		}
		for to < len(src) && to-from <= maxNesting && isNesting[src[to]] {
			to++
		}
		if to-from > maxNesting {
			return true
		}
	}
	return false
}

// isNesting has what may stand in what a line begins with.
var isNesting = func() (table [256]bool) {
	for _, c := range []byte(" \t>-+*0123456789.)`~") {
		table[c] = true
	}
	return table
}()

// mayNest reports whether a line may begin with as many marks as are too many.
// It is there because most lines do not, and the expression above is slow.
func mayNest(line string) bool {
	if len(line) <= maxNesting {
		return false
	}
	for i := range maxNesting {
		if !isNesting[line[i]] {
			return false
		}
	}
	return true
}
