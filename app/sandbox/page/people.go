package page

import (
	"encoding/json"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// What the hub's Go methods do not tell, a person's role and a label's colour,
// is asked over its REST API, as the person concerned; people's requests are
// not counted among the App's.

// author is an account as it stands beside what it wrote.
type author struct {
	Login string
	// Name is the login as GitHub shows it, without the mark of a bot.
	Name    string
	Initial string
	// Hue picks one of the colours that tell accounts apart.
	Hue int
	Bot bool
	// About is who that is, where the configuration says so.
	About string
}

const hues = 8

func (v *visit) author(login string) author {
	first := []rune(login)[:min(2, utf8.RuneCountInString(login))]
	a := author{
		Login: login, Name: strings.TrimSuffix(login, "[bot]"), Initial: strings.ToUpper(string(first[:min(1, len(first))])) + string(first[min(1, len(first)):]),
		Bot: strings.EqualFold(login, v.Bot),
	}
	if i := slices.IndexFunc(v.People, func(p Person) bool { return p.Login == login }); i >= 0 {
		a.Hue, a.About = i%hues, v.People[i].About[v.lang]
		return a
	}
	sum := fnv.New32a()
	sum.Write([]byte(strings.ToLower(login)))
	a.Hue = int(sum.Sum32() % hues)
	return a
}

// standing is what somebody may do on a repository; each role includes those
// before it. docs: Repository roles for an organization.
type standing int

const (
	outside standing = iota
	reads
	triages
	writes
	maintains
	administers
)

// String is GitHub's word for the role.
func (s standing) String() string {
	return [...]string{"no access", "read", "triage", "write", "maintain", "admin"}[s]
}

// actor is somebody a visitor may act as on one repository.
type actor struct {
	author
	Standing standing
	Chosen   bool
}

// actors are all of them, with their roles on repo.
func (v *visit) actors(repo string) []actor {
	list := make([]actor, len(v.People))
	for i, person := range v.People {
		list[i] = actor{author: v.author(person.Login), Standing: v.standing(repo, person.Login), Chosen: person.Login == v.me.Login}
	}
	return list
}

func (v *visit) standing(repo, login string) standing {
	var answer struct {
		Permissions struct{ Pull, Triage, Push, Maintain, Admin bool }
	}
	may := &answer.Permissions
	switch ok := v.ask(login, "/repos/"+repo, &answer); {
	case !ok:
		return outside
	case may.Admin:
		return administers
	case may.Maintain:
		return maintains
	case may.Push:
		return writes
	case may.Triage:
		return triages
	case may.Pull:
		return reads
	}
	return outside
}

// ask gets path from the hub's REST API as login. ok is false where it refuses.
func (v *visit) ask(login, path string, into any) (ok bool) {
	r, err := http.NewRequestWithContext(v.r.Context(), http.MethodGet, "https://hub.invalid"+path, nil) //nolint:gosec // it goes to the hub in this process
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "token user-"+login)
	answer, err := v.Hub.Transport().RoundTrip(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	return answer.StatusCode == http.StatusOK && json.NewDecoder(answer.Body).Decode(into) == nil
}

// label is a label of a repository.
type label struct {
	Name, Color, Description string
}

// labelsOf asks for the labels of repo as the first person who may read it.
func (v *visit) labelsOf(repo string) []label {
	for _, person := range v.People {
		var list []label
		if v.ask(person.Login, "/repos/"+repo+"/labels?per_page=100", &list) {
			return list
		}
	}
	return nil
}

// coloured returns the labels among known that have the names, in their order; one
// that is not known is grey.
func coloured(names []string, known []label) []label {
	list := make([]label, len(names))
	for i, name := range names {
		list[i] = label{Name: name, Color: "ededed"}
		if n := slices.IndexFunc(known, func(l label) bool { return l.Name == name }); n >= 0 {
			list[i] = known[n]
		}
	}
	return list
}
