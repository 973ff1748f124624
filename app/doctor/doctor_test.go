package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/app/doctor"
	"github.com/kintsugi-app/kintsugi/app/store"
)

// update rewrites the golden files (make golden).
var update = os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1"

var now = time.Date(2026, 11, 22, 3, 2, 0, 0, time.UTC)

// healthy is an installation on which there is nothing to do.
func healthy() doctor.Facts {
	permissions := permissions()
	events := []string{"issues", "issue_comment", "push", "pull_request", "pull_request_review", "check_run"}
	return doctor.Facts{
		At: now, AppID: 7, Secret: 64,
		GitHub: doctor.GitHub{
			URL: "https://api.github.com/", Web: "https://github.com", Skew: time.Second,
			App:           &doctor.App{Slug: "kintsugi-acme", Owner: "acme", Page: "https://github.com/organizations/acme/settings/apps/kintsugi-acme", Permissions: permissions, Events: events},
			Installations: []doctor.Installation{installation(12, "acme")},
			Hook:          &doctor.Hook{URL: "https://kintsugi.example.com/webhooks/github", ContentType: "json"},
			Health:        "https://kintsugi.example.com/healthz",
			Attempts: []doctor.Attempt{
				{GUID: "b", Event: "issue_comment", At: now.Add(-time.Minute), Code: 202, Status: "OK"},
				{GUID: "a", Event: "issues", At: now.Add(-2 * time.Minute), Code: 202, Status: "OK"},
			},
		},
		Database: doctor.Storage{Schema: 2, Room: store.Room{Used: 5 << 20, Free: 40 << 30}, Due: 1, Leased: 2},
	}
}

// permissions are all that are of use.
func permissions() map[string]string {
	return map[string]string{
		"issues": "write", "metadata": "read", "contents": "read", "members": "read", "deployments": "read", "pull_requests": "read",
		"checks": "write",
	}
}

func installation(id int64, account string) doctor.Installation {
	return doctor.Installation{
		ID: id, Account: account, Page: fmt.Sprintf("https://github.com/organizations/%s/settings/installations/%d", account, id),
		Permissions: permissions(),
		Looked:      true, Repositories: 3, Remaining: 4900, Limit: 5000, Reset: now.Add(30 * time.Minute),
	}
}

