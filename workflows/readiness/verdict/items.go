package verdict

import (
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
)

// item decides one item.
func (v *Verdict) item(asked *checklist.Item) Item {
	item := Item{Item: asked, State: Aside}
	if !v.in.Checklist.Applies(asked, v.in.Service) {
		return item
	}
	for _, e := range asked.Decides() {
		item.Looked = append(item.Looked, v.piece(asked, e))
	}
	if item.State = together(item.Looked, asked.Enough); item.State == Met {
		return item
	}
	v.waive(&item)
	return item
}

// What is told of an item whose pieces differ: of those that all are needed, what
// is surely missing before what might be there; of those of which one is enough,
// what might be there, or nearly is, before what is not.
var (
	tellAll = []State{Missing, Lapsed, Stale, Unknowing}
	tellAny = []State{Unknowing, Stale, Lapsed, Missing}
)

// together is how an item stands whose pieces stand so.
func together(pieces []Piece, enough checklist.Enough) State {
	has := map[State]bool{}
	for _, p := range pieces {
		has[p.State] = true
	}
	order := tellAll
	if enough == checklist.Any {
		if has[Met] {
			return Met
		}
		order = tellAny
	}
	for _, s := range order {
		if has[s] {
			return s
		}
	}
	return Met
}

// piece decides one piece of evidence.
func (v *Verdict) piece(item *checklist.Item, e checklist.Evidence) Piece {
	q, ok := e.Question()
	if !ok {
		if !v.in.NoReview.IsEmpty() {
			return Piece{Evidence: e, State: Unknowing, Answer: Answer{Because: v.in.NoReview}}
		}
		if e.Kind() == checklist.Approvals {
			return v.approvals(item, e)
		}
		return v.confirmation(item, e)
	}
	p := Piece{Evidence: e, State: Unknowing, Answer: v.in.Answers[q]}
	switch p.Answer.Found {
	case No:
		p.State = Missing
	case Yes:
		p.State = Met
		// What says nothing of its time cannot be taken for recent.
		if e.Within > 0 && p.Answer.At.IsZero() {
			p.State = Unknowing
			p.Answer.Because = checklist.Text{English: "its time is not known", Japanese: "いつのものか分かりません"}
		} else if e.Within > 0 && v.older(p.Answer.At, e.Within) {
			p.State = Stale
		}
	case Unknown:
		if p.Answer.Because.IsEmpty() {
			p.Answer.Because = checklist.Text{English: "it was not looked at", Japanese: "確認していません"}
		}
	}
	return p
}

// older reports whether something is longer ago than it may be.
func (v *Verdict) older(at time.Time, allowed checklist.Age) bool {
	return v.in.Now.Sub(at) > allowed.Duration()
}

// confirmation decides what a person says: the word that counts most, and of equal
// ones the last.
func (v *Verdict) confirmation(item *checklist.Item, e checklist.Evidence) Piece {
	p := Piece{Evidence: e, State: Missing}
	rank := map[State]int{Missing: 0, Unknowing: 1, Lapsed: 2, Stale: 3, Met: 4}
	version := ""
	for i := range v.in.Acts {
		act := &v.in.Acts[i]
		if act.Deed != Done || act.Item != item.ID {
			continue
		}
		if version == "" {
			version = item.Version()
		}
		state := Met
		may := v.may(item, act.By)
		switch {
		case act.Link == "":
			v.ignore(act, "it gives no link", "リンクがありません")
			continue
		case may == No:
			v.ignore(act, "somebody else is to confirm this", "確認は別の方の担当です")
			continue
		case may == Unknown:
			state = Unknowing
		case act.Version != version:
			state = Lapsed
		case item.ValidFor > 0 && v.older(act.At, item.ValidFor):
			state = Stale
		}
		if rank[state] >= rank[p.State] {
			p.State, p.Act, p.By = state, act, []string{act.By}
		}
	}
	if p.State == Unknowing {
		p.Answer.Because = v.unknownTeam(item)
	}
	return p
}

