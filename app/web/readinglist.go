package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// PathReadingList is where reading lists are shown, each under its OWNER/REPO/.
const PathReadingList = "/reading-list/"

// ReadingList is a list whose website is made elsewhere and shown here to everybody.
type ReadingList struct {
	// Read makes the website's files, by their names. It is asked once at a time.
	Read func(context.Context) (map[string]string, error)
	// Policy is the Content-Security-Policy that its pages need.
	Policy string
}

// ErrNoList says that there is no such list, or none any more.
var ErrNoList = errors.New("web: there is no such list")

// errReading: the list is being read for the first time.
var errReading = errors.New("web: the list is being read")

const (
	// listFor is how long a list that was read is believed, and retryAfter, how long
	// it is that one could not be.
	listFor    = 10 * time.Minute
	retryAfter = time.Minute
	// readListWithin bounds one reading; a long list takes a request for each hundred
	// entries. Who asks waits no longer than waitWithin and then gets the last copy.
	readListWithin = 2 * time.Minute
	waitWithin     = 8 * time.Second
)

// listFile is a file of a list's website as it is sent.
type listFile struct{ content, kind, etag string }

// shownList keeps the last good copy of a list, so that strangers can make GitHub be
// asked no more than every ten minutes, and see something while it is down.
type shownList struct {
	ReadingList
	name  string
	clock clock.Clock
	log   *slog.Logger

	mu    sync.Mutex
	files map[string]listFile // the last good copy; nil if there is none
	err   error               // of the last reading
	tried time.Time           // when it ended
	// reading is closed when the reading under way ends; nil where none is.
	reading chan struct{}
}

// addReadingLists adds the routes of the lists.
func addReadingLists(r *gin.Engine, c Config) {
	if len(c.ReadingLists) == 0 {
		return
	}
	lists := map[string]*shownList{}
	for name, l := range c.ReadingLists {
		lists[strings.ToLower(name)] = &shownList{ReadingList: l, name: name, clock: c.Clock, log: c.Log}
	}
	show := func(g *gin.Context) {
		// GitHub's names are the same in capitals.
		l := lists[strings.ToLower(g.Param("owner")+"/"+g.Param("repo"))]
		strictly(g, l)
		file, inside := strings.CutPrefix(g.Param("file"), "/")
		switch {
		case l == nil:
			g.String(http.StatusNotFound, "there is no such reading list here\n")
		case !inside: // its links would lead elsewhere
			g.Redirect(http.StatusPermanentRedirect, PathReadingList+l.name+"/")
		default:
			l.send(g, file)
		}
	}
	for _, route := range []string{":owner/:repo", ":owner/:repo/*file"} {
		r.GET(PathReadingList+route, show)
		r.HEAD(PathReadingList+route, show)
	}
}

// strictly forbids a browser everything that a page of text does not need.
func strictly(g *gin.Context, l *shownList) {
	policy := "default-src 'none'; frame-ancestors 'none'"
	if l != nil {
		policy = l.Policy
	}
	for name, value := range map[string]string{
		"Content-Security-Policy":      policy,
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer", // the addresses of postmortems need not learn of the list
		"X-Content-Type-Options":       "nosniff",
		"X-Robots-Tag":                 "noindex",
		"Cache-Control":                "no-cache", // ask each time, by ETag: what was withdrawn is gone
	} {
		g.Header(name, value)
	}
}

// send answers with a file of the list.
func (l *shownList) send(g *gin.Context, name string) {
	files, err := l.now(g.Request.Context())
	if name == "" {
		name = "index.html"
	}
	file, known := files[name]
	switch {
	case errors.Is(err, ErrNoList):
		g.String(http.StatusNotFound, "there is no such reading list here\n")
	case err != nil:
		g.Header("Retry-After", "60")
		g.String(http.StatusServiceUnavailable, "the list cannot be read from GitHub at this moment; try again in a minute\n")
	case !known:
		g.String(http.StatusNotFound, "the reading list has no such page\n")
	default:
		g.Header("Content-Type", file.kind)
		g.Header("ETag", file.etag)
		http.ServeContent(g.Writer, g.Request, "", time.Time{}, strings.NewReader(file.content))
	}
}

// now is the list's files as they are to be shown, read anew if the last copy is old.
func (l *shownList) now(ctx context.Context) (map[string]listFile, error) {
	l.mu.Lock()
	pause := listFor
	if l.err != nil {
		pause = retryAfter
	}
	if l.reading == nil && (l.tried.IsZero() || l.clock.Now().Sub(l.tried).Abs() >= pause) {
		l.reading = make(chan struct{})
		// Who asked first may leave; the copy is for everybody.
		go l.read(context.WithoutCancel(ctx))
	}
	reading := l.reading
	l.mu.Unlock()
	if reading != nil {
		ctx, cancel := context.WithTimeout(ctx, waitWithin)
		defer cancel()
		select {
		case <-reading:
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.files != nil:
		return l.files, nil
	case l.err != nil:
		return nil, l.err
	default:
		return nil, errReading
	}
}

// read reads the list. Where that fails the last good copy stays; where the list is
// gone, or not to be seen any more, so is the copy.
func (l *shownList) read(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, readListWithin)
	defer cancel()
	files, err := l.readOnce(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	gone := errors.Is(err, ErrNoList)
	switch {
	case err == nil && (l.err != nil || l.tried.IsZero()):
		l.log.Info("the reading list is shown", "list", l.name, "files", len(files))
	case err != nil && (l.err == nil || gone != errors.Is(l.err, ErrNoList)):
		l.log.Warn("the reading list cannot be read; trying again when somebody asks", "list", l.name, "error", err, "old_copy", l.files != nil && !gone)
	}
	if err == nil || gone {
		l.files = files
	}
	l.err, l.tried = err, l.clock.Now()
	close(l.reading)
	l.reading = nil
}

// readOnce reads the list. A panic over what is in it stays with this list.
func (l *shownList) readOnce(ctx context.Context) (files map[string]listFile, err error) {
	defer func() {
		if p := recover(); p != nil {
			l.log.Error("reading a list panicked", "list", l.name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			files, err = nil, errors.New("web: reading the list panicked")
		}
	}()
	contents, err := l.Read(ctx)
	if err != nil {
		return nil, err
	}
	files = make(map[string]listFile, len(contents))
	for name, content := range contents {
		kind := "text/html; charset=utf-8"
		if path.Ext(name) == ".xml" {
			kind = "application/atom+xml; charset=utf-8"
		}
		hash := sha256.Sum256([]byte(content))
		files[name] = listFile{content, kind, `"` + base64.RawURLEncoding.EncodeToString(hash[:18]) + `"`}
	}
	return files, nil
}
