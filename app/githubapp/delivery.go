package githubapp

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// policyFile is where a team keeps its settings, in each repository and, as
// the organisation's defaults, in its .github repository.
const policyFile = ".github/kintsugi.yml"

// Envelope is what the program takes from a delivery: whom it may concern. A
// delivery is a hint, so that nothing else of it is believed.
type Envelope struct {
	Event, Action string
	// Known is false for events that this program does not look at.
	Known        bool
	Installation int64
	// Repo is "owner/name", or empty; Owner is the account concerned.
	Repo, Owner string
	Sender      workflows.User
	// Wake are the keys to make due, of subjects or sweeps. App.Heed leaves out
	// what is our own.
	Wake []string
	// Comment is the id of a comment that was just written, or 0.
	Comment int64
	// Policy is true if the settings in Repo have changed, Pushed if anything on
	// its default branch has.
	Policy, Pushed bool
	// Ended is true if the installation was removed or suspended, Changed if
	// what it covers or may do is different from now on.
	Ended, Changed bool

	// Rerun is the commit on which somebody wants the checks of the App to be run again.
	Rerun string

	// viaApp is the App through which what was created came into being, ofApp that
	// whose check has ended.
	viaApp, ofApp int64
}

// payload is the part of GitHub's payloads that is read. What may be long in it
// is looked at and not kept, because a delivery may have 25 MB.
// docs: Webhook events and payloads.
type payload struct {
	Action       string `json:"action"`
	Installation struct {
		ID      int64 `json:"id"`
		Account login `json:"account"`
	} `json:"installation"`
	Account    login `json:"account"` // installation_target
	Repository struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
	Sender struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
		Type  string `json:"type"`
	} `json:"sender"`
	Issue struct {
		Number int       `json:"number"`
		Body   firstLine `json:"body"`
		ViaApp viaApp    `json:"performed_via_github_app"`
	} `json:"issue"`
	PullRequest struct {
		Number int    `json:"number"`
		Labels filled `json:"labels"`
		User   struct {
			Type string `json:"type"`
		} `json:"user"`
	} `json:"pull_request"`
	CheckRun   checked `json:"check_run"`
	CheckSuite checked `json:"check_suite"`
	Comment    struct {
		ID     int64  `json:"id"`
		ViaApp viaApp `json:"performed_via_github_app"`
	} `json:"comment"`
	// A push.
	Ref     string  `json:"ref"`
	Forced  bool    `json:"forced"`
	Commits commits `json:"commits"`
}

// checked is a check run or a suite of them.
type checked struct {
	HeadSHA      string       `json:"head_sha"`
	App          viaApp       `json:"app"`
	PullRequests firstNumbers `json:"pull_requests"`
}

// filled tells whether a list has anything in it.
type filled bool

// UnmarshalJSON implements json.Unmarshaler. What is no list may be anything.
func (f *filled) UnmarshalJSON(b []byte) error {
	rest, isList := bytes.CutPrefix(b, []byte("["))
	*f = filled(!isList || !bytes.HasPrefix(bytes.TrimSpace(rest), []byte("]")))
	return nil
}

// firstLine is how a text begins.
type firstLine string

// UnmarshalJSON implements json.Unmarshaler. Of a long text little is looked at.
func (f *firstLine) UnmarshalJSON(b []byte) error {
	const most = 500
	text, isText := strings.CutPrefix(string(b[:min(len(b), most)]), `"`)
	if line, _, found := strings.Cut(text, `\n`); isText && found {
		var read string
		if json.Unmarshal([]byte(`"`+line+`"`), &read) == nil {
			*f = firstLine(read)
		}
	}
	return nil
}

// mostPulls is how many pull requests of one commit are woken.
const mostPulls = 10

// firstNumbers are the numbers of the first pull requests in a list.
type firstNumbers []int

// UnmarshalJSON implements json.Unmarshaler. It reads no further than matters.
func (n *firstNumbers) UnmarshalJSON(b []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(b))
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return nil //nolint:nilerr // no list names nobody
	}
	for decoder.More() && len(*n) < mostPulls {
		var one struct {
			Number int `json:"number"`
		}
		if err := decoder.Decode(&one); err != nil {
			return nil //nolint:nilerr // nor does this one
		}
		*n = append(*n, one.Number)
	}
	return nil
}

