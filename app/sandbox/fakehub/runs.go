package fakehub

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// workflowRun is a run of a workflow of GitHub Actions that has ended, or waits.
type workflowRun struct {
	id         int64
	file       string // its name
	event      string // by which it was started
	sha        string
	branch     string // or tag
	actor      *user
	conclusion string // empty while it waits
	at         time.Time
	jobs       []*protectedJob
	again      int             // how often it was started again
	earlier    []*protectedJob // which failed before that
}

// commitStatus is what somebody outside said of a commit. docs: REST API endpoints
// for commit statuses.
type commitStatus struct {
	id      int64
	sha     string
	context string
	state   string // error, failure, pending, success
	at      time.Time
}

// RunWorkflow has a workflow, by its file's name, run on a commit and end with a
// conclusion. docs: REST API endpoints for workflow runs.
func (h *Hub) RunWorkflow(repo, file, ref, conclusion string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	w := &workflowRun{id: h.nextID(), file: file, event: "push", sha: r.commitAt(ref).name(), branch: r.defaultBranch, actor: r.owner, conclusion: conclusion, at: h.now}
	r.runs = append(r.runs, w)
	h.emitRun(actor{user: r.owner}, r, w)
}

// Job is a job of a run, with what it remarked. docs: Workflow commands for GitHub Actions,
// "Setting a notice message".
type Job struct {
	Name        string
	Annotations []Annotation
}

// RunJobs has somebody cause a run of a workflow, by its file's name, on a branch, a tag or
// a commit, by an event such as workflow_dispatch, with jobs that end well: each is a check
// run of the App "GitHub Actions", in the run's own suite. What else is asked of whoever
// causes it than to read depends on the event, and is not simulated.
func (h *Hub) RunJobs(repo, file, ref, by, event string, jobs ...Job) (run int64, err error) {
	defer h.begin()()
	r, a, err := h.scene(repo, by)
	if err != nil {
		return 0, err
	}
	at := r.commitAt(ref)
	if at == nil {
		return 0, errNotFound
	}
	w := &workflowRun{id: h.nextID(), file: file, event: event, sha: at.sha, branch: orDefault(ref, r.defaultBranch), actor: a.user, conclusion: "success", at: h.now}
	r.runs = append(r.runs, w)
	for _, j := range jobs {
		made := &check{id: h.nextID(), repo: r, run: w.id, app: "github-actions", name: j.Name, sha: at.sha, made: h.now}
		made.state.set(h.now, checkState{status: "completed", conclusion: "success", annotations: j.Annotations})
		r.checks = append(r.checks, made)
		h.checkEnded(a, made)
	}
	h.emitRun(a, r, w)
	return w.id, nil
}

// DeleteRun removes a run of a workflow with its jobs. docs: REST API endpoints for
// workflow runs, "Delete a workflow run".
func (h *Hub) DeleteRun(repo string, run int64) {
	defer h.begin()()
	r := h.mustRepo(repo)
	r.runs = slices.DeleteFunc(r.runs, func(w *workflowRun) bool { return w.id == run })
	r.checks = slices.DeleteFunc(r.checks, func(one *check) bool { return one.run == run })
}

// status is how far a run is.
func (w *workflowRun) status() string {
	if w.waits() {
		return "waiting"
	}
	return "completed"
}

// SetStatus has somebody outside say something of a commit. docs: REST API endpoints
// for commit statuses, "Create a commit status".
func (h *Hub) SetStatus(repo, ref, context, state string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	s := &commitStatus{h.nextID(), r.commitAt(ref).name(), context, state, h.now}
	r.statuses = append(r.statuses, s)
	h.emitStatus(actor{user: r.owner}, r, s)
}

// Check has a check run end on a commit, as if the one App had made it.
func (h *Hub) Check(repo, ref, name, conclusion string) {
	h.CheckOf("", repo, ref, name, conclusion, "")
}

// CheckOf has a check run of an App, by slug, end on a commit, with a summary. That of
// GitHub Actions is "github-actions".
func (h *Hub) CheckOf(app, repo, ref, name, conclusion, summary string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	made := &check{id: h.nextID(), repo: r, app: app, name: name, sha: r.commitAt(ref).name(), made: h.now}
	made.state.set(h.now, checkState{status: "completed", conclusion: conclusion, title: name, summary: summary})
	r.checks = append(r.checks, made)
	h.checkEnded(actor{user: r.owner}, made)
}

// Tip is the newest commit of the default branch.
func (h *Hub) Tip(repo string) string {
	defer h.begin()()
	return h.mustRepo(repo).tip().name()
}

// JobToken is an installation's token, such as a job of GitHub Actions finds in
// GITHUB_TOKEN. docs: GITHUB_TOKEN, which is one of the App "GitHub Actions".
func (h *Hub) JobToken(owner string) string {
	defer h.begin()()
	text, _ := h.issueToken(h.mustInstallation(owner))
	return text
}

// listRuns shows the newest first, as GitHub does without saying so. docs: REST API
// endpoints for workflow runs, "List workflow runs for a repository".
func listRuns(c *call, r *repo) (int, raw, error) { return answerRuns(c, r, "") }

