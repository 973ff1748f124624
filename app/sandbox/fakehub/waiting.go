package fakehub

import (
	"fmt"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// protectedJob is a job of a run that deploys to an environment, and that may wait for
// what Apps say of it. docs: Deployments and environments, "Custom deployment protection
// rules".
type protectedJob struct {
	deployment *deployment
	waitsFor   []string // Apps, by slug
	rejected   bool
	since      time.Time
	words      []Word
}

// Word is what this App said of a deployment that waited: approved, rejected or, with no
// state, why it waits.
type Word struct{ State, Comment string }

// The limits on words. docs: "Creating custom deployment protection rules", which does not
// say what becomes of the eleventh.
const (
	maxWords = 10
	maxWord  = 1024
)

// ProtectEnvironment has an environment wait for Apps, by slug; with none it waits for
// nobody.
func (h *Hub) ProtectEnvironment(repo, environment string, apps ...string) {
	defer h.begin()()
	h.mustRepo(repo).protections[environment] = apps
}

// RunTo has somebody run a workflow, by its file's name, on a branch, a tag or a commit,
// with a job for each of some environments, and returns the id of the run. A job that
// waits for nobody is done at once. docs: Webhook events and payloads,
// "deployment_protection_rule".
func (h *Hub) RunTo(repo, file, ref, by string, environments ...string) (run int64, err error) {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return 0, err
	}
	at := r.commitAt(ref)
	if at == nil {
		return 0, errNotFound
	}
	w := &workflowRun{id: h.nextID(), file: file, event: "push", sha: at.sha, branch: orDefault(ref, r.defaultBranch), actor: a.user, at: h.now}
	r.runs = append(r.runs, w)
	for _, environment := range environments {
		h.startJob(a, r, w, environment)
	}
	return w.id, nil
}

// RunAgain has somebody start those jobs of a run again that were rejected. The run keeps
// its id and counts its attempts. docs: Re-running workflows and jobs, "Re-running failed
// jobs in a workflow".
func (h *Hub) RunAgain(repo string, run int64, by string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(r.runs, func(w *workflowRun) bool { return w.id == run && w.conclusion == "failure" })
	if at < 0 {
		return errNotFound
	}
	w := r.runs[at]
	w.again, w.conclusion, w.at = w.again+1, "", h.now
	jobs := w.jobs
	w.jobs = nil
	for _, j := range jobs {
		if !j.rejected {
			w.jobs = append(w.jobs, j)
			continue
		}
		w.earlier = append(w.earlier, j)
		h.startJob(a, r, w, j.deployment.environment)
	}
	return nil
}

// startJob starts a job that deploys to an environment.
func (h *Hub) startJob(a actor, r *repo, w *workflowRun, environment string) {
	d := &deployment{id: h.nextID(), environment: environment, ref: w.branch, sha: w.sha, creator: a.user, created: h.now}
	r.deployments = append(r.deployments, d)
	j := &protectedJob{deployment: d, waitsFor: slices.Clone(r.protections[environment]), since: h.now}
	w.jobs = append(w.jobs, j)
	if len(j.waitsFor) > 0 {
		h.deployed(a, r, d, "waiting")
	}
	if slices.Contains(j.waitsFor, h.options.App.Slug) {
		h.emitProtection(a, r, w, j)
	}
	h.proceed(a, r, w, j)
}

// proceed goes on with a job that waits for nobody any more, and ends its run with the
// last one.
func (h *Hub) proceed(a actor, r *repo, w *workflowRun, j *protectedJob) {
	if len(j.waitsFor) > 0 {
		return
	}
	state := "success"
	if j.rejected {
		state = "failure"
	}
	h.deployed(a, r, j.deployment, state)
	if w.waits() {
		return
	}
	w.conclusion, w.at = "success", h.now
	if slices.ContainsFunc(w.jobs, func(j *protectedJob) bool { return j.rejected }) {
		w.conclusion = "failure"
	}
	h.emitRun(a, r, w)
}

func (w *workflowRun) waits() bool {
	return slices.ContainsFunc(w.jobs, func(j *protectedJob) bool { return len(j.waitsFor) > 0 })
}

// ReviewAs is another App's word on a deployment that waits for it.
func (h *Hub) ReviewAs(app, repo string, run int64, environment, state string) error {
	defer h.begin()()
	r := h.mustRepo(repo)
	w, j, err := r.waiting(run, environment, app)
	if err != nil {
		return err
	}
	h.judge(actor{user: h.maker}, r, w, j, app, state)
	return nil
}

func (h *Hub) judge(a actor, r *repo, w *workflowRun, j *protectedJob, app, state string) {
	switch state {
	case "approved":
		j.waitsFor = without(j.waitsFor, app)
	case "rejected":
		j.waitsFor, j.rejected = nil, true
	default:
		return
	}
	h.proceed(a, r, w, j)
}

