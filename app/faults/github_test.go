//go:build unix

package faults

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// TestFault04FateUnknown: a write is answered with an error, or not at all, and
// has happened, or has not, or happens after its result was looked for. Each
// kind hits every write of a story in turn.
func TestFault04FateUnknown(t *testing.T) {
	kinds := map[string]fakehub.Fault{
		"502":                    {Status: http.StatusBadGateway},
		"cut before":             {DropRequest: true},
		"cut after":              {DropAnswer: true},
		"landing late":           {LandAfter: time.Second},
		"landing after the look": {LandAfter: 3 * time.Second},
	}
	onBoth(t, func(t *town) {
		var issues []int
		for name, fault := range kinds {
			for n := range 4 {
				seen := 0
				remove := t.hub.Fault(func(r *http.Request) *fakehub.Fault {
					if r.Method == http.MethodGet || !strings.Contains(r.URL.Path, repo+"/issues") {
						return nil
					}
					if seen++; seen%4 != n {
						return nil
					}
					return &fault
				})
				issues = append(issues, t.tell(name, t.slowly))
				remove()
				t.restFor(2 * time.Minute)
			}
		}
		for _, n := range issues {
			t.wants(n, told)
		}
		t.promises()
	})
}

// slowly lets ten seconds pass, one by one, so that whatever lands late lands
// among what is done meanwhile.
func (t *town) slowly() {
	t.Helper()
	for range 10 {
		t.quiet()
		t.pass(time.Second)
	}
}

// TestFault04Timeout: the same, where the answer does not come in time. It is a
// test of its own because it takes as long as one waits for GitHub.
func TestFault04Timeout(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		var issues []int
		for i, kind := range []string{"labels$", "comments$", "reactions$", "PATCH .*/issues/comments/"} {
			over := make(chan struct{})
			hang := atWrite(1, repo+".*"+kind+"|"+kind+".*"+repo, func(*exchange) bool { <-over; return false })
			if i%2 == 0 {
				a.gate.hooks(hang, nil) // it has not happened
			} else {
				a.gate.hooks(nil, hang) // it has
			}
			time.AfterFunc(2*a.orders.Timeout, func() { close(over) })
			issues = append(issues, t.tell(kind, func() { t.quiet(); t.pass(10 * time.Second) }))
		}
		t.restFor(5 * time.Minute)
		for _, n := range issues {
			t.wants(n, told)
		}
		t.promises()
	})
}

// TestFault05ToldWhenToComeBack: inside the time that GitHub names nobody calls:
// not this process, not the one that follows it, and not its neighbour.
func TestFault05ToldWhenToComeBack(t *testing.T) {
	for _, status := range []int{http.StatusForbidden, http.StatusTooManyRequests} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			onBoth(t, func(t *town) {
				a := t.process("a")
				t.restFor(2 * time.Minute) // what moving in began is done
				t.hub.Fault(fakehub.Matching(1, http.MethodPost, repo, fakehub.Fault{
					Status: status, Header: map[string]string{"Retry-After": "300"}, Message: "You have exceeded a secondary rate limit.",
				}))
				n := t.open(repo, "sato", "[incident] checkout is blank")
				t.soon("the limit", func() bool { return len(t.answered(status, "acme/")) > 0 })
				limit := t.answered(status, "acme/")[0]
				t.quiet()
				t.say(repo, n, "tanaka", "/ack")
				t.quiet()
				t.pass(time.Minute)
				if t.kind.replicas {
					t.process("b").start()
				}
				t.quiet()
				a.kill()
				a.start()
				t.say(repo, n, "tanaka", "/sev 2")
				t.restFor(2 * time.Minute)
				t.nobodyCalls("acme", limit.sent, limit.sent.Add(300*time.Second))
				t.say(repo, n, "tanaka", "/resolved")
				t.rest()
				t.wants(n, told)
				t.promises()
			})
		})
	}
}

// answered are the exchanges with that status about an account.
func (t *town) answered(status int, about string) (list []exchange) {
	for _, p := range t.all() {
		for _, e := range p.gate.seen() {
			if e.status == status && strings.Contains(e.path, about) {
				list = append(list, e)
			}
		}
	}
	return list
}

// nobodyCalls checks that no process asked anything of an account's
// installation between two moments of the hub's clock.
func (t *town) nobodyCalls(account string, from, to time.Time) {
	t.Helper()
	id := t.hub.Install(account, time.Time{}) // which it is already
	for _, p := range t.all() {
		for _, e := range p.gate.seen() {
			// Whose a repository is, the App asks for itself.
			its := strings.Contains(e.path, "/repos/"+account+"/") && !strings.HasSuffix(e.path, "/installation") || strings.HasSuffix(e.path, fmt.Sprintf("/%d/access_tokens", id))
			if its && e.sent.After(from) && e.sent.Before(to) {
				t.Errorf("called %s before GitHub said so: %s", e.sent.Sub(from).Round(time.Millisecond), &e)
			}
		}
	}
}