// listRunsOf likewise, of one workflow. docs: "List workflow runs for a workflow": by
// its id or its file's name.
func listRunsOf(c *call, r *repo) (int, raw, error) {
	file := c.request.PathValue("workflow")
	known := slices.ContainsFunc(r.runs, func(w *workflowRun) bool { return w.file == file })
	if !known && r.tip().snapshot()[path.Join(".github/workflows", file)] == nil {
		return 0, nil, errNotFound
	}
	return answerRuns(c, r, file)
}

func answerRuns(c *call, r *repo, file string) (int, raw, error) {
	q := c.request.URL.Query()
	seen := newestFirst(r.runs, c.hub.listTime(), func(w *workflowRun) time.Time { return w.at })
	seen = slices.DeleteFunc(seen, func(w *workflowRun) bool {
		status := q.Get("status")
		since := strings.TrimPrefix(q.Get("created"), ">=") // of the syntax for dates, the part that is asked for
		return file != "" && w.file != file || q.Has("event") && q.Get("event") != w.event || format(w.at) < since || q.Has("head_sha") && q.Get("head_sha") != w.sha ||
			status != "" && status != w.status() && status != w.conclusion
	})
	return http.StatusOK, object(
		part{"total_count", encode(len(seen))},
		part{"workflow_runs", renderAll(page(c, seen), func(w *workflowRun) raw { return c.hub.renderRun(r, w) })},
	), nil
}

func (h *Hub) renderRun(r *repo, w *workflowRun) raw {
	address, at := h.api("/repos/%s/actions/runs/%d", r.fullName(), w.id), encode(format(w.at))
	who := object(part{"name", encode("somebody")}, part{"email", encode("noreply@fakehub.example")})
	return object(
		part{"id", encode(w.id)}, part{"node_id", encode(nodeID("WFR", w.id))}, part{"name", encode(w.file)},
		part{"head_branch", encode(w.branch)}, part{"head_sha", encode(w.sha)}, part{"path", encode(".github/workflows/" + w.file)},
		part{"display_title", encode("Change")}, part{"run_number", encode(1)}, part{"event", encode(w.event)},
		part{"status", encode(w.status())}, part{"conclusion", encode(orNull(w.conclusion))}, part{"workflow_id", encode(w.id)},
		part{"url", encode(address)}, part{"html_url", encode(h.web("/%s/actions/runs/%d", r.fullName(), w.id))},
		part{"pull_requests", raw("[]")}, part{"created_at", at}, part{"updated_at", at}, part{"run_started_at", at},
		part{"jobs_url", encode(address + "/jobs")}, part{"logs_url", encode(address + "/logs")},
		part{"check_suite_url", encode(h.api("/repos/%s/check-suites/%d", r.fullName(), w.id))},
		part{"artifacts_url", encode(address + "/artifacts")}, part{"cancel_url", encode(address + "/cancel")},
		part{"rerun_url", encode(address + "/rerun")}, part{"workflow_url", encode(h.api("/repos/%s/actions/workflows/%d", r.fullName(), w.id))},
		part{"head_commit", object(
			part{"id", encode(w.sha)}, part{"tree_id", encode(w.sha)}, part{"message", encode("Change")},
			part{"timestamp", at}, part{"author", who}, part{"committer", who},
		)},
		part{"repository", h.renderRepo(r)}, part{"head_repository", h.renderRepo(r)},
		part{"actor", h.renderUser(w.actor)}, part{"triggering_actor", h.renderUser(w.actor)}, part{"run_attempt", encode(1 + w.again)},
		part{"check_suite_id", encode(w.id)}, part{"check_suite_node_id", encode(nodeID("CS", w.id))}, part{"previous_attempt_url", nil},
	)
}

// getStatus shows the last of each context. docs: REST API endpoints for commit
// statuses, "Get the combined status for a specific reference".
func getStatus(c *call, r *repo) (int, raw, error) {
	on := r.commitAt(c.request.PathValue("ref"))
	if on == nil {
		return 0, nil, errNotFound
	}
	var seen []*commitStatus
	state := "pending" // "if there are no statuses or a context is pending"
	for _, s := range slices.Backward(r.statuses) {
		if s.sha == on.sha && !slices.ContainsFunc(seen, func(other *commitStatus) bool { return other.context == s.context }) {
			seen = append(seen, s)
			state = s.state
		}
	}
	address := c.hub.api("/repos/%s/commits/%s", r.fullName(), on.sha)
	return http.StatusOK, object(
		part{"state", encode(state)}, part{"sha", encode(on.sha)}, part{"total_count", encode(len(seen))},
		part{"statuses", renderAll(page(c, seen), func(s *commitStatus) raw {
			return object(
				part{"url", encode(c.hub.api("/repos/%s/statuses/%s", r.fullName(), on.sha))}, part{"avatar_url", nil},
				part{"id", encode(s.id)}, part{"node_id", encode(nodeID("SC", s.id))}, part{"state", encode(s.state)},
				part{"description", nil}, part{"target_url", encode(c.hub.web("/%s/status/%d", r.fullName(), s.id))},
				part{"context", encode(s.context)}, part{"created_at", encode(format(s.at))}, part{"updated_at", encode(format(s.at))},
			)
		})},
		part{"repository", c.hub.renderRepo(r)}, part{"commit_url", encode(address)}, part{"url", encode(address + "/status")},
	), nil
}
