package hostile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/web"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// delivery is a field of a delivery's JSON, and a delivery with a text there.
type delivery struct {
	field, event, format string
}

func deliveries() []delivery {
	return []delivery{
		{"json.action", "issues", `{"action":%s,"issue":{"number":1},"repository":{"full_name":"acme/incidents"},"installation":{"id":1}}`},
		{"json.installation.account.login", "installation", `{"action":"created","installation":{"id":1,"account":{"login":%s}}}`},
		{"json.account.login", "installation_target", `{"action":"renamed","installation":{"id":1},"account":{"login":%s}}`},
		{"json.repository.full_name", "issues", `{"action":"opened","issue":{"number":1},"repository":{"full_name":%s},"installation":{"id":1}}`},
		{"json.repository.default_branch", "push", `{"ref":"refs/heads/main","repository":{"full_name":"acme/incidents","default_branch":%s},"commits":[]}`},
		{"json.sender.login", "issue_comment", `{"action":"created","issue":{"number":1},"comment":{"id":1},"sender":{"id":1,"login":%s,"type":"User"},"repository":{"full_name":"acme/incidents"}}`},
		{"json.sender.type", "issue_comment", `{"action":"created","issue":{"number":1},"comment":{"id":1},"sender":{"id":1,"login":"x","type":%s},"repository":{"full_name":"acme/incidents"}}`},
		{"json.pull_request.labels", "pull_request", `{"action":"opened","pull_request":{"number":1,"labels":[{"name":%s}]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.pull_request.labels", "pull_request", `{"action":"opened","pull_request":{"number":1,"labels":%s},"repository":{"full_name":"acme/incidents"}}`},
		{"json.pull_request.user.type", "pull_request", `{"action":"opened","pull_request":{"number":1,"labels":[],"user":{"type":%s}},"repository":{"full_name":"acme/incidents"}}`},
		{"json.check_run.pull_requests", "check_run", `{"action":"rerequested","check_run":{"pull_requests":[{"number":1,"url":%s}]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.check_run.pull_requests", "check_run", `{"action":"rerequested","check_run":{"pull_requests":[{"number":%s}]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.check_run.head_sha", "check_run", `{"action":"completed","check_run":{"head_sha":%s,"pull_requests":[]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.check_suite.head_sha", "check_suite", `{"action":"rerequested","check_suite":{"head_sha":%s,"pull_requests":[]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.check_suite.pull_requests", "check_suite", `{"action":"rerequested","check_suite":{"head_sha":"x","pull_requests":[{"number":1,"url":%s}]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.check_suite.pull_requests", "check_suite", `{"action":"rerequested","check_suite":{"head_sha":"x","pull_requests":[{"number":%s}]},"repository":{"full_name":"acme/incidents"}}`},
		{"json.ref", "push", `{"ref":%s,"repository":{"full_name":"acme/incidents","default_branch":"main"},"commits":[]}`},
		{"json.commits", "push", `{"ref":"refs/heads/main","repository":{"full_name":"acme/incidents","default_branch":"main"},"commits":[{"added":[%s]}]}`},
		{"json.commits", "push", `{"ref":"refs/heads/main","repository":{"full_name":"acme/incidents","default_branch":"main"},"commits":[{"modified":[%s]}]}`},
		{"json.commits", "push", `{"ref":"refs/heads/main","repository":{"full_name":"acme/incidents","default_branch":"main"},"commits":[{"removed":[%s]}]}`},
	}
}

// TestDeliveries puts every text into every field that is read from a delivery:
// what is woken has the form of a subject, and nothing of the text is said.
func TestDeliveries(t *testing.T) {
	w := newWorld(t)
	w.incident("acme/incidents")
	w.settle()
	for n, d := range deliveries() {
		for m, text := range hostile.Texts() {
			w.forget()
			encoded, err := json.Marshal(text.Text)
			w.must(err)
			before := len(w.hub.Exchanges())
			for _, key := range w.take(fmt.Sprintf("%d-%d", n, m), d.event, fmt.Appendf(nil, d.format, encoded)) {
				if s, err := workflows.ParseSubject(key); (err != nil || s.Repo != "acme/incidents") && key != "sweep/1" {
					t.Errorf("%s %s wakes %q", d.field, text.Name, key)
				}
			}
			if len(w.hub.Exchanges()) != before {
				t.Errorf("%s %s: GitHub is asked before anything is due", d.field, text.Name)
			}
			w.settle()
			for _, r := range w.runs {
				if len(r.Did) > 0 {
					t.Errorf("%s %s: %q", d.field, text.Name, r.Did)
				}
				if faults := hostile.Terminal(fmt.Sprint(r.Err)); len(faults) > 0 {
					t.Errorf("%s %s: %q", d.field, text.Name, faults)
				}
			}
			for _, f := range hostile.Terminal(w.log.String()) {
				t.Errorf("%s %s: %s in the log: %s", d.field, text.Name, f, quote(w.log.String()))
			}
		}
	}
}

// TestHeaders puts every text into every header that is read: the answer, the
// log and what is counted hold nothing of it.
func TestHeaders(t *testing.T) {
	var log bytes.Buffer
	var counted []string
	handler := web.Handler(web.Config{
		Verify:  func(body []byte, signature string) bool { return githubapp.Verify([]string{secret}, body, signature) },
		Intake:  func(context.Context, web.Delivery) (web.Outcome, error) { return "", fmt.Errorf("the disk is full") },
		Counted: func(event string, _ web.Outcome) { counted = append(counted, event) },
		Log:     slog.New(slog.NewJSONHandler(&log, nil)),
	})
	for _, name := range []string{"X-GitHub-Event", "X-GitHub-Delivery", "X-Hub-Signature-256", "Content-Type", "User-Agent", "Host", "X-Forwarded-For"} {
		for _, text := range hostile.Texts() {
			for _, prefix := range []string{"", "sha256="} {
				r := httptest.NewRequest(http.MethodPost, web.PathWebhooks, strings.NewReader("{}"))
				r.Header = http.Header{
					"X-Github-Event": {"issues"}, "X-Github-Delivery": {"a-b"},
					// docs: Validating webhook deliveries; of "{}" under the secret above.
					"X-Hub-Signature-256": {signature("{}")},
				}
				r.Header[http.CanonicalHeaderKey(name)] = []string{prefix + text.Text}
				log.Reset()
				counted = nil
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, r)
				for _, said := range append(counted, answer.Body.String(), log.String(), fmt.Sprint(answer.Header())) {
					if faults := hostile.Job(said); len(faults) > 0 || len(text.Text) > 3 && strings.Contains(said, text.Text) {
						t.Errorf("%s %s: %q in %s", name, text.Name, faults, quote(said))
					}
				}
			}
		}
	}
	// So that a signature which never holds cannot pass for silence.
	r := httptest.NewRequest(http.MethodPost, web.PathWebhooks, strings.NewReader("{}"))
	r.Header = http.Header{"X-Github-Event": {"issues"}, "X-Github-Delivery": {"a-b"}, "X-Hub-Signature-256": {signature("{}")}}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("a delivery that is in order is answered %d", answer.Code)
	}
	// Paths are a way in, too.
	for _, text := range hostile.Texts() {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path, r.URL.RawQuery = "/"+text.Text, text.Text
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if faults := hostile.Job(answer.Body.String()); len(faults) > 0 || strings.Contains(answer.Body.String(), "<") {
			t.Errorf("%s: answered with %q", text.Name, answer.Body)
		}
	}
}
