package engine

import (
	"github.com/kintsugi-app/kintsugi/workflows"
)

// judge gives each new act its verdict, once, with the role its author has
// now. While a role is not known yet it returns what to ask. It is pure.
//
// An act whose comment carries our own 👍 was executed before: its author had
// at least the role that the command needs, whatever it is today.
func (g gatherer) judge(acts []workflows.Act, facts workflows.Facts, silent bool) (judged []workflows.Act, asks []workflows.Ask) {
	for _, a := range acts {
		a.Silent = silent
		if a.Verdict == workflows.Pending || a.Verdict == workflows.Done {
			ask := workflows.RoleAsk{Repo: g.o.Subject.Repo, Login: a.Author}
			role, known := facts.Role(ask.Repo, ask.Login)
			if a.Author == "" { // an account that was deleted since
				role, known = workflows.RoleNone, true
			}
			if !known {
				asks = append(asks, ask)
				continue
			}
			a = g.verdict(a, role)
		}
		judged = append(judged, a)
	}
	return judged, asks
}

func (g gatherer) verdict(a workflows.Act, role workflows.Role) workflows.Act {
	c, _ := g.rules.Commands.Find(a.Name)
	executed := a.Verdict == workflows.Done
	if executed {
		role = max(role, c.Role)
	}
	if a.FromOpening() {
		role = min(role, workflows.RoleTriage)
	}
	a.Role = role
	reporter := c.Reporter && a.Author == g.o.Issue.Author.Login
	switch {
	case !executed && role < c.Role && !reporter:
		a.Verdict, a.Why, a.Value = workflows.Refused, workflows.WhyRole, ""
		if role == workflows.RoleUnknown {
			a.Why = workflows.WhyRoleUnknown
		}
	default:
		value, problem := g.parse(c, a)
		a.Verdict, a.Value = workflows.Done, value
		if problem != "" {
			a.Verdict, a.Why, a.Value = workflows.Misread, problem, cut(a.Argument)
		}
	}
	return a
}
