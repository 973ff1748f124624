package words

import "regexp"

var (
	// login is GitHub's rule for account names: letters, digits and hyphens, not
	// beginning with a hyphen, 39 at most. Managed users of an enterprise have an
	// underscore before their short code, and Apps end in "[bot]". Old accounts
	// may end in a hyphen or hold two in a row.
	login = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9-])?(?:\[bot\])?$`)

	// linked matches account names of which GitHub would turn a word into a link
	// to something else: to issue 7 ("GH-7"), or to a commit (seven and more
	// hexadecimal digits). A hyphen ends a word.
	linked = regexp.MustCompile(`\b(?:(?i:GH)-[0-9]|[0-9A-Fa-f]{7,40}\b)`)
)

// Login returns name when it has the form of a GitHub login, without "@". It
// says nothing about whether the account exists.
func Login(name string) (string, bool) {
	if !login.MatchString(name) {
		return "", false
	}
	return name, true
}

// Name shows an account without notifying it: a login stands plainly and without
// "@", anything else, or a login that GitHub would link elsewhere, as foreign
// text.
func Name(account string) string {
	if name, ok := Login(account); ok && !linked.MatchString(name) {
		return name
	}
	return Foreign(account).Inline(0)
}
