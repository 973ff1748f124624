package fakehub

import (
	"errors"
	"strings"
)

// role is a base role on a repository; each includes those before it.
// docs: Repository roles for an organization.
type role int

const (
	none role = iota
	read
	triage
	write
	maintain
	admin
)

var roleNames = []string{"none", "read", "triage", "write", "maintain", "admin"}

func (r role) String() string { return roleNames[r] }

func mustRole(name string) role {
	for i, n := range roleNames {
		if n == name {
			return role(i)
		}
	}
	panic("fakehub: no role " + name)
}

// legacy is the coarse word that GitHub's `permission` field has for a role.
// docs: REST API endpoints for collaborators, "Get repository permissions for
// a user": maintain is mapped to write and triage to read.
func (r role) legacy() string {
	switch r {
	case triage:
		return "read"
	case maintain:
		return "write"
	default:
		return r.String()
	}
}

// grant is what somebody was given on a repository.
type grant struct {
	name string // of the role, which may be an organisation's own
	role role
}

// grantOf is what u may do in r: everybody reads what is public, and an owner
// administers what is theirs.
func (r *repo) grantOf(u *user) grant {
	if u == r.owner {
		return grant{name: "admin", role: admin}
	}
	if g, ok := r.grants[strings.ToLower(u.login)]; ok {
		return g
	}
	if !r.private {
		return grant{name: "read", role: read}
	}
	return grant{name: "none", role: none}
}

// hasRole tells whether u was given a role on r.
func (r *repo) hasRole(u *user) bool { return r.grants[strings.ToLower(u.login)].role > none }

// actor is who does something: a person, or the App through an installation.
type actor struct {
	user    *user
	install *installation // nil for a person
}

// may tells whether a's role on r is at least wanted. What an App may do is a
// matter of its permissions and was checked before.
func (a actor) may(r *repo, wanted role) bool {
	return a.install != nil || r.grantOf(a.user).role >= wanted
}

// refusal is an answer with which GitHub declines.
type refusal struct {
	status  int
	message string
	errors  []fieldError
	header  map[string]string
}

type fieldError struct {
	Resource string `json:"resource,omitempty"`
	Code     string `json:"code"`
	Field    string `json:"field,omitempty"`
	Message  string `json:"message,omitempty"`
}

func (r *refusal) Error() string {
	var text strings.Builder
	text.WriteString(r.message)
	for _, e := range r.errors {
		text.WriteString("; " + e.Field + " " + e.Code + " " + e.Message)
	}
	return text.String()
}

// Status is the HTTP status with which GitHub would refuse what err refused, or
// zero where err is not a refusal.
func Status(err error) int {
	r := &refusal{}
	if errors.As(err, &r) {
		return r.status
	}
	return 0
}

var (
	errNotFound   = &refusal{status: 404, message: "Not Found"}
	errBadToken   = &refusal{status: 401, message: "Bad credentials"}
	errNoAccess   = &refusal{status: 403, message: "Resource not accessible by integration"}
	errNoRights   = &refusal{status: 403, message: "Must have admin rights to Repository."}
	errNoIssues   = &refusal{status: 410, message: "Issues has been disabled in this repository."}
	errArchived   = &refusal{status: 403, message: "Repository was archived so is read-only."}
	errGone       = &refusal{status: 410, message: "This issue was deleted"}
	errSuspended  = &refusal{status: 403, message: "This installation has been suspended"}
	errBadJSON    = &refusal{status: 400, message: "Problems parsing JSON"}
	errNoPushUser = &refusal{status: 403, message: "Must have push access to view collaborator permission."}
)

// invalid is GitHub's answer to a value it cannot take.
// docs: Troubleshooting the REST API, "Validation Failed".
func invalid(resource, field, code, message string) *refusal {
	return &refusal{status: 422, message: "Validation Failed", errors: []fieldError{
		{Resource: resource, Field: field, Code: code, Message: message},
	}}
}
