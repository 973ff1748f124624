package page

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// Forms are posted and answered with a redirect to where the visitor was, so
// that everything works without scripts and going back sends nothing twice.
// What GitHub would refuse is said, and what was typed stays.

// newView is the form by which an issue is opened.
type newView struct {
	Repo        string
	Repos       []string
	Actors      []actor
	Me          actor
	Title, Body string
	Plain       bool
}

func (v *visit) newIssue() {
	repo, ok := v.named()
	if !ok {
		v.notFound()
		return
	}
	v.showNew(http.StatusOK, repo, "", newView{})
}

func (v *visit) showNew(status int, repo, alert string, view newView) {
	view.Repo, view.Repos, view.Actors = repo, v.Hub.Repos(), v.actors(repo)
	for _, a := range view.Actors {
		if a.Chosen {
			view.Me = a
		}
	}
	v.showWith(status, "new", v.say("Open an incident", "障害を報告する"), alert, view)
}

// titlePrefixes are those by which the incident form's titles begin.
var titlePrefixes = []string{"[incident] ", "[障害] "}

func (v *visit) openIssue() {
	repo, ok := v.named()
	if !ok {
		v.notFound()
		return
	}
	form := newView{Title: strings.TrimSpace(v.r.PostFormValue("title")), Body: v.body(), Plain: v.r.PostFormValue("kind") == "plain"}
	by, ok := v.by()
	if !ok {
		v.showNew(http.StatusBadRequest, repo, v.unknownPerson(), form)
		return
	}
	in := fakehub.NewIssue{Title: form.Title, Body: form.Body}
	if form.Title == "" {
		v.showNew(http.StatusUnprocessableEntity, repo, v.say("Please write a title.", "タイトルを書いてください。"), form)
		return
	}
	if !form.Plain {
		in.FromForm, in.Labels = true, v.FormLabels
		if !slices.ContainsFunc(titlePrefixes, func(prefix string) bool { return strings.HasPrefix(in.Title, prefix) }) {
			in.Title = v.say(titlePrefixes[0], titlePrefixes[1]) + in.Title
		}
	}
	number, err := v.Hub.OpenIssue(repo, by, in)
	if err != nil {
		v.showNew(refusedWith(err), repo, v.refusal(err), form)
		return
	}
	v.goTo(fmt.Sprintf("/%s/issues/%d", repo, number))
}

// actOnIssue does what a form on an issue says.
func (v *visit) actOnIssue() {
	repo, ok := v.named()
	if !ok {
		v.notFound()
		return
	}
	number := v.number()
	if _, there := v.Hub.Issue(repo, number); !there {
		v.notFound()
		return
	}
	by, ok := v.by()
	if !ok {
		v.showIssue(http.StatusBadRequest, repo, number, v.unknownPerson(), v.body())
		return
	}
	at, err := v.do(repo, number, by)
	if err != nil {
		v.showIssue(refusedWith(err), repo, number, v.refusal(err), v.body())
		return
	}
	v.goTo(fmt.Sprintf("/%s/issues/%d%s", repo, number, at))
}

var errUnknownForm = errors.New("the form says nothing that could be done")

// do does it, and returns the part of the page to go to.
func (v *visit) do(repo string, number int, by string) (at string, err error) {
	field := v.r.PostFormValue
	switch field("do") {
	case "comment":
		id, err := v.Hub.Comment(repo, number, by, v.body())
		return fmt.Sprintf("#issuecomment-%d", id), err
	case "edit":
		id, err := strconv.ParseInt(field("comment"), 10, 64)
		if err != nil {
			return "", errUnknownForm
		}
		return fmt.Sprintf("#issuecomment-%d", id), v.Hub.EditComment(repo, id, by, v.body())
	case "delete":
		id, err := strconv.ParseInt(field("comment"), 10, 64)
		if err != nil {
			return "", errUnknownForm
		}
		return "#act", v.Hub.DeleteComment(repo, id, by)
	case "rewrite":
		title, body := strings.TrimSpace(field("title")), v.body()
		return "", v.Hub.EditIssue(repo, number, by, fakehub.Edit{Title: &title, Body: &body})
	case "close":
		return "#act", v.close(repo, number, by)
	case "reopen":
		return "#act", v.Hub.Reopen(repo, number, by)
	case "label":
		name := strings.TrimSpace(field("name"))
		if name == "" {
			return "", errUnknownForm
		}
		return "#labels", v.Hub.Label(repo, number, by, name)
	case "unlabel":
		return "#labels", v.Hub.Unlabel(repo, number, by, field("name"))
	}
	return "", errUnknownForm
}

