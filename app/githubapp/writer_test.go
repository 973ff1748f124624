package githubapp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
)

var incident = workflows.Label{Name: "障害", Color: "b60205", Description: "An incident"}

func TestLabels(t *testing.T) {
	w := newWorld(t)
	must(t, w.app.AddLabel(ctx, w.issue, incident))
	if !slices.Contains(w.Labels(shop), incident.Name) {
		t.Error("the repository did not get the label")
	}
	view, _ := w.Hub.Issue(shop, w.issue.Number)
	if !slices.Contains(view.Labels, incident.Name) {
		t.Errorf("labels %v", view.Labels)
	}
	if n := w.count("", "repos/{owner}/{repo}/labels/{name}"); n != 1 {
		t.Errorf("the label was looked for %d times", n)
	}
	must(t, w.app.AddLabel(ctx, w.issue, incident))
	if n := w.count("", "repos/{owner}/{repo}/labels/{name}"); n != 1 {
		t.Errorf("a known label was looked for again")
	}
	must(t, w.app.RemoveLabel(ctx, w.issue, incident.Name))
	must(t, w.app.RemoveLabel(ctx, w.issue, incident.Name)) // not there: fine
	if view, _ := w.Hub.Issue(shop, w.issue.Number); len(view.Labels) != 0 {
		t.Errorf("labels %v", view.Labels)
	}
}

// Names of labels are text: none of them may change what is asked for.
func TestLabelNamesAreOneSegment(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"a/b", "what?", "50%", "#1", "..", "sev: 1 + 2", "a%2Fb", "日本 語"} {
		label := workflows.Label{Name: name, Color: "ffffff"}
		must(t, w.app.AddLabel(ctx, w.issue, incident))
		must(t, w.app.AddLabel(ctx, w.issue, label))
		if view, _ := w.Hub.Issue(shop, w.issue.Number); !slices.Contains(view.Labels, name) {
			t.Errorf("%q: labels %v", name, view.Labels)
		}
		must(t, w.app.RemoveLabel(ctx, w.issue, name))
		if view, _ := w.Hub.Issue(shop, w.issue.Number); !slices.Equal(view.Labels, []string{incident.Name}) {
			t.Errorf("%q: labels %v left", name, view.Labels)
		}
		w.clock.Advance(time.Minute)
	}
	if err := w.app.RemoveLabel(ctx, w.issue, ""); err == nil {
		t.Error("an empty name, which would remove all labels, was sent")
	}
	if view, _ := w.Hub.Issue(shop, w.issue.Number); !slices.Equal(view.Labels, []string{incident.Name}) {
		t.Errorf("labels %v left", view.Labels)
	}
}

func TestLabelThatCannotBeMadeIsStillAdded(t *testing.T) {
	for name, f := range map[string]fakehub.Fault{
		"forbidden":       {Status: 403, Message: "Resource not accessible by integration"},
		"somebody did it": {DropAnswer: true},
		"502":             {Status: 502},
	} {
		w := newWorld(t)
		w.fault(1, "POST", "/repos/acme/shop/labels", f)
		must(t, w.app.AddLabel(ctx, w.issue, incident))
		if view, _ := w.Hub.Issue(shop, w.issue.Number); !slices.Contains(view.Labels, incident.Name) {
			t.Errorf("%s: labels %v", name, view.Labels)
		}
	}
	// Made by somebody else between our look and our making it.
	w := newWorld(t)
	must(t, w.CreateLabel(shop, "alice", incident.Name, "ffffff"))
	w.fault(1, "GET", "/labels/", fakehub.Fault{Status: 404})
	must(t, w.app.AddLabel(ctx, w.issue, incident))
}

