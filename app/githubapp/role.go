package githubapp

import (
	"context"
	"errors"
	"fmt"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// permission is GitHub's answer about somebody on a repository; go-github
// leaves out the role_name beside the user.
type permission struct {
	Permission string `json:"permission"`
	RoleName   string `json:"role_name"`
	User       *struct {
		Permissions map[string]bool `json:"permissions"`
		RoleName    string          `json:"role_name"`
	} `json:"user"`
}

// role: somebody whom GitHub does not find has none; where the App may not ask,
// the answer is unknown. docs: REST API
// endpoints for collaborators, "Get repository permissions for a user".
func (a *App) role(ctx context.Context, ask workflows.RoleAsk) (workflows.Answer, error) {
	owner, name, err := splitRepo(ask.Repo)
	if err != nil {
		return workflows.Answer{Unknown: err.Error()}, nil //nolint:nilerr // what is no repository has no answer, for good
	}
	if ask.Login == "" {
		return workflows.Answer{Role: workflows.RoleNone}, nil
	}
	// Whether the App may ask on this repository is another question than
	// whom it finds there.
	if _, err := a.laneOf(ctx, ask.Repo); errors.Is(err, engine.ErrGone) {
		return workflows.Answer{Unknown: err.Error()}, nil
	} else if err != nil {
		return workflows.Answer{}, err
	}
	var found permission
	_, err = a.do(ctx, ask.Repo, call{
		method: "GET", route: "repos/{owner}/{repo}/collaborators/{username}/permission", args: []any{owner, name, ask.Login},
	}, &found)
	switch {
	case err == nil:
		return workflows.Answer{Role: found.role()}, nil
	case errors.Is(err, errUninstalled), errors.Is(err, engine.ErrRefused):
		return workflows.Answer{Unknown: fmt.Sprintf("GitHub would not say: %v", err)}, nil
	case errors.Is(err, engine.ErrGone):
		return workflows.Answer{Role: workflows.RoleNone}, nil
	default:
		return workflows.Answer{}, err
	}
}

// rolesByPermission are the keys of user.permissions, the strongest first.
var rolesByPermission = []struct {
	key  string
	role workflows.Role
}{
	{"admin", workflows.RoleAdmin},
	{"maintain", workflows.RoleMaintain},
	{"push", workflows.RoleWrite},
	{"triage", workflows.RoleTriage},
	{"pull", workflows.RoleRead},
}

// rolesByName are the words of role_name and permission.
var rolesByName = map[string]workflows.Role{
	"admin":    workflows.RoleAdmin,
	"maintain": workflows.RoleMaintain,
	"write":    workflows.RoleWrite,
	"triage":   workflows.RoleTriage,
	"read":     workflows.RoleRead,
	"none":     workflows.RoleNone,
}

// role reads the finest thing that GitHub said. The permissions are right for
// an organisation's own roles, too, whose names mean nothing to us; the plain
// permission says read for triage and write for maintain.
func (p permission) role() workflows.Role {
	if p.User != nil && len(p.User.Permissions) > 0 {
		for _, r := range rolesByPermission {
			if p.User.Permissions[r.key] {
				return r.role
			}
		}
		return workflows.RoleNone
	}
	names := []string{p.RoleName}
	if p.User != nil {
		names = append(names, p.User.RoleName)
	}
	for _, name := range append(names, p.Permission) {
		if role, known := rolesByName[name]; known {
			return role
		}
	}
	return workflows.RoleNone
}
