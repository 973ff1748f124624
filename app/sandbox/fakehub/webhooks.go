package fakehub

import (
	"slices"
)

// changed is how a delivery says what an edit replaced.
// docs: Webhook events and payloads, "issues", action edited.
func changed(field, from string) part {
	return part{"changes", object(part{field, object(part{"from", encode(from)})})}
}

// emitIssue announces a change of an issue, or of a pull request.
func (h *Hub) emitIssue(action string, a actor, i *issue, extra ...part) {
	if i.pull {
		h.emitPull(action, a, i, extra...)
		return
	}
	if h.listener(i.repo, "issues") == nil {
		return
	}
	parts := append([]part{{"action", encode(action)}, {"issue", h.renderIssue(i)}}, extra...)
	h.emit("issues", action, a, i.repo, parts)
}

// emitComment announces a change of a comment, on issues and pull requests.
func (h *Hub) emitComment(action string, a actor, c *comment, extra ...part) {
	r := c.issue.repo
	if h.listener(r, "issue_comment") == nil {
		return
	}
	parts := append([]part{
		{"action", encode(action)}, {"issue", h.renderIssue(c.issue)}, {"comment", h.renderComment(c)},
	}, extra...)
	h.emit("issue_comment", action, a, r, parts)
}

func (h *Hub) emitLabel(action string, a actor, r *repo, l *label) {
	if h.listener(r, "label") == nil {
		return
	}
	h.emit("label", action, a, r, []part{{"action", encode(action)}, {"label", h.renderLabel(r, l)}})
}

// emitPush announces commits on a branch. docs: Webhook events and payloads, "push".
func (h *Hub) emitPush(a actor, r *repo, branch string, before, after *commit) {
	if h.listener(r, "push") == nil {
		return
	}
	who := renderPerson(a.user)
	commits := renderAll(lacking(before, after), func(c *commit) raw { return h.renderPushed(r, c) })
	h.emit("push", "", a, r, []part{
		{"ref", encode("refs/heads/" + branch)}, {"before", encode(before.name())}, {"after", encode(after.sha)},
		{"base_ref", nil}, {"created", encode(before == nil)}, {"deleted", raw("false")},
		{"forced", encode(before != nil && !reach(after)[before])},
		{"compare", encode(h.web("/%s/compare/%s...%s", r.fullName(), before.name(), after.sha))},
		{"commits", commits}, {"head_commit", h.renderPushed(r, after)}, {"pusher", who},
	})
}

func renderPerson(u *user) raw {
	return object(part{"name", encode(u.login)}, part{"email", encode(u.login + "@fakehub.example")}, part{"username", encode(u.login)})
}

// renderPushed renders a commit as a push tells of it.
func (h *Hub) renderPushed(r *repo, c *commit) raw {
	by, who := map[string][]string{"added": {}, "removed": {}, "modified": {}}, renderPerson(c.author)
	for _, f := range differences(c.first().snapshot(), c.files) {
		if f.status == "renamed" { // of which a push does not know
			by["removed"] = append(by["removed"], f.previous)
			f.status = "added"
		}
		by[f.status] = append(by[f.status], f.path)
	}
	return object(
		part{"id", encode(c.sha)}, part{"tree_id", encode(rootOf(c))}, part{"distinct", raw("true")},
		part{"message", encode(c.message)}, part{"timestamp", encode(format(c.at))},
		part{"url", encode(h.web("/%s/commit/%s", r.fullName(), c.sha))}, part{"author", who}, part{"committer", who},
		part{"added", encode(by["added"])}, part{"removed", encode(by["removed"])}, part{"modified", encode(by["modified"])},
	)
}

// heardWith is the permission that hearing of an event takes.
// docs: Webhook events and payloads, "Availability" of each event.
var heardWith = map[string]string{
	"issues": "issues", "issue_comment": "issues", "label": "metadata", "push": "contents",
	"pull_request": "pull_requests", "pull_request_review": "pull_requests", "check_run": "checks", "check_suite": "checks",
	"create": "contents", "deployment_protection_rule": "deployments", "deployment_status": "deployments", "release": "contents",
	"merge_group": "merge_queues", "status": "statuses", "workflow_run": "actions",
}

// listener is the installation that hears of event in r, or nil.
func (h *Hub) listener(r *repo, event string) *installation {
	i := h.installationFor(r)
	if i == nil || !i.suspended.IsZero() || !i.permits(heardWith[event], "read") {
		return nil
	}
	if !slices.Contains(i.events, event) {
		return nil
	}
	return i
}

