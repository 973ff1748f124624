package githubapp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
)

func get(url string) *http.Request {
	r, _ := http.NewRequest(http.MethodGet, "https://api.github.com/"+url, nil)
	return r
}

func response(status int, tag, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Etag": {tag}, "Link": {"a link of " + tag}}, Body: io.NopCloser(strings.NewReader(body))}
}

func read(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A full page is unchanged when the next one begins: kept, it would say for ever
// that there is none. One that names the next, or is not full, is kept.
func TestFullPages(t *testing.T) {
	e := newETags()
	for _, c := range []struct {
		url, link, body string
		kept            bool
	}{
		{"a?per_page=2", "", `[{},{"a":[]}]`, false},
		{"b?per_page=2", `<https://api.github.com/b?page=2>; rel="next"`, `[{},{}]`, true},
		{"c?per_page=2", "", `[{"a":{}}]`, true},
		{"d", "", `[{},{}]`, true},
		{"e?per_page=2", "", `{"a":{},"b":{}}`, true},
	} {
		resp := response(200, "1", c.body)
		resp.Header.Set("Link", c.link)
		if got := read(t, e.settle(1, "t", get(c.url), resp, nil)); got != c.body {
			t.Errorf("%s: %q", c.url, got)
		}
		if kept := e.find(1, "t", get(c.url)) != nil; kept != c.kept {
			t.Errorf("%s: kept %t", c.url, kept)
		}
	}
}

func TestETags(t *testing.T) {
	e := newETags()
	settle := func(url string, resp *http.Response) string {
		t.Helper()
		got := e.settle(1, "t", get(url), resp, e.find(1, "t", get(url)))
		if got.StatusCode == http.StatusOK && got.Header.Get("Link") == "" {
			t.Errorf("%s: headers %v", url, got.Header)
		}
		return read(t, got)
	}
	for _, c := range []struct{ url, tag, body, want string }{
		{"a", "1", "first", "first"}, {"b", "9", "other", "other"}, {"a", "2", "second", "second"},
	} {
		if got := settle(c.url, response(200, c.tag, c.body)); got != c.want {
			t.Errorf("%s: %q", c.url, got)
		}
	}
	for range 2 {
		if got := settle("a", response(304, "2", "")); got != "second" {
			t.Errorf("not modified: %q", got)
		}
	}
	if k := e.find(1, "t", get("a")); k == nil || k.tag != "2" {
		t.Errorf("kept %+v", k)
	}
	post := get("a")
	post.Method = http.MethodPost
	for name, k := range map[string]*keptAnswer{
		"another installation": e.find(2, "t", get("a")),
		"another token":        e.find(1, "u", get("a")),
		"no token":             e.find(1, "", get("a")),
		"a write":              e.find(1, "t", post),
		"another query":        e.find(1, "t", get("a?page=2")),
	} {
		if k != nil {
			t.Errorf("%s finds an answer", name)
		}
	}
	for _, status := range []int{201, 404, 500} {
		settle("c", response(status, "3", "x"))
		if e.find(1, "t", get("c")) != nil {
			t.Errorf("an answer of %d was kept", status)
		}
	}
}

// Answers kept are bounded in size, each and together; what is too large, or
// cut, arrives as it is.
func TestETagsAreBounded(t *testing.T) {
	e := newETags()
	large := strings.Repeat("x", largestAnswer)
	for n := range 20 {
		url := fmt.Sprint(n)
		e.settle(1, "t", get(url), response(200, "1", large), nil)
		e.find(1, "t", get("0")) // used all the time
	}
	if e.all.size > etagBytes || len(e.byName) != e.all.order.Len() || e.all.order.Len() < etagShare/largestAnswer-1 {
		t.Errorf("%d answers of %d bytes", e.all.order.Len(), e.all.size)
	}
	if e.find(1, "t", get("0")) == nil || e.find(1, "t", get("19")) == nil || e.find(1, "t", get("1")) != nil {
		t.Error("not the least used answers were forgotten")
	}
	resp := e.settle(1, "t", get("larger"), response(200, "1", large+"yz"), nil)
	if read(t, resp) != large+"yz" || e.find(1, "t", get("larger")) != nil {
		t.Error("an answer too large to keep")
	}
	broken := errors.New("cut")
	for _, size := range []int{0, 10, largestAnswer + 1} {
		resp := response(200, "1", "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader((large + "yz")[:size]), iotest.ErrReader(broken)))
		resp = e.settle(1, "t", get("cut"), resp, nil)
		body, err := io.ReadAll(resp.Body)
		if !errors.Is(err, broken) || len(body) != size || e.find(1, "t", get("cut")) != nil {
			t.Errorf("cut after %d: %d bytes, %v", size, len(body), err)
		}
	}
}
