package postmortem

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// The ways a postmortem ends.
const (
	ongoing  = iota
	accepted // closed as completed by a person
	dropped  // closed as not planned
)

// state is a postmortem as its acts leave it: a replay of them, and nothing else.
type state struct {
	// incident is the number of the incident, 0 for none.
	incident int
	// review is the last /review, with the people asked; none before the first.
	review *workflows.Act
	asked  []string // logins, in lower case
	// approvals are in order, one for each person.
	approvals []workflows.Act
	// meeting is the sharing meeting, due the day that somebody moved the due date to.
	meeting  time.Time
	due      string // YYYY-MM-DD, or ""
	ended    int
	endedBy  workflows.Act
	closings int // by people, as completed
	isLinted bool
	helped   []workflows.Act
	quiet    bool
	quietFor map[string]bool
}

func replay(in workflows.Input) state {
	s := state{quietFor: map[string]bool{}}
	for _, a := range in.Acts {
		if a.Verdict == workflows.Done {
			s.apply(a)
		}
	}
	return s
}

func (s *state) apply(a workflows.Act) {
	switch a.Name {
	case "postmortem-of":
		s.incident, _ = strconv.Atoi(a.Value)
	case "lint":
		s.isLinted = true
	case "review":
		s.review, s.isLinted = &a, true
		s.asked = nil
		if a.Value != "" {
			s.asked = strings.Split(a.Value, ",")
		}
	case "approve":
		s.isLinted = true
		if !slices.ContainsFunc(s.approvals, func(b workflows.Act) bool { return strings.EqualFold(a.Author, b.Author) }) {
			s.approvals = append(s.approvals, a)
		}
	case "share":
		s.meeting, _ = time.Parse(time.RFC3339, a.Value)
	case "postpone":
		s.due = a.Value
	case "accepted":
		s.ended, s.endedBy, s.isLinted = accepted, a, true
		s.closings++
	case "dropped":
		s.ended, s.endedBy = dropped, a
	case "taken-up-again":
		s.ended, s.endedBy, s.approvals = ongoing, workflows.Act{}, nil
	case "help":
		s.helped = append(s.helped, a)
	case "quiet":
		s.quiet = s.quiet || a.Role >= workflows.RoleWrite
		s.quietFor[strings.ToLower(a.Author)] = true
	}
}

// approvedBy are those who approved and did not write it, and when the last one
// that was needed did; ok is false while some are missing.
func (s state) approvedBy(authors []string, needed int) (people []string, last workflows.Act, ok bool) {
	missing := map[string]bool{}
	for _, who := range s.asked {
		if !contains(authors, who) {
			missing[who] = true
		}
	}
	for _, a := range s.approvals {
		if contains(authors, a.Author) {
			continue
		}
		people = append(people, a.Author)
		if delete(missing, strings.ToLower(a.Author)); !ok && len(missing) == 0 && len(people) >= max(needed, 1) {
			last, ok = a, true
		}
	}
	return people, last, ok
}

func contains(logins []string, who string) bool {
	return slices.ContainsFunc(logins, func(l string) bool { return strings.EqualFold(l, who) })
}
