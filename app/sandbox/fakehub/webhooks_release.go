package fakehub

// emitProtection announces that a deployment waits for this App. docs: Webhook events and
// payloads, "deployment_protection_rule".
func (h *Hub) emitProtection(a actor, r *repo, w *workflowRun, j *protectedJob) {
	if h.listener(r, "deployment_protection_rule") == nil {
		return
	}
	h.emit("deployment_protection_rule", "requested", a, r, []part{
		{"action", encode("requested")}, {"environment", encode(j.deployment.environment)}, {"event", encode("push")},
		{"sha", encode(w.sha)}, {"ref", encode(w.branch)},
		{"deployment_callback_url", encode(h.api("/repos/%s/actions/runs/%d/deployment_protection_rule", r.fullName(), w.id))},
		{"deployment", h.renderDeployment(r, j.deployment)}, {"pull_requests", raw("[]")},
	})
}

// emitRun announces that a run of a workflow has ended. docs: Webhook events and payloads,
// "workflow_run".
func (h *Hub) emitRun(a actor, r *repo, w *workflowRun) {
	if h.listener(r, "workflow_run") == nil {
		return
	}
	at, address := encode(format(w.at)), h.api("/repos/%s/actions/workflows/%d", r.fullName(), w.id)
	page := h.web("/%s/actions/workflows/%s", r.fullName(), w.file)
	h.emit("workflow_run", "completed", a, r, []part{
		{"action", encode("completed")}, {"workflow_run", h.renderRun(r, w)},
		{"workflow", object(
			part{"id", encode(w.id)}, part{"node_id", encode(nodeID("W", w.id))}, part{"name", encode(w.file)},
			part{"path", encode(".github/workflows/" + w.file)}, part{"state", encode("active")}, part{"created_at", at}, part{"updated_at", at},
			part{"url", encode(address)}, part{"html_url", encode(page)}, part{"badge_url", encode(page + "/badge.svg")},
		)},
	})
}

// emitDeployment announces what became of a deployment. docs: Webhook events and payloads,
// "deployment_status".
func (h *Hub) emitDeployment(a actor, r *repo, d *deployment) {
	if h.listener(r, "deployment_status") == nil {
		return
	}
	last := d.statuses[len(d.statuses)-1]
	at, address, run := encode(format(last.at)), h.api("/repos/%s/deployments/%d", r.fullName(), d.id), h.web("/%s/actions/runs/%d", r.fullName(), d.id)
	h.emit("deployment_status", "created", a, r, []part{
		{"action", encode("created")}, {"deployment", h.renderDeployment(r, d)},
		{"deployment_status", object(
			part{"id", encode(d.id)}, part{"node_id", encode(nodeID("DES", d.id))}, part{"url", encode(address + "/statuses/1")},
			part{"state", encode(last.state)}, part{"creator", h.renderUser(a.user)}, part{"description", encode("")},
			part{"environment", encode(d.environment)}, part{"target_url", encode(run)}, part{"log_url", encode(run)},
			part{"created_at", at}, part{"updated_at", at}, part{"deployment_url", encode(address)},
			part{"repository_url", encode(h.api("/repos/%s", r.fullName()))},
		)},
	})
}

// emitGroup announces that the merge queue wants checks of a commit. docs: Webhook events
// and payloads, "merge_group".
func (h *Hub) emitGroup(a actor, r *repo, ref string, base, head *commit) {
	if h.listener(r, "merge_group") == nil {
		return
	}
	h.emit("merge_group", "checks_requested", a, r, []part{
		{"action", encode("checks_requested")},
		{"merge_group", object(
			part{"head_sha", encode(head.sha)}, part{"head_ref", encode("refs/heads/" + ref)}, part{"base_sha", encode(base.name())},
			part{"base_ref", encode("refs/heads/" + r.defaultBranch)}, part{"head_commit", h.renderPushed(r, head)},
		)},
	})
}

// emitRelease announces a release that was published. docs: Webhook events and payloads,
// "release".
func (h *Hub) emitRelease(a actor, r *repo, re *release) {
	if h.listener(r, "release") == nil {
		return
	}
	h.emit("release", "published", a, r, []part{
		{"action", encode("published")}, {"release", h.renderRelease(r, re).with(part{"updated_at", encode(format(re.published))})},
	})
}

// emitCreate announces a new branch or tag. docs: Webhook events and payloads, "create".
func (h *Hub) emitCreate(a actor, r *repo, kind, name string) {
	if h.listener(r, "create") == nil {
		return
	}
	h.emit("create", "", a, r, []part{
		{"ref", encode(name)}, {"ref_type", encode(kind)}, {"master_branch", encode(r.defaultBranch)}, {"description", nil},
		{"pusher_type", encode("user")},
	})
}

// emitStatus announces what somebody outside said of a commit. docs: Webhook events and
// payloads, "status".
func (h *Hub) emitStatus(a actor, r *repo, s *commitStatus) {
	if h.listener(r, "status") == nil || r.commits[s.sha] == nil {
		return
	}
	at := encode(format(s.at))
	h.emit("status", "", a, r, []part{
		{"id", encode(s.id)}, {"sha", encode(s.sha)}, {"name", encode(r.fullName())}, {"target_url", nil}, {"context", encode(s.context)},
		{"description", nil}, {"state", encode(s.state)}, {"commit", h.renderCommit(r, r.commits[s.sha]).with(part{"commit", h.renderBareCommit(r, r.commits[s.sha])})}, {"branches", raw("[]")},
		{"created_at", at}, {"updated_at", at},
	})
}

// emitSuite announces that all checks of a suite have ended. docs: Webhook events and
// payloads, "check_suite".
func (h *Hub) emitSuite(a actor, one *check) {
	if h.listener(one.repo, "check_suite") == nil {
		return
	}
	h.emit("check_suite", "completed", a, one.repo, []part{{"action", encode("completed")}, {"check_suite", h.renderSuite(one)}})
}