// close closes the issue. Of which other one it is a duplicate is said in a
// comment first, as on GitHub.
func (v *visit) close(repo string, number int, by string) error {
	reason := v.r.PostFormValue("reason")
	if original := strings.TrimPrefix(strings.TrimSpace(v.r.PostFormValue("original")), "#"); reason == "duplicate" && original != "" {
		n, err := strconv.Atoi(original)
		if err != nil || n < 1 {
			return errors.New(v.say("the number of the other issue could not be read", "元のIssueの番号が読み取れません"))
		}
		if _, err := v.Hub.Comment(repo, number, by, fmt.Sprintf("Duplicate of #%d", n)); err != nil {
			return err
		}
	}
	return v.Hub.Close(repo, number, by, reason)
}

// body is the field of several lines. Browsers send them with carriage returns.
func (v *visit) body() string {
	return strings.ReplaceAll(v.r.PostFormValue("body"), "\r\n", "\n")
}

// by is the person that the form was shown for, which another tab may have
// changed since.
func (v *visit) by() (login string, ok bool) {
	p, ok := v.person(v.r.PostFormValue("by"))
	if ok {
		v.me = p
	}
	return p.Login, ok
}

func (v *visit) unknownPerson() string {
	return v.say("Choose first whom to act as.", "だれとして行うかを先に選んでください。")
}

func refusedWith(err error) int {
	if status := fakehub.Status(err); status != 0 {
		return status
	}
	return http.StatusUnprocessableEntity
}

// refusal is what to say about an error of the hub's.
func (v *visit) refusal(err error) string {
	status := fakehub.Status(err)
	if status == 0 {
		return err.Error()
	}
	return fmt.Sprintf(v.say("GitHub refuses this to %s: %d %s", "%s には、GitHub がこれを許しません: %d %s"), v.me.Login, status, err)
}

// actAs chooses the person.
func (v *visit) actAs() {
	if login, ok := v.by(); ok {
		v.keep(personCookie, login)
	}
	v.goTo(v.back())
}

// minutes are those by which the clock can be moved.
var minutes = []int{1, 10, 60, 24 * 60}

func (v *visit) moveClock() {
	n, err := strconv.Atoi(v.r.PostFormValue("minutes"))
	if err != nil || !slices.Contains(minutes, n) || v.Advance == nil {
		v.notFound()
		return
	}
	v.Advance(time.Duration(n) * time.Minute)
	v.goTo(v.backSaying("clock"))
}

func (v *visit) nextDelivery() {
	fates := map[string]func(){"drop": v.DropNext, "repeat": v.RepeatNext}
	name := v.r.PostFormValue("fate")
	fate := fates[name]
	if fate == nil {
		v.notFound()
		return
	}
	fate()
	v.goTo(v.backSaying(name))
}

// back is where a form was; anything but a path of this page is the start.
func (v *visit) back() string {
	to, err := url.Parse(v.r.PostFormValue("back"))
	if err != nil || to.Scheme != "" || to.Host != "" || to.Opaque != "" || !strings.HasPrefix(to.Path, "/") ||
		strings.HasPrefix(to.Path, "//") || strings.Contains(to.Path, `\`) {
		return "/"
	}
	return to.RequestURI() + fragment(to)
}

func fragment(u *url.URL) string {
	if u.Fragment == "" {
		return ""
	}
	return "#" + u.EscapedFragment()
}

func (v *visit) backSaying(done string) string {
	to, err := url.Parse(v.back())
	if err != nil {
		return "/"
	}
	to.RawQuery = url.Values{"done": {done}}.Encode()
	return to.String()
}

func (v *visit) goTo(path string) { http.Redirect(v.w, v.r, path, http.StatusSeeOther) } //nolint:gosec // back keeps to this page
