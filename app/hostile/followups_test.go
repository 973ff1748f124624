package hostile_test

import (
	"fmt"
	"strings"
)

// named are what an item can name: a person, an issue that is there, and one that is
// not to be seen.
var named = []string{"@suzuki", "x @tanaka", "#1", "x #1", "acme/vault#1", "x acme/vault#1", "https://fakehub.example/acme/vault/issues/1", "acme/vault", "idea", "{{ x }}", "<x>", "p1", "1 x"}

// followups are the ways in by what is to be done after an incident: rows of a
// postmortem that somebody accepted, and commands.
func followups() []ingress {
	var all []ingress
	for _, c := range []struct{ name, row string }{
		{"action", "| Watch %s | prevent | @suzuki | 2026-12-18 | p1 | | |"}, {"type", "| Watch it | %s | @suzuki | | | | |"}, {"owner", "| Watch it | | %s | | | | |"},
		{"due date", "| Watch it | | @suzuki | %s | | | |"}, {"priority", "| Watch it | | @suzuki | | %s | | |"}, {"repository", "| Watch it | | @suzuki | | | %s | |"}, {"issue", "| Watch it | | @suzuki | | | | %s |"},
	} {
		all = append(all, ingress{
			name: c.name + " of an action item", covers: []string{"Issue.Body", "json.issue.body", "Made.Repo"}, besides: append(named, meaning...), cites: true, shows: `Follow-ups:|フォローアップ:`,
			play: func(w *world, repo, text string) issue {
				head := "## Action items\n\n| Action | Type | Owner | Due | Priority | Repository | Issue |\n|---|---|---|---|---|---|---|\n"
				i := w.open(repo, "suzuki", "[postmortem] Checkout", head+fmt.Sprintf(c.row, strings.ReplaceAll(oneLine(atMost(text, 1_000)), "|", "\\|"))+"\n")
				w.settle()
				w.say(i, "yamamoto", "/approve")
				return i
			},
		})
	}
	for _, c := range []struct{ name, said string }{
		{"a new item", "/follow-up Watch %s @suzuki"}, {"day of an item", "/フォローアップ 1 期限:%s"}, {"reason against an item", "/wont-do 1 %s"}, {"evidence on a postmortem", "/evidence %s"},
	} {
		all = append(all, ingress{
			name: c.name, covers: []string{"Comment.Body"}, names: true, besides: append(append([]string{"@acme/web look"}, named...), meaning...), play: func(w *world, repo, text string) issue {
				i := w.open(repo, "suzuki", "[postmortem] Checkout", "## Action items\n\n- Watch it\n")
				w.settle()
				w.say(i, "suzuki", fmt.Sprintf(c.said, strings.TrimLeft(atMost(text, 5_000), " \t\r\n")))
				return i
			},
		})
	}
	for _, k := range []struct{ key, more string }{
		{"label", "label: %s"}, {"create", "create: %s"}, {"repository", "repository: %s"}, {"owners name", "owners: {%s: acme/x}"}, {"owners", "owners: {\"@suzuki\": %s}"},
		{"within.sev1", "within: {sev1: %s}"}, {"within.sev2", "within: {sev2: %s}"}, {"within.sev3", "within: {sev3: %s}"}, {"within.sev4", "within: {sev4: %s}"},
		{"reminders", "reminders: %s"}, {"proof", "proof: %s"}, {"escalate_after", "escalate_after: %s"},
	} {
		all = append(all, ingress{
			name: k.key + " of follow-ups in the settings", covers: []string{"policy.followup." + k.key}, settings: true, play: func(w *world, repo, text string) issue {
				w.decides(repo, "followup: {"+fmt.Sprintf(k.more, yaml(text))+"}\n")
				i := w.open(repo, "suzuki", "[postmortem] Checkout", "## Action items\n\n| Action | Owner |\n|---|---|\n| Watch it | @suzuki |\n")
				w.settle()
				w.say(i, "yamamoto", "/approve")
				return i
			},
		})
	}
	return all
}