// changes are the cases: what differs from a healthy installation.
var changes = map[string]func(*doctor.Facts){
	"healthy": func(*doctor.Facts) {},
	"first-day": func(f *doctor.Facts) {
		f.GitHub.Installations, f.GitHub.Attempts = nil, nil
		f.GitHub.HealthErr = "connection refused"
		f.GitHub.Hook = &doctor.Hook{}
		f.Database = doctor.Storage{Err: "KINTSUGI_DATABASE_URL: there is no database at /data/kintsugi.db; name the one that the server uses"}
	},
	"nothing-set": func(f *doctor.Facts) {
		f.GitHub, f.AppID, f.Secret = doctor.GitHub{}, 0, 0
		f.Settings = []string{"KINTSUGI_APP_ID is not set: give the number beside \"App ID\" on the App's settings page"}
	},
	"wrong-key": func(f *doctor.Facts) {
		f.GitHub = doctor.GitHub{URL: f.GitHub.URL, Web: f.GitHub.Web, Unauthorized: true, Err: "401 A JSON web token could not be decoded"}
	},
	"github-down": func(f *doctor.Facts) {
		f.GitHub = doctor.GitHub{URL: f.GitHub.URL, Web: f.GitHub.Web, Err: "GET app: dial tcp: lookup api.github.com: no such host"}
	},
	"enterprise": func(f *doctor.Facts) {
		f.GitHub.URL, f.GitHub.Web = "https://github.example.com/api/v3/", "https://github.example.com"
		f.GitHub.App.Page, f.GitHub.App.Owner = "https://github.example.com/settings/apps/kintsugi-acme", "tanaka"
		f.GitHub.Attempts[0].Code, f.GitHub.Attempts[0].Status = 0, "failed to connect to host"
		f.GitHub.Skew = -12 * time.Minute
	},
	"permissions": func(f *doctor.Facts) {
		f.GitHub.App.Permissions = map[string]string{"issues": "write", "metadata": "read", "checks": "write"}
		f.GitHub.App.Events = []string{"issues"}
		lacking, suspended := installation(13, "umbrella"), installation(14, "initech")
		lacking.Permissions = map[string]string{"issues": "read", "metadata": "read"}
		suspended.Suspended = true
		f.GitHub.Installations = append(f.GitHub.Installations, lacking, suspended)
	},
	"sight": func(f *doctor.Facts) {
		blind, paused := installation(13, "umbrella"), installation(14, "initech")
		blind.Repositories, paused.SightErr = 0, "not before 2026-11-22T03:12:00Z: GitHub's hourly limit is used up"
		f.GitHub.Installations = append(f.GitHub.Installations, blind, paused)
	},
	"not-accepted": func(f *doctor.Facts) {
		delete(f.GitHub.Installations[0].Permissions, "contents")
	},
	"extra": func(f *doctor.Facts) { // for postmortems as files, and one for nothing
		f.GitHub.App.Permissions["contents"], f.GitHub.App.Permissions["pull_requests"] = "write", "write"
		f.GitHub.App.Permissions["administration"] = "read"
	},
	"optional-unasked": func(f *doctor.Facts) {
		for _, name := range []string{"members", "deployments", "pull_requests", "checks"} {
			delete(f.GitHub.App.Permissions, name)
			delete(f.GitHub.Installations[0].Permissions, name)
		}
	},
	"optional-not-accepted": func(f *doctor.Facts) {
		delete(f.GitHub.Installations[0].Permissions, "members")
		both := installation(13, "umbrella")
		both.Permissions = map[string]string{"issues": "write", "metadata": "read", "members": "read", "pull_requests": "read"}
		f.GitHub.Installations = append(f.GitHub.Installations, both)
	},
	"thousand": func(f *doctor.Facts) {
		f.GitHub.Installations = nil
		for n := range int64(1000) {
			i := installation(n, fmt.Sprintf("org-%03d", n))
			i.Suspended = n%40 == 0
			i.Remaining -= int(n)
			f.GitHub.Installations = append(f.GitHub.Installations, i)
		}
	},
	"webhook": func(f *doctor.Facts) {
		f.Secret = 9
		f.GitHub.Hook = &doctor.Hook{URL: "http://kintsugi.example.com/hooks", ContentType: "form", Insecure: true}
		f.GitHub.Health = ""
		f.GitHub.Attempts[0].Code, f.GitHub.Attempts[0].Status = 401, "Invalid HTTP Response: 401"
	},
	"lost-before": func(f *doctor.Facts) {
		f.GitHub.HealthErr = "it answers with 502"
		f.GitHub.Attempts = append(f.GitHub.Attempts,
			doctor.Attempt{GUID: "c", Event: "issues", At: now.Add(-time.Hour), Code: 503, Status: "Invalid HTTP Response: 503"},
			// Delivered again, and arrived: b.
			doctor.Attempt{GUID: "b", Event: "issue_comment", At: now.Add(-2 * time.Hour), Code: 502, Status: "Invalid HTTP Response: 502"})
	},
	"limits": func(f *doctor.Facts) {
		low := installation(13, "umbrella")
		low.Remaining = 12
		f.GitHub.Installations = append(f.GitHub.Installations, low)
		f.Database.Pauses = []store.Pause{{Installation: 12, Until: now.Add(time.Minute), Why: "secondary rate limit"}}
	},
	"database-full": func(f *doctor.Facts) {
		f.Database.Room = store.Room{Used: 2 << 30, Quota: 2 << 30, Free: 40 << 30, Full: true, Why: "the database uses 2048.0 MiB of the 2048.0 MiB that it may; raise the quota, or wait until what waits is handled"}
	},
	"database-filling": func(f *doctor.Facts) {
		f.Database.Room = store.Room{Used: 2<<30 - 100<<20, Quota: 2 << 30, Free: -1}
	},
	"database-gone": func(f *doctor.Facts) {
		f.Database = doctor.Storage{Err: "KINTSUGI_DATABASE_URL: db.example.com does not answer: connection refused"}
	},
	"set-aside": func(f *doctor.Facts) {
		f.Database.Stuck = []store.Trouble{{Key: "acme/incidents#12", Failures: 14, Error: "refused by GitHub: 403 Resource not accessible\nmore", Due: now.Add(time.Hour)}}
	},
}

