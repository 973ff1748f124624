package doctor

// Permission is what the App is granted.
type Permission struct {
	// Name is GitHub's in its API, Title on its pages.
	Name, Title string
	// Level is read or write; write includes read.
	Level string
	// For is what it is needed for, Without what happens where it is missing.
	For, Without string
	// Vital: nothing works without it. Optional: a team may well do without.
	Vital, Optional bool
}

// Event is what the App must be subscribed to. GitHub sends those about the
// installation itself (installation, installation_repositories) to every App.
// docs: Webhook events and payloads, "installation".
type Event struct {
	Name, Title  string
	For, Without string
	// Optional: it comes with an optional permission, and goes with it.
	Optional bool
}

// NeededPermissions are all that the App can use, and the one place that says
// so: the doctor checks them, and docs/run.md shows them. docs: Permissions
// required for GitHub Apps, for pull requests as of Enterprise Server 2.22,
// "Permission on issues".
func NeededPermissions() []Permission {
	return []Permission{
		{
			Name: "issues", Title: "Issues", Level: "write", Vital: true,
			For: "reading and writing the incident", Without: "nothing works",
		},
		{
			Name: "metadata", Title: "Metadata", Level: "read", Vital: true,
			For: "repositories, roles", Without: "nothing works",
		},
		{
			Name: "contents", Title: "Contents", Level: "read",
			For: "the policy, `.github/kintsugi.yml`, and your own templates", Without: "defaults apply; nobody is called",
		},
		{
			Name: "members", Title: "Members", Level: "read", Optional: true,
			For: "mentioning teams", Without: "teams are called only where the policy lists their members under `incident.teams`",
		},
		{
			Name: "deployments", Title: "Deployments", Level: "read", Optional: true,
			For: "what changed before an incident and during it", Without: "only releases are listed",
		},
		{
			Name: "pull_requests", Title: "Pull requests", Level: "read", Optional: true,
			For: "pull requests that mention an incident", Without: "the timeline leaves out pull requests of private repositories",
		},
		{
			Name: "checks", Title: "Checks", Level: "write", Optional: true,
			For: "a check on pull requests with a postmortem", Without: "remarks are in a comment only, and on no line",
		},
	}
}

// ExtraPermissions are what postmortems and reading lists take that are files and
// come by pull requests, and what the gate takes before deployments. A new App asks for none
// of them: nobody need let it write code, or hold a release, to try it.
func ExtraPermissions() []Permission {
	const purpose, without = "postmortems as files and the reading list, proposed by pull requests", "postmortems are issues, and so is the reading list"
	const gate = "the gate: what is ready to be released"
	return []Permission{
		{Name: "contents", Title: "Contents", Level: "write", Optional: true, For: purpose, Without: without},
		{Name: "pull_requests", Title: "Pull requests", Level: "write", Optional: true, For: purpose, Without: without},
		{Name: "deployments", Title: "Deployments", Level: "write", Optional: true, For: gate, Without: "deployments that wait for the App are not answered"},
		{Name: "actions", Title: "Actions", Level: "read", Optional: true, For: gate, Without: "what waits, and runs of workflows, are not seen"},
		{Name: "statuses", Title: "Commit statuses", Level: "read", Optional: true, For: gate, Without: "they are no evidence"},
		{Name: "merge_queues", Title: "Merge queues", Level: "read", Optional: true, For: gate, Without: "the gate sees what is queued a while later"},
	}
}

// NeededEvents are all that the App needs to be told, likewise.
func NeededEvents() []Event {
	return []Event{
		{
			Name: "issues", Title: "Issues",
			For: "incidents as they are opened, closed and labelled", Without: "they are noticed by the sweep, ten minutes late",
		},
		{
			Name: "issue_comment", Title: "Issue comment",
			For: "commands", Without: "they are carried out ten minutes late",
		},
		{
			Name: "push", Title: "Push",
			For: "changes of the policy", Without: "they count ten minutes late",
		},
		{
			Name: "pull_request", Title: "Pull request", Optional: true,
			For: "postmortems that are pull requests", Without: "what changes is noticed by the sweep, ten minutes late",
		},
		{
			Name: "pull_request_review", Title: "Pull request review", Optional: true,
			For: "approvals of those", Without: "they count ten minutes late",
		},
		{
			Name: "check_run", Title: "Check run", Optional: true,
			For: "running such a check again", Without: "GitHub's button for that does nothing",
		},
	}
}

// grants tells whether a permission that was given covers one that is needed.
// docs: REST API endpoints for GitHub Apps, "Create an installation access
// token for an app", which lists read, write and, for some, admin.
func grants(given, needed string) bool {
	rank := map[string]int{"read": 1, "write": 2, "admin": 3}
	return rank[given] >= rank[needed]
}
