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

// pushed is what one commit did to one file.
type pushed struct {
	path           string
	added, removed bool
	before         string
}

// emitPush announces a commit on the default branch.
func (h *Hub) emitPush(r *repo, change pushed) {
	if h.listener(r, "push") == nil {
		return
	}
	who := object(part{"name", encode(r.owner.login)}, part{"email", encode(r.owner.login + "@fakehub.example")},
		part{"username", encode(r.owner.login)})
	list := func(here bool) raw {
		if here {
			return encode([]string{change.path})
		}
		return raw("[]")
	}
	commit := object(
		part{"id", encode(r.head)}, part{"tree_id", encode(r.head)}, part{"distinct", raw("true")},
		part{"message", encode("Change " + change.path)}, part{"timestamp", encode(format(h.now))},
		part{"url", encode(h.web("/%s/commit/%s", r.fullName(), r.head))}, part{"author", who}, part{"committer", who},
		part{"added", list(change.added)}, part{"removed", list(change.removed)},
		part{"modified", list(!change.added && !change.removed)},
	)
	h.emit("push", "", actor{user: r.owner}, r, []part{
		{"ref", encode("refs/heads/" + r.defaultBranch)}, {"before", encode(change.before)}, {"after", encode(r.head)},
		{"base_ref", nil}, {"created", raw("false")}, {"deleted", raw("false")}, {"forced", raw("false")},
		{"compare", encode(h.web("/%s/compare/%s...%s", r.fullName(), change.before, r.head))},
		{"commits", append(append(raw{'['}, commit...), ']')}, {"head_commit", commit}, {"pusher", who},
	})
}

// heardWith is the permission that hearing of an event takes.
// docs: Webhook events and payloads, "Availability" of each event.
var heardWith = map[string]string{
	"issues": "issues", "issue_comment": "issues", "label": "metadata", "push": "contents",
	"pull_request": "pull_requests", "pull_request_review": "pull_requests", "check_run": "checks",
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
