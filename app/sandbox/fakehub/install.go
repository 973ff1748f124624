package fakehub

import (
	"slices"
	"strings"
	"time"
)

// installation is the App on one account. docs: REST API endpoints for GitHub
// Apps, "List installations for the authenticated app".
type installation struct {
	id          int64
	account     *user
	created     time.Time
	updated     time.Time
	suspended   time.Time
	permissions map[string]string
	events      []string
	selected    map[int64]bool // repositories; nil means all
	removed     bool
	core        spent // by requests to the REST API
	graphQL     spent
	creations   []time.Time // of the last hour
	underway    int
}

// spent is how much of an hour's rate limit is used up.
type spent struct {
	window time.Time // when the hour began
	used   int
}

// Install puts the App on an account, with all its repositories, and returns
// the installation's id; where it is already, nothing changes. A zero createdAt
// means now.
func (h *Hub) Install(owner string, createdAt time.Time) int64 {
	defer h.begin()()
	for _, i := range h.installations {
		if strings.EqualFold(i.account.login, owner) {
			return i.id
		}
	}
	if createdAt.IsZero() {
		createdAt = h.now
	}
	i := &installation{
		id: h.nextID(), account: h.newUser(owner, "Organization"), created: stamp(createdAt), updated: stamp(createdAt),
		permissions: h.asks, events: h.events,
	}
	h.installations = append(h.installations, i)
	h.emitInstallation("created", i, part{"repositories", h.renderRepoNames(h.reposOf(i))})
	return i.id
}

// Uninstall takes the App off an account; its tokens stop working.
func (h *Hub) Uninstall(owner string) {
	defer h.begin()()
	i := h.mustInstallation(owner)
	h.emitInstallation("deleted", i)
	i.removed = true
	h.installations = without(h.installations, i)
}

// Suspend stops an installation: it gets no deliveries, and asking for a token
// or using one is answered with 403. docs: Suspending a GitHub App
// installation.
func (h *Hub) Suspend(owner string) {
	defer h.begin()()
	i := h.mustInstallation(owner)
	i.suspended = stamp(h.now)
	h.emitInstallation("suspend", i)
}

// Unsuspend ends a suspension.
func (h *Hub) Unsuspend(owner string) {
	defer h.begin()()
	i := h.mustInstallation(owner)
	i.suspended = time.Time{}
	h.emitInstallation("unsuspend", i)
}

// SetPermissions replaces what an installation is permitted, and has it hear of
// all events that the App asks for.
func (h *Hub) SetPermissions(owner string, permissions map[string]string) {
	defer h.begin()()
	h.grant(h.mustInstallation(owner), permissions)
}

// Ask changes what the App asks for. Installations keep what they were granted
// until their owners accept; new ones are granted all of it. docs: Approving
// updated permissions for a GitHub App.
func (h *Hub) Ask(permissions map[string]string, events ...string) {
	defer h.begin()()
	h.asks, h.events, h.integration = permissions, events, nil
}

// Accept grants an installation what the App asks for by now.
func (h *Hub) Accept(owner string) {
	defer h.begin()()
	h.grant(h.mustInstallation(owner), h.asks)
}

func (h *Hub) grant(i *installation, permissions map[string]string) {
	i.permissions, i.events, i.updated = permissions, h.events, stamp(h.now)
	h.emitInstallation("new_permissions_accepted", i)
}

// Select limits an installation to these repositories ("owner/name"); none
// means all again. What that adds and removes is announced.
func (h *Hub) Select(owner string, repos ...string) {
	defer h.begin()()
	i := h.mustInstallation(owner)
	before := h.reposOf(i)
	i.selected = nil
	if len(repos) > 0 {
		i.selected = map[int64]bool{}
		for _, name := range repos {
			i.selected[h.mustRepo(name).id] = true
		}
	}
	after := h.reposOf(i)
	h.emitRepositories(i, missing(after, before), missing(before, after))
}

// missing are the elements of list that other lacks.
func missing(list, other []*repo) []*repo {
	return slices.DeleteFunc(slices.Clone(list), func(r *repo) bool { return slices.Contains(other, r) })
}

func (i *installation) selection() string {
	if i.selected == nil {
		return "all"
	}
	return "selected"
}

// covers tells whether the App may see r through i.
func (i *installation) covers(r *repo) bool {
	return i.account == r.owner && (i.selected == nil || i.selected[r.id])
}

// permits tells whether i has the permission; write includes read.
func (i *installation) permits(name, level string) bool {
	has := i.permissions[name]
	return has == level || has == "write" && level == "read" || has == "admin"
}

func (h *Hub) installationFor(r *repo) *installation {
	for _, i := range h.installations {
		if i.covers(r) {
			return i
		}
	}
	return nil
}

func (h *Hub) installationWithID(id int64) *installation {
	for _, i := range h.installations {
		if i.id == id {
			return i
		}
	}
	return nil
}

func (h *Hub) mustInstallation(owner string) *installation {
	for _, i := range h.installations {
		if strings.EqualFold(i.account.login, owner) {
			return i
		}
	}
	panic("fakehub: the App is not installed on " + owner)
}

// reposOf lists what i covers, by id.
func (h *Hub) reposOf(i *installation) []*repo {
	var repos []*repo
	for _, r := range h.reposByID {
		if i.covers(r) {
			repos = append(repos, r)
		}
	}
	slices.SortFunc(repos, byID)
	return repos
}

func byID(a, b *repo) int { return int(a.id - b.id) }
