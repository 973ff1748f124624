package engine

import (
	"fmt"
	"strings"
	"testing"
)

// TestPublications: what is kept is of one record of one comment, is nobody's to change, and
// takes up no more than it may.
func TestPublications(t *testing.T) {
	var p publications
	said := map[string]string{"incident": "open"}
	p.keep("a/b#1", Hint{Status: 7, Seq: 3}, said)
	said["incident"] = "closed"
	got, ok := p.find("a/b#1", Hint{Status: 7, Seq: 3})
	if !ok || got["incident"] != "open" {
		t.Errorf("%t %v", ok, got)
	}
	got["incident"] = "closed"
	if got, _ := p.find("a/b#1", Hint{Status: 7, Seq: 3}); got["incident"] != "open" {
		t.Error(got)
	}
	for _, h := range []Hint{{}, {Status: 7, Seq: 4}, {Status: 8, Seq: 3}, {Status: 7}} {
		if got, ok := p.find("a/b#1", h); ok {
			t.Errorf("%+v: %v", h, got)
		}
	}
	if _, ok := p.find("a/b#2", Hint{}); ok {
		t.Error("of another subject")
	}
	for i := range 100 {
		for range 2 {
			p.keep(fmt.Sprint("a/b#", i), Hint{}, map[string]string{"readiness": strings.Repeat("x", 1<<20)})
		}
		size := 0
		for key, one := range p.of {
			size += one.size(key)
		}
		if size != p.size || size > publishedBytes {
			t.Fatalf("%d bytes, counted %d", size, p.size)
		}
	}
	if len(p.of) < 2 {
		t.Errorf("%d are kept", len(p.of))
	}
}
