package engine_test

import (
	"maps"
	"strings"
	"testing"
	"time"
)

// TestPostmortemAsFile: kept as a file, a draft is a pull request; its reviews
// count, its findings are a check, and merging it makes it done.
func TestPostmortemAsFile(t *testing.T) {
	w := newWorld(t, 1, withPostmortems)
	w.hub.SetRole(repo, "tanaka", "write")
	w.hub.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "write", "contents": "write", "pull_requests": "write", "checks": "write"})
	w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\ntime_zone: Asia/Tokyo\npostmortem: {as: file, folder: docs/postmortems, lint: {action-without-owner: error}}\n")
	n := w.open("sato", "[incident] checkout is blank")
	w.settle()
	w.say(n, "tanaka", "/ack\n/sev 2\n/started 30m ago\n/resolved")
	w.settle()
	m := w.draft()
	if m == 0 {
		t.Fatalf("no draft was made\n%s\n%v", w.visible(n), w.failures())
	}
	w.wants(w.ours(n)[1].Body, "The draft postmortem is #2; times and timeline are filled in.")
	w.wants(w.status(m), "Postmortem · draft", "Incident: #1 · SEV2 · author: tanaka")
	const path = "docs/postmortems/2026-11-26-checkout-is-blank.md"
	branch := "kintsugi/postmortem-1"
	branches := w.hub.Branches(repo)
	if len(branches) != 1 || branches[0].Name != branch {
		t.Fatalf("the branches are %+v", branches)
	}
	text, ok := branches[0].Files[path]
	if !ok || !strings.Contains(text, "# checkout is blank") || !strings.Contains(text, "| Started |") {
		t.Fatalf("the file holds, there %t:\n%s", ok, text)
	}
	if len(w.hub.Checks(repo)) != 0 {
		t.Error("an untouched draft is found fault with")
	}

	sections := map[string]string{}
	maps.Copy(sections, complete)
	sections["Action items"] = strings.ReplaceAll(complete["Action items"], "@suzuki", "")
	written := fillIn(text, sections)
	w.must(w.hub.CommitFile(repo, "tanaka", branch, path, written))
	w.say(m, "tanaka", "/review @suzuki")
	w.settle()
	checks := w.hub.Checks(repo)
	if len(checks) != 1 || checks[0].Conclusion != "failure" {
		t.Fatalf("the checks are %+v", checks)
	}
	w.must(w.hub.CommitFile(repo, "tanaka", branch, path, strings.ReplaceAll(written, "| detect |  |", "| detect | @suzuki |")))
	w.settle()
	if checks = w.hub.Checks(repo); len(checks) != 2 || checks[1].Conclusion != "success" {
		t.Errorf("after the owner was named the checks are %+v", checks)
	}
	w.clock.Advance(time.Hour)
	_, err := w.hub.Review(repo, m, "suzuki", "approved")
	w.must(err)
	w.settle()
	w.wants(w.status(m), "Reviewed by suzuki", "approved: merge it")
	w.must(w.hub.Merge(repo, m, "suzuki"))
	w.settle()
	w.wants(w.status(m), "Postmortem · done")
	w.wants(w.status(n), "Postmortem: #2 · done")
	if got, _ := w.hub.File(repo, path); !strings.Contains(got, "Nothing watched it") {
		t.Errorf("what people wrote is not what was merged:\n%s", got)
	}
	if err := w.failures(); err != nil {
		t.Error(err)
	}
}
