package workflows

// Ask is a question to GitHub. Asks are small comparable values of a closed
// set, so that the engine can ask each once and count them.
type Ask interface{ ask() }

// RoleAsk asks for somebody's role on a repository.
type RoleAsk struct{ Repo, Login string }

// SummaryAsk asks for what another subject published about itself.
type SummaryAsk struct{ Subject Subject }

func (RoleAsk) ask()    {}
func (SummaryAsk) ask() {}

// Answer is what came back. Unknown says why GitHub would not tell, for good:
// it answered 404, or 403 for a missing permission. A timeout or a limit is no
// answer and never becomes one.
type Answer struct {
	Unknown string
	Role    Role
	Summary string
}

// Facts are the answers so far.
type Facts map[Ask]Answer

// Role is the answer to a RoleAsk; ok is false while it was not asked.
func (f Facts) Role(repo, login string) (role Role, ok bool) {
	a, ok := f[RoleAsk{Repo: repo, Login: login}]
	if a.Unknown != "" {
		return RoleUnknown, ok
	}
	return a.Role, ok
}

// Summary is the answer to a SummaryAsk; ok is false while it was not asked.
func (f Facts) Summary(s Subject) (summary string, ok bool) {
	a, ok := f[SummaryAsk{Subject: s}]
	return a.Summary, ok
}