// commits is what a push says of its commits: how many they are, and whether
// one of them names the policy's file. It reads no further than matters.
type commits struct {
	count  int
	policy bool
}

// UnmarshalJSON implements json.Unmarshaler. What is no list of commits may be
// anything.
func (c *commits) UnmarshalJSON(b []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(b))
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return nil //nolint:nilerr // a push that names no commit; see changesPolicy
	}
	for decoder.More() && c.count < maxCommits && !c.policy {
		var one struct {
			Added    filesWithPolicy `json:"added"`
			Modified filesWithPolicy `json:"modified"`
			Removed  filesWithPolicy `json:"removed"`
		}
		if err := decoder.Decode(&one); err != nil {
			c.policy = true
			break
		}
		c.count++
		c.policy = bool(one.Added || one.Modified || one.Removed)
	}
	return nil
}

// filesWithPolicy tells whether a list of files has the policy's among them, or
// may have because names in it are escaped.
type filesWithPolicy bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *filesWithPolicy) UnmarshalJSON(b []byte) error {
	*f = filesWithPolicy(bytes.Contains(b, []byte(`"`+policyFile+`"`)) || bytes.ContainsRune(b, '\\'))
	return nil
}

type login struct {
	Login string `json:"login"`
}

type viaApp struct {
	ID int64 `json:"id"`
}

// Decode reads whom a delivery may concern. Only a body that is not JSON is an
// error: fields of another type than expected count as missing, and events
// that nobody here knows concern nobody.
func Decode(event string, body []byte) (Envelope, error) {
	var p payload
	err := json.Unmarshal(body, &p)
	var mistyped *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &mistyped) {
		return Envelope{}, fmt.Errorf("the body of this %.40q delivery is not JSON: %w", event, err)
	}
	e := Envelope{
		Event:        event,
		Action:       shortWord(p.Action),
		Known:        true,
		Installation: max(0, p.Installation.ID),
		Sender:       workflows.User{ID: p.Sender.ID, Login: shortWord(p.Sender.Login), Bot: p.Sender.Type == "Bot"},
	}
	if owner, _, err := splitRepo(p.Repository.FullName); err == nil {
		e.Repo, e.Owner = p.Repository.FullName, owner
	}
	switch event {
	case "issues":
		e.wake(p.Issue.Number)
		e.wakeMaker(p.Issue.Body)
		if p.Action == "opened" {
			e.viaApp = p.Issue.ViaApp.ID
		}
	case "issue_comment":
		e.wake(p.Issue.Number) // of an issue, or of a pull request
		if p.Action == "created" && len(e.Wake) > 0 {
			e.Comment, e.viaApp = max(0, p.Comment.ID), p.Comment.ViaApp.ID
		}
	case "pull_request", "pull_request_review":
		if p.mayConcern(event) {
			e.wake(p.PullRequest.Number)
		}
	case "check_run":
		if e.check(p.CheckRun); p.Action == "rerequested" {
			e.wake(p.CheckRun.PullRequests...)
		}
	case "check_suite":
		e.check(p.CheckSuite)
	case "create", "deployment_protection_rule", "deployment_status", "merge_group", "release", "status", "workflow_run":
		// It concerns no issue, but may an aggregate of the repository: News.
	case "push":
		e.Policy = e.Repo != "" && p.changesPolicy()
		e.Pushed = e.Repo != "" && p.toDefaultBranch()
	case "installation", "installation_repositories", "installation_target":
		e.Owner = shortWord(cmp.Or(p.Installation.Account.Login, p.Account.Login))
		e.Ended = event == "installation" && (p.Action == "deleted" || p.Action == "suspend")
		e.Changed = !e.Ended
		if e.Changed && e.Installation > 0 {
			e.Wake = []string{engine.SweepKey(e.Installation)}
		}
	case "ping":
	default:
		e.Known = false
	}
	return e, nil
}

// shortWord is a word of GitHub's, none of which is longer than that; what is
// longer, or no text, is none.
func shortWord(word string) string {
	if len(word) > 64 || !utf8.ValidString(word) || strings.ContainsRune(word, 0) {
		return ""
	}
	return word
}

