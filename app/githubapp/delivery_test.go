package githubapp_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func TestDecode(t *testing.T) {
	const (
		place   = `"installation":{"id":12},"repository":{"full_name":"acme/shop","default_branch":"main"},"sender":{"id":3,"login":"alice","type":"User"}`
		push    = `{"ref":"refs/heads/main",` + place + `,"commits":[{"added":["x"],"modified":[],"removed":[]},`
		account = `"installation":{"id":12,"account":{"login":"acme"}}`
	)
	sender := workflows.User{ID: 3, Login: "alice"}
	for _, c := range []struct {
		name, event, body string
		want              githubapp.Envelope
	}{
		{"opened", "issues", `{"action":"opened","issue":{"number":5},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"an action of next year", "issues", `{"action":"celebrated","issue":{"number":5},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"transferred", "issues", `{"action":"transferred","issue":{"number":5},"changes":{"new_issue":{"number":9}},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"pull request null", "issues", `{"action":"opened","issue":{"number":5,"pull_request":null},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"comment", "issue_comment", `{"action":"created","issue":{"number":5},"comment":{"id":99},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}, Comment: 99}},
		{"comment edited", "issue_comment", `{"action":"edited","issue":{"number":5},"comment":{"id":99},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"comment deleted", "issue_comment", `{"action":"deleted","issue":{"number":5},"comment":{"id":99},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"comment on a pull request", "issue_comment", `{"action":"created","issue":{"number":5,"pull_request":{"url":"x"}},"comment":{"id":99},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}, Comment: 99}},
		{"pull request opened", "pull_request", `{"action":"opened","pull_request":{"number":5,"labels":[ ],"user":{"type":"User"}},` + place + `}`,
			githubapp.Envelope{Known: true}},
		{"opened with a label", "pull_request", `{"action":"opened","pull_request":{"number":5,"labels":[{"name":"x"}],"user":{"type":"User"}},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"opened by a bot", "pull_request", `{"action":"opened","pull_request":{"number":5,"labels":[],"user":{"type":"Bot"}},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"label taken off", "pull_request", `{"action":"unlabeled","pull_request":{"number":5,"labels":[],"user":{"type":"User"}},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"commits", "pull_request", `{"action":"synchronize","pull_request":{"number":5,"labels":[],"user":{"type":"User"}},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"review asked for", "pull_request", `{"action":"review_requested","pull_request":{"number":5},` + place + `}`, githubapp.Envelope{Known: true}},
		{"reviewed", "pull_request_review", `{"action":"submitted","pull_request":{"number":5,"labels":[]},"review":{"id":1},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5"}}},
		{"check asked for again", "check_run", `{"action":"rerequested","check_run":{"pull_requests":[{"number":5},{"number":6}]},` + place + `}`,
			githubapp.Envelope{Known: true, Wake: []string{"acme/shop#5", "acme/shop#6"}}},
		{"check of a fork", "check_run", `{"action":"rerequested","check_run":{"pull_requests":[]},` + place + `}`, githubapp.Envelope{Known: true}},
		{"check written", "check_run", `{"action":"created","check_run":{"pull_requests":[{"number":5}]},` + place + `}`, githubapp.Envelope{Known: true}},
		{"no number", "issues", `{"action":"opened","issue":{},` + place + `}`, githubapp.Envelope{Known: true}},
		{"number of another type", "issues", `{"action":"opened","issue":{"number":"5"},` + place + `}`, githubapp.Envelope{Known: true}},
		{"push elsewhere", "push", strings.Replace(push, "main", "other", 1) + `{"added":[".github/kintsugi.yml"]}]}`, githubapp.Envelope{Known: true}},
		{"push of something else", "push", push + `{"added":["kintsugi.yml", "docs/.github/kintsugi.yml"]}]}`, githubapp.Envelope{Known: true, Pushed: true}},
		{"policy added", "push", push + `{"added":[".github/kintsugi.yml"]}]}`, githubapp.Envelope{Known: true, Policy: true, Pushed: true}},
		{"policy modified", "push", push + `{"modified":[".github/kintsugi.yml"]}]}`, githubapp.Envelope{Known: true, Policy: true, Pushed: true}},
		{"policy removed", "push", push + `{"removed":[".github/kintsugi.yml"]}]}`, githubapp.Envelope{Known: true, Policy: true, Pushed: true}},
		{"policy escaped", "push", push + `{"added":["\u002egithub/kintsugi.yml"]}]}`, githubapp.Envelope{Known: true, Policy: true, Pushed: true}},
		{"policy quoted in a message", "push", push + `{"message":"a\n\".github/kintsugi.yml\"","added":["y"]}]}`, githubapp.Envelope{Known: true, Pushed: true}},
		{"forced", "push", push + `{}],"forced":true}`, githubapp.Envelope{Known: true, Policy: true, Pushed: true}},
		{"nothing named", "push", `{"ref":"refs/heads/main",` + place + `}`, githubapp.Envelope{Known: true, Policy: true, Pushed: true}},
		{"installed", "installation", `{"action":"created",` + account + `}`,
			githubapp.Envelope{Known: true, Changed: true, Wake: []string{"sweep/12"}}},
		{"unsuspended", "installation", `{"action":"unsuspend",` + account + `}`,
			githubapp.Envelope{Known: true, Changed: true, Wake: []string{"sweep/12"}}},
		{"permissions", "installation", `{"action":"new_permissions_accepted",` + account + `}`,
			githubapp.Envelope{Known: true, Changed: true, Wake: []string{"sweep/12"}}},
		{"suspended", "installation", `{"action":"suspend",` + account + `}`, githubapp.Envelope{Known: true, Ended: true}},
		{"uninstalled", "installation", `{"action":"deleted",` + account + `}`, githubapp.Envelope{Known: true, Ended: true}},
		{"repositories", "installation_repositories", `{"action":"removed",` + account + `}`,
			githubapp.Envelope{Known: true, Changed: true, Wake: []string{"sweep/12"}}},
		{"account renamed", "installation_target", `{"action":"renamed","account":{"login":"acme"},"installation":{"id":12}}`,
			githubapp.Envelope{Known: true, Changed: true, Wake: []string{"sweep/12"}}},
		{"ping", "ping", `{"zen":"Design for failure.","hook_id":1}`, githubapp.Envelope{Known: true}},
		{"unknown", "sub_issues", `{"action":"x","issue":{"number":5},` + place + `}`, githubapp.Envelope{}},
		{"a list", "issues", `[1,2]`, githubapp.Envelope{Known: true}},
		{"null", "issues", `null`, githubapp.Envelope{Known: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := githubapp.Decode(c.event, []byte(c.body))
			must(t, err)
			var action struct{ Action string }
			_ = json.Unmarshal([]byte(c.body), &action)
			c.want.Event, c.want.Action = c.event, action.Action
			if strings.Contains(c.body, `"id":12`) {
				c.want.Installation, c.want.Owner = 12, "acme"
			}
			if strings.Contains(c.body, "full_name") {
				c.want.Repo, c.want.Sender = shop, sender
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreUnexported(githubapp.Envelope{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// hostile are bodies that people might send; none may stop the program.
var hostile = map[string]string{
	"empty":          "",
	"not JSON":       "payload=%7B%7D",
	"cut":            `{"action": "opened", "issue": {"num`,
	"deep":           strings.Repeat(`{"issue":`, 10_000) + "1" + strings.Repeat("}", 10_000),
	"deep list":      strings.Repeat("[", 100_000),
	"NUL":            "{\"action\":\"opened\x00\"}",
	"escaped NUL":    `{"action":"opened\u0000","repository":{"full_name":"a\u0000/b"},"issue":{"number":1}}`,
	"not UTF-8":      "{\"action\":\"\xff\xfe\",\"repository\":{\"full_name\":\"\xff/b\"}}",
	"huge number":    `{"issue":{"number":1e400},"installation":{"id":99999999999999999999},"comment":{"id":-1}}`,
	"negative":       `{"issue":{"number":-5},"installation":{"id":-12},"repository":{"full_name":"acme/shop"}}`,
	"traversal":      `{"issue":{"number":1},"repository":{"full_name":"../../app"}}`,
	"lone surrogate": `{"repository":{"full_name":"\ud800/b"}}`,
	"two values":     `{} {}`,
}

func TestDecodeHostile(t *testing.T) {
	for name, body := range hostile {
		for _, event := range []string{"issues", "issue_comment", "push", "installation", "", strings.Repeat("x", 10_000), "\x00\xff"} {
			e, err := githubapp.Decode(event, []byte(body))
			if len(e.Wake) > 0 || e.Comment != 0 || e.Policy {
				t.Errorf("%s: %+v", name, e)
			}
			if json.Valid([]byte(body)) && err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil && len(err.Error()) > 300 {
				t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
			}
		}
	}
}

// The largest deliveries that GitHub sends take no more than a few times their
// size to read, whatever is in them, and leave nothing large behind.
func TestDecodeLarge(t *testing.T) {
	size := 25 << 20
	if testing.Short() {
		size = 2 << 20
	}
	fill := func(before, piece, after string) []byte {
		return []byte(before + strings.Repeat(piece, (size-len(before)-len(after))/len(piece)) + after)
	}
	const place = `"repository":{"full_name":"acme/shop","default_branch":"main"}`
	for name, c := range map[string]struct {
		event string
		body  []byte
		want  bool // it wakes somebody, or changes the policy
	}{
		"text":          {"issues", fill(`{"issue":{"number":5,"body":"`, "長い", `"},`+place+`}`), true},
		"action":        {"issues", fill(`{"action":"`, "x", `"}`), false},
		"sender":        {"issues", fill(`{"sender":{"login":"`, "x", `"}}`), false},
		"name":          {"issues", fill(`{"issue":{"number":5},"repository":{"full_name":"acme/`, "x", `"}}`), false},
		"account":       {"installation", fill(`{"installation":{"account":{"login":"`, "x", `"}}}`), false},
		"pull labels":   {"pull_request", fill(`{"action":"labeled","pull_request":{"number":5,"labels":[0`, ",0", `]},`+place+`}`), true},
		"pull requests": {"check_run", fill(`{"action":"rerequested","check_run":{"pull_requests":[{"number":5}`, `,{"number":5}`, `]},`+place+`}`), true},
		"commits":       {"push", fill(`{"ref":"refs/heads/main",`+place+`,"commits":[{}`, ",{}", `]}`), true},
		"files":         {"push", fill(`{"ref":"refs/heads/main",`+place+`,"commits":[{"added":[""`, `,"x"`, `]}]}`), false},
		"not commits":   {"push", fill(`{"ref":"refs/heads/main",`+place+`,"commits":[0`, ",0", `]}`), true},
		"members":       {"issues", fill(`{"x":0`, `,"x":0`, `}`), false},
		"labels":        {"issues", fill(`{"issue":{"number":5,"labels":[0`, `,{"name":"x"}`, `]},`+place+`}`), true},
		"deep":          {"issues", fill("", "[", ""), false},
		"deep in a key": {"issues", fill(`{"issue":`, `{"issue":`, ""), false},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		e, err := githubapp.Decode(c.event, c.body)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > uint64(5*size) {
			t.Errorf("%s: reading %d MB took %d MB", name, size>>20, took>>20)
		}
		if (len(e.Wake) > 0 || e.Policy) != c.want {
			t.Errorf("%s: %.300s", name, fmt.Sprintf("%+v, %v", e, err))
		}
		if kept := len(fmt.Sprintf("%+v", e)); kept > 500 {
			t.Errorf("%s: %d bytes are kept", name, kept)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range hostile {
		f.Add("issues", []byte(body))
	}
	f.Add("issue_comment", []byte(`{"action":"created","issue":{"number":5},"comment":{"id":9},"repository":{"full_name":"acme/shop"}}`))
	f.Add("push", []byte(`{"ref":"refs/heads/main","repository":{"full_name":"acme/shop","default_branch":"main"},"commits":[]}`))
	f.Add("installation", []byte(`{"action":"created","installation":{"id":1}}`))
	f.Fuzz(func(t *testing.T, event string, body []byte) {
		e, err := githubapp.Decode(event, body)
		if json.Valid(body) && err != nil {
			t.Fatalf("JSON, and yet: %v", err)
		}
		for _, key := range e.Wake {
			if strings.HasPrefix(key, "sweep/") {
				continue
			}
			if s, err := workflows.ParseSubject(key); err != nil || s.String() != key || strings.ContainsAny(key, " \x00%?\n\\") {
				t.Fatalf("wakes %q (%v)", key, err)
			}
		}
		if e.Installation < 0 || e.Comment < 0 {
			t.Fatalf("%+v", e)
		}
	})
}

// Real deliveries of all events are understood as far as need be.
func TestDecodeExamples(t *testing.T) {
	app := newWorld(t).app
	subjects, comments := 0, 0
	for event, bodies := range contract.Examples(t) {
		for n, body := range bodies {
			e, err := githubapp.Decode(event, body)
			if err != nil {
				t.Errorf("%s %d: %v", event, n, err)
			}
			if (event == "issues" || event == "issue_comment") && e.Repo == "" {
				t.Errorf("%s %d: %+v", event, n, e)
			}
			subjects += len(e.Wake)
			if e.Comment > 0 {
				comments++
			}
			app.Heed(e)
		}
	}
	if subjects < 30 || comments < 1 {
		t.Errorf("the examples concern %d subjects and announce %d comments", subjects, comments)
	}
}

// What the simulated GitHub sends wakes what it should, and the App's own
// writes wake nobody.
func TestHeed(t *testing.T) {
	w := newWorld(t)
	_, err := w.app.Identity(ctx)
	must(t, err)
	key := w.issue.String()
	for _, c := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"comment", func() error { w.comment("bob", "/ack"); return nil }, []string{key}},
		{"label", func() error { return w.Label(shop, w.issue.Number, "alice", "bug") }, []string{key}},
		{"close", func() error { return w.Close(shop, w.issue.Number, "alice", "") }, []string{key}},
		{"own comment", func() error { _, err := w.app.CreateComment(ctx, w.issue, "x"); return err }, nil},
		{"own label", func() error { return w.app.AddLabel(ctx, w.issue, incident) }, nil},
		{"own state", func() error { return w.app.SetState(ctx, w.issue, true, "") }, nil},
		{"selection", func() error { w.Select("acme", shop); return nil }, []string{engine.SweepKey(w.install)}},
		{"suspend", func() error { w.Suspend("acme"); return nil }, nil},
		{"unsuspend", func() error { w.Unsuspend("acme"); return nil }, []string{engine.SweepKey(w.install)}},
		{"ping", func() error { w.Ping(); return nil }, nil},
		{"delete", func() error { return w.DeleteIssue(shop, w.issue.Number, "alice") }, []string{key}},
	} {
		w.TakeDeliveries()
		must(t, c.do())
		got := w.heedAll()
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, c.want) {
			t.Errorf("%s wakes %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHeedServesOwners(t *testing.T) {
	w := newWorld(t)
	w.app = w.newApp(func(c *githubapp.Config) { c.Owners = []string{"other"} })
	w.comment("bob", "/ack")
	w.Select("acme", shop)
	if got := w.heedAll(); got != nil {
		t.Errorf("wakes %v of an account not served", got)
	}
}

// Other bots, and people with the App's name, are not the App; an App whose
// name is not known yet still knows its number.
func TestOwn(t *testing.T) {
	w := newWorld(t)
	body := func(login, kind, app string) githubapp.Envelope {
		e, err := githubapp.Decode("issue_comment", []byte(`{"action":"created","issue":{"number":1},"comment":{"id":4,"performed_via_github_app":`+app+`},
			"repository":{"full_name":"acme/shop"},"sender":{"login":"`+login+`","type":"`+kind+`"}}`))
		must(t, err)
		return e
	}
	if w.app.Own(body("kintsugi[bot]", "Bot", "null")) {
		t.Error("known before Identity was asked")
	}
	if !w.app.Own(body("renamed[bot]", "Bot", `{"id":7}`)) {
		t.Error("our number is not known")
	}
	_, err := w.app.Identity(ctx)
	must(t, err)
	for _, c := range []struct {
		login, kind, app string
		want             bool
	}{
		{"kintsugi[bot]", "Bot", "null", true},
		{"Kintsugi[bot]", "Bot", `{"id":7}`, true},
		{"kintsugi[bot]", "User", "null", false},
		{"kintsugi", "Bot", "null", false},
		{"other[bot]", "Bot", `{"id":8}`, false},
		{"alice", "User", `{"id":7}`, false}, // a person, by way of the App
	} {
		if got := w.app.Own(body(c.login, c.kind, c.app)); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestVerify(t *testing.T) {
	const (
		secret    = "It's a Secret to Everybody"
		body      = "Hello, World!"
		signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	)
	for _, c := range []struct {
		name      string
		secrets   []string
		body      string
		signature string
		want      bool
	}{
		{"current", []string{secret}, body, signature, true},
		{"previous", []string{"new", secret}, body, signature, true},
		{"neither", []string{"new", "old"}, body, signature, false},
		{"none", nil, body, signature, false},
		{"another body", []string{secret}, body + " ", signature, false},
		{"no signature", []string{secret}, body, "", false},
		{"upper case", []string{secret}, body, "sha256=" + strings.ToUpper(signature[7:]), true},
		{"cut", []string{secret}, body, signature[:70], false},
		{"longer", []string{secret}, body, signature + "00", false},
		{"sha1", []string{secret}, body, "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59", false},
		{"no scheme", []string{secret}, body, signature[7:], false},
		{"not hex", []string{secret}, body, "sha256=" + strings.Repeat("z", 64), false},
		// HMAC-SHA256 of "" with the key "".
		{"empty secret", []string{""}, "", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", false},
	} {
		if got := githubapp.Verify(c.secrets, []byte(c.body), c.signature); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	w := newWorld(t)
	w.comment("bob", "/ack")
	for _, d := range w.TakeDeliveries() {
		if !githubapp.Verify([]string{"next", canary}, d.Payload, d.Header().Get("X-Hub-Signature-256")) {
			t.Errorf("a delivery of %s is refused", d.Event)
		}
	}
}
