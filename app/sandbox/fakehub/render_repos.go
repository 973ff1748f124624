package fakehub

import (
	"maps"
	gopath "path"
)

// addresses are the links under a repository, by the member that holds each.
var addresses = [][2]string{
	{"archive_url", "/{archive_format}{/ref}"}, {"assignees_url", "/assignees{/user}"}, {"blobs_url", "/git/blobs{/sha}"},
	{"branches_url", "/branches{/branch}"}, {"collaborators_url", "/collaborators{/collaborator}"},
	{"comments_url", "/comments{/number}"}, {"commits_url", "/commits{/sha}"}, {"compare_url", "/compare/{base}...{head}"},
	{"contents_url", "/contents/{+path}"}, {"contributors_url", "/contributors"}, {"deployments_url", "/deployments"},
	{"downloads_url", "/downloads"}, {"events_url", "/events"}, {"forks_url", "/forks"}, {"git_commits_url", "/git/commits{/sha}"},
	{"git_refs_url", "/git/refs{/sha}"}, {"git_tags_url", "/git/tags{/sha}"}, {"hooks_url", "/hooks"},
	{"issue_comment_url", "/issues/comments{/number}"}, {"issue_events_url", "/issues/events{/number}"},
	{"issues_url", "/issues{/number}"}, {"keys_url", "/keys{/key_id}"}, {"labels_url", "/labels{/name}"},
	{"languages_url", "/languages"}, {"merges_url", "/merges"}, {"milestones_url", "/milestones{/number}"},
	{"notifications_url", "/notifications{?since,all,participating}"}, {"pulls_url", "/pulls{/number}"},
	{"releases_url", "/releases{/id}"}, {"stargazers_url", "/stargazers"}, {"statuses_url", "/statuses/{sha}"},
	{"subscribers_url", "/subscribers"}, {"subscription_url", "/subscription"}, {"tags_url", "/tags"}, {"teams_url", "/teams"},
	{"trees_url", "/git/trees{/sha}"},
}

type repoJSON struct {
	ID              int64    `json:"id"`
	NodeID          string   `json:"node_id"`
	Name            string   `json:"name"`
	FullName        string   `json:"full_name"`
	Private         bool     `json:"private"`
	Owner           raw      `json:"owner"`
	HTMLURL         string   `json:"html_url"`
	Description     *string  `json:"description"`
	Fork            bool     `json:"fork"`
	URL             string   `json:"url"`
	CreatedAt       string   `json:"created_at"`
	UpdatedAt       string   `json:"updated_at"`
	PushedAt        string   `json:"pushed_at"`
	GitURL          string   `json:"git_url"`
	SSHURL          string   `json:"ssh_url"`
	CloneURL        string   `json:"clone_url"`
	SVNURL          string   `json:"svn_url"`
	MirrorURL       *string  `json:"mirror_url"`
	Homepage        *string  `json:"homepage"`
	Size            int      `json:"size"`
	Stargazers      int      `json:"stargazers_count"`
	WatchersCount   int      `json:"watchers_count"`
	ForksCount      int      `json:"forks_count"`
	OpenIssuesCount int      `json:"open_issues_count"`
	Forks           int      `json:"forks"`
	Watchers        int      `json:"watchers"`
	OpenIssues      int      `json:"open_issues"`
	Language        *string  `json:"language"`
	License         *string  `json:"license"`
	HasIssues       bool     `json:"has_issues"`
	HasProjects     bool     `json:"has_projects"`
	HasDownloads    bool     `json:"has_downloads"`
	HasWiki         bool     `json:"has_wiki"`
	HasPages        bool     `json:"has_pages"`
	HasDiscussions  bool     `json:"has_discussions"`
	Archived        bool     `json:"archived"`
	Disabled        bool     `json:"disabled"`
	IsTemplate      bool     `json:"is_template"`
	Topics          []string `json:"topics"`
	Visibility      string   `json:"visibility"`
	DefaultBranch   string   `json:"default_branch"`
}

