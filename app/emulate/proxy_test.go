package emulate_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy stands between emulate and the program. It makes good where emulate
// differs from GitHub in what the program relies on, and notes every exchange.
type proxy struct {
	t        *testing.T
	github   *httptest.Server // the program asks here
	webhooks *httptest.Server // emulate delivers here

	mu        sync.Mutex
	emulate   *url.URL
	program   string // where deliveries go; empty while the program is down
	exchanges []exchange
	underWay  int
}

// exchange is one request and its answer. Deliveries have "DELIVERY" for their
// method and the event for their path.
type exchange struct {
	method, path string
	status       int
}

func (e exchange) String() string { return fmt.Sprintf("%s %s: %d", e.method, e.path, e.status) }

func newProxy(t *testing.T) *proxy {
	p := &proxy{t: t}
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(p.target())
			r.Out.Host = r.In.Host // emulate builds the addresses of pages from it
		},
		ModifyResponse: asGitHubWrites,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			http.Error(w, fmt.Sprintf("emulate did not answer: %v", err), http.StatusBadGateway)
		},
	}
	asked := http.NewServeMux()
	asked.Handle("/", forward)
	asked.HandleFunc("GET /installation/repositories", p.repositories)
	p.github = httptest.NewServer(p.noted(asked))
	p.webhooks = httptest.NewServer(http.HandlerFunc(p.deliver))
	t.Cleanup(p.github.Close)
	t.Cleanup(p.webhooks.Close)
	return p
}

func (p *proxy) target() *url.URL {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.emulate
}

// noted keeps each exchange, with the status that the program saw.
func (p *proxy) noted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.begin()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		p.end(exchange{r.Method, r.URL.Path, seen.status})
	})
}

func (p *proxy) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay++
}

func (p *proxy) end(e exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay--
	p.exchanges = append(p.exchanges, e)
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// repositories answers what emulate does not know: it has no "List repositories
// accessible to the app installation". Of the one repository there is, emulate
// itself says all.
func (p *proxy) repositories(w http.ResponseWriter, r *http.Request) {
	onward, err := http.NewRequestWithContext(r.Context(), http.MethodGet, p.target().JoinPath("repos", repo).String(), http.NoBody)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	onward.Header.Set("Authorization", r.Header.Get("Authorization"))
	answer, err := http.DefaultClient.Do(onward)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err != nil || answer.StatusCode != http.StatusOK {
		w.WriteHeader(answer.StatusCode)
		_, _ = w.Write(body)
		return
	}
	fmt.Fprintf(w, `{"total_count": 1, "repositories": [%s]}`, body)
}

// deliver hands a delivery on, under an id of its own: emulate takes the
// millisecond for it, so that two deliveries share one, where GitHub gives each
// a UUID. The signature covers the body only, which stays as it is.
func (p *proxy) deliver(w http.ResponseWriter, r *http.Request) {
	p.begin()
	status := http.StatusBadGateway // GitHub would note a failed delivery; emulate forgets it
	defer func() {
		p.end(exchange{"DELIVERY", r.Header.Get("X-GitHub-Event"), status})
		w.WriteHeader(status)
	}()
	p.mu.Lock()
	program := p.program
	p.mu.Unlock()
	if program == "" {
		return
	}
	onward := r.Clone(r.Context())
	to, err := url.Parse(program)
	if err != nil {
		p.t.Error(err)
		return
	}
	onward.URL, onward.Host, onward.RequestURI = to, to.Host, ""
	onward.Header.Set("X-GitHub-Delivery", newUUID())
	answer, err := http.DefaultClient.Do(onward)
	if err != nil {
		return // the program was stopped meanwhile
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	status = answer.StatusCode
}

// newUUID is a version 4 UUID, as in GitHub's deliveries.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// asGitHubWrites turns the times in an answer into GitHub's. GitHub counts in
// whole seconds, and a comment that nobody edited was updated when it was
// created. emulate writes milliseconds and files a comment in two strokes, so
// that every comment looks edited, and commands in edited comments are not read.
func asGitHubWrites(answer *http.Response) error {
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		return nil
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) == nil {
		if body, err = json.Marshal(inSeconds(value)); err != nil {
			return err
		}
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	answer.ContentLength = int64(len(body))
	answer.Header.Set("Content-Length", strconv.Itoa(len(body)))
	answer.TransferEncoding = nil
	return nil
}

// sameStroke is how far apart emulate's two strokes may lie.
const sameStroke = 250 * time.Millisecond

func inSeconds(value any) any {
	switch v := value.(type) {
	case map[string]any:
		created, isCreated := milliseconds(v["created_at"])
		updated, isUpdated := milliseconds(v["updated_at"])
		if isCreated && isUpdated && updated.Sub(created) < sameStroke {
			v["updated_at"] = v["created_at"]
		}
		for key, inner := range v {
			v[key] = inSeconds(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = inSeconds(inner)
		}
	case string:
		if at, ok := milliseconds(v); ok {
			return at.UTC().Truncate(time.Second).Format(time.RFC3339)
		}
	}
	return value
}

var emulatesTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

func milliseconds(value any) (time.Time, bool) {
	text, _ := value.(string)
	if !emulatesTime.MatchString(text) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil
}

// quiet tells whether no request and no delivery is under way.
func (p *proxy) quiet() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.underWay == 0
}

// sendTo says where the program receives deliveries from now on; empty loses
// them.
func (p *proxy) sendTo(program string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.program = program
}

// seen are the exchanges so far.
func (p *proxy) seen() []exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]exchange(nil), p.exchanges...)
}

// count is how many exchanges went by this method and a path like this one.
func (p *proxy) count(method, path string) int {
	pattern, n := regexp.MustCompile("^"+path+"$"), 0
	for _, e := range p.seen() {
		if e.method == method && pattern.MatchString(e.path) {
			n++
		}
	}
	return n
}
