package engine

import (
	"slices"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// judge gives each new act its verdict, once, with the role its author has
// now. While a role is not known yet it returns what to ask. It is pure.
//
// An act whose comment carries our own 👍 was executed before: its author had
// at least the role that the command needs, whatever it is today.
func (g gatherer) judge(acts []workflows.Act, facts workflows.Facts) (judged []workflows.Act, asks []workflows.Ask) {
	earlier := g.record.acts()
	for _, a := range acts {
		if a.Verdict == workflows.Pending && !g.isHere(a.Name) {
			a.Verdict, a.Why = workflows.Misread, workflows.WhyElsewhere
		}
		if a.Verdict == workflows.Pending || a.Verdict == workflows.Done {
			ask := workflows.RoleAsk{Repo: g.o.Subject.Repo, Login: a.Author}
			role, known := facts.Role(ask.Repo, ask.Login)
			if a.Author == workflows.Ghost {
				role, known = workflows.RoleNone, true
			}
			if !known {
				asks = append(asks, ask)
				continue
			}
			a = g.verdict(a, role, earlier)
		}
		judged = append(judged, a)
		earlier = append(earlier, a)
	}
	return oneSlip(judged), asks
}

func (g gatherer) verdict(a workflows.Act, role workflows.Role, earlier []workflows.Act) workflows.Act {
	c, _ := g.rules.Commands.Find(a.Name)
	executed := a.Verdict == workflows.Done
	reporter := c.Reporter && a.Author == g.o.Issue.Author.Login && a.Author != workflows.Ghost
	if executed && !reporter { // what a reporter may do proves no role
		role = max(role, c.Role)
	}
	if a.FromOpening() {
		role = min(role, workflows.RoleTriage)
	}
	a.Role = role
	if role < c.Role && !executed && !(reporter && !ended(c, earlier, a)) {
		a.Verdict, a.Why, a.Value = workflows.Refused, workflows.WhyRole, ""
		if role == workflows.RoleUnknown {
			a.Why = workflows.WhyRoleUnknown
		}
		return a
	}
	value, problem := g.parse(c, a)
	a.Verdict, a.Value = workflows.Done, value
	if problem != "" {
		a.Verdict, a.Why, a.Value = workflows.Misread, problem, cut(a.Argument)
	}
	return a
}

// ended reports whether somebody with the role has taken over what the reporter
// could do until then.
func ended(c workflows.Command, earlier []workflows.Act, a workflows.Act) bool {
	return slices.ContainsFunc(earlier, func(e workflows.Act) bool {
		return e.Verdict == workflows.Done && e.Role >= c.Role && slices.Contains(c.ReporterUntil, e.Name) && e.Compare(a) < 0
	})
}

// oneSlip keeps, of the acts of one comment that were not executed, the first:
// it decides reaction and reply, and the record does not grow with the rest.
func oneSlip(acts []workflows.Act) []workflows.Act {
	slipped := map[int64]bool{}
	return slices.DeleteFunc(acts, func(a workflows.Act) bool {
		id, ok := a.FromComment()
		if !ok || a.Verdict == workflows.Done {
			return false
		}
		again := slipped[id]
		slipped[id] = true
		return again
	})
}
