package fakehub

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// team is part of an organisation.
type team struct {
	slug    string
	members history[[]*user]
}

// SetTeam makes logins the members of an organisation's team, which is made
// where there is none yet, and so are the accounts.
func (h *Hub) SetTeam(org, slug string, members ...string) {
	defer h.begin()()
	users := make([]*user, 0, len(members))
	for _, login := range members {
		users = append(users, h.newUser(login, "User"))
	}
	h.newUser(org, "Organization").teamNamed(slug, h.now).members.set(h.now, users)
}

// findTeam is nil where there is no such team.
func (u *user) findTeam(slug string) *team {
	for _, t := range u.teams {
		if strings.EqualFold(t.slug, slug) {
			return t
		}
	}
	return nil
}

// teamNamed makes the team where there is none yet, without members.
func (u *user) teamNamed(slug string, at time.Time) *team {
	t := u.findTeam(slug)
	if t == nil {
		t = &team{slug: slug}
		t.members.set(at, nil)
		u.teams = append(u.teams, t)
	}
	return t
}

// onOrg answers for an organisation to its members, and to the App where it is
// installed there and has the permission.
// docs: Permissions required for GitHub Apps; REST API endpoints for team
// members, "About team members".
func onOrg(permission, level string, answer func(*call, *user) (int, raw, error)) handler {
	return func(c *call) (int, raw, error) {
		org := c.hub.userNamed(c.request.PathValue("org"))
		if org == nil || org.kind != "Organization" {
			return 0, nil, errNotFound
		}
		if i := c.actor.install; i != nil && i.account != org || i == nil && !org.hasMember(c.actor.user) {
			return 0, nil, errNotFound
		}
		if err := c.permitted(permission, level); err != nil {
			return 0, nil, err
		}
		return answer(c, org)
	}
}

// hasMember tells whether somebody belongs to a team of the organisation, which
// is the only way into one here.
func (u *user) hasMember(somebody *user) bool {
	return slices.ContainsFunc(u.teams, func(t *team) bool { return slices.Contains(t.members.last(), somebody) })
}

// listTeamMembers shows who belongs to a team; teams inside teams are not
// simulated. docs: REST API endpoints for team members, "List team members".
func listTeamMembers(c *call, org *user) (int, raw, error) {
	t := org.findTeam(c.request.PathValue("team"))
	if t == nil {
		return 0, nil, errNotFound
	}
	members, _ := t.members.asOf(c.hub.listTime())
	return http.StatusOK, renderAll(page(c, members), c.hub.renderUser), nil
}
