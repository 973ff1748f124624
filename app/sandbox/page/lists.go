package page

import (
	"slices"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// issueLine is an issue in a list.
type issueLine struct {
	Repo        string
	Number      int
	Title       string
	Open        bool
	Reason      string
	PullRequest bool
	Author      author
	Opened      time.Time
	Comments    int
	Labels      []label
}

// repoView is a repository with its issues, newest first.
type repoView struct {
	Name         string
	Private      bool
	Open, Closed int
	Issues       []issueLine
	More         bool
}

type homeView struct {
	Repos []repoView
	// First is where an incident may be opened.
	First string
}

// mostOnHome is how many issues of a repository the first page lists.
const mostOnHome = 8

func (v *visit) home() {
	var view homeView
	for _, repo := range v.Hub.Repos() {
		r := v.repo(repo)
		if len(r.Issues) > mostOnHome {
			r.Issues, r.More = r.Issues[:mostOnHome], true
		}
		view.Repos = append(view.Repos, r)
	}
	if len(view.Repos) > 0 {
		view.First = view.Repos[0].Name
	}
	v.show("home", v.say("Repositories", "リポジトリ"), view)
}

func (v *visit) repository() {
	repo, ok := v.named()
	if !ok {
		v.notFound()
		return
	}
	v.show("repository", repo, v.repo(repo))
}

func (v *visit) repo(name string) repoView {
	view := repoView{Name: name, Private: v.private(name)}
	known := v.labelsOf(name)
	for _, i := range v.Hub.Issues(name) {
		view.Issues = append(view.Issues, v.line(name, i, known))
		if i.State == "open" {
			view.Open++
		} else {
			view.Closed++
		}
	}
	slices.Reverse(view.Issues)
	return view
}

func (v *visit) line(repo string, i fakehub.IssueView, known []label) issueLine {
	return issueLine{
		Repo: repo, Number: i.Number, Title: i.Title, Open: i.State == "open", Reason: i.Reason, PullRequest: i.PullRequest,
		Author: v.author(i.Author), Opened: i.Created, Comments: len(i.Comments), Labels: coloured(i.Labels, known),
	}
}

// private tells whether strangers cannot see a repository.
func (v *visit) private(repo string) bool {
	var answer struct{ Private bool }
	for _, person := range v.People {
		if v.ask(person.Login, "/repos/"+repo, &answer) {
			return answer.Private
		}
	}
	return true
}
