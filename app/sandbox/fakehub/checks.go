package fakehub

import (
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// check is a check run on a commit, of the one App there is or of another one.
// docs: REST API endpoints for check runs.
type check struct {
	id        int64
	repo      *repo
	run       int64  // of the run that it is a job of, or 0
	app       string // another App's slug, or empty
	name, sha string
	made      time.Time
	state     history[checkState]
}

type checkState struct {
	completed                    time.Time // zero: when it was made
	external, status, conclusion string
	title, summary               string
	annotations                  []Annotation
}

// Annotation is a remark of a check on a line of a file.
type Annotation struct {
	Path    string `json:"path"`
	Start   int    `json:"start_line"`
	End     int    `json:"end_line"`
	Level   string `json:"annotation_level"`
	Message string `json:"message"`
	Title   string `json:"title"`
}

// The limits on a check run. docs: REST API endpoints for check runs, "Create a
// check run".
const (
	maxAnnotations = 50
	maxSummary     = 65535
)

// checkPut is what is sent to create or update a check run.
type checkPut struct {
	Name, Status, Conclusion string
	HeadSHA                  string    `json:"head_sha"`
	ExternalID               string    `json:"external_id"`
	CompletedAt              time.Time `json:"completed_at"`
	Output                   *struct {
		Title, Summary string
		Annotations    []Annotation
	}
}

func (in checkPut) fault() error {
	switch {
	case in.Status == "completed" && in.Conclusion == "":
		return invalid("CheckRun", "conclusion", "missing_field", "")
	case in.Output == nil:
		return nil
	case in.Output.Title == "" || in.Output.Summary == "":
		return invalid("CheckRun", "output", "missing_field", "")
	case utf8.RuneCountInString(in.Output.Summary) > maxSummary:
		return invalid("CheckRun", "summary", "custom", "Only 65535 characters are allowed")
	case len(in.Output.Annotations) > maxAnnotations:
		return invalid("CheckRun", "annotations", "custom", "No more than 50 items are allowed")
	}
	return nil
}

// apply changes a state by what was sent; annotations come beside those there are.
// docs: REST API endpoints for check runs, "Update a check run".
func (in checkPut) apply(s checkState) checkState {
	s.external = orDefault(in.ExternalID, s.external)
	s.status, s.conclusion = orDefault(in.Status, s.status), orDefault(in.Conclusion, s.conclusion)
	if !in.CompletedAt.IsZero() {
		s.completed = in.CompletedAt
	}
	if o := in.Output; o != nil {
		s.title, s.summary = o.Title, o.Summary
		s.annotations = append(slices.Clip(s.annotations), o.Annotations...)
	}
	return s
}

func createCheck(c *call, r *repo) (int, raw, error) {
	var in checkPut
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := in.fault(); err != nil {
		return 0, nil, err
	}
	if r.archived {
		return 0, nil, errArchived
	}
	if r.commits[in.HeadSHA] == nil || in.Name == "" {
		return 0, nil, &refusal{status: 422, message: "No commit found for SHA: " + in.HeadSHA}
	}
	made := &check{id: c.hub.nextID(), repo: r, name: in.Name, sha: in.HeadSHA, made: c.hub.now}
	made.state.set(c.hub.now, in.apply(checkState{status: "queued"}))
	r.checks = append(r.checks, made)
	delete(r.rerequested, made.sha)
	c.hub.emitCheck("created", c.actor, made)
	c.hub.checkEnded(c.actor, made)
	return http.StatusCreated, c.hub.renderCheck(made, made.state.last()), nil
}

// checkEnded announces a check run that is completed, and its suite, of which it is all.
// docs: Webhook events and payloads, "check_run", "check_suite", completed.
func (h *Hub) checkEnded(a actor, one *check) {
	if one.state.last().status == "completed" {
		h.emitCheck("completed", a, one)
		h.emitSuite(a, one)
	}
}

func updateCheck(c *call, r *repo) (int, raw, error) {
	id, err := c.number("check")
	if err != nil {
		return 0, nil, err
	}
	found, err := r.checkWithID(id)
	if err == nil && found.app != "" { // "Write permission for the REST API to interact with checks is only available to GitHub Apps", and of their own
		err = errNoAccess
	}
	if err != nil {
		return 0, nil, err
	}
	var in checkPut
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := in.fault(); err != nil {
		return 0, nil, err
	}
	found.state.set(c.hub.now, in.apply(found.state.last()))
	delete(r.rerequested, found.sha)
	c.hub.checkEnded(c.actor, found)
	return http.StatusOK, c.hub.renderCheck(found, found.state.last()), nil
}

func (r *repo) checkWithID(id int64) (*check, error) {
	for _, one := range r.checks {
		if one.id == id {
			return one, nil
		}
	}
	return nil, errNotFound
}

// listChecks shows the latest of each name, or all. docs: REST API endpoints for
// check runs, "List check runs for a Git reference".
func listChecks(c *call, r *repo) (int, raw, error) {
	at, q := c.hub.listTime(), c.request.URL.Query()
	ref := c.request.PathValue("ref")
	on := r.commitAt(ref)
	if on == nil {
		return 0, nil, &refusal{status: 422, message: "No commit found for SHA: " + ref}
	}
	ref = on.sha
	type shown struct {
		check *check
		state checkState
	}
	var seen []shown
	names := map[string]bool{}
	for _, one := range slices.Backward(r.checks) {
		s, ok := one.state.asOf(at)
		if !ok || one.sha != ref || q.Get("check_name") != "" && q.Get("check_name") != one.name {
			continue
		}
		if id := q.Get("app_id"); id != "" && id != strconv.FormatInt(c.hub.idOfApp(orDefault(one.app, c.hub.options.App.Slug)), 10) {
			continue
		}
		if names[one.app+"/"+one.name] && q.Get("filter") != "all" {
			continue
		}
		names[one.app+"/"+one.name] = true
		seen = append(seen, shown{one, s})
	}
	return http.StatusOK, object(
		part{"total_count", encode(len(seen))},
		part{"check_runs", renderAll(page(c, seen), func(s shown) raw { return c.hub.renderCheck(s.check, s.state) })},
	), nil
}

func (h *Hub) renderCheck(one *check, s checkState) raw {
	r := one.repo
	address, page := h.api("/repos/%s/check-runs/%d", r.fullName(), one.id), h.web("/%s/runs/%d", r.fullName(), one.id)
	suite := r.id
	if one.run != 0 {
		page, suite = h.web("/%s/actions/runs/%d/job/%d", r.fullName(), one.run, one.id), one.run
	}
	var completed *string
	if s.status == "completed" {
		text := format(one.completed(s))
		completed = &text
	}
	return object(
		part{"id", encode(one.id)}, part{"head_sha", encode(one.sha)}, part{"node_id", encode(nodeID("CR", one.id))},
		part{"external_id", encode(s.external)}, part{"url", encode(address)}, part{"html_url", encode(page)},
		part{"details_url", encode(page)}, part{"status", encode(s.status)}, part{"conclusion", encode(orNull(s.conclusion))},
		part{"started_at", encode(format(one.made))}, part{"completed_at", encode(completed)},
		part{"output", object(
			part{"title", encode(orNull(s.title))}, part{"summary", encode(orNull(s.summary))}, part{"text", nil},
			part{"annotations_count", encode(len(s.annotations))}, part{"annotations_url", encode(address + "/annotations")},
		)},
		part{"name", encode(one.name)}, part{"check_suite", object(part{"id", encode(suite)})}, part{"app", h.renderAppOf(one)},
		part{"pull_requests", renderAll(one.pulls(), h.renderPullName)},
	)
}

// completed is when a check run was.
func (one *check) completed(s checkState) time.Time {
	if s.completed.IsZero() {
		return one.made
	}
	return s.completed
}

// pulls are the open pull requests with the commit at their head.
func (one *check) pulls() []*issue {
	var list []*issue
	for _, n := range one.repo.numbers() {
		if i := one.repo.issues[n]; i.pull && i.pr.tip == one.sha && i.now().state == "open" {
			list = append(list, i)
		}
	}
	return list
}

func (h *Hub) renderPullName(i *issue) raw {
	r := i.repo
	end := func(branch, sha string) raw {
		return object(part{"ref", encode(branch)}, part{"sha", encode(sha)}, part{"repo", object(
			part{"id", encode(r.id)}, part{"url", encode(h.api("/repos/%s", r.fullName()))}, part{"name", encode(r.name)},
		)})
	}
	return object(
		part{"url", encode(h.api("/repos/%s/pulls/%d", r.fullName(), i.number))}, part{"id", encode(i.id + 1_000_000)},
		part{"number", encode(i.number)}, part{"head", end(i.pr.head, i.pr.tip)}, part{"base", end(r.defaultBranch, r.tip().name())},
	)
}

// RerunCheck asks its App to run a check again, which changes nothing by itself.
// docs: REST API endpoints for check runs, "Rerequest a check run".
func (h *Hub) RerunCheck(repo string, id int64, by string) error {
	defer h.begin()()
	r, a, err := h.sceneToWrite(repo, by)
	if err != nil {
		return err
	}
	one, err := r.checkWithID(id)
	if err == nil {
		r.rerequested[one.sha] = true
		h.emitCheck("rerequested", a, one)
	}
	return err
}

// listSuites shows the one suite that this App's check runs of a commit are in. docs: REST
// API endpoints for check suites, "List check suites for a Git reference".
func listSuites(c *call, r *repo) (int, raw, error) {
	ref, name := c.request.PathValue("ref"), c.request.URL.Query().Get("check_name")
	var of []*check
	for _, one := range r.checks {
		if one.sha == ref && one.app == "" && (name == "" || one.name == name) {
			of = append(of, one)
		}
	}
	if len(of) == 0 {
		return http.StatusOK, object(part{"total_count", encode(0)}, part{"check_suites", raw("[]")}), nil
	}
	return http.StatusOK, object(part{"total_count", encode(1)}, part{"check_suites", renderAll(of[:1], c.hub.renderSuite)}), nil
}

// renderSuite renders the suite of a check run. One that was asked for again is
// queued, without a conclusion, until its App writes to it. docs: REST API endpoints
// for check runs, "Rerequest a check run".
func (h *Hub) renderSuite(one *check) raw {
	r, status, conclusion := one.repo, "completed", encode("neutral")
	if r.rerequested[one.sha] {
		status, conclusion = "queued", raw("null")
	}
	address := h.api("/repos/%s/check-suites/%d", r.fullName(), r.id)
	who := object(part{"name", encode("somebody")}, part{"email", encode("noreply@fakehub.example")})
	return object(
		part{"id", encode(r.id)}, part{"node_id", encode(nodeID("CS", r.id))}, part{"head_branch", nil}, part{"head_sha", encode(one.sha)},
		part{"status", encode(status)}, part{"conclusion", conclusion}, part{"url", encode(address)}, part{"before", nil}, part{"after", nil},
		part{"pull_requests", renderAll(one.pulls(), h.renderPullName)}, part{"app", h.renderAppOf(one)}, part{"repository", h.renderRepo(r)},
		part{"created_at", encode(format(one.made))}, part{"updated_at", encode(format(one.made))},
		part{"head_commit", object(
			part{"id", encode(one.sha)}, part{"tree_id", encode(one.sha)}, part{"message", encode("Change")},
			part{"timestamp", encode(format(one.made))}, part{"author", who}, part{"committer", who},
		)},
		part{"latest_check_runs_count", encode(1)}, part{"check_runs_url", encode(address + "/check-runs")},
	)
}

func (h *Hub) emitCheck(action string, a actor, one *check) {
	if h.listener(one.repo, "check_run") == nil {
		return
	}
	h.emit("check_run", action, a, one.repo, []part{
		{"action", encode(action)}, {"check_run", h.renderCheck(one, one.state.last())},
	})
}

// CheckView is a check run, for assertions and for showing.
type CheckView struct {
	ID                         int64
	Name, Commit, ExternalID   string
	Conclusion, Title, Summary string
	Annotations                []Annotation
	Edits                      int
}

// Checks lists the check runs of repo, oldest first.
func (h *Hub) Checks(repo string) []CheckView {
	defer h.begin()()
	var list []CheckView
	for _, one := range h.mustRepo(repo).checks {
		s := one.state.last()
		list = append(list, CheckView{
			ID: one.id, Name: one.name, Commit: one.sha, ExternalID: s.external, Conclusion: s.conclusion, Title: s.title,
			Summary: s.summary, Annotations: s.annotations, Edits: len(one.state.versions) - 1,
		})
	}
	return list
}
