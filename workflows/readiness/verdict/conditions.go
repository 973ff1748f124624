package verdict

import (
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
)

// Around is what is going on around a release.
type Around struct {
	// Incidents are the open ones on the service, FollowUps those of its earlier
	// incidents that are still open, Postmortems those not done.
	Incidents   Seen[Incident]
	FollowUps   Seen[FollowUp]
	Postmortems Seen[Postmortem]
	Touched     []Touched
	// Notes say what else is not known, each as a sentence.
	Notes []checklist.Text
}

// Seen is what could be seen of something, or why it could not.
type Seen[T any] struct {
	Known  bool
	All    []T
	Looked time.Time
	// Because names the permission or the token that is missing.
	Because checklist.Text
}

// Incident is an open one.
type Incident struct {
	Ref      string // such as "#340", as one refers to it from the service's repository
	URL      string
	Severity int // 0 while undecided
	// Confirmed: somebody who may declare incidents agrees that it is one.
	Confirmed bool
}

// FollowUp is an open one.
type FollowUp struct {
	Ref      string    `json:"ref"`
	URL      string    `json:"url,omitzero"`
	Incident string    `json:"incident"` // the Ref of the incident that it came from
	Type     string    `json:"type"`     // prevent, detect, mitigate …
	Due      time.Time `json:"due"`      // a day: its date counts, whatever its zone
	Owners   []string  `json:"owners,omitzero"`
}

// Postmortem is one that is not done.
type Postmortem struct {
	Ref      string    `json:"ref"`
	URL      string    `json:"url,omitzero"`
	Incident string    `json:"incident"`
	Due      time.Time `json:"due"` // likewise
	Author   string    `json:"author,omitzero"`
}

// Touched is a file of the release that a past incident names.
type Touched struct {
	File, Incident string
	FollowUps      int // still open
}

// Hold is one condition beyond the checklist that holds a release, or would.
type Hold struct {
	Kind Condition
	// Blocks is false where it is only shown.
	Blocks bool
	// Lifted: this is the fix of an incident, which it does not hold.
	Lifted bool
	// One of these says what holds; Because, why that cannot be seen.
	Incident   *Incident
	FollowUp   *FollowUp
	Postmortem *Postmortem
	Freeze     *Freeze
	Because    checklist.Text
}

// Condition is a kind of condition, by its key in the settings.
type Condition string

// The conditions.
const (
	OpenIncident      Condition = "open_incidents"
	OverdueFollowUp   Condition = "overdue_follow_ups"
	OverduePostmortem Condition = "overdue_postmortems"
	Frozen            Condition = "freeze"
	// Unread is no condition of anybody's: what is asked is not known itself.
	Unread Condition = "unread"
)

// conditions gathers what holds.
func (v *Verdict) conditions() {
	around, s := &v.in.Around, &v.in.Settings
	if !v.in.Unread.IsEmpty() {
		v.hold(Hold{Kind: Unread, Because: v.in.Unread})
	}
	open := map[string]bool{}
	for i := range around.Incidents.All {
		incident := &around.Incidents.All[i]
		open[ref(incident.Ref)] = true
		if s.Incidents != Off && incident.freezes() {
			v.hold(Hold{Kind: OpenIncident, Incident: incident})
		}
	}
	v.unseen(OpenIncident, s.Incidents, around.Incidents.Known, around.Incidents.Because)
	for i := range around.FollowUps.All {
		f := &around.FollowUps.All[i]
		// What an incident asks for that is still going on is not late.
		if s.FollowUps != Off && (f.Type == "prevent" || f.Type == "detect") && v.isPast(f.Due) && !open[ref(f.Incident)] {
			v.hold(Hold{Kind: OverdueFollowUp, FollowUp: f})
		}
	}
	v.unseen(OverdueFollowUp, s.FollowUps, around.FollowUps.Known, around.FollowUps.Because)
	for i := range around.Postmortems.All {
		p := &around.Postmortems.All[i]
		if s.Postmortems != Off && v.isPast(p.Due) {
			v.hold(Hold{Kind: OverduePostmortem, Postmortem: p})
		}
	}
	v.unseen(OverduePostmortem, s.Postmortems, around.Postmortems.Known, around.Postmortems.Because)
	for i := range s.Freezes {
		if s.Freezes[i].concerns(v.in.Service, v.in.Now, v.in.zone()) {
			v.hold(Hold{Kind: Frozen, Freeze: &s.Freezes[i]})
		}
	}
}

// freezes reports whether an incident holds what does not mend it.
func (i *Incident) freezes() bool { return i.Confirmed && (i.Severity == 1 || i.Severity == 2) }

func (v *Verdict) hold(h Hold) {
	h.Blocks = true
	v.Holds = append(v.Holds, h)
}

// unseen notes a condition that cannot be looked at: it holds, unless the settings
// say otherwise, if somebody asked for it, and is left out else.
func (v *Verdict) unseen(kind Condition, s Switch, known bool, because checklist.Text) {
	if known || s == Off {
		return
	}
	if because.IsEmpty() {
		because = checklist.Text{English: "it was not looked at", Japanese: "確認していません"}
	}
	h := Hold{Kind: kind, Because: because, Blocks: s == On && v.in.Settings.OnUnknown != "allow"}
	if s == On {
		v.Holds = append(v.Holds, h)
	} else {
		v.Unseen = append(v.Unseen, h)
	}
}

// isPast reports whether a due day is over.
func (v *Verdict) isPast(due time.Time) bool {
	return !due.IsZero() && !v.in.Now.Before(v.endOf(due))
}

// mends is the open incident that this is the fix of, if there is such a one. A
// suspicion that nobody confirmed is none yet: anybody can report one.
func (v *Verdict) mends() *Incident {
	for i := range v.in.Around.Incidents.All {
		if open := &v.in.Around.Incidents.All[i]; v.in.Fixes != "" && open.Confirmed && ref(open.Ref) == ref(v.in.Fixes) {
			return open
		}
	}
	return nil
}

// lift lets the fix of an incident pass what holds others, and reports whether this
// is one. The fix of a small incident does not pass the freeze of a great one.
//
// Where open incidents cannot be looked at, the word is taken: the way out of an
// incident is never blocked, and whoever took it stands in its timeline.
func (v *Verdict) lift() bool {
	mended := v.mends()
	blind := v.in.Fixes != "" && !v.in.Around.Incidents.Known
	if mended == nil && !blind {
		return false
	}
	for i := range v.Holds {
		h := &v.Holds[i]
		if h.Kind == Unread && len(v.in.Checklist.Items) == 0 {
			continue // the fix of an incident passes what goes on around it, not its checklist
		}
		h.Lifted = blind || h.Kind != OpenIncident || mended.freezes()
	}
	return true
}

// ref is a reference for comparing.
func ref(text string) string { return strings.ToLower(strings.TrimSpace(text)) }
