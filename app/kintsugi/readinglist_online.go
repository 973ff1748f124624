package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// How the web is asked: few at a time, and not for long.
const (
	askedAtOnce = 4
	askTimeout  = 20 * time.Second
	mostHops    = 5
)

// checkOnline asks for each address of the web. What it says about an entry that is
// fine is of the kind "fine", so that the day can be noted.
func (n *listNoun) checkOnline(entries []list.Entry) []linkFinding {
	ctx := n.command.Context()
	done := progress(ctx, n.command.ErrOrStderr(), n.say("Asking for the addresses …", "リンク先を確認しています …"))
	defer done()
	client := &http.Client{Timeout: askTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var lock sync.Mutex
	var all []linkFinding
	var work errgroup.Group
	work.SetLimit(askedAtOnce)
	for i := range entries {
		e := &entries[i]
		if !list.IsWeb(e.URL) || e.State == list.Private {
			continue
		}
		work.Go(func() error {
			f := n.askFor(ctx, client, e)
			lock.Lock()
			defer lock.Unlock()
			all = append(all, f)
			return nil
		})
	}
	_ = work.Wait() // what goes wrong is a finding
	return all
}

// askFor says what an address of the web answers.
func (n *listNoun) askFor(ctx context.Context, client *http.Client, e *list.Entry) linkFinding {
	f := linkFinding{File: filepath.Join(n.dir, "data"), ID: e.ID, URL: e.URL}
	status, to, err := follow(ctx, client, e.URL)
	switch {
	case err != nil:
		f.Kind, f.unsure = "unsure", true
		f.Message = fmt.Sprintf(n.say("%s could not be asked for: %v: %s", "%s は確認できませんでした: %v: %s"), e.ID, err, e.URL)
	case status == http.StatusNotFound || status == http.StatusGone:
		f.Kind, f.state = "gone", list.Deleted
		f.Message = fmt.Sprintf(n.say("%s is no longer there (%d): %s", "%s はもうありません（%d）: %s"), e.ID, status, e.URL)
	case status != http.StatusOK:
		f.Kind, f.unsure = "unsure", true
		f.Message = fmt.Sprintf(n.say("%s could not be asked for: it answers %d: %s", "%s は確認できませんでした（応答は%d）: %s"), e.ID, status, e.URL)
	case !list.SamePage(to, e.URL) && list.IsWeb(to):
		f.Kind, f.state, f.movedTo = "moved", list.Moved, to
		f.Message = fmt.Sprintf(n.say("%s has moved to %s: %s", "%s は移転しています（%s）: %s"), e.ID, to, e.URL)
	default:
		f.Kind = "fine"
	}
	if f.state == e.State && f.movedTo == e.MovedTo && !f.unsure {
		f.Kind = "fine" // the list says so already
	}
	return f
}

// follow asks for an address and goes where it leads. It says what answered last,
// and where permanent redirections led.
func follow(ctx context.Context, client *http.Client, address string) (status int, movedTo string, err error) {
	movedTo = address
	permanent := true
	for range mostHops {
		status, next, err := ask(ctx, client, http.MethodHead, address)
		if err == nil && (status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented || status == http.StatusForbidden) {
			status, next, err = ask(ctx, client, http.MethodGet, address)
		}
		if err != nil || next == "" {
			return status, movedTo, err
		}
		permanent = permanent && (status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect)
		if address = next; permanent {
			movedTo = address
		}
	}
	return 0, movedTo, fmt.Errorf("it redirects more than %d times", mostHops)
}

// ask asks for an address once, and says where it leads, if anywhere.
func ask(ctx context.Context, client *http.Client, method, address string) (status int, next string, err error) {
	request, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("User-Agent", "kintsugi reading-list check")
	answer, err := client.Do(request)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok { // which repeats the address
			err = wrapped.Err
		}
		return 0, "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		if to, err := answer.Location(); err == nil {
			next = to.String()
		}
	}
	return answer.StatusCode, next, nil
}