// renderRepo renders r as deliveries carry it.
func (h *Hub) renderRepo(r *repo) raw {
	if r.rendered == nil {
		r.rendered = encode(h.repoFields(r)).with(h.repoAddresses(r)...)
	}
	return r.rendered
}

func (h *Hub) repoFields(r *repo) repoJSON {
	page := h.web("/%s", r.fullName())
	open := 0
	for _, i := range r.issues {
		if s := i.now(); s.state == "open" && !s.gone {
			open++
		}
	}
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	return repoJSON{
		ID: r.id, NodeID: nodeID("R", r.id), Name: r.name, FullName: r.fullName(), Private: r.private,
		Owner: h.renderUser(r.owner), HTMLURL: page, URL: h.api("/repos/%s", r.fullName()),
		CreatedAt: format(r.created), UpdatedAt: format(r.pushed), PushedAt: format(r.pushed),
		GitURL: page + ".git", SSHURL: page + ".git", CloneURL: page + ".git", SVNURL: page,
		OpenIssuesCount: open, OpenIssues: open, HasIssues: !r.withoutIssues, HasProjects: true, HasDownloads: true,
		Archived: r.archived, Topics: []string{}, Visibility: visibility, DefaultBranch: r.defaultBranch,
	}
}

func (h *Hub) repoAddresses(r *repo) []part {
	parts := make([]part, 0, len(addresses))
	for _, a := range addresses {
		parts = append(parts, part{a[0], encode(h.api("/repos/%s", r.fullName()) + a[1])})
	}
	return parts
}

// renderRepoFor renders r with what a may do in it.
func (h *Hub) renderRepoFor(a actor, r *repo) raw {
	g := read
	switch {
	case a.install == nil:
		g = r.grantOf(a.user).role
	case a.install.permits("contents", "write"):
		g = write
	case a.install.permits("issues", "write"):
		g = triage
	}
	zero := encode(0)
	return h.renderRepo(r).with(part{"permissions", renderPermissions(g)},
		part{"network_count", zero}, part{"subscribers_count", zero})
}

// renderRepoNames lists repositories as installation deliveries do.
func (h *Hub) renderRepoNames(repos []*repo) raw {
	return renderAll(repos, func(r *repo) raw {
		return object(
			part{"id", encode(r.id)}, part{"node_id", encode(nodeID("R", r.id))}, part{"name", encode(r.name)},
			part{"full_name", encode(r.fullName())}, part{"private", encode(r.private)},
		)
	})
}

// maxInline is how large a file may be to be shown with its content; of a larger
// one the encoding is "none". docs: REST API endpoints for repository contents,
// "Get repository content", notes on sizes.
const maxInline = 1 << 20

func (h *Hub) renderFile(r *repo, path string, f *file) raw {
	encoding, content := "base64", wrapped(f.content)
	if len(f.content) > maxInline {
		encoding, content = "none", ""
	}
	entry := treeEntry{kind: "blob", sha: f.sha, size: len(f.content)}
	return h.renderEntry(r, path, entry).with(part{"encoding", encode(encoding)}, part{"content", encode(content)})
}

// renderEntry renders a file or a folder as the list of a folder does.
func (h *Hub) renderEntry(r *repo, path string, e treeEntry) raw {
	kind, escaped := map[string]string{"blob": "file", "tree": "dir"}[e.kind], escapePath(path)
	address := h.api("/repos/%s/contents/%s?ref=%s", r.fullName(), escaped, r.defaultBranch)
	git := h.api("/repos/%s/git/%ss/%s", r.fullName(), e.kind, e.sha)
	page := h.web("/%s/%s/%s/%s", r.fullName(), e.kind, r.defaultBranch, escaped)
	var download *string
	if e.kind == "blob" {
		raw := page + "?raw=1"
		download = &raw
	}
	return object(
		part{"type", encode(kind)}, part{"size", encode(e.size)}, part{"name", encode(gopath.Base(path))},
		part{"path", encode(path)}, part{"sha", encode(e.sha)}, part{"url", encode(address)}, part{"git_url", encode(git)},
		part{"html_url", encode(page)}, part{"download_url", encode(download)},
		part{"_links", object(part{"self", encode(address)}, part{"git", encode(git)}, part{"html", encode(page)})},
	)
}

