package words

import (
	"regexp"
	"strings"
)

var (
	// secret matches GitHub's tokens by their prefixes, and a private key from
	// its first line to its last or to the end of the text. docs: About
	// authentication to GitHub, "GitHub's token formats".
	secret = regexp.MustCompile(`(?s)(gh[a-z]_|github_pat_)[A-Za-z0-9_.-]{10,}|` +
		`(-----BEGIN[A-Z ]* PRIVATE KEY-----).*?(?:-----END[A-Z ]* PRIVATE KEY-----|$)`)

	// unbroken matches what may be a line from the middle of a private key, of
	// which all but the last have 64 characters (RFC 7468) or 70 (OpenSSH).
	unbroken = regexp.MustCompile(`[A-Za-z0-9+/]{60,}=*`)
)

// Masked returns a text without the secrets that somebody pasted in the wrong
// place, since what is quoted stays even after they took it back: of a token
// its prefix is left, of a private key its first words, and "…" for the rest.
func Masked(text string) string {
	text = secret.ReplaceAllString(text, "${1}${2}…")
	return unbroken.ReplaceAllStringFunc(text, func(run string) string {
		if strings.ContainsAny(run, capitals) && strings.ContainsAny(run, strings.ToLower(capitals)) && strings.ContainsAny(run, digits) {
			return "…"
		}
		return run // a long word
	})
}

const (
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits   = "0123456789"
)
