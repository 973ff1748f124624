package fakehub

import (
	"net/http"
	"slices"
	"time"
)

// deployment is the wish that a ref be deployed to an environment, with what became
// of it.
type deployment struct {
	id          int64
	environment string
	ref, sha    string
	creator     *user
	created     time.Time
	statuses    []deploymentStatus
}

// deploymentStatus is one of: error, failure, inactive, in_progress, queued, pending,
// success, waiting. docs: REST API endpoints for deployment statuses.
type deploymentStatus struct {
	state string
	at    time.Time
}

// release is a published release; drafts are not simulated.
type release struct {
	id        int64
	tag       string
	author    *user
	committed time.Time // what it was made from
	published time.Time
}

// Deploy creates a deployment, which takes the right to write. docs: REST API
// endpoints for deployments, "Create a deployment".
func (h *Hub) Deploy(repo, environment, ref, by string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	at := r.commitAt(ref)
	if at == nil {
		at = r.tip()
	}
	r.deployments = append(r.deployments, &deployment{id: h.nextID(), environment: environment, ref: ref, sha: at.name(), creator: a.user, created: h.now})
	return nil
}

// Deployed says of the last deployment to an environment what became of it. docs: REST
// API endpoints for deployment statuses, "Create a deployment status": with a success,
// what was a success there before is inactive.
func (h *Hub) Deployed(repo, environment, state string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	var last *deployment
	for _, d := range r.deployments {
		if d.environment == environment {
			last = d
		}
	}
	h.deployed(actor{user: r.owner}, r, last, state)
}

func (h *Hub) deployed(a actor, r *repo, which *deployment, state string) {
	for _, d := range r.deployments {
		if n := len(d.statuses); state == "success" && d != which && d.environment == which.environment && n > 0 && d.statuses[n-1].state == state {
			d.statuses = append(d.statuses, deploymentStatus{"inactive", h.now})
		}
	}
	which.statuses = append(which.statuses, deploymentStatus{state, h.now})
	h.emitDeployment(a, r, which)
}

// Release publishes a release of what the default branch holds, called like its
// tag, which is made where there is none; it takes the right to write. docs: REST API endpoints for releases,
// "Create a release".
func (h *Hub) Release(repo, tag, by string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	if r.tags[tag] == nil && r.tip() != nil {
		r.tags[tag], r.light[tag] = r.tip(), true
		h.emitCreate(a, r, "tag", tag)
	}
	made := &release{h.nextID(), tag, a.user, r.pushed, h.now}
	r.releases = append(r.releases, made)
	h.emitRelease(a, r, made)
	return nil
}

func (h *Hub) sceneToWrite(repo, by string) (*repo, actor, error) {
	r, a, err := h.scene(repo, by)
	if err == nil {
		err = h.mayWriteIn(a, r, write)
	}
	return r, a, err
}

// listDeployments shows the newest first, as GitHub does without saying so.
// Narrowing by ref or environment is not simulated. docs: REST API endpoints for
// deployments, "List deployments".
func listDeployments(c *call, r *repo) (int, raw, error) {
	seen := newestFirst(r.deployments, c.hub.listTime(), func(d *deployment) time.Time { return d.created })
	return http.StatusOK, renderAll(page(c, seen), func(d *deployment) raw { return c.hub.renderDeployment(r, d) }), nil
}

// listReleases likewise. docs: REST API endpoints for releases, "List releases".
func listReleases(c *call, r *repo) (int, raw, error) {
	seen := newestFirst(r.releases, c.hub.listTime(), func(re *release) time.Time { return re.published })
	return http.StatusOK, renderAll(page(c, seen), func(re *release) raw { return c.hub.renderRelease(r, re) }), nil
}

// newestFirst is what was there at a moment.
func newestFirst[T any](all []T, at time.Time, made func(T) time.Time) []T {
	seen := slices.DeleteFunc(slices.Clone(all), func(one T) bool { return made(one).After(at) })
	slices.Reverse(seen)
	return seen
}

func (h *Hub) renderDeployment(r *repo, d *deployment) raw {
	address := h.api("/repos/%s/deployments/%d", r.fullName(), d.id)
	return object(
		part{"url", encode(address)}, part{"id", encode(d.id)}, part{"node_id", encode(nodeID("DE", d.id))},
		part{"sha", encode(d.sha)}, part{"ref", encode(d.ref)}, part{"task", encode("deploy")}, part{"payload", raw("{}")},
		part{"original_environment", encode(d.environment)}, part{"environment", encode(d.environment)},
		part{"description", nil}, part{"creator", h.renderUser(d.creator)},
		part{"created_at", encode(format(d.created))}, part{"updated_at", encode(format(d.created))},
		part{"statuses_url", encode(address + "/statuses")}, part{"repository_url", encode(h.api("/repos/%s", r.fullName()))},
		part{"transient_environment", raw("false")}, part{"production_environment", encode(d.environment == "production")},
		part{"performed_via_github_app", nil},
	)
}

// renderRelease renders a release, which is older by created_at than by
// published_at: the former is its commit's. docs: REST API endpoints for
// releases, "Get the latest release".
func (h *Hub) renderRelease(r *repo, re *release) raw {
	address, tag := h.api("/repos/%s/releases/%d", r.fullName(), re.id), escape(re.tag)
	return object(
		part{"url", encode(address)}, part{"html_url", encode(h.web("/%s/releases/tag/%s", r.fullName(), tag))},
		part{"assets_url", encode(address + "/assets")}, part{"upload_url", encode(address + "/assets{?name,label}")},
		part{"tarball_url", encode(h.api("/repos/%s/tarball/%s", r.fullName(), tag))},
		part{"zipball_url", encode(h.api("/repos/%s/zipball/%s", r.fullName(), tag))},
		part{"id", encode(re.id)}, part{"node_id", encode(nodeID("RE", re.id))}, part{"author", h.renderUser(re.author)},
		part{"tag_name", encode(re.tag)}, part{"target_commitish", encode(r.defaultBranch)}, part{"name", encode(re.tag)},
		part{"body", encode("")}, part{"draft", raw("false")}, part{"prerelease", raw("false")}, part{"immutable", raw("false")},
		part{"created_at", encode(format(re.committed))}, part{"published_at", encode(format(re.published))},
		part{"assets", raw("[]")},
	)
}
