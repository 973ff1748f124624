package githubapp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// An owner with more repositories, or more text in them, than fits drives out
// its own, and when all is full nobody's.
func TestKeptIsShared(t *testing.T) {
	now := clock.NewStepped(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	k := newKept(now, func(s string) int { return len(s) })
	k.put("small/one", "x")
	for n := range 100 {
		k.put(fmt.Sprint("Large/", n), strings.Repeat("x", 64<<10))
	}
	if _, ok := k.get("SMALL/One"); !ok || k.size > keptOfOwner+1000 {
		t.Errorf("small is there: %v, size %d", ok, k.size)
	}
	if _, ok := k.get("large/99"); !ok {
		t.Error("large keeps nothing")
	}
	for n := range 100 {
		for m := range 30 {
			k.put(fmt.Sprintf("owner%d/%d", n, m), strings.Repeat("x", 64<<10))
		}
	}
	if _, ok := k.get("small/one"); !ok || k.size > keptBytes {
		t.Errorf("small is there: %v, size %d", ok, k.size)
	}
	now.Advance(keptFor)
	if _, ok := k.get("small/one"); ok {
		t.Error("it is believed for ever")
	}
	k.put("new/one", "x")
	k.put("big/one", strings.Repeat("x", keptOfOwner/2))
	if _, ok := k.get("new/one"); !ok || k.size > keptOfOwner {
		t.Errorf("what is old was not forgotten: size %d", k.size)
	}
	k.dropOwner("NEW")
	k.drop("big/ONE")
	if k.size != 0 || len(k.owners) != 0 {
		t.Errorf("%d bytes of %d owners are left", k.size, len(k.owners))
	}
}

// One installation's answers do not drive out another's.
func TestETagsAreShared(t *testing.T) {
	e := newETags()
	ask := func(installation int64, path string) *keptAnswer {
		return e.find(installation, "token", httptest.NewRequest(http.MethodGet, path, http.NoBody))
	}
	keep := func(installation int64, path string) {
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		w := httptest.NewRecorder()
		w.Header().Set("ETag", "x")
		_, _ = w.WriteString(strings.Repeat("x", 200<<10))
		e.settle(installation, "token", r, w.Result(), nil)
	}
	keep(1, "/small")
	for n := range 50 {
		keep(2, fmt.Sprint("/large/", n))
	}
	if ask(1, "/small") == nil || ask(2, "/large/49") == nil || ask(2, "/large/0") != nil {
		t.Error("small is gone, or large keeps the wrong ones")
	}
	if e.of[2].size > etagShare || e.all.size != e.of[1].size+e.of[2].size {
		t.Errorf("sizes %d, %d", e.of[2].size, e.all.size)
	}
	for n := range int64(200) {
		keep(n, "/x")
	}
	if e.all.size > etagBytes || len(e.byName) != e.all.order.Len() {
		t.Errorf("size %d, %d and %d", e.all.size, len(e.byName), e.all.order.Len())
	}
}
