package curated_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/reading-list/curated"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// TestList: what is shipped is a list that can be read, with a line of ours in both
// languages for each entry.
func TestList(t *testing.T) {
	entries, err := list.Entries(curated.Read)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 25 {
		t.Errorf("%d entries", len(entries))
	}
	addresses := map[string]bool{}
	for _, e := range entries {
		if e.ID != list.NewID(e.URL, e.Date) || len(e.Date) != len("2006-01-02") {
			t.Errorf("%s: the id or the date %q is not right", e.ID, e.Date)
		}
		if !strings.HasPrefix(e.URL, "https://") || !list.IsWeb(e.URL) || addresses[e.URL] {
			t.Errorf("%s: the address %s", e.ID, e.URL)
		}
		addresses[e.URL] = true
		if e.Title.En == "" || e.Title.Ja == "" || len(e.Recommended) == 0 {
			t.Errorf("%s: no title in both languages, or no reason", e.ID)
			continue
		}
		because := e.Recommended[0].Because
		if len(because.En) < 40 || len(because.En) > 200 || len([]rune(because.Ja)) < 20 || len([]rune(because.Ja)) > 100 {
			t.Errorf("%s: not one line in both languages: %+v", e.ID, because)
		}
	}
}

// TestPages: the pages are what the data give.
func TestPages(t *testing.T) {
	entries, err := list.Entries(curated.Read)
	if err != nil {
		t.Fatal(err)
	}
	onDisk := func(file string) (string, bool) {
		content, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file)))
		return string(content), err == nil
	}
	options, found, err := list.ReadOptions(onDisk)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	changes, err := list.Build(entries, options, onDisk)
	if err != nil {
		t.Fatal(err)
	}
	for file := range changes.Write {
		t.Errorf("%s is not what the data give: go run ./app/kintsugi reading-list build --out reading-list", file)
	}
	for _, file := range []string{"README.md", "README.ja.md", "data/entries.jsonl"} {
		content, there := curated.Read(file)
		if same, _ := onDisk(file); !there || content != same {
			t.Errorf("%s is not embedded", file)
		}
	}
	if page, _ := curated.Read("README.md"); !strings.Contains(page, "Links to elsewhere: ") {
		t.Error("the page does not say when links were checked")
	}
}