func TestSetState(t *testing.T) {
	w := newWorld(t)
	for _, reason := range []string{"completed", "not_planned", "duplicate"} {
		must(t, w.app.SetState(ctx, w.issue, false, reason))
		if view, _ := w.Hub.Issue(shop, w.issue.Number); view.State != "closed" || view.Reason != reason {
			t.Errorf("%s: %s as %s", reason, view.State, view.Reason)
		}
		must(t, w.app.SetState(ctx, w.issue, true, ""))
		if view, _ := w.Hub.Issue(shop, w.issue.Number); view.State != "open" {
			t.Errorf("after reopening: %s", view.State)
		}
	}
}

func TestWriteComments(t *testing.T) {
	w := newWorld(t)
	text := "**状況** <!-- kintsugi:status --> & \"quoted\" \\ \x00?"
	text = strings.ReplaceAll(text, "\x00", "")
	made, err := w.app.CreateComment(ctx, w.issue, text)
	must(t, err)
	if !made.Ours || made.Body != text || made.ID == 0 || made.Edited() {
		t.Errorf("made %+v", made)
	}
	w.clock.Advance(5 * time.Second)
	edited, err := w.app.EditComment(ctx, shop, made.ID, "other")
	must(t, err)
	if edited.ID != made.ID || edited.Body != "other" || !edited.Edited() || !edited.Ours {
		t.Errorf("edited %+v", edited)
	}
	must(t, w.app.DeleteComment(ctx, shop, made.ID))
	if err := w.app.DeleteComment(ctx, shop, made.ID); !errors.Is(err, engine.ErrGone) {
		t.Errorf("deleting twice: %v", err)
	}
	if _, err := w.app.EditComment(ctx, shop, made.ID, "again"); !errors.Is(err, engine.ErrGone) {
		t.Errorf("editing what is deleted: %v", err)
	}
}

func TestLongComments(t *testing.T) {
	w := newWorld(t)
	_, err := w.app.CreateComment(ctx, w.issue, strings.Repeat("障", 65_536))
	must(t, err)
	before := w.Counts().Requests
	_, err = w.app.CreateComment(ctx, w.issue, strings.Repeat("障", 65_537))
	if err == nil || !strings.Contains(err.Error(), "65537") || isKind(err) {
		t.Errorf("a comment too long: %v", err)
	}
	if w.Counts().Requests != before {
		t.Error("it was sent all the same")
	}
}

func isKind(err error) bool {
	return errors.Is(err, engine.ErrUncertain) || errors.Is(err, engine.ErrRefused) || errors.Is(err, engine.ErrGone)
}

// Each thing that can happen to a write has its kind of error.
func TestKindsOfError(t *testing.T) {
	var later *engine.Later
	for _, c := range []struct {
		name  string
		fault fakehub.Fault
		want  error // nil: no kind
	}{
		{"cut before", fakehub.Fault{DropRequest: true}, engine.ErrUncertain},
		{"cut after", fakehub.Fault{DropAnswer: true}, engine.ErrUncertain},
		{"late", fakehub.Fault{LandAfter: time.Hour}, engine.ErrUncertain},
		{"500", fakehub.Fault{Status: 500}, engine.ErrUncertain},
		{"502", fakehub.Fault{Status: 502}, engine.ErrUncertain},
		{"503", fakehub.Fault{Status: 503}, engine.ErrUncertain},
		{"404", fakehub.Fault{Status: 404}, engine.ErrGone},
		{"410", fakehub.Fault{Status: 410}, engine.ErrGone},
		{"403", fakehub.Fault{Status: 403, Message: "Resource not accessible by integration"}, engine.ErrRefused},
		{"422", fakehub.Fault{Status: 422, Message: "Validation Failed"}, engine.ErrRefused},
		{"451", fakehub.Fault{Status: 451}, engine.ErrRefused},
		{"429", fakehub.Fault{Status: 429}, later},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.comment("bob", "/ack")
			w.fault(9, "", "/reactions", c.fault)
			err := w.app.React(ctx, shop, id, "+1")
			if c.want == error(later) {
				if !errors.As(err, &later) {
					t.Errorf("%v", err)
				}
				return
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%v is not %v", err, c.want)
			}
		})
	}
}