// TestReports holds what is said of each installation to its golden file, and
// the exit code to whether there is anything to do.
func TestReports(t *testing.T) {
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			f := healthy()
			change(&f)
			r := doctor.Examine(f)
			if r.Fine() != slices.Contains([]string{"healthy", "extra", "optional-unasked"}, name) {
				t.Errorf("fine is %t", r.Fine())
			}
			golden(t, name, r.String())
			for _, one := range r.Findings {
				if one.Level != doctor.OK && one.Do == "" && !strings.Contains(one.Text, ": give") {
					t.Errorf("it does not say what to do: %s", one.Text)
				}
			}
		})
	}
}

// TestHintsHideNothing: what is optional neither fails nor stands in the way of
// what matters, however many accounts lack it.
func TestHintsHideNothing(t *testing.T) {
	f := healthy()
	f.GitHub.Installations = nil
	for n := range int64(1000) {
		i := installation(n, fmt.Sprintf("org-%03d", n))
		delete(i.Permissions, "members")
		f.GitHub.Installations = append(f.GitHub.Installations, i)
	}
	if r := doctor.Examine(f); !r.Fine() || len(r.Findings) > 40 || !strings.Contains(r.String(), "980 installations more") {
		t.Errorf("a thousand accounts without an optional permission:\n%s", r)
	}
	f.GitHub.Installations[998].Repositories = 0
	delete(f.GitHub.Installations[999].Permissions, "issues")
	if r := doctor.Examine(f); r.Problems != 1 || r.Warnings != 1 || !strings.Contains(r.String(), "no repository of org-998") {
		t.Errorf("and one account that matters:\n%s", r)
	}
}

// TestEveryAnswerHasAMeaning: what to do differs by what GitHub's log says.
func TestEveryAnswerHasAMeaning(t *testing.T) {
	var b strings.Builder
	for _, a := range []doctor.Attempt{
		{Status: "failed to connect to host"}, {Status: "timed out"}, {Status: "x509: certificate signed by unknown authority"},
		{Code: 301}, {Code: 400}, {Code: 401}, {Code: 403}, {Code: 404}, {Code: 413}, {Code: 418}, {Code: 500}, {Code: 502}, {Code: 503}, {Code: 504},
	} {
		f := healthy()
		a.GUID, a.Event, a.At = "z", "issues", now
		f.GitHub.Attempts = slices.Insert(f.GitHub.Attempts, 0, a)
		for _, one := range doctor.Examine(f).Findings {
			if one.Check == doctor.Webhook && one.Level == doctor.Problem {
				fmt.Fprintf(&b, "%d %s\n  %s\n  Do: %s\n", a.Code, a.Status, one.Text, one.Do)
			}
		}
	}
	golden(t, "answers", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (make golden writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

// TestTheDocumentNamesTheNeeds holds the tables of docs/run.md to the one list,
// and those of docs/run.ja.md to its names.
func TestTheDocumentNamesTheNeeds(t *testing.T) {
	data, err := os.ReadFile("../../docs/run.md")
	if err != nil {
		t.Fatal(err)
	}
	japanese, err := os.ReadFile("../../docs/run.ja.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range doctor.NeededPermissions() {
		level, optional := p.Level, [2]string{}
		if level == "write" {
			level = "read and write"
		}
		if p.Optional {
			optional = [2]string{" (optional)", "（任意）"}
		}
		if row := fmt.Sprintf("| %s: %s%s | %s | %s |", p.Title, level, optional[0], p.For, p.Without); !strings.Contains(string(data), row) {
			t.Errorf("docs/run.md lacks %s", row)
		}
		if row := fmt.Sprintf("| %s: %s%s |", p.Title, level, optional[1]); !strings.Contains(string(japanese), row) {
			t.Errorf("docs/run.ja.md lacks %s", row)
		}
	}
	for _, e := range doctor.NeededEvents() {
		optional := [2]string{}
		if e.Optional {
			optional = [2]string{" (optional)", "（任意）"}
		}
		if row := fmt.Sprintf("| %s%s | %s | %s |", e.Title, optional[0], e.For, e.Without); !strings.Contains(string(data), row) {
			t.Errorf("docs/run.md lacks %s", row)
		}
		if row := fmt.Sprintf("| %s%s |", e.Title, optional[1]); !strings.Contains(string(japanese), row) {
			t.Errorf("docs/run.ja.md lacks %s", row)
		}
	}
}
