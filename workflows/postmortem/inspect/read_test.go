package inspect_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
)

// TestRead reads documents that imitate many hands and compares what is read with
// what was written beside them by hand, both what is known and what is not.
func TestRead(t *testing.T) {
	archives, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if len(archives) < 2 {
		t.Fatalf("archives of documents: %v", archives)
	}
	count := 0
	for _, archive := range archives {
		files, err := txtar.ParseFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		wants := map[string]string{}
		for _, f := range files.Files {
			wants[f.Name] = strings.TrimSpace(string(f.Data))
		}
		for _, f := range files.Files {
			name, isDocument := strings.CutSuffix(f.Name, ".md")
			if !isDocument {
				continue
			}
			count++
			t.Run(name, func(t *testing.T) {
				for i, in := range inspect.Read(f.Name, document.Read(string(f.Data))) {
					key := name + ".want"
					if i > 0 {
						key += fmt.Sprintf(".%d", i)
					}
					want, ok := wants[key]
					if !ok {
						t.Errorf("nobody wrote down what incident %d says", i)
					}
					delete(wants, key)
					if diff := cmp.Diff(want, said(t, in)); diff != "" {
						t.Errorf("%s (-want +got)\n%s", key, diff)
					}
				}
				for key := range wants {
					if strings.HasPrefix(key, name+".want") {
						t.Errorf("%s was not read", key)
					}
				}
			})
		}
	}
	if count < 60 {
		t.Errorf("%d documents are too few", count)
	}
}

// said writes what was read of times, from its JSON, a line each.
func said(t testing.TB, in inspect.Incident) string {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Started, Detected, Acknowledged, Mitigated, Resolved *string
		TimeZone                                             *string `json:"time_zone"`
		TTD                                                  *int    `json:"ttd_seconds"`
		TTA                                                  *int    `json:"tta_seconds"`
		TTM                                                  *int    `json:"ttm_seconds"`
		TTR                                                  *int    `json:"ttr_seconds"`
		Computed                                             struct {
			TTR *int `json:"ttr_seconds"`
		}
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var lines []string
	text := func(name string, s *string) {
		if s != nil {
			lines = append(lines, name+" "+*s)
		}
	}
	text("started", all.Started)
	text("detected", all.Detected)
	text("acknowledged", all.Acknowledged)
	text("mitigated", all.Mitigated)
	text("resolved", all.Resolved)
	text("zone", all.TimeZone)
	number := func(name string, n *int) {
		if n != nil {
			lines = append(lines, fmt.Sprint(name, " ", *n))
		}
	}
	number("ttd", all.TTD)
	number("tta", all.TTA)
	number("ttm", all.TTM)
	number("ttr", all.TTR)
	if all.TTR != nil && all.Computed.TTR != nil && *all.TTR != *all.Computed.TTR {
		number("computed-ttr", all.Computed.TTR)
	}
	return strings.Join(lines, "\n")
}
