package githubapp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// goodBranch tells whether git takes a name for a branch. docs: git help
// check-ref-format.
func goodBranch(name string) bool {
	for step := range strings.SplitSeq(name, "/") {
		if step == "" || strings.HasPrefix(step, ".") || strings.HasSuffix(step, ".lock") {
			return false
		}
	}
	return len(name) <= 244 && !strings.HasPrefix(name, "-") && !strings.HasSuffix(name, ".") && name != "@" &&
		!strings.Contains(name, "..") && !strings.Contains(name, "@{") && !strings.ContainsAny(name, " ~^:?*[\\") &&
		!strings.ContainsFunc(name, unicode.IsControl) && isText(name)
}

// isText tells whether JSON carries a text as it is, and git's tools show it.
func isText(text string) bool { return utf8.ValidString(text) && !strings.ContainsRune(text, 0) }

// goodPath tells whether a path, relative to the root, is one that git and the usual
// systems take: no step out of the repository or into git's own folder, under any of
// its names (git help fsck, hasDotgit), and no character beyond three bytes.
func goodPath(path string) bool {
	if !isText(path) || len(path) > 1000 || strings.Contains(path, "\\") ||
		strings.ContainsFunc(path, func(r rune) bool { return r > 0xFFFF || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return false
	}
	for step := range strings.SplitSeq(path, "/") {
		name := strings.ToLower(strings.TrimRight(step, ". "))
		if name == "" || len(step) > 255 || name == ".git" || name == "git~1" || strings.HasPrefix(name, ".git:") {
			return false
		}
	}
	return true
}
