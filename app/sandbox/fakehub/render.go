package fakehub

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// raw is rendered JSON. What is rendered is kept with the object until that
// changes, because a story reads far more than it writes.
type raw []byte

// MarshalJSON implements json.Marshaler.
func (r raw) MarshalJSON() ([]byte, error) {
	if r == nil {
		return []byte("null"), nil
	}
	return r, nil
}

// part is a member of a JSON object.
type part struct {
	name  string
	value raw
}

// encode renders v without escaping HTML, as GitHub does.
func encode(v any) raw {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // all types here can be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// object joins parts, in their order.
func object(parts ...part) raw {
	size := 2
	for _, p := range parts {
		size += len(p.name) + len(p.value) + 8
	}
	b := append(make(raw, 0, size), '{')
	for n, p := range parts {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), p.name...), '"', ':')
		if p.value == nil {
			b = append(b, "null"...)
		}
		b = append(b, p.value...)
	}
	return append(b, '}')
}

// with appends parts to a rendered object.
func (r raw) with(parts ...part) raw {
	more := object(parts...)
	joined := append(make(raw, 0, len(r)+len(more)), r[:len(r)-1]...)
	return append(append(joined, ','), more[1:]...)
}

// renderAll renders a list.
func renderAll[T any](items []T, render func(T) raw) raw {
	rendered, size := make([]raw, len(items)), 2
	for n, item := range items {
		rendered[n] = render(item)
		size += len(rendered[n]) + 1
	}
	b := append(make(raw, 0, size), '[')
	for n, r := range rendered {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, r...)
	}
	return append(b, ']')
}

// format writes t as GitHub does.
func format(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// formatOrNull is null for no time.
func formatOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := format(t)
	return &text
}

func nodeID(kind string, id int64) string { return fmt.Sprintf("%s_fake%d", kind, id) }

func (h *Hub) api(format string, args ...any) string {
	return h.options.APIURL + fmt.Sprintf(format, args...)
}

func (h *Hub) web(format string, args ...any) string {
	return h.options.WebURL + fmt.Sprintf(format, args...)
}

type userJSON struct {
	Login             string `json:"login"`
	ID                int64  `json:"id"`
	NodeID            string `json:"node_id"`
	AvatarURL         string `json:"avatar_url"`
	GravatarID        string `json:"gravatar_id"`
	URL               string `json:"url"`
	HTMLURL           string `json:"html_url"`
	FollowersURL      string `json:"followers_url"`
	FollowingURL      string `json:"following_url"`
	GistsURL          string `json:"gists_url"`
	StarredURL        string `json:"starred_url"`
	SubscriptionsURL  string `json:"subscriptions_url"`
	OrganizationsURL  string `json:"organizations_url"`
	ReposURL          string `json:"repos_url"`
	EventsURL         string `json:"events_url"`
	ReceivedEventsURL string `json:"received_events_url"`
	Type              string `json:"type"`
	UserViewType      string `json:"user_view_type"`
	SiteAdmin         bool   `json:"site_admin"`
}

// renderUser renders u as it stands inside other objects; nil is null.
func (h *Hub) renderUser(u *user) raw {
	if u == nil {
		return raw("null")
	}
	if u.rendered == nil {
		at := h.api("/users/%s", u.login)
		u.rendered = encode(userJSON{
			Login: u.login, ID: u.id, NodeID: nodeID("U", u.id),
			AvatarURL: h.web("/avatars/%d", u.id), URL: at, HTMLURL: h.web("/%s", u.login),
			FollowersURL: at + "/followers", FollowingURL: at + "/following{/other_user}",
			GistsURL: at + "/gists{/gist_id}", StarredURL: at + "/starred{/owner}{/repo}",
			SubscriptionsURL: at + "/subscriptions", OrganizationsURL: at + "/orgs", ReposURL: at + "/repos",
			EventsURL: at + "/events{/privacy}", ReceivedEventsURL: at + "/received_events",
			Type: u.kind, UserViewType: "public",
		})
	}
	return u.rendered
}

// renderUserWhole renders u as GET /users/{login} does.
func (h *Hub) renderUserWhole(u *user) raw {
	null := raw("null")
	repos := 0
	for _, r := range h.reposByID {
		if r.owner == u && !r.private {
			repos++
		}
	}
	zero := encode(0)
	return h.renderUser(u).with(
		part{"name", encode(u.login)}, part{"company", null}, part{"blog", encode("")}, part{"location", null},
		part{"email", null}, part{"hireable", null}, part{"bio", null}, part{"twitter_username", null},
		part{"public_repos", encode(repos)}, part{"public_gists", zero}, part{"followers", zero}, part{"following", zero},
		part{"created_at", encode(format(u.created))}, part{"updated_at", encode(format(u.created))},
	)
}

func (h *Hub) renderCollaborator(u *user, g grant) raw {
	return h.renderUser(u).with(part{"permissions", renderPermissions(g.role)}, part{"role_name", encode(g.name)})
}

func renderPermissions(r role) raw {
	return encode(struct {
		Admin    bool `json:"admin"`
		Maintain bool `json:"maintain"`
		Push     bool `json:"push"`
		Triage   bool `json:"triage"`
		Pull     bool `json:"pull"`
	}{r >= admin, r >= maintain, r >= write, r >= triage, r >= read})
}

func (h *Hub) renderLabel(r *repo, l *label) raw {
	var description *string
	if l.description != "" {
		description = &l.description
	}
	return h.renderLabelWith(r, l, description)
}

// renderLabelWith renders a label with its description, which on a pull request is
// never null, by GitHub's own description.
func (h *Hub) renderLabelWith(r *repo, l *label, description *string) raw {
	return encode(struct {
		ID          int64   `json:"id"`
		NodeID      string  `json:"node_id"`
		URL         string  `json:"url"`
		Name        string  `json:"name"`
		Color       string  `json:"color"`
		Default     bool    `json:"default"`
		Description *string `json:"description"`
	}{l.id, nodeID("LA", l.id), h.api("/repos/%s/labels/%s", r.fullName(), escape(l.name)), l.name, l.color, l.standard, description})
}

func (h *Hub) renderLabels(r *repo, labels []*label) raw {
	return renderAll(labels, func(l *label) raw { return h.renderLabel(r, l) })
}

func (h *Hub) renderReaction(re *reaction) raw {
	return encode(struct {
		ID        int64  `json:"id"`
		NodeID    string `json:"node_id"`
		User      raw    `json:"user"`
		Content   string `json:"content"`
		CreatedAt string `json:"created_at"`
	}{re.id, nodeID("REA", re.id), h.renderUser(re.user), re.content, format(re.at)})
}

// renderRollup counts reactions by their content.
func renderRollup(url string, reactions []*reaction) raw {
	counts := map[string]int{}
	for _, re := range reactions {
		counts[re.content]++
	}
	parts := []part{{"url", encode(url)}, {"total_count", encode(len(reactions))}}
	for _, content := range reactionContents {
		parts = append(parts, part{content, encode(counts[content])})
	}
	return object(parts...)
}
