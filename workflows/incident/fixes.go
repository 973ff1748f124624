package incident

import (
	"regexp"
	"strconv"

	"github.com/kintsugi-app/kintsugi/workflows"
)

var reference = regexp.MustCompile(`^(?:([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)?#)?([1-9]\d{0,8})$`)

// FixesIn is the incident that a commit says it fixes, as it is written there; what a
// pull request says that brought it comes after its own words, and by is then that one.
func FixesIn(c workflows.Commit) (named string, by workflows.CommitPull) {
	if named = workflows.FixesIncident(c.Message); named != "" {
		return named, by
	}
	for _, p := range c.Pulls {
		if named = workflows.FixesIncident(p.Body); named != "" {
			return named, p
		}
	}
	return "", by
}

// Named is the incident that a reference names; a bare number is one of the repository
// that incidents are kept in.
func Named(text, kept string) (s workflows.Subject, ok bool) {
	m := reference.FindStringSubmatch(text)
	if m == nil {
		return s, false
	}
	if m[1] != "" {
		kept = m[1]
	}
	number, err := strconv.Atoi(m[2])
	return workflows.Subject{Repo: kept, Number: number}, err == nil
}