// What was not sent is not uncertain.
func TestNotSent(t *testing.T) {
	w := newWorld(t)
	_, err := w.app.Identity(ctx)
	must(t, err)
	id := w.comment("bob", "/ack")
	try := func(name string, ctx context.Context) {
		t.Helper()
		if err := w.app.React(ctx, shop, id, "+1"); err == nil || isKind(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, part := range []string{"/access_tokens", "/installation"} {
		for name, f := range map[string]fakehub.Fault{"cut": {DropAnswer: true}, "502": {Status: 502}, "401": {Status: 401}} {
			remove := w.Fault(fakehub.Matching(1, "", part, f))
			try(part+" "+name, ctx)
			remove()
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	try("context ended", ended)
	w.app = w.newApp(func(c *githubapp.Config) {
		c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/reactions") {
				return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
			}
			return nil, nil
		}}
	})
	try("dial", ctx)
	if view, _ := w.Hub.Issue(shop, w.issue.Number); len(view.Comments[0].Reactions) != 0 {
		t.Error("it was sent")
	}
}

// Over real connections: an answer that does not come, or that is cut short,
// leaves a write uncertain and a read unanswered.
func TestTimeouts(t *testing.T) {
	w := newWorld(t)
	id := w.comment("bob", "/ack")
	release := make(chan struct{})
	var how atomic.Pointer[func(http.ResponseWriter)]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.URL.Path, "/issues/") {
			w.ServeHTTP(rw, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		(*how.Load())(rw)
	}))
	defer server.Close()
	defer close(release)
	w.app = w.newApp(func(c *githubapp.Config) {
		c.BaseURL, c.Transport, c.Timeout = server.URL, nil, 200*time.Millisecond
	})
	_, err := w.app.Home(ctx, shop) // warm
	must(t, err)
	for name, answer := range map[string]func(http.ResponseWriter){
		"silence": func(http.ResponseWriter) { <-release },
		"headers only": func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Length", "1000")
			rw.WriteHeader(201)
			_, _ = rw.Write([]byte(`{"id": 1,`))
			rw.(http.Flusher).Flush()
			<-release
		},
		"cut": func(rw http.ResponseWriter) {
			rw.Header().Set("Content-Length", "1000")
			rw.WriteHeader(201)
			_, _ = rw.Write([]byte(`{"id": 1,`))
			panic(http.ErrAbortHandler)
		},
		"empty": func(rw http.ResponseWriter) { rw.WriteHeader(201) },
		"nothing said": func(rw http.ResponseWriter) {
			rw.WriteHeader(201)
			_, _ = rw.Write([]byte(`{}`))
		},
	} {
		how.Store(&answer)
		if _, err := w.app.CreateComment(ctx, w.issue, "hello"); !errors.Is(err, engine.ErrUncertain) {
			t.Errorf("%s: creating: %v", name, err)
		}
		if got, err := w.app.Comment(ctx, shop, id); err == nil || isKind(err) {
			t.Errorf("%s: reading: %+v, %v", name, got, err)
		}
	}
}

// Whom GitHub leaves out, because it cannot assign them or they are too many,
// is missing from the answer; those assigned before stay.
func TestAssign(t *testing.T) {
	w := newWorld(t)
	must(t, w.Assign(shop, w.issue.Number, "alice", "alice"))
	logins := []string{"mallory", "nobody-of-this-name"}
	want := []string{"alice"}
	for n := range 10 {
		login := fmt.Sprint("person", n)
		w.SetRole(shop, login, "read")
		logins = append(logins, login)
		if n < 9 {
			want = append(want, login)
		}
	}
	got, err := w.app.Assign(ctx, w.issue, logins)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	w.fault(1, "POST", "/assignees", fakehub.Fault{DropAnswer: true})
	if _, err := w.app.Assign(ctx, w.issue, []string{"bob"}); !errors.Is(err, engine.ErrUncertain) {
		t.Error(err)
	}
}
