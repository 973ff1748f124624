// Package verdict decides whether a version of a service is ready to be released:
// by its checklist, by what was found of the evidence, by what people confirmed,
// approved or excepted, and by what is going on around it. It says what it looked
// at, what is missing, who can act, and which ways out stay open. It must not know
// how anything was found, nor who shows its verdict.
package verdict

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
)

// Input is all that a verdict depends on.
type Input struct {
	Now time.Time
	// Zone is that of days in texts and of waivers' ends; nil is UTC.
	Zone      *time.Location
	Checklist *checklist.Checklist
	Settings  Settings
	// Own says that the checklist is the repository's own: without a mode in the
	// settings, only such a one blocks.
	Own bool
	// Service and Environment may be empty, where there is but one.
	Service, Environment string
	// Commit is what is to be released; Authors are the logins of those who wrote it.
	// Where nobody is named, nobody is known to be another than the author.
	Commit  string
	Authors []string
	// Openers are the logins of those who asked for its release. They count as authors,
	// and say nothing of who wrote it.
	Openers []string
	// Answers are what was found, by question; what is not there was not looked at.
	Answers map[checklist.Question]Answer
	// Acts are what people said, executed and in order.
	Acts []Act
	// Teams are the members of those teams that may approve, by "@organisation/team".
	Teams map[string]Team
	// Around are the conditions beyond the checklist.
	Around Around
	// Fixes is the incident that this is to fix, as it was written, such as "#340".
	Fixes string
	// NoReview says why nobody can confirm, approve or except anything: there is no
	// place for it. Empty where there is one.
	NoReview checklist.Text
	// Review is the issue in which people say something of it, such as "#90"; empty where
	// there is none yet. Who reads this there is not told.
	Review string
	// ReadOnly: whoever asks writes nothing, so that what should be noted in a timeline
	// is for people to note.
	ReadOnly bool
	// Waits: whoever asks looks again by itself, so that nobody has to run anything again.
	Waits bool
	// Unread says why the checklist or the settings are not known; without items it is
	// the checklist.
	Unread checklist.Text
	// RanBefore tells whether this commit ran in this environment before.
	RanBefore Answer
}

// Found is what was found. The zero value is that it is not known.
type Found int

// What may be found.
const (
	Unknown Found = iota
	Yes
	No
)

// Answer is what was found of one question.
type Answer struct {
	Found Found
	// At is when that happened which shows it, such as the end of a check; zero for
	// what is true now, such as a file. For No it is when it was so last.
	At time.Time
	// Looked is when it was looked at.
	Looked time.Time
	// Seen is a word or two on what was seen, of GitHub or a file: "failure",
	// "docs/runbook.md", "#12 and 2 more". URL leads there.
	Seen, URL string
	// Because says why it is not known, as a part of a sentence.
	Because checklist.Text
}

// Team is what is known of a team's members.
type Team struct {
	Known   bool
	Members []string
	Because checklist.Text
}

// Deed is what somebody did about a release.
type Deed string

// The deeds, by their commands.
const (
	Done       Deed = "done"        // confirms an item, with a link
	Approve    Deed = "approve"     // approves the release
	Waive      Deed = "waive"       // excepts an item until a day
	ShipAnyway Deed = "ship-anyway" // releases what is not ready
)