// TestFault06NothingRemains: the hour's requests are used up. Nobody calls until
// GitHub gives new ones, and then what was left is done.
func TestFault06NothingRemains(t *testing.T) {
	t.Parallel()
	for _, kind := range databases {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, kind, func(o *fakehub.Options) { o.RateLimit = 80 })
			w.hub.PutFile(repo, ".github/kintsugi.yml", "language: en\nincident: {notify: [\"@tanaka\", \"@suzuki\"], reminders: false}\npostmortem: {required: []}\n") // four subjects, two lists and two gates are enough for so few
			w.settleIn("a")
			var issues []int
			for range 4 {
				issues = append(issues, w.tell("checkout is blank", func() { w.quiet() }))
			}
			if refused := w.answered(http.StatusForbidden, repo); len(refused) > 4 { // those under way at once
				w.Errorf("%d requests were refused, the last %s", len(refused), &refused[len(refused)-1])
			}
			if !strings.Contains(w.process("a").said.String(), `msg="put off"`) {
				w.Error("so many requests are enough: nothing is shown")
			}
			calls := len(w.process("a").gate.seen())
			w.restFor(30 * time.Minute)
			for _, e := range w.process("a").gate.seen()[calls:] {
				if strings.Contains(e.path, "/repos/acme/") {
					w.Errorf("called although nothing remains: %s", &e)
				}
			}
			w.restFor(12 * time.Hour)
			for _, n := range issues {
				w.wants(n, told)
			}
			w.promises()
		})
	}
}

// TestFault07LimitWithoutHeaders: GitHub says only that it was too much. The
// pauses are a minute at least, grow, and are bounded; whoever goes on being
// refused is set aside where a person sees it.
func TestFault07LimitWithoutHeaders(t *testing.T) {
	onBoth(t, func(t *town) {
		remove := t.hub.Fault(func(r *http.Request) *fakehub.Fault {
			if r.Method == http.MethodGet || !strings.Contains(r.URL.Path, "acme/") {
				return nil
			}
			return &fakehub.Fault{Status: http.StatusForbidden, Message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
				Header: map[string]string{"X-RateLimit-Remaining": "4000"}}
		})
		n := t.open(repo, "sato", "[incident] checkout is blank")
		t.restFor(3 * time.Hour)
		refused := t.answered(http.StatusForbidden, "acme/")
		if len(refused) < 4 {
			t.Fatalf("tried %d times in three hours", len(refused))
		}
		var pauses []time.Duration
		for i, e := range refused[1:] {
			pauses = append(pauses, e.sent.Sub(refused[i].sent).Round(time.Second))
		}
		longest := pauses[0]
		for i, pause := range pauses {
			// A minute, then twice as long each time, up to sixteen. The town's time moves in
			// steps, so a pause is seen longer than it is, by minutes where all is quiet.
			if atLeast := min(time.Minute<<i, 16*time.Minute); pause < atLeast {
				t.Errorf("pauses %v: number %d is shorter than %s", pauses, i+1, atLeast)
			}
			longest = max(longest, pause)
		}
		if longest > 70*time.Minute {
			t.Errorf("pauses %v: they have no bound", pauses)
		}
		t.setAside(repo + "#" + strconv.Itoa(n))
		remove()
		t.rest()
		t.restFor(2 * time.Hour)
		t.wants(n, `open [incident]; ours: status; 👍0 😕0; "Waiting for a responder · severity undecided"`)
		t.promises()
	})
}

// setAside checks that a person sees of a subject that it does not get through.
func (t *town) setAside(key string) {
	t.Helper()
	a := t.process("a")
	_, metrics := a.get("/metrics")
	for line := range strings.Lines(metrics) {
		if strings.HasPrefix(line, "kintsugi_subjects") && strings.Contains(line, "aside") && strings.TrimSpace(line[strings.LastIndex(line, " "):]) != "0" {
			return
		}
	}
	t.Errorf("%s is refused again and again, and no metric says that it was set aside", key)
}

// TestFault08TokenExpires: in the middle of a run GitHub accepts the token no
// longer.
func TestFault08TokenExpires(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		for n := 1; n <= 3; n++ {
			a.gate.hooks(atWrite(n, repo, func(*exchange) bool { t.hub.ExpireTokens(); return true }), nil)
			issue := t.tell("checkout is blank", func() { t.quiet() })
			if n == 1 && len(t.answered(http.StatusUnauthorized, repo)) == 0 {
				t.Error("no token was refused")
			}
			t.restFor(2 * time.Minute)
			t.wants(issue, told)
		}
		t.promises()
	})
}

// TestFault09LongTokens: tokens are as long as those that GitHub has begun to
// give out, with dots in them. They work, and where GitHub's own errors quote
// them they are not said again.
func TestFault09LongTokens(t *testing.T) {
	onBoth(t, func(t *town) {
		a := t.process("a")
		quoted := 0
		remove := t.hub.Fault(func(r *http.Request) *fakehub.Fault {
			if !strings.Contains(r.URL.Path, repo+"/issues") || quoted == 4 {
				return nil
			}
			quoted++
			return &fakehub.Fault{Status: http.StatusBadGateway, Message: "Not now: " + r.Header.Get("Authorization")}
		})
		n := t.tell("checkout is blank", func() { t.quiet(); t.pass(10 * time.Second) })
		remove()
		t.rest()
		if quoted == 0 || !strings.Contains(a.said.String(), "Not now") {
			t.Errorf("%d tokens were quoted, and the log does not say what GitHub said", quoted)
		}
		t.wants(n, told)
		long := 0
		for _, credential := range a.gate.credentials() {
			if strings.HasPrefix(credential, "ghs_") && len(credential) >= 520 && strings.Contains(credential, ".") {
				long++
			}
		}
		if long == 0 {
			t.Errorf("no token was long")
		}
		t.promises()
	})
}