// wake names issues and pull requests of the repository, which count as one.
func (e *Envelope) wake(numbers ...int) {
	for _, n := range numbers {
		if e.Repo != "" && n > 0 {
			e.Wake = append(e.Wake, workflows.Subject{Repo: e.Repo, Number: n}.String())
		}
	}
}

// wakeMaker names the subject for which an issue was opened that looks like one of
// the App's own: what became of the issue is told there. Whether the App opened it
// is not known here, and a wake too many does no harm.
func (e *Envelope) wakeMaker(body firstLine) {
	_, of, ok := workflows.Issue{Ours: true, Body: string(body)}.MadeFor()
	if owner, _, _ := strings.Cut(of.Repo, "/"); ok && len(e.Wake) > 0 && strings.EqualFold(owner, e.Owner) {
		e.Wake = append(e.Wake, of.String())
	}
}

// concerning are the actions after which a pull request may say something new.
// docs: Webhook events and payloads, "pull_request", "pull_request_review".
var concerning = map[string][]string{
	"pull_request": {
		"opened", "reopened", "closed", "labeled", "unlabeled", "synchronize", "edited", "ready_for_review", "converted_to_draft",
	},
	"pull_request_review": {"submitted", "edited", "dismissed"},
}

// mayConcern tells whether a delivery may concern a pull request of ours. One that
// a person has just opened without a label is none yet, and what makes it one is
// announced by itself. Of any other the labels decide nothing: it may be ours by
// our comment on it, when somebody took the label off.
func (p payload) mayConcern(event string) bool {
	if p.Action == "opened" && !bool(p.PullRequest.Labels) && p.PullRequest.User.Type == "User" {
		return false
	}
	return slices.Contains(concerning[event], p.Action)
}

// maxCommits is how many commits a push names; of a larger one nothing is
// known. docs: Webhook events and payloads, "push".
const maxCommits = 2048

// toDefaultBranch tells whether a push concerns what holds for everybody.
func (p payload) toDefaultBranch() bool {
	return p.Repository.DefaultBranch != "" && p.Ref == "refs/heads/"+p.Repository.DefaultBranch
}

// changesPolicy tells whether a push to the default branch may have changed
// the settings. Where a push does not say what it changed, it may have.
func (p payload) changesPolicy() bool {
	if !p.toDefaultBranch() {
		return false
	}
	return p.Forced || p.Commits.count == 0 || p.Commits.count >= maxCommits || p.Commits.policy
}

// Heed lets the App take from a delivery what it keeps about GitHub, such as a
// repository's installation, and returns the keys to wake: none for what the
// App did itself, and for accounts that are not served.
func (a *App) Heed(e Envelope) (wake []string) {
	if e.Owner != "" && !a.serves(e.Owner) {
		return nil
	}
	switch {
	case e.Ended:
		a.forgetInstallation(e.Installation)
	case e.Changed:
		a.renewInstallation(e.Installation, e.Owner)
	case e.Repo != "":
		a.Learn(e.Repo, e.Installation)
	}
	if e.Ended || e.Changed {
		a.library.dropOwner(e.Owner)
	}
	if e.Policy {
		a.Forget(e.Repo)
	}
	if e.Pushed {
		a.library.pushed(e.Repo)
		a.texts.dropOwner(e.Owner)
	}
	if a.Own(e) {
		return nil
	}
	return e.Wake
}

// Own tells whether a delivery announces what the App did itself. Before
// Identity was asked for, nothing is: a wake too many does no harm.
func (a *App) Own(e Envelope) bool {
	if !e.Sender.Bot {
		return false
	}
	if e.viaApp != 0 && e.viaApp == a.id {
		return true
	}
	self := a.known()
	return self != nil && !self.anyBot && self.is("Bot", e.Sender.Login)
}

// Verify tells whether GitHub signed the body with one of the secrets, given
// the header X-Hub-Signature-256. An empty secret verifies nothing.
// docs: Validating webhook deliveries.
func Verify(secrets []string, body []byte, signature256 string) bool {
	text, found := strings.CutPrefix(signature256, "sha256=")
	given, err := hex.DecodeString(text)
	if !found || err != nil || len(given) != sha256.Size {
		return false
	}
	valid := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		// Every secret is tried, so that time does not tell which one held.
		valid = hmac.Equal(mac.Sum(nil), given) || valid
	}
	return valid
}