// Act is one of them, already judged: whoever did it had the role for it.
type Act struct {
	// ID tells it from others; a verdict does not look at it.
	ID   string    `json:"id,omitzero"`
	Deed Deed      `json:"deed"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	// Environment is where to that goes of which it was said; empty is wherever.
	Environment string `json:"environment,omitzero"`
	// Item is its id, for Done and Waive.
	Item string `json:"item,omitzero"`
	// Link is what Done shows; Reason is that of Waive and ShipAnyway.
	Link   string `json:"link,omitzero"`
	Reason string `json:"reason,omitzero"`
	// Until is the last day of a waiver: its date counts, whatever its zone.
	Until time.Time `json:"until,omitzero"`
	// Version and Commit are what was there when it was done: the checklist's version
	// for Approve, the item's for Done; the commit for Approve and ShipAnyway.
	Version string `json:"version,omitzero"`
	Commit  string `json:"commit,omitzero"`
}

// State is how an item, or a piece of its evidence, stands.
type State string

// The states. Only Met and Waived do not hold a release.
const (
	Met       State = "yes"
	Missing   State = "no"
	Unknowing State = "unknown" // it could not be looked at
	Stale     State = "stale"   // it was true, too long ago
	Waived    State = "waived"  // it is not met, and somebody excepts it
	Expired   State = "expired" // it was excepted, until a day that is past
	Lapsed    State = "lapsed"  // it was said of another version of what is asked or released
	Aside     State = "aside"   // it does not apply to this service
)

// Way is how what is not ready may pass all the same.
type Way string

// The ways. Nothing else passes.
const (
	Straight Way = ""            // it is ready
	Fix      Way = "fix"         // it is the fix of an incident that holds others
	Back     Way = "back"        // it returns to a version that ran there before
	Anyway   Way = "ship-anyway" // somebody decided so, and it is recorded
	Warning  Way = "warn"        // nothing is held here yet
)

// Verdict is what was decided, and why.
type Verdict struct {
	// Ready: nothing is missing. Passes: it may go, whichever way.
	Ready, Passes bool
	Way           Way
	Items         []Item
	Holds         []Hold
	// Unseen are conditions that are left out, since nobody asked for them and they
	// cannot be seen.
	Unseen []Hold
	// Touched are files of this release that a past incident with open follow-ups
	// names: shown, never in the way.
	Touched []Touched
	// Ignored are acts that do not count, with the reason.
	Ignored []Ignored
	// Stray: this is said to be the fix of an incident that is not open here.
	Stray bool
	// Told are the incidents in whose timelines a release by Fix or Back is to stand.
	Told []string
	// Shipped is the act behind Anyway.
	Shipped *Act

	in      *Input
	version string // of the checklist
}

// Item is how one item stands.
type Item struct {
	*checklist.Item
	State State
	// Looked has what its evidence shows, piece by piece.
	Looked []Piece
	// Waiver is the act behind Waived and Expired.
	Waiver *Act
}

// Holds reports whether the item holds a release.
func (i *Item) Holds() bool {
	return i.IsRequired() && i.State != Met && i.State != Waived && i.State != Aside
}

// Piece is how one piece of evidence stands.
type Piece struct {
	checklist.Evidence
	State State
	// Answer is what was found, for what people need not say.
	Answer Answer
	// By are those whose word counts.
	By []string
	// Act is the confirmation that counts, or the one that no longer does.
	Act *Act
}

// Ignored is an act that does not count.
type Ignored struct {
	Act
	Why checklist.Text
}

// Decide gives the verdict. The same input gives the same one.
func Decide(in *Input) *Verdict {
	v := &Verdict{Touched: in.Around.Touched, in: in, version: in.Checklist.Version(), Items: make([]Item, 0, len(in.Checklist.Items))}
	v.Ready = true
	for n := range in.Checklist.Items {
		item := v.item(&in.Checklist.Items[n])
		v.Ready = v.Ready && !item.Holds()
		v.Items = append(v.Items, item)
	}
	for i := range in.Acts {
		switch act := &in.Acts[i]; {
		case act.Deed != Approve:
		case isAmong(in.Authors, act.By):
			v.ignore(act, "an author's own approval does not count", "作成者自身の承認は数えません")
		case isAmong(in.Openers, act.By):
			v.ignore(act, "who asks for the release does not approve it", "リリースを求めた方は承認できません")
		}
	}
	v.conditions()
	fixes := v.lift()
	v.Stray = in.Fixes != "" && !fixes
	for i := range v.Holds {
		v.Ready = v.Ready && (v.Holds[i].Lifted || !v.Holds[i].Blocks)
	}
	v.pass(fixes)
	return v
}

// pass finds the way by which it may go, if there is one: the straight one before
// one that leaves something undone, and what needs nobody's word before what does.
func (v *Verdict) pass(fixes bool) {
	shipped := v.shipped()
	switch {
	case v.Ready && fixes:
		v.Way, v.Told = Fix, []string{v.in.Fixes}
	case v.Ready:
	case v.in.RanBefore.Found == Yes:
		v.Way = Back
		for _, h := range v.Holds {
			if h.Incident != nil {
				v.Told = append(v.Told, h.Incident.Ref)
			}
		}
	case shipped != nil:
		v.Way, v.Shipped = Anyway, shipped
	case !v.in.blocks():
		v.Way = Warning
	default:
		return
	}
	v.Passes = true
}

// shipped is the last decision to release this very commit although it is not
// ready.
func (v *Verdict) shipped() (last *Act) {
	for i := range v.in.Acts {
		act := &v.in.Acts[i]
		if act.Deed != ShipAnyway {
			continue
		}
		switch {
		case act.Commit != v.in.Commit:
			v.ignore(act, "it was decided for another commit", "別のコミットについての判断です")
		case act.Reason == "":
			v.ignore(act, "it gives no reason", "理由がありません")
		default:
			last = act
		}
	}
	return last
}

func (v *Verdict) ignore(act *Act, english, japanese string) {
	v.Ignored = append(v.Ignored, Ignored{*act, checklist.Text{English: english, Japanese: japanese}})
}

// zone is that of days.
func (in *Input) zone() *time.Location {
	if in.Zone == nil {
		return time.UTC
	}
	return in.Zone
}

// failed are GitHub's words for what ran on a commit and did not succeed.
var failed = map[string]bool{"failure": true, "timed_out": true, "startup_failure": true, "error": true}

// IsHopeless reports whether it does not pass, and nothing but another commit, or
// somebody's word against it, could change that: a file is missing, or what ran on the
// commit failed.
func (v *Verdict) IsHopeless() bool {
	if v.Passes {
		return false
	}
	for i := range v.Items {
		item := &v.Items[i]
		if !item.Holds() || item.Enough == checklist.Any {
			continue
		}
		for _, p := range item.Looked {
			q, asked := p.Question()
			switch {
			case p.State != Missing || !asked || q.Anywhere:
			case q.Kind == checklist.File:
				return true
			case (q.Kind == checklist.Check || q.Kind == checklist.Workflow) && failed[p.Answer.Seen]:
				return true
			}
		}
	}
	return false
}

// Forget drops when each thing was looked at, for texts that should only change when
// what was seen does.
func (v *Verdict) Forget() {
	for i := range v.Items {
		for j := range v.Items[i].Looked {
			v.Items[i].Looked[j].Answer.Looked = time.Time{}
		}
	}
}
