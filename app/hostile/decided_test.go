package hostile_test

import (
	"fmt"
	"strings"
	"time"
)

// decided is what stands in the team's settings, of the repository and of the
// organisation.
func decided() []ingress {
	var all []ingress
	for _, place := range []string{"", "acme/.github"} {
		for _, c := range []struct{ name, key, format string }{
			{"language", "language", "language: %s\n"},
			{"time zone", "time_zone", "time_zone: %s\n"},
			{"enabled", "enabled", "enabled: true # %s\n"},
			{"since", "since", "since: %s\n"},
			{"label", "incident.label", "incident:\n  label: %s\n"},
			{"notify", "incident.notify", "incident:\n  notify: [%s]\n"},
			{"unknown key", "", "%s: 1\n"},
			{"unknown key of a section", "", "incident:\n  %s: 1\n"},
		} {
			all = append(all, ingress{
				name: c.name + " of the settings of " + where(place), covers: []string{"policy." + c.key}, stays: true, settings: true,
				calls: c.key == "incident.notify",
				play: func(w *world, repo, text string) issue {
					file := fmt.Sprintf(c.format, yaml(text))
					if place == "" {
						file += fmt.Sprintf(settings, language(repo))
						if c.key == "language" || c.key == "time_zone" || strings.HasPrefix(c.format, "incident") {
							file = fmt.Sprintf(c.format, yaml(text))
						}
					}
					return w.decide(place, repo, file)
				},
			})
		}
		all = append(all, ingress{
			name: "settings that are no YAML of " + where(place), covers: []string{"policy."}, stays: true, settings: true,
			play: func(w *world, repo, text string) issue { return w.decide(place, repo, text) },
		})
	}
	return all
}

// decide writes settings and opens an incident under them.
func (w *world) decide(place, repo, file string) issue {
	if place == "" {
		place = repo
	} else {
		owner, name, _ := strings.Cut(place, "/")
		w.hub.AddRepo(owner, name, false)
		w.hub.PutFile(repo, ".github/kintsugi.yml", "enabled: true\n") // which leaves what lies beneath
	}
	w.hub.PutFile(place, ".github/kintsugi.yml", file)
	w.deliver()
	i := w.incident(repo)
	w.say(i, "sato", "/sev x")
	return i
}

func where(place string) string {
	if place == "" {
		return "the repository"
	}
	return "the organisation"
}

func language(repo string) string {
	if repo == "acme/website" {
		return "ja"
	}
	return "en"
}

