package list

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// NewID makes the id of an entry that has none, from where the postmortem is and
// the day to file it under. The same two give the same id, so that two writers who
// list the same postmortem make one entry.
func NewID(url, date string) string {
	for len(date) < len("2006-01-02") {
		date += "0000-00-00"[len(date):]
	}
	sum := sha256.Sum256([]byte(sameAddress(url)))
	return date + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}

// sameAddress is what addresses of the same page have in common.
func sameAddress(url string) string {
	if !IsWeb(url) {
		return url
	}
	url = strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://")
	url, _, _ = strings.Cut(url, "#")
	host, path, _ := strings.Cut(url, "/")
	return strings.TrimPrefix(strings.ToLower(host), "www.") + "/" + strings.TrimRight(path, "/")
}

// Find is the entry of a postmortem, or nil.
func Find(entries []Entry, url string) *Entry {
	for i := range entries {
		if sameAddress(entries[i].URL) == sameAddress(url) {
			return &entries[i]
		}
	}
	return nil
}

// SamePage reports whether two addresses are of the same page, but for the scheme,
// "www." and a slash at the end.
func SamePage(a, b string) bool { return sameAddress(a) == sameAddress(b) }
