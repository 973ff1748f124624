package readiness

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// CheckName is what the check run of a service is called in a repository.
func CheckName(p policy.Policy, repo, service string) string {
	const usual = "Kintsugi readiness"
	if service == "" || len(ServicesOf(p, repo)) < 2 {
		return usual
	}
	return usual + ": " + service
}

// Note is what only the App knows, in a check run of its own for those to read who have
// no more than a token: what people said, and what stands in records. What a workflow
// of GitHub Actions writes is no note, and no other App's should be able to.
type Note struct {
	// Day is that on which it was written, YYYY-MM-DD: a note is renewed every day.
	Day     string        `json:"day"`
	Service string        `json:"service,omitempty"`
	Review  string        `json:"review,omitempty"` // the newest that is open, such as "#90"
	Openers []Opener      `json:"openers,omitempty"`
	Acts    []verdict.Act `json:"acts,omitempty"`
	// Teams are those members of teams that may say something who did: whoever reads the
	// repository reads this, and a team may be a secret.
	Teams map[string][]string `json:"teams,omitempty"`
	// FollowUps and Postmortems are nil where they cannot be seen.
	FollowUps   *[]verdict.FollowUp   `json:"follow_ups,omitempty"`
	Postmortems *[]verdict.Postmortem `json:"postmortems,omitempty"`
}

// Opener is who asked for the release of a commit.
type Opener struct {
	Login  string `json:"login"`
	Commit string `json:"commit"`
}

// isSaidBy reports whether somebody said something.
func (n Note) isSaidBy(login string) bool {
	return slices.ContainsFunc(n.Acts, func(a verdict.Act) bool { return strings.EqualFold(a.By, login) })
}

const noteMark = "<!-- kintsugi-readiness "

var noteLine = regexp.MustCompile(`<!-- kintsugi-readiness ([A-Za-z0-9+/=]+) -->`)

// mostNote is how long a note may be: half of what GitHub takes of a summary.
const mostNote = 30_000

// write puts the note of a commit before a text, which may be cut at its end. Where the
// note is too long, acts go.
func (n Note) write(commit, text string) string {
	for {
		data, err := json.Marshal(n)
		if err != nil {
			panic(err) // texts and times always encode
		}
		marked := noteMark + base64.StdEncoding.EncodeToString(data) + " -->"
		if len(marked) < mostNote || len(n.Acts) == 0 {
			return marked + "\n\n" + text + "\n"
		}
		n.Acts = n.shed(commit)
	}
}

// shed drops half of the acts that may be missed most easily, the oldest of them first:
// those that count for nothing any more, or for another commit, before confirmations, and
// what is in force last.
func (n Note) shed(commit string) (left []verdict.Act) {
	rank := func(a verdict.Act) int {
		isInForce := a.Commit == commit
		if a.Deed == verdict.Waive {
			isInForce = a.Until.Format(time.DateOnly) >= n.Day
		}
		switch {
		case isInForce:
			return 2
		case a.Deed == verdict.Done:
			return 1
		}
		return 0
	}
	count := map[int]int{}
	for _, a := range n.Acts {
		count[rank(a)]++
	}
	least := 0
	for count[least] == 0 {
		least++
	}
	drop := (count[least] + 1) / 2
	for _, a := range n.Acts {
		if rank(a) == least && drop > 0 {
			drop--
			continue
		}
		left = append(left, a)
	}
	return left
}

// noteIn reads the note of a check run's summary.
func noteIn(text string) (n Note, ok bool) {
	m := noteLine.FindStringSubmatch(text)
	if m == nil {
		return n, false
	}
	data, err := base64.StdEncoding.DecodeString(m[1])
	return n, err == nil && json.Unmarshal(data, &n) == nil
}

// current is for how many days what a note says of dates counts.
const current = 2

var (
	noNote = checklist.Text{
		English:  "the App has put no check run here",
		Japanese: "Appのチェックがここにありません",
	}
	oldNote = checklist.Text{English: "the App last looked more than two days ago", Japanese: "Appが最後に確認してから2日を過ぎています"}
)

// Heed fills in what the App's notes say, given the answer to a NotesAsk: the newest
// that is of the service counts.
func Heed(in *verdict.Input, answer workflows.Answer) {
	for _, found := range answer.Seen.Notes {
		n, ok := noteIn(found.Text)
		if !ok || !strings.EqualFold(n.Service, in.Service) {
			continue
		}
		n.heed(in)
		return
	}
	in.NoReview = noNote
	if answer.Unknown != "" {
		in.NoReview = evidence.Because(answer)
	}
	in.Around.FollowUps.Because, in.Around.Postmortems.Because = in.NoReview, in.NoReview
}

func (n Note) heed(in *verdict.Input) {
	in.Review = n.Review
	for _, a := range n.Acts {
		if isOf(a.Environment, in.Environment) {
			in.Acts = append(in.Acts, a)
		}
	}
	in.Teams = map[string]verdict.Team{}
	for team, members := range n.Teams {
		in.Teams[team] = verdict.Team{Known: true, Members: members}
	}
	for _, o := range n.Openers {
		if o.Commit == in.Commit {
			in.Openers = append(in.Openers, o.Login)
		}
	}
	written, err := time.Parse(time.DateOnly, n.Day)
	if err != nil || in.Now.Sub(written) > (current+1)*24*time.Hour {
		in.Around.FollowUps.Because, in.Around.Postmortems.Because = oldNote, oldNote
		return
	}
	unseen := checklist.Text{English: "the App cannot see it either", Japanese: "Appからも見えません"}
	in.Around.FollowUps.Because, in.Around.Postmortems.Because = unseen, unseen
	if n.FollowUps != nil {
		in.Around.FollowUps = verdict.Seen[verdict.FollowUp]{Known: true, All: *n.FollowUps, Looked: in.Now}
	}
	if n.Postmortems != nil {
		in.Around.Postmortems = verdict.Seen[verdict.Postmortem]{Known: true, All: *n.Postmortems, Looked: in.Now}
	}
}