// yaml writes a text as a scalar that reads as it.
func yaml(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// here is a key that is played in the settings of the repository only.
type here struct {
	name, key, format string
	// said is what is said once the incident is open, and shows what the program
	// then writes of it.
	said, shows string
	title       string // where the issue has another
	calls       bool
	late        bool // nobody acknowledges in time
}

// common are the settings beside which a key is tried, without those of
// incidents.
const common = "language: %s\ntime_zone: Asia/Tokyo\n"

// onCall is a section that calls somebody, open for another key.
const onCall = "incident: {notify: [\"@" + oncall + "\"], "

func keysHere() []here {
	const ready = "/ack\n/sev 2\n/started 20m ago"
	return []here{
		{name: "mode", key: "mode", format: "mode: %s\n", said: "/preview", shows: "mode: observe"},
		{name: "working hours", key: "working_hours", format: "working_hours: %s\n"},
		{name: "holidays", key: "holidays", format: "holidays: [%s]\n"},
		{name: "name of a service", key: "services name", format: "services: {%s: {words: [zebra]}}\n", said: ready, shows: "/service xyzzy|/サービス xyzzy"},
		{name: "name of a service that is meant", key: "services name", format: "services: {%s: {words: [checkout]}}\n", said: "/service checkout\n" + ready, shows: "service: `xyzzy|サービス: `xyzzy"},
		{name: "repositories of a service", key: "services.repositories", format: "services: {web: {repositories: [%s], words: [checkout]}}\n"},
		{name: "owners of a service", key: "services.owners", format: "services: {web: {owners: [%s], words: [checkout]}}\n", calls: true},
		{name: "lead of a service", key: "services.lead", format: "services: {web: {lead: %s, owners: [\"@" + oncall + "\"], words: [checkout]}}\n", calls: true, late: true},
		{name: "labels of a service", key: "services.labels", format: "services: {web: {labels: [%s]}}\n", said: ready},
		{name: "words of a service", key: "services.words", format: "services: {web: {words: [%s]}}\n", said: ready},
		{name: "label of near misses", key: "incident.near_miss_label", format: onCall + "near_miss_label: %s}\n", title: "[near miss] Checkout"},
		{name: "repository", key: "incident.repository", format: onCall + "repository: %s}\n"},
		{name: "confidential repository", key: "incident.confidential_repository", format: onCall + "confidential_repository: %s}\n", said: "/confidential", shows: "`Mars/Phobos`"},
		{name: "escalate", key: "incident.escalate", format: onCall + "escalate: [%s]}\n", calls: true, late: true},
		{name: "escalate after", key: "incident.escalate_after", format: onCall + "escalate_after: %s, escalate: [\"@" + oncall + "\"]}\n"},
		{name: "service of a route", key: "incident.routes.service", format: "services: {web: {words: [checkout]}}\n" + onCall + "routes: [{service: %s, notify: [\"@" + oncall + "\"]}]}\n"},
		{name: "severity of a route", key: "incident.routes.severity", format: onCall + "routes: [{severity: [%s], notify: [\"@" + oncall + "\"]}]}\n"},
		{name: "hours of a route", key: "incident.routes.hours", format: onCall + "routes: [{hours: %s, notify: [\"@" + oncall + "\"]}]}\n", shows: "`xyzzy`"},
		{name: "notify of a route", key: "incident.routes.notify", format: onCall + "routes: [{notify: [%s]}]}\n", calls: true},
		{name: "escalate of a route", key: "incident.routes.escalate", format: onCall + "routes: [{escalate: [%s]}]}\n", calls: true, late: true},
		{name: "name of a team", key: "incident.teams name", format: "incident: {notify: [\"@acme/nobody\"], teams: {%s: [\"@" + oncall + "\"]}}\n"},
		{name: "members of a team", key: "incident.teams", format: "incident: {notify: [\"@acme/nobody\"], teams: {acme/nobody: [%s]}}\n", calls: true},
		{name: "impact of a row", key: "incident.severity.impact", format: onCall + "severity: [{impact: %s, sev: 1}]}\n", said: "/reach 8 contacts", shows: "`xyzzy`"},
		{name: "line of a row", key: "incident.severity.at_least", format: onCall + "severity: [{impact: contacts, at_least: %s, sev: 1}]}\n", said: "/reach 8 contacts"},
		{name: "severity of a row", key: "incident.severity.sev", format: onCall + "severity: [{impact: contacts, at_least: 5, sev: %s}]}\n", said: "/reach 8 contacts"},
		{name: "severity of steps", key: "incident.response name", format: onCall + "response: {%s: [x]}}\n", said: ready, shows: "xyzzy"},
		{name: "steps", key: "incident.response", format: onCall + "response: {always: [%[1]s], sev2: [%[1]s]}}\n", said: ready, shows: "xyzzy"},
		{name: "reminders", key: "incident.reminders", format: onCall + "reminders: %s}\n"},
		{name: "folder of runbooks", key: "incident.runbooks", format: onCall + "runbooks: [%s]}\n"},
		{name: "mode of the gate", key: "readiness.mode", format: onCall + "}\nreadiness: {mode: %s}\n", shows: "readiness.mode"},
		{name: "what the gate does in the dark", key: "readiness.on_unknown", format: onCall + "}\nreadiness: {on_unknown: %s}\n", shows: "readiness.on_unknown"},
		{name: "incidents that hold", key: "readiness.open_incidents", format: onCall + "}\nreadiness: {open_incidents: %s}\n", shows: "readiness.open_incidents"},
		{name: "follow-ups that hold", key: "readiness.overdue_follow_ups", format: onCall + "}\nreadiness: {overdue_follow_ups: %s}\n", shows: "readiness.overdue_follow_ups"},
		{name: "postmortems that hold", key: "readiness.overdue_postmortems", format: onCall + "}\nreadiness: {overdue_postmortems: %s}\n", shows: "readiness.overdue_postmortems"},
		{name: "begin of a freeze", key: "readiness.freeze.from", format: onCall + "}\nreadiness: {freeze: [{from: %s, to: 2027-01-03}]}\n", shows: "readiness.freeze"},
		{name: "end of a freeze", key: "readiness.freeze.to", format: onCall + "}\nreadiness: {freeze: [{from: 2026-11-20, to: %s}]}\n", shows: "readiness.freeze"},
		{name: "reason of a freeze", key: "readiness.freeze.reason", format: onCall + "}\nreadiness: {freeze: [{from: 2026-11-20, to: 2027-01-03, reason: %s}]}\n"},
		{name: "services of a freeze", key: "readiness.freeze.services", format: onCall + "}\nreadiness: {freeze: [{from: 2026-11-20, to: 2027-01-03, services: [%s]}]}\n"},
		{name: "label of reviews", key: "readiness.label", format: onCall + "}\nreadiness: {label: %s}\n"},
		{name: "release branches", key: "readiness.branches", format: onCall + "}\nreadiness: {branches: [%s]}\n", shows: "readiness.branches"},
		{name: "tags of releases", key: "readiness.tags", format: onCall + "}\nreadiness: {tags: [%s]}\n", shows: "readiness.tags"},
		{name: "checks of pull requests", key: "readiness.pull_requests", format: onCall + "}\nreadiness: {pull_requests: %s}\n", shows: "readiness.pull_requests"},
		{name: "name of an environment", key: "readiness.environments name", format: onCall + "}\nreadiness: {environments: {%s: payments}}\n"},
		{name: "service of an environment", key: "readiness.environments", format: onCall + "}\nreadiness: {environments: {production: %s}}\n"},
		{name: "settings that are looked at", key: "mode", format: "mode: observe\nservices: {%[1]s: {}}\n" + onCall + "label: %[1]s, response: {always: [%[1]s]}}\n", said: ready + "\n/preview", shows: "xyzzy"},
	}
}

// decidedHere are the ingresses of those.
func decidedHere() []ingress {
	var all []ingress
	for _, k := range keysHere() {
		all = append(all, ingress{
			name: k.name + " in the settings", covers: []string{"policy." + k.key}, stays: true, settings: true, calls: k.calls, shows: k.shows,
			play: func(w *world, repo, text string) issue {
				w.hub.PutFile(repo, ".github/kintsugi.yml", fmt.Sprintf(common+"%s", language(repo), fmt.Sprintf(k.format, yaml(text))))
				w.deliver()
				title := k.title
				if title == "" {
					title = "[incident] Checkout is blank"
				}
				i := w.open(repo, "tanaka", title, "")
				w.settle()
				if k.late {
					w.clock.Advance(11 * time.Minute)
					w.settle()
				}
				for said := range strings.Lines(k.said) {
					w.say(i, "tanaka", strings.TrimSpace(said))
				}
				return i
			},
		})
	}
	return all
}
