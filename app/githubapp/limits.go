package githubapp

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// pace is how fast a lane may write: at most burst at once, and then perSecond.
type pace struct {
	perSecond rate.Limit
	burst     int
}

var (
	// pacePerInstallation is the second that GitHub wants between writes where
	// there are many; the burst lets a single incident be answered at once.
	// docs: Best practices for using the REST API, "Pause between mutative
	// requests".
	pacePerInstallation = pace{1, 20}
	// paceOfApp is for asking for redeliveries, the only writes that the App
	// makes as itself: four fifths of the 900 points a minute, of which a write
	// takes five. docs: Rate limits for the REST API, "Calculating points for
	// the secondary rate limit".
	paceOfApp = pace{2, 24}
)

// pacePoints keeps a lane under the 900 points that GitHub grants a minute: a
// read takes one, a write five. docs: Rate limits for the REST API,
// "Calculating points for the secondary rate limit".
var pacePoints = pace{10, 300}

const (
	pointsOfRead  = 1
	pointsOfWrite = 5
)

// What an installation may create. docs: Rate limits for the REST API, "About
// secondary rate limits": no more than 80 content-generating requests a minute
// and 500 an hour.
const (
	createdAMinute = 80
	createdAnHour  = 500
	// arrival is how much later than another a request may reach GitHub that
	// left together with it, which the windows allow for.
	arrival = 10 * time.Second
)

// creating are the calls that GitHub counts as generating content. It names
// them by a warning on their pages ("Creating content too quickly using this
// endpoint may result in secondary rate limiting"); labels, reactions,
// assignees, redeliveries and tokens have none. docs: REST API endpoints for
// issues, "Create an issue"; for issue comments, "Create an issue comment"; for
// pull requests, "Create a pull request".
var creating = map[string]bool{
	"POST repos/{owner}/{repo}/issues":                         true,
	"POST repos/{owner}/{repo}/issues/{issue_number}/comments": true,
	"POST repos/{owner}/{repo}/pulls":                          true,
}

// weight is what a request takes of the limits.
type weight struct{ points, writes, created int }

// weight of a call. Several issues in one of GraphQL's mutations are one request to
// GitHub's points, and to what is created and written as many as they are. docs:
// Rate limits and query limits for the GraphQL API, "Secondary rate limits".
func (c call) weight() weight {
	switch {
	case !c.writes():
		return weight{points: pointsOfRead}
	case c.creates > 0:
		return weight{pointsOfWrite, c.creates, c.creates}
	case creating[c.method+" "+c.route]:
		return weight{pointsOfWrite, 1, 1}
	default:
		return weight{pointsOfWrite, 1, 0}
	}
}

// left is the part that work of a rank leaves to whatever ranks higher.
type left struct {
	requests float64 // of the hour's requests
	writes   float64 // of the burst, and of what may be created
}

var leaves = map[engine.Rank]left{
	engine.Background: {requests: 0.25, writes: 0.5},
	engine.Live:       {requests: 0.02, writes: 0.2},
	engine.Urgent:     {},
}

// How long to wait where GitHub asks for it. docs: Rate limits for the REST
// API, "Exceeding the rate limit": at least a minute where no header says
// more, then exponentially longer. The bounds are ours: no answer, however
// wrong, silences an installation for longer.
const (
	firstPause   = time.Minute
	longestPause = 16 * time.Minute
	longestWait  = 65 * time.Minute
)

// comeBack is how much longer whoever finds the bucket empty stays away, so
// that it finds more than one write in it: coming back costs reads.
const comeBack = 4 * time.Second

// comeBackToRead is the same for whoever reads much, which is a sweep: it begins
// by listing the repositories again.
const comeBackToRead = 10 * time.Second

// limits are what one lane may still do. It keeps no time of its own.
type limits struct {
	pace pace

	mu       sync.Mutex
	replicas int
	until    time.Time // nothing is sent before
	why      string
	guessed  bool // GitHub did not say until when
	strikes  int  // limits without a header in a row
	wrote    bool // the last of them refused a write
	quota    quota
	points   *rate.Limiter
	writes   *rate.Limiter
	created  []time.Time // of the last hour, oldest first
}

// quota is what GitHub last said about the hour's requests.
type quota struct {
	limit, remaining int
	window           int64     // GitHub's word for when it ends
	reset            time.Time // the same, on our clock
}

func newLimits(p pace) *limits {
	return &limits{
		pace: p, replicas: 1,
		points: rate.NewLimiter(pacePoints.perSecond, pacePoints.burst), writes: rate.NewLimiter(p.perSecond, p.burst),
	}
}

// share makes this process one of so many that divide what the lane may write
// and create.
func (l *limits) share(replicas int, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replicas = max(1, replicas)
	for _, b := range []struct {
		bucket *rate.Limiter
		pace
	}{{l.points, pacePoints}, {l.writes, l.pace}} {
		b.bucket.SetLimitAt(now, b.perSecond/rate.Limit(l.replicas))
		b.bucket.SetBurstAt(now, max(1, b.burst/l.replicas))
	}
}

