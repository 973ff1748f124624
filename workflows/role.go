package workflows

// Role is what somebody may do on a repository. The order is GitHub's: each
// has what those above it have (docs: Repository roles for an organization).
type Role int

// RoleUnknown means that GitHub would not say; it is refused like RoleNone but
// told apart in the record.
const (
	RoleUnknown Role = iota
	RoleNone
	RoleRead
	RoleTriage
	RoleWrite
	RoleMaintain
	RoleAdmin
)

var roleNames = [...]string{"unknown", "none", "read", "triage", "write", "maintain", "admin"}

// String is GitHub's word for the role.
func (r Role) String() string {
	if r < 0 || int(r) >= len(roleNames) {
		return "unknown"
	}
	return roleNames[r]
}
