package emulate_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	repo   = "acme/incidents"
	secret = "It's a Secret to Everybody"
	bot    = "kintsugi[bot]"
)

// world is emulate, the proxy and the program.
type world struct {
	t       *testing.T
	zone    *time.Location // of the policy
	github  *url.URL       // emulate itself, where people are
	proxy   *proxy
	program *program
}

// newWorld is a private repository with the App installed and two people, of
// whom Sato may read and Tanaka triage. The program runs.
func newWorld(t *testing.T, node, binary, database string, zone *time.Location) *world {
	t.Helper()
	w := &world{t: t, zone: zone, proxy: newProxy(t)}
	key := newKey(t)
	process, at := startEmulate(t, node, w.proxy.github.URL, seed(key, w.proxy.webhooks.URL))
	w.github = at
	w.proxy.mu.Lock()
	w.proxy.emulate = at
	w.proxy.mu.Unlock()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("emulate's log:\n%s", &process.log)
		}
	})

	// The seed knows no collaborators. emulate takes every member of an
	// organisation for an admin, whereas on GitHub a member has the
	// organisation's base permission: so these two are outside collaborators.
	w.as("boss").must(http.MethodPut, "collaborators/sato", map[string]any{"permission": "pull"}, nil)
	w.as("boss").must(http.MethodPut, "collaborators/tanaka", map[string]any{"permission": "triage"}, nil)
	policy := fmt.Sprintf("language: en\ntime_zone: %s\nincident: {notify: [\"@tanaka\"]}\n", zone)
	w.as("boss").must(http.MethodPut, "contents/.github/kintsugi.yml", map[string]any{
		"message": "Whom to call", "content": base64.StdEncoding.EncodeToString([]byte(policy)),
	}, nil)

	keyFile := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(keyFile, key, 0o600); err != nil {
		t.Fatal(err)
	}
	w.program = &program{t: t, binary: binary, database: database, proxy: w.proxy, environment: []string{
		"KINTSUGI_APP_ID=4242", "KINTSUGI_PRIVATE_KEY_FILE=" + keyFile, "KINTSUGI_WEBHOOK_SECRET=" + secret,
		"KINTSUGI_GITHUB_URL=" + w.proxy.github.URL, "KINTSUGI_ADDR=127.0.0.1:0",
	}}
	w.program.start()
	return w
}

// newKey is a private key as GitHub hands it out.
func newKey(t *testing.T) []byte {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

// seed is what emulate starts with. Any token is somebody's there; with these
// each person has one of their own.
func seed(key []byte, webhooks string) map[string]any {
	tokens, users := map[string]any{}, []map[string]any{}
	for _, login := range []string{"boss", "sato", "tanaka"} {
		tokens[login] = map[string]any{"login": login, "scopes": []string{"repo"}}
		users = append(users, map[string]any{"login": login})
	}
	permissions := map[string]string{"metadata": "read", "issues": "write", "contents": "read", "checks": "write"}
	events := []string{"issues", "issue_comment", "push"}
	return map[string]any{
		"tokens": tokens,
		"github": map[string]any{
			"users": users,
			"orgs":  []any{map[string]any{"login": "acme", "members": []any{map[string]any{"login": "boss", "role": "admin"}}}},
			"repos": []any{map[string]any{"owner": "acme", "name": "incidents", "private": true}},
			"apps": []any{map[string]any{
				"app_id": 4242, "slug": "kintsugi", "name": "Kintsugi", "private_key": string(key),
				"permissions": permissions, "events": events, "webhook_url": webhooks, "webhook_secret": secret,
				"installations": []any{map[string]any{"installation_id": 77, "account": "acme"}},
			}},
		},
	}
}

// person acts on the repository over REST.
type person struct {
	w     *world
	login string
}

func (w *world) as(login string) person { return person{w, login} }

// must sends a request about the repository and fails the test if it is refused.
func (p person) must(method, path string, body, out any) {
	p.w.t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		p.w.t.Fatal(err)
	}
	request, err := http.NewRequest(method, p.w.github.JoinPath("repos", repo).String()+"/"+path, bytes.NewReader(sent))
	if err != nil {
		p.w.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.login)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.w.t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		p.w.t.Fatal(err)
	}
	if answer.StatusCode >= 300 {
		p.w.t.Fatalf("%s may not %s %s: %d: %s", p.login, method, path, answer.StatusCode, got)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(got, out); err != nil {
		p.w.t.Fatalf("%s %s: %v in %s", method, path, err, got)
	}
}

// reports opens an issue.
func (p person) reports(title, body string) issue {
	p.w.t.Helper()
	i := issue{w: p.w}
	p.must(http.MethodPost, "issues", map[string]any{"title": title, "body": body}, &i)
	return i
}

// writes comments on an issue and returns when.
func (p person) writes(i issue, body string) time.Time {
	p.w.t.Helper()
	var made comment
	p.must(http.MethodPost, fmt.Sprintf("issues/%d/comments", i.Number), map[string]any{"body": body}, &made)
	return made.CreatedAt.Truncate(time.Second)
}

// issue is an issue as people see it.
type issue struct {
	w         *world
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	State     string    `json:"state"`
	Reason    string    `json:"state_reason"`
	CreatedAt time.Time `json:"created_at"`
	Labels    []struct {
		Name string `json:"name"`
	} `json:"labels"`
}

type comment struct {
	ID        int64     `json:"id"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	User      struct {
		Login string `json:"login"`
	} `json:"user"`
}

// now reads the issue again.
func (i issue) now() issue {
	i.w.t.Helper()
	fresh := issue{w: i.w}
	i.w.as("boss").must(http.MethodGet, fmt.Sprintf("issues/%d", i.Number), nil, &fresh)
	return fresh
}

// ours are the comments of the App, oldest first: the status comment, and the
// others.
func (i issue) ours() (status string, others []string) {
	i.w.t.Helper()
	var comments []comment
	i.w.as("boss").must(http.MethodGet, fmt.Sprintf("issues/%d/comments?per_page=100", i.Number), nil, &comments)
	for _, c := range comments {
		switch {
		case c.User.Login != bot:
		case strings.HasPrefix(c.Body, "<!-- kintsugi:status -->") && status == "":
			status = c.Body
		default:
			others = append(others, c.Body)
		}
	}
	return status, others
}

// shows waits until the status comment holds all of these.
func (i issue) shows(texts ...string) {
	i.w.t.Helper()
	i.w.program.until(fmt.Sprintf("%q in the status comment of #%d", texts, i.Number), func() error {
		status, _ := i.ours()
		for _, text := range texts {
			if !strings.Contains(status, text) {
				return fmt.Errorf("%q is missing in:\n%s", text, status)
			}
		}
		return nil
	})
}

// seen is all that counts at rest, as one text: state, labels, and the comments
// of ours without their records.
func (i issue) seen() string {
	i.w.t.Helper()
	fresh := i.now()
	var labels []string
	for _, l := range fresh.Labels {
		labels = append(labels, l.Name)
	}
	status, others := i.ours()
	return fmt.Sprintf("%s %s %v\n\n%s", fresh.State, fresh.Reason, labels, strings.Join(append([]string{status}, others...), "\n\n---\n\n"))
}
