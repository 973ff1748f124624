package githubapp

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// How much is kept, and how large one answer may be: a page of a hundred
// comments of ten lines fits. Headers count as a kilobyte.
const (
	keptBytes     = 32 << 20
	largestAnswer = 1 << 20
	headerBytes   = 1 << 10
)

// etags keeps answers to reads, to ask again at no cost to the rate limit:
// "304 Not Modified" is free. A tag belongs to the token that it was given to,
// so that the token is part of the key, as a fingerprint. All may be lost.
// docs: Best practices for using the REST API, "Use conditional requests".
type etags struct {
	mu     sync.Mutex
	order  *list.List // of *keptAnswer, the last used first
	byName map[[32]byte]*list.Element
	size   int
}

type keptAnswer struct {
	name   [32]byte
	tag    string
	header http.Header
	body   []byte
}

func (k *keptAnswer) size() int { return len(k.body) + headerBytes }

func newETags() *etags {
	return &etags{order: list.New(), byName: map[[32]byte]*list.Element{}}
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
	at := e.byName[answerName(installation, token, req)]
	if at == nil {
		return nil
	}
	e.order.MoveToFront(at)
	return answerOf(at)
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
	e.keep(&keptAnswer{answerName(installation, token, req), tag, resp.Header.Clone(), body})
	return resp
}

func (e *etags) keep(answer *keptAnswer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if at := e.byName[answer.name]; at != nil {
		e.forget(at)
	}
	e.byName[answer.name] = e.order.PushFront(answer)
	e.size += answer.size()
	for e.size > keptBytes {
		e.forget(e.order.Back())
	}
}

func (e *etags) forget(at *list.Element) {
	answer := answerOf(at)
	e.order.Remove(at)
	delete(e.byName, answer.name)
	e.size -= answer.size()
}

// answerOf is what the list holds: nothing else is ever put into it.
func answerOf(at *list.Element) *keptAnswer {
	answer, _ := at.Value.(*keptAnswer)
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
