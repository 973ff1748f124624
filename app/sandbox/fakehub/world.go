package fakehub

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// user is an account: a person, an organisation, or the App's bot.
type user struct {
	id       int64
	login    string
	kind     string // User, Organization, Bot
	created  time.Time
	teams    []*team // of an organisation
	rendered raw
}

type repo struct {
	id            int64
	owner         *user
	name          string
	private       bool
	archived      bool
	withoutIssues bool
	defaultBranch string
	created       time.Time
	pushed        time.Time
	grants        map[string]grant
	branches      map[string]*commit // the newest of each; none in an empty repository
	commits       map[string]*commit // all, whether or not a branch has them
	trees         map[string]tree    // made for commits to come
	protected     []string
	protections   map[string][]string // environments, and the Apps that they wait for
	tags          map[string]*commit
	light         map[string]bool // tags that are a name and nothing else
	checks        []*check
	rerequested   map[string]bool // commits whose checks are to be run again
	labels        []*label
	deployments   []*deployment
	releases      []*release
	runs          []*workflowRun
	statuses      []*commitStatus
	issues        map[int]*issue
	lastNumber    int
	comments      map[int64]*comment
	rendered      raw
}

type file struct {
	content string
	sha     string
}

func (r *repo) fullName() string { return r.owner.login + "/" + r.name }

// AddUser makes a person's account. Their token is `user-<login>`.
func (h *Hub) AddUser(login string) {
	defer h.begin()()
	h.newUser(login, "User")
}

// AddOrg makes an organisation, with teams that can be mentioned.
func (h *Hub) AddOrg(login string, teams ...string) {
	defer h.begin()()
	for _, slug := range teams {
		h.newUser(login, "Organization").teamNamed(slug, h.now)
	}
}

func (h *Hub) newUser(login, kind string) *user {
	key := strings.ToLower(login)
	if u := h.users[key]; u != nil {
		return u
	}
	u := &user{id: h.nextID(), login: login, kind: kind, created: stamp(h.now)}
	h.users[key] = u
	return u
}

// AddRepo makes a repository, and its owner where there is none yet.
func (h *Hub) AddRepo(owner, name string, private bool) {
	defer h.begin()()
	account := h.newUser(owner, "Organization")
	key := strings.ToLower(owner + "/" + name)
	if h.repos[key] != nil {
		return
	}
	r := &repo{
		id: h.nextID(), owner: account, name: name, private: private, defaultBranch: "main",
		created: stamp(h.now), pushed: stamp(h.now), grants: map[string]grant{},
		branches: map[string]*commit{}, commits: map[string]*commit{}, trees: map[string]tree{},
		issues: map[int]*issue{}, comments: map[int64]*comment{}, rerequested: map[string]bool{},
		protections: map[string][]string{}, tags: map[string]*commit{}, light: map[string]bool{},
	}
	r.labels = h.standardLabels()
	h.repos[key] = r
	h.reposByID[r.id] = r
	delete(h.renamed, key)
}

// standardLabels is what GitHub puts into every new repository.
// docs: Managing labels, "About default labels".
func (h *Hub) standardLabels() []*label {
	return []*label{
		{id: h.nextID(), name: "bug", color: "d73a4a", description: "Something isn't working", standard: true},
		{id: h.nextID(), name: "documentation", color: "0075ca", description: "Improvements or additions to documentation", standard: true},
		{id: h.nextID(), name: "duplicate", color: "cfd3d7", description: "This issue or pull request already exists", standard: true},
		{id: h.nextID(), name: "enhancement", color: "a2eeef", description: "New feature or request", standard: true},
		{id: h.nextID(), name: "question", color: "d876e3", description: "Further information is requested", standard: true},
	}
}

// SetRole gives login a role on repo: none, read, triage, write, maintain or
// admin. The account is made where there is none yet.
func (h *Hub) SetRole(repo, login, role string) {
	h.SetCustomRole(repo, login, role, role)
}

// SetCustomRole gives login an organisation's own role of that name, which
// stands on one of the five roles that everybody has.
// docs: About custom repository roles.
func (h *Hub) SetCustomRole(repo, login, name, base string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	h.newUser(login, "User")
	if base == "none" {
		delete(r.grants, strings.ToLower(login))
	} else {
		r.grants[strings.ToLower(login)] = grant{name: name, role: mustRole(base)}
	}
	r.forgetRendered()
}

// RemoveRepo deletes repo with all that is in it.
func (h *Hub) RemoveRepo(repo string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	delete(h.repos, strings.ToLower(r.fullName()))
	delete(h.reposByID, r.id)
}

// ArchiveRepo makes repo read-only. docs: Archiving repositories.
func (h *Hub) ArchiveRepo(repo string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	r.archived = true
	r.forgetRendered()
}

// SetPrivate makes repo private, or public. Installations that it is selected for keep
// it. docs: Setting repository visibility.
func (h *Hub) SetPrivate(repo string, private bool) {
	defer h.begin()()
	r := h.mustRepo(repo)
	r.private = private
	r.forgetRendered()
}

// DisableIssues turns the issues of repo off. docs: Disabling issues.
func (h *Hub) DisableIssues(repo string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	r.withoutIssues = true
	r.forgetRendered()
}

// PutFile commits a file to the default branch, as a push by the repository's
// owner.
func (h *Hub) PutFile(repo, path, content string) {
	h.PutFiles(repo, map[string]string{path: content})
}

// PutFiles commits files to the default branch at once, likewise.
func (h *Hub) PutFiles(repo string, contents map[string]string) {
	defer h.begin()()
	changes := map[string]*file{}
	for path, content := range contents {
		changes[path] = newFile(content)
	}
	h.commitByOwner(repo, changes)
}

// RemoveFile deletes a file from the default branch, likewise.
func (h *Hub) RemoveFile(repo, path string) {
	defer h.begin()()
	h.commitByOwner(repo, map[string]*file{path: nil})
}

func (h *Hub) commitByOwner(repo string, changes map[string]*file) {
	r := h.mustRepo(repo)
	paths := slices.Sorted(maps.Keys(changes))
	h.commitOn(actor{user: r.owner}, r, r.defaultBranch, "Change "+strings.Join(paths, ", "), changes)
}

// EmptyRepo takes all branches and commits out of repo, as one is that was just
// made.
func (h *Hub) EmptyRepo(repo string) {
	defer h.begin()()
	r := h.mustRepo(repo)
	clear(r.branches)
	clear(r.commits)
	clear(r.trees)
}

func (h *Hub) commitID() string {
	return fmt.Sprintf("%016x%016x%08x", h.random.Uint64(), h.random.Uint64(), h.random.Uint32())
}

func newFile(content string) *file { return &file{content: content, sha: blobSHA(content)} }

// blobSHA is git's name for content.
func blobSHA(content string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))
	return hex.EncodeToString(sum[:])
}

// mustRepo is for world building, where an unknown name is a mistake in the
// test and not something that GitHub would answer.
func (h *Hub) mustRepo(name string) *repo {
	if r := h.repos[strings.ToLower(name)]; r != nil {
		return r
	}
	panic("fakehub: no repository " + name)
}

// forgetRendered drops what was rendered of r and its issues, because a name
// or a role in it may have changed.
func (r *repo) forgetRendered() {
	r.rendered = nil
	for _, i := range r.issues {
		i.rendered = nil
	}
	for _, c := range r.comments {
		c.rendered = nil
	}
}
