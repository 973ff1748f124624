package list

import "strings"

// mergeText merges a text that two have changed. What only one has changed is as
// that one has it; where both have, both texts stay, theirs first. What both have
// put before or behind the same text stands there, and the text once.
func mergeText(base, ours, theirs string) string {
	switch {
	case sameText(base, ours) || sameText(ours, theirs):
		return theirs
	case sameText(base, theirs):
		return ours
	}
	if base == "" || strings.HasSuffix(base, "\n") {
		our, isOurs := strings.CutPrefix(ours, base)
		their, isTheirs := strings.CutPrefix(theirs, base)
		if isOurs && isTheirs {
			return base + bothTexts(our, their)
		}
	}
	our, isOurs := strings.CutSuffix(ours, base)
	their, isTheirs := strings.CutSuffix(theirs, base)
	if isOurs && isTheirs && strings.HasSuffix(our, "\n") && strings.HasSuffix(their, "\n") {
		return bothTexts(our, their) + base
	}
	return bothTexts(ours, theirs)
}

// sameText: they differ at most in the blanks at their ends.
func sameText(a, b string) bool {
	return strings.TrimRight(a, " \t\r\n") == strings.TrimRight(b, " \t\r\n")
}

// bothTexts are two texts, theirs first, as paragraphs of their own. One that the
// other has within it stands there alone.
func bothTexts(ours, theirs string) string {
	switch {
	case hasLines(theirs, ours):
		return theirs
	case hasLines(ours, theirs):
		return ours
	}
	theirs = endedLine(theirs)
	if !strings.HasSuffix(theirs, "\n\n") {
		theirs += "\n"
	}
	return theirs + ours
}

// hasLines reports whether a text has the lines of another, one after the other.
func hasLines(text, lines string) bool {
	lines = strings.Trim(lines, "\r\n")
	return strings.TrimSpace(lines) == "" || strings.Contains("\n"+text+"\n", "\n"+lines+"\n")
}

// endedLine is a text whose last line has an end.
func endedLine(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
