package workflows

import (
	"fmt"
	"regexp"
	"strings"
)

// A line of its own in a commit's message or a pull request's text, as git's trailers
// are.
var fixesLine = regexp.MustCompile(`(?mi)^[ \t]*Fixes-incident:[ \t]*(\S+)[ \t]*\r?$`)

// FixesIncident is the incident that a text says it is to fix, as it is written there;
// empty where it says nothing of the kind.
func FixesIncident(text string) string {
	if m := fixesLine.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// Bare is what may be told of deployments where the repository may not be quoted: when
// they were, which of them were of one commit or to one environment, and which incident
// they say they fix.
func (s Seen) Bare() Seen {
	names := map[string]string{}
	name := func(text string) string {
		if names[text] == "" {
			names[text] = fmt.Sprint(len(names) + 1)
		}
		return names[text]
	}
	bare := Seen{Hidden: true, Cut: s.Cut}
	for _, d := range s.Deployments {
		bare.Deployments = append(bare.Deployments, Deployment{
			Environment: name("to " + strings.ToLower(d.Environment)), Commit: name("of " + d.Commit), At: d.At, Success: d.Success,
		})
	}
	for _, c := range s.Commits {
		said := FixesIncident(c.Message)
		for _, p := range c.Pulls {
			if said == "" {
				said = FixesIncident(p.Body)
			}
		}
		if said != "" {
			bare.Commits = append(bare.Commits, Commit{SHA: name("of " + c.SHA), Message: "Fixes-incident: " + said})
		}
	}
	return bare
}