// approvals decides whether enough people approve.
func (v *Verdict) approvals(item *checklist.Item, e checklist.Evidence) Piece {
	p := Piece{Evidence: e, State: Missing}
	best := map[string]State{} // by person, of several words the best
	rank := map[State]int{Unknowing: 1, Lapsed: 2, Stale: 3, Met: 4}
	var people []string
	for i := range v.in.Acts {
		act := &v.in.Acts[i]
		if act.Deed != Approve {
			continue
		}
		state, who := Met, strings.ToLower(act.By)
		may := v.may(item, act.By)
		switch {
		case v.isAuthor(act.By), may == No:
			continue // said once for all items, by others
		case may == Unknown:
			state = Unknowing
		case act.Version != v.version || act.Commit != v.in.Commit:
			state = Lapsed
		case item.ValidFor > 0 && v.older(act.At, item.ValidFor):
			state = Stale
		}
		if state == Met && act.At.After(p.Answer.At) {
			p.Answer.At = act.At
		}
		if _, again := best[who]; !again {
			people = append(people, act.By)
		}
		if rank[state] >= rank[best[who]] {
			best[who] = state
		}
	}
	// Those whose word counts come first; the others say what might become of it.
	have := 0
	for _, s := range []State{Met, Unknowing, Stale, Lapsed} {
		for _, who := range people {
			if best[strings.ToLower(who)] != s {
				continue
			}
			have++
			if s == Met {
				p.By = append(p.By, who)
			}
		}
		if have >= e.Approvals {
			p.State = s
			break
		}
	}
	switch {
	case p.State != Missing && len(v.in.Authors) == 0:
		p.State, p.Answer.Because = Unknowing, unknownAuthor
	case p.State == Unknowing:
		p.Answer.Because = v.unknownTeam(item)
	}
	return p
}

var unknownAuthor = checklist.Text{English: "it is not known who the author is", Japanese: "作成者が分かりません"}

// may reports whether somebody's word counts for an item.
func (v *Verdict) may(item *checklist.Item, who string) Found {
	if len(item.Approvers) == 0 {
		return Yes
	}
	known := No
	for _, a := range item.Approvers {
		if strings.EqualFold(strings.TrimPrefix(a, "@"), who) {
			return Yes
		}
		if !strings.Contains(a, "/") {
			continue
		}
		team, ok := v.in.Teams[a]
		if !ok || !team.Known {
			known = Unknown
		}
		for _, member := range team.Members {
			if strings.EqualFold(member, who) {
				return Yes
			}
		}
	}
	return known
}

// unknownTeam says why it is not known whose word counts.
func (v *Verdict) unknownTeam(item *checklist.Item) checklist.Text {
	for _, a := range item.Approvers {
		if team, ok := v.in.Teams[a]; strings.Contains(a, "/") && (!ok || !team.Known) && !team.Because.IsEmpty() {
			return team.Because
		}
	}
	return checklist.Text{English: "the members of the team cannot be seen", Japanese: "チームのメンバーを確認できません"}
}

// isAuthor reports whether somebody wrote what is to be released, or asked for that.
func (v *Verdict) isAuthor(who string) bool {
	return isAmong(v.in.Authors, who) || isAmong(v.in.Openers, who)
}

func isAmong(logins []string, who string) bool {
	return slices.ContainsFunc(logins, func(l string) bool { return strings.EqualFold(l, who) })
}

// waive looks for somebody who excepts an item that is not met.
func (v *Verdict) waive(item *Item) {
	for i := range v.in.Acts {
		act := &v.in.Acts[i]
		if act.Deed != Waive || act.Item != item.ID {
			continue
		}
		switch may := v.may(item.Item, act.By); {
		case len(v.in.Authors) == 0:
			v.ignore(act, unknownAuthor.English, unknownAuthor.Japanese)
		case isAmong(v.in.Authors, act.By):
			v.ignore(act, "an author cannot except it", "作成者は例外承認できません")
		case isAmong(v.in.Openers, act.By):
			v.ignore(act, "who asks for the release cannot except it", "リリースを求めた方は例外承認できません")
		case may == No:
			v.ignore(act, "somebody else is to except this", "例外承認は別の方の担当です")
		case may == Unknown:
			why := v.unknownTeam(item.Item)
			v.ignore(act, why.English, why.Japanese)
		case act.Reason == "" || act.Until.IsZero():
			v.ignore(act, "it lacks its last day or its reason", "期限か理由がありません")
		case v.in.Now.Before(v.endOf(act.Until)):
			item.State, item.Waiver = Waived, act
		case item.State != Waived:
			item.State, item.Waiver = Expired, act
		}
	}
}

// endOf is the end of a day.
func (v *Verdict) endOf(day time.Time) time.Time {
	year, month, date := day.Date()
	return time.Date(year, month, date+1, 0, 0, 0, 0, v.in.zone())
}