// admit lets a call pass or says when to come back. A write that passes is
// counted, whatever becomes of it.
func (l *limits) admit(w weight, rank engine.Rank, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ahead := now.Add(longestWait); l.until.After(ahead) || l.quota.reset.After(ahead) {
		// No limit lasts so long: our clock was set back.
		l.until, l.quota = time.Time{}, quota{}
		for i, at := range l.created {
			if at.After(now) {
				l.created[i] = now
			}
		}
	}
	if now.Before(l.until) {
		return l.later()
	}
	leave := leaves[rank]
	if spare := int(leave.requests * float64(l.quota.limit)); spare > 0 && l.quota.remaining <= spare && now.Before(l.quota.reset) {
		return &engine.Later{At: l.quota.reset, Reason: fmt.Sprintf(
			"the last %d of the hour's %d requests are kept for more urgent work", spare, l.quota.limit)}
	}
	if wait := missing(l.points, leave.writes, w.points, now); wait > 0 {
		return &engine.Later{At: now.Add(wait + comeBackToRead), Reason: "own limit on requests in quick succession"}
	}
	if w.writes == 0 {
		l.points.AllowN(now, w.points)
		return nil
	}
	if at := l.nextCreation(leave.writes, w.created, now); w.created > 0 && at.After(now) {
		return &engine.Later{At: at, Reason: fmt.Sprintf("own limit of %d creations a minute and %d an hour", createdAMinute, createdAnHour)}
	}
	if wait := missing(l.writes, leave.writes, w.writes, now); wait > 0 {
		return &engine.Later{At: now.Add(wait + comeBack), Reason: "own limit on writes in quick succession"}
	}
	l.points.AllowN(now, w.points)
	l.writes.AllowN(now, min(w.writes, l.writes.Burst()))
	l.created = append(l.created, slices.Repeat([]time.Time{now}, w.created)...)
	return nil
}

// missing is how long until the bucket holds so many tokens besides those that
// are left to others.
func missing(bucket *rate.Limiter, leave float64, tokens int, now time.Time) time.Duration {
	burst := float64(bucket.Burst())
	lacks := min(leave*burst+float64(tokens), burst) - bucket.TokensAt(now)
	if lacks <= 1e-9 { // what fractions of seconds add up to
		return 0
	}
	return time.Duration(lacks / float64(bucket.Limit()) * float64(time.Second))
}

// nextCreation is when the next so many pieces of content may be created; not after
// now for at once.
func (l *limits) nextCreation(leave float64, pieces int, now time.Time) time.Time {
	l.created = slices.DeleteFunc(l.created, func(t time.Time) bool { return now.Sub(t) >= time.Hour+arrival })
	var at time.Time
	for _, limit := range []struct {
		count  int
		window time.Duration
	}{{createdAMinute, time.Minute}, {createdAnHour, time.Hour}} {
		count := max(1, int(float64(limit.count/l.replicas)*(1-leave)))
		if n := len(l.created) + min(pieces, count) - 1 - count; n >= 0 {
			if free := l.created[n].Add(limit.window + arrival); free.After(at) {
				at = free
			}
		}
	}
	return at
}

// observe learns from an answer. It returns nil unless the answer is a limit;
// the request then had no effect. closed tells whether nothing may be sent for
// longer than before.
func (l *limits) observe(h heard) (later *engine.Later, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.until
	reset, spent := l.count(h)
	if !h.limit {
		// Reading may go well all the while that writing is refused.
		if h.status < 400 && !h.now.Before(l.until) && (h.write || !l.wrote) {
			l.strikes = 0
		}
		if spent {
			// The answer is good, but it was the last one of this hour.
			l.close(reset, "GitHub's hourly limit is used up", false)
		}
		return nil, l.until.After(before)
	}
	at, told := retryAfter(h.header, h.now, h.date)
	if !told && spent {
		at, told = reset, true
	}
	if !told {
		at = h.now.Add(l.pause(h.sent))
		l.wrote = h.write
	}
	l.close(at, h.why, !told)
	return l.later(), l.until.After(before)
}

func (l *limits) close(until time.Time, why string, guessed bool) {
	if until.After(l.until) {
		l.until, l.why, l.guessed = until, why, guessed
	}
}

func (l *limits) later() *engine.Later {
	return &engine.Later{At: l.until, Reason: l.why, Guessed: l.guessed}
}

// closed is until when nothing is sent, and why.
func (l *limits) closed() (until time.Time, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.until, l.why
}

// pauseUntil closes the lane because somebody else was told to wait.
func (l *limits) pauseUntil(until time.Time, why string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.close(bounded(until, now), why, false)
}

// pause is the exponential wait. Requests that were under way together count
// as one strike: those sent before the pause began learn nothing new.
func (l *limits) pause(sent time.Time) time.Duration {
	if !sent.Before(l.until) || l.strikes == 0 {
		l.strikes++
	}
	return min(firstPause<<min(l.strikes-1, 10), longestPause)
}

// count keeps what an answer says of the hour's requests, and tells when they
// are given anew if there are none left. A moment already past says nothing.
// Answers overtake one another: within an hour the lowest figure is the last.
func (l *limits) count(h heard) (reset time.Time, spent bool) {
	if resource := h.header.Get("X-RateLimit-Resource"); resource != "" && resource != "core" {
		return time.Time{}, false // search and others are counted apart
	}
	remaining, err := strconv.Atoi(h.header.Get("X-RateLimit-Remaining"))
	window, ends, ok := h.window()
	if err != nil || !ok {
		return time.Time{}, false
	}
	reset = bounded(h.now.Add(ends.Sub(h.date)), h.now)
	limit, err := strconv.Atoi(h.header.Get("X-RateLimit-Limit"))
	switch {
	case err != nil || limit <= 0:
	case window > l.quota.window || !h.now.Before(l.quota.reset):
		l.quota = quota{limit, remaining, window, reset}
	case window == l.quota.window:
		l.quota.remaining = min(l.quota.remaining, remaining)
	}
	return reset, remaining <= 0
}