// waiting is the job of a run that waits for an App.
func (r *repo) waiting(run int64, environment, app string) (*workflowRun, *protectedJob, error) {
	at := slices.IndexFunc(r.runs, func(w *workflowRun) bool { return w.id == run })
	if at < 0 {
		return nil, nil, errNotFound
	}
	for _, j := range r.runs[at].jobs {
		if j.deployment.environment == environment && slices.Contains(j.waitsFor, app) {
			return r.runs[at], j, nil
		}
	}
	return nil, nil, &refusal{status: 422, message: fmt.Sprintf("No pending deployment protection rule of this App for environment %q", environment)}
}

// reviewGate takes this App's word. docs: REST API endpoints for workflow runs, "Review
// custom deployment protection rules for a workflow run". What is refused, and how, is not
// documented.
func reviewGate(c *call, r *repo) (int, raw, error) {
	run, err := c.number("run")
	if err != nil {
		return 0, nil, err
	}
	var in struct {
		Environment    string  `json:"environment_name"`
		State, Comment *string // one of which must be there
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	state, comment := "", ""
	if in.State != nil {
		state = *in.State
	}
	if in.Comment != nil {
		comment = *in.Comment
	}
	slug := c.hub.options.App.Slug
	w, j, err := r.waiting(run, in.Environment, slug)
	switch {
	case err != nil:
		return 0, nil, err
	case in.State != nil && state != "approved" && state != "rejected":
		return 0, nil, invalid("DeploymentProtectionRule", "state", "invalid", "")
	case in.State == nil && comment == "":
		return 0, nil, invalid("DeploymentProtectionRule", "comment", "missing_field", "")
	case utf8.RuneCountInString(comment) > maxWord:
		return 0, nil, invalid("DeploymentProtectionRule", "comment", "custom", "Only 1024 characters are allowed")
	case len(j.words) >= maxWords:
		return 0, nil, &refusal{status: 422, message: "The maximum number of status reports is reached"}
	}
	j.words = append(j.words, Word{state, comment})
	c.hub.judge(c.actor, r, w, j, slug, state)
	return http.StatusNoContent, nil, nil
}

// listPending shows the environments that a run waits for. docs: REST API endpoints for
// workflow runs, "Get pending deployments for a workflow run".
func listPending(c *call, r *repo) (int, raw, error) {
	run, err := c.number("run")
	if err != nil {
		return 0, nil, err
	}
	at := slices.IndexFunc(r.runs, func(w *workflowRun) bool { return w.id == run })
	if at < 0 {
		return 0, nil, errNotFound
	}
	jobs := slices.DeleteFunc(slices.Clone(r.runs[at].jobs), func(j *protectedJob) bool { return len(j.waitsFor) == 0 })
	return http.StatusOK, renderAll(jobs, func(j *protectedJob) raw {
		name := j.deployment.environment
		return object(
			part{"environment", object(
				part{"id", encode(j.deployment.id)}, part{"node_id", encode(nodeID("EN", j.deployment.id))}, part{"name", encode(name)},
				part{"url", encode(c.hub.api("/repos/%s/environments/%s", r.fullName(), escape(name)))},
				part{"html_url", encode(c.hub.web("/%s/deployments/activity_log?environments_filter=%s", r.fullName(), escape(name)))},
			)},
			part{"wait_timer", encode(0)}, part{"wait_timer_started_at", nil}, part{"current_user_can_approve", raw("false")},
			part{"reviewers", raw("[]")},
		)
	}), nil
}

// listProtections shows the Apps that an environment waits for. docs: REST API endpoints
// for deployment protection rules, "Get all deployment protection rules for an
// environment".
func listProtections(c *call, r *repo) (int, raw, error) {
	apps, known := r.protections[c.request.PathValue("environment")]
	if !known {
		return 0, nil, errNotFound
	}
	rules := renderAll(apps, func(slug string) raw {
		id := c.hub.idOfApp(slug)
		return object(
			part{"id", encode(id + 100_000)}, part{"node_id", encode(nodeID("DPR", id))}, part{"enabled", raw("true")},
			part{"app", object(
				part{"id", encode(id)}, part{"slug", encode(slug)}, part{"node_id", encode(nodeID("A", id))},
				part{"integration_url", encode(c.hub.api("/apps/%s", slug))},
			)},
		)
	})
	return http.StatusOK, object(part{"total_count", encode(len(apps))}, part{"custom_deployment_protection_rules", rules}), nil
}

// idOfApp is the id of an App by its slug: of this one, or one of its own for any other.
func (h *Hub) idOfApp(slug string) int64 {
	if slug == h.options.App.Slug {
		return h.options.App.ID
	}
	id := int64(1_000_000)
	for _, letter := range slug {
		id = id*31%1_000_000_007 + int64(letter)
	}
	return id + 1_000_000
}

// WaitingView is a deployment that waited for this App, or does.
type WaitingView struct {
	Run         int64
	Environment string
	Waits       bool
	Rejected    bool
	Words       []Word
}

// Protected lists the deployments of repo to environments, run by run, oldest first.
func (h *Hub) Protected(repo string) (all []WaitingView) {
	defer h.begin()()
	for _, w := range h.mustRepo(repo).runs {
		for _, j := range slices.Concat(w.earlier, w.jobs) {
			all = append(all, WaitingView{w.id, j.deployment.environment, len(j.waitsFor) > 0, j.rejected, slices.Clone(j.words)})
		}
	}
	return all
}
