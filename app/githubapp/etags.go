package githubapp

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// How much is kept, and how large one answer may be: a page of a hundred
// comments of ten lines fits. Headers count as a kilobyte.
const (
	etagBytes     = 32 << 20
	etagShare     = etagBytes / 8 // of one installation
	largestAnswer = 1 << 20
	headerBytes   = 1 << 10
)

// etags keeps answers to reads, to ask again at no cost to the rate limit:
// "304 Not Modified" is free. A tag belongs to the token that it was given to,
// so that the token is part of the key, as a fingerprint. All may be lost.
// One installation takes up no more than its share, so that it drives out
// hardly anything of another's.
// docs: Best practices for using the REST API, "Use conditional requests".
type etags struct {
	mu     sync.Mutex
	all    answers
	of     map[int64]*answers // by installation
	byName map[[32]byte]*keptAnswer
}

// answers are some of those kept, the last used first.
type answers struct {
	order list.List // of *keptAnswer
	size  int
}

type keptAnswer struct {
	name         [32]byte
	installation int64
	tag          string
	header       http.Header
	body         []byte

	inAll, inOf *list.Element
}

func (k *keptAnswer) size() int { return len(k.body) + headerBytes }

func newETags() *etags {
	return &etags{of: map[int64]*answers{}, byName: map[[32]byte]*keptAnswer{}}
}

func answerName(installation int64, token string, req *http.Request) [sha256.Size]byte {
	return sha256.Sum256([]byte(strconv.FormatInt(installation, 10) + "\n" + token + "\n" +
		req.Header.Get("Accept") + "\n" + req.URL.String()))
}

// find is the answer kept for a request, or nil.
func (e *etags) find(installation int64, token string, req *http.Request) *keptAnswer {
	if req.Method != http.MethodGet || token == "" {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	found := e.byName[answerName(installation, token, req)]
	if found != nil {
		e.all.order.MoveToFront(found.inAll)
		e.of[installation].order.MoveToFront(found.inOf)
	}
	return found
}

// settle returns the answer kept in place of a 304, and keeps a new one that
// has a tag.
func (e *etags) settle(installation int64, token string, req *http.Request, resp *http.Response, kept *keptAnswer) *http.Response {
	if resp.StatusCode == http.StatusNotModified && kept != nil {
		discard(resp)
		resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
		resp.Header, resp.ContentLength = kept.header.Clone(), int64(len(kept.body))
		resp.Body = io.NopCloser(bytes.NewReader(kept.body))
		return resp
	}
	tag := resp.Header.Get("ETag")
	if req.Method != http.MethodGet || token == "" || resp.StatusCode != http.StatusOK || tag == "" {
		return resp
	}
	body, failed := io.ReadAll(io.LimitReader(resp.Body, largestAnswer+1))
	if failed != nil || len(body) > largestAnswer {
		// Cut, or too large to keep: hand on what was read and then the rest.
		resp.Body = rest{io.MultiReader(bytes.NewReader(body), failing{failed}, resp.Body), resp.Body}
		return resp
	}
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if lastAndFull(req, resp, body) {
		return resp
	}
	e.keep(&keptAnswer{
		name: answerName(installation, token, req), installation: installation,
		tag: tag, header: resp.Header.Clone(), body: body,
	})
	return resp
}

// lastAndFull tells whether an answer is a page of a list that is full and says
// of no next one. It is not kept: when the next one begins, this one stays as it
// is, and with it its tag.
func lastAndFull(req *http.Request, resp *http.Response, body []byte) bool {
	most, err := strconv.Atoi(req.URL.Query().Get("per_page"))
	if err != nil || strings.Contains(resp.Header.Get("Link"), `rel="next"`) {
		return false
	}
	if bytes.Count(body, []byte("{")) < most {
		return false // lists are of objects, and so there is no need to read this one
	}
	var page []json.RawMessage
	return json.Unmarshal(body, &page) == nil && len(page) >= most
}

func (e *etags) keep(answer *keptAnswer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if old := e.byName[answer.name]; old != nil {
		e.forget(old)
	}
	of := e.of[answer.installation]
	if of == nil {
		of = &answers{}
		e.of[answer.installation] = of
	}
	e.byName[answer.name] = answer
	answer.inAll, answer.inOf = e.all.order.PushFront(answer), of.order.PushFront(answer)
	e.all.size += answer.size()
	of.size += answer.size()
	for of.size > etagShare {
		e.forget(of.oldest())
	}
	for e.all.size > etagBytes {
		e.forget(e.all.oldest())
	}
}

func (e *etags) forget(answer *keptAnswer) {
	of := e.of[answer.installation]
	e.all.order.Remove(answer.inAll)
	of.order.Remove(answer.inOf)
	delete(e.byName, answer.name)
	e.all.size -= answer.size()
	of.size -= answer.size()
	if of.order.Len() == 0 {
		delete(e.of, answer.installation)
	}
}

// oldest is what the list holds: nothing else is ever put into it.
func (a *answers) oldest() *keptAnswer {
	answer, _ := a.order.Back().Value.(*keptAnswer)
	return answer
}

// rest is a body of which a part was read already.
type rest struct {
	io.Reader
	io.Closer
}

// failing repeats an error that reading has met, or is empty.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}