// renderApp renders the App as GET /app does.
func (h *Hub) renderApp() raw {
	return h.renderIntegration().with(part{"installations_count", encode(len(h.installations))})
}

// renderVia is the App for what was done through an installation, else null.
func (h *Hub) renderVia(i *installation) raw {
	if i == nil {
		return raw("null")
	}
	return h.renderIntegration()
}

func (h *Hub) renderIntegration() raw {
	app := h.options.App
	if h.integration == nil {
		h.integration = object(
			part{"id", encode(app.ID)}, part{"slug", encode(app.Slug)}, part{"client_id", encode(h.clientID())},
			part{"node_id", encode(nodeID("A", app.ID))}, part{"owner", h.renderUser(h.maker)},
			part{"name", encode(app.Slug)}, part{"description", encode("")}, part{"external_url", encode(h.web("/"))},
			part{"html_url", encode(h.web("/apps/%s", app.Slug))}, part{"created_at", encode(format(h.created))},
			part{"updated_at", encode(format(h.created))}, part{"permissions", encode(h.asks)},
			part{"events", encode(h.events)},
		)
	}
	return h.integration
}

// renderAppOf renders the App that a check run is of.
func (h *Hub) renderAppOf(one *check) raw {
	if one.app == "" {
		return h.renderIntegration()
	}
	id := h.idOfApp(one.app)
	return object(
		part{"id", encode(id)}, part{"slug", encode(one.app)}, part{"node_id", encode(nodeID("A", id))}, part{"owner", h.renderUser(h.maker)},
		part{"name", encode(one.app)}, part{"description", encode("")}, part{"external_url", encode(h.web("/"))},
		part{"html_url", encode(h.web("/apps/%s", one.app))}, part{"created_at", encode(format(h.created))},
		part{"updated_at", encode(format(h.created))}, part{"permissions", raw("{}")}, part{"events", raw("[]")},
	)
}

type installationJSON struct {
	ID                  int64             `json:"id"`
	ClientID            string            `json:"client_id"`
	Account             raw               `json:"account"`
	RepositorySelection string            `json:"repository_selection"`
	AccessTokensURL     string            `json:"access_tokens_url"`
	RepositoriesURL     string            `json:"repositories_url"`
	HTMLURL             string            `json:"html_url"`
	AppID               int64             `json:"app_id"`
	AppSlug             string            `json:"app_slug"`
	TargetID            int64             `json:"target_id"`
	TargetType          string            `json:"target_type"`
	Permissions         map[string]string `json:"permissions"`
	Events              []string          `json:"events"`
	CreatedAt           string            `json:"created_at"`
	UpdatedAt           string            `json:"updated_at"`
	SingleFileName      *string           `json:"single_file_name"`
	HasMultipleFiles    bool              `json:"has_multiple_single_files"`
	SingleFilePaths     []string          `json:"single_file_paths"`
	SuspendedBy         raw               `json:"suspended_by"`
	SuspendedAt         *string           `json:"suspended_at"`
}

func (h *Hub) renderInstallation(i *installation) raw {
	v := installationJSON{
		ID: i.id, ClientID: h.clientID(), Account: h.renderUser(i.account), RepositorySelection: i.selection(),
		AccessTokensURL: h.api("/app/installations/%d/access_tokens", i.id),
		RepositoriesURL: h.api("/installation/repositories"), HTMLURL: h.web("/settings/installations/%d", i.id),
		AppID: h.options.App.ID, AppSlug: h.options.App.Slug, TargetID: i.account.id, TargetType: i.account.kind,
		Permissions: maps.Clone(i.permissions), Events: i.events,
		CreatedAt: format(i.created), UpdatedAt: format(i.updated), SingleFilePaths: []string{},
		SuspendedBy: raw("null"), SuspendedAt: formatOrNull(i.suspended),
	}
	if v.SuspendedAt != nil {
		v.SuspendedBy = h.renderUser(i.account)
	}
	return encode(v)
}