// emit queues a delivery about r, completed by what all of them carry.
// docs: Webhook events and payloads, "Webhook payload object common
// properties".
func (h *Hub) emit(event, action string, a actor, r *repo, parts []part) {
	i := h.listener(r, event)
	parts = append(parts, part{"repository", h.renderRepo(r)})
	if r.owner.kind == "Organization" {
		parts = append(parts, part{"organization", h.renderOrganization(r.owner)})
	}
	parts = append(parts, part{"sender", h.renderUser(a.user)},
		part{"installation", object(part{"id", encode(i.id)}, part{"node_id", encode(nodeID("IN", i.id))})})
	h.enqueue(Delivery{
		GUID: h.guid(), Event: event, Action: action, InstallationID: i.id, RepositoryID: r.id,
		ByApp: a.install != nil, Payload: object(parts...),
	})
}

// emitInstallation announces a change of an installation, which every App
// hears of.
func (h *Hub) emitInstallation(action string, i *installation, extra ...part) {
	parts := append([]part{{"action", encode(action)}, {"installation", h.renderInstallation(i)}}, extra...)
	parts = append(parts, part{"sender", h.renderUser(i.account)})
	h.enqueue(Delivery{
		GUID: h.guid(), Event: "installation", Action: action, InstallationID: i.id, Payload: object(parts...),
	})
}

// emitRepositories announces which repositories an installation gained or lost,
// each in a delivery of its own.
func (h *Hub) emitRepositories(i *installation, added, removed []*repo) {
	emit := func(action string, gained, lost []*repo) {
		h.enqueue(Delivery{
			GUID: h.guid(), Event: "installation_repositories", Action: action, InstallationID: i.id,
			Payload: object(
				part{"action", encode(action)}, part{"installation", h.renderInstallation(i)},
				part{"repository_selection", encode(i.selection())}, part{"repositories_added", h.renderRepoNames(gained)},
				part{"repositories_removed", h.renderRepoNames(lost)}, part{"requester", nil},
				part{"sender", h.renderUser(i.account)},
			),
		})
	}
	if len(added) > 0 {
		emit("added", added, nil)
	}
	if len(removed) > 0 {
		emit("removed", nil, removed)
	}
}

// Ping announces the webhook itself, as GitHub does when one is set up.
func (h *Hub) Ping() {
	defer h.begin()()
	app := h.options.App
	hook := object(
		part{"type", encode("App")}, part{"id", encode(app.ID)}, part{"name", encode("web")}, part{"active", raw("true")},
		part{"events", encode(h.events)}, part{"app_id", encode(app.ID)},
		part{"config", h.renderHookConfig()},
		part{"created_at", encode(format(h.created))}, part{"updated_at", encode(format(h.created))},
		part{"deliveries_url", encode(h.api("/app/hook/deliveries"))},
	)
	h.enqueue(Delivery{GUID: h.guid(), Event: "ping", Payload: object(
		part{"zen", encode("Anything added dilutes everything else.")}, part{"hook_id", encode(app.ID)}, part{"hook", hook},
	)})
}

// renderHookConfig renders the webhook's settings, its secret as GitHub shows
// secrets. docs: REST API endpoints for GitHub App webhooks, "Get a webhook
// configuration for an app".
func (h *Hub) renderHookConfig() raw {
	insecure := "0"
	if h.webhook.insecure {
		insecure = "1"
	}
	config := map[string]string{
		"content_type": orDefault(h.webhook.contentType, "json"), "insecure_ssl": insecure,
		"url": orDefault(h.webhook.url, h.web("/no-webhook")),
	}
	if h.webhook.secret != "" {
		config["secret"] = "********"
	}
	return encode(config)
}

// renderOrganization renders an organisation as deliveries carry it.
func (h *Hub) renderOrganization(u *user) raw {
	at := h.api("/orgs/%s", u.login)
	return encode(struct {
		Login            string `json:"login"`
		ID               int64  `json:"id"`
		NodeID           string `json:"node_id"`
		URL              string `json:"url"`
		ReposURL         string `json:"repos_url"`
		EventsURL        string `json:"events_url"`
		HooksURL         string `json:"hooks_url"`
		IssuesURL        string `json:"issues_url"`
		MembersURL       string `json:"members_url"`
		PublicMembersURL string `json:"public_members_url"`
		AvatarURL        string `json:"avatar_url"`
		Description      string `json:"description"`
	}{u.login, u.id, nodeID("O", u.id), at, at + "/repos", at + "/events", at + "/hooks", at + "/issues",
		at + "/members{/member}", at + "/public_members{/member}", h.web("/avatars/%d", u.id), ""})
}
