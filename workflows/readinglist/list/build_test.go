package list

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

var (
	dawn = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	both = Options{Languages: []words.Language{words.English, words.Japanese}, Address: "https://example.com/list/"}
)

// entryNumber is one of many that differ, over so many years.
func entryNumber(n, years int) Entry {
	r := rand.New(rand.NewPCG(uint64(n), 3))
	day := time.Date(2026-r.IntN(years), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	e := Entry{
		URL: fmt.Sprintf("../postmortems/%05d.md", n), Title: Told{En: fmt.Sprintf("Search was slow, part %d", n), Ja: fmt.Sprintf("検索が遅い %d", n)},
		Severity: "SEV2", Date: day, Words: 900 + n%700, Listed: dawn.Add(time.Duration(n) * time.Minute), Changed: dawn.Add(time.Duration(n) * time.Minute),
		Summary: Tell("The index is rebuilt every night from the primary, which takes forty minutes and as much space as it has.", "en"),
	}
	e.ID = NewID(e.URL, day)
	for i, reason := range Reasons {
		if n%4 == i {
			e.Recommend(Recommendation{Reason: reason, Because: Told{En: "The order of steps is worth copying", Ja: "切り分けの順番が参考になります"}, By: "yamamoto"})
		}
	}
	return e
}

func entryNumbers(count, years int) []Entry {
	all := make([]Entry, count)
	for n := range all {
		all[n] = entryNumber(n, years)
	}
	return all
}

// carry applies changes to files.
func carry(files map[string]string, c Changes) {
	maps.Copy(files, c.Write)
	for _, name := range c.Remove {
		delete(files, name)
	}
}

func put(t testing.TB, files map[string]string, e Entry, o Options) Changes {
	t.Helper()
	c, err := Update(e.ID, func(old *Entry, _ bool) bool { *old = e; return true }, o, folderOf(files))
	if err != nil {
		t.Fatal(err)
	}
	carry(files, c)
	return c
}

// TestUpdateIsBuild: entry by entry one arrives at the files that are made at once,
// in any order.
func TestUpdateIsBuild(t *testing.T) {
	for _, count := range []int{0, 1, mostInPart, mostInPart + 1, 340} {
		entries := entryNumbers(count, 3)
		step := map[string]string{}
		for _, n := range rand.New(rand.NewPCG(uint64(count), 1)).Perm(count) {
			put(t, step, entries[n], both)
		}
		at := map[string]string{}
		c, err := Build(entries, both, folderOf(at))
		if err != nil {
			t.Fatal(err)
		}
		carry(at, c)
		if count == 0 {
			continue
		}
		// A page that was once there stays, since somebody may have written in it.
		if diff := cmp.Diff(at, step); diff != "" {
			t.Errorf("%d entries: %s", count, diff[:min(len(diff), 3000)])
		}
		again, err := Build(entries, both, folderOf(step))
		if err != nil || len(again.Write)+len(again.Remove) > 0 {
			t.Errorf("%d entries: building again changes %q, %q: %v", count, slices.Collect(maps.Keys(again.Write)), again.Remove, err)
		}
		read, err := Entries(folderOf(at))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sorted(entries), read); diff != "" {
			t.Error(diff)
		}
	}
}

// TestUpdateTouchesLittle: of a long list a new recommendation rewrites the part
// and the pages that it concerns.
func TestUpdateTouchesLittle(t *testing.T) {
	files := map[string]string{}
	c, err := Build(entryNumbers(2000, 4), Options{}, folderOf(files))
	if err != nil {
		t.Fatal(err)
	}
	carry(files, c)
	read := map[string]bool{}
	e := entryNumber(77, 4)
	changes, err := Update(e.ID, func(e *Entry, listed bool) bool {
		if !listed {
			t.Error("the entry was not found")
		}
		e.Recommend(Recommendation{Reason: Response, By: "sato"})
		e.Changed = dawn.AddDate(1, 0, 0)
		return true
	}, Options{}, func(name string) (string, bool) {
		content, ok := files[name]
		read[name] = read[name] || ok
		return content, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	month := e.ID[:7]
	want := []string{month + ".md", month[:4] + ".md", "README.md", "data/" + month + ".jsonl", "data/index.json"}
	slices.Sort(want)
	got := slices.Sorted(maps.Keys(changes.Write))
	// The first page and the feed show it only if it is among the latest.
	if !slices.Equal(got, want) && !slices.Equal(got, append(slices.Clone(want), "feed.xml")) {
		t.Errorf("written: %q, want %q", got, want)
	}
	t.Logf("%d files were read", len(read))
	if len(read) > 15 {
		t.Errorf("read: %d of %d files: %q", len(read), len(files), slices.Sorted(maps.Keys(read)))
	}
}

// TestNotesFollow: a person's words stay under their entry when a part is divided,
// and are not lost when the entry goes.
func TestNotesFollow(t *testing.T) {
	files := map[string]string{}
	entries := entryNumbers(mostInPart, 2)
	for _, e := range entries {
		put(t, files, e, both)
	}
	of := entries[40]
	note := "私たちのメモ: see **page 3**\n\n- and this\n"
	for _, page := range []string{"README.md", "README.ja.md"} {
		files[page] = "Mine, above\n\n" + strings.Replace(files[page], noteBegin+of.ID+markClose+"\n", noteBegin+of.ID+markClose+"\n"+note, 1) + "\nMine, below"
	}
	put(t, files, entryNumber(mostInPart, 2), both) // one too many
	for _, page := range []string{"README.md", "README.ja.md"} {
		if !strings.HasPrefix(files[page], "Mine, above\n\n# ") || !strings.HasSuffix(files[page], listEnd+"\n\nMine, below") || strings.Contains(files[page], note) {
			t.Errorf("%s: %s", page, files[page])
		}
	}
	for _, page := range []string{of.ID[:4] + ".md", of.ID[:4] + ".ja.md"} {
		if !strings.Contains(files[page], mark(of.ID, note)) {
			t.Errorf("%s has no note:\n%s", page, files[page])
		}
	}
	c, err := Update(of.ID, func(*Entry, bool) bool { return false }, both, folderOf(files))
	if err != nil {
		t.Fatal(err)
	}
	carry(files, c)
	page := files[of.ID[:4]+".md"]
	if !strings.Contains(page, "## Notes on what is no longer listed") || !strings.Contains(page, mark(of.ID, note)) || strings.Contains(page, of.Title.En+"]") {
		t.Errorf("the note is gone with its entry:\n%s", page)
	}
	put(t, files, of, both)
	page = files[of.ID[:4]+".md"]
	if !strings.Contains(page, mark(of.ID, note)) || strings.Contains(page, "no longer listed") {
		t.Errorf("the note does not come back:\n%s", page)
	}
	// The list gets short enough for one page again.
	c, err = Build(entries, both, folderOf(files))
	if err != nil {
		t.Fatal(err)
	}
	carry(files, c)
	if page := files["README.md"]; !strings.Contains(page, mark(of.ID, note)) || !strings.HasPrefix(page, "Mine, above\n") {
		t.Errorf("the note does not move back:\n%s", page)
	}
	if _, ok := files[IndexFile]; ok || files["data/entries.jsonl"] == "" || files["data/"+of.ID[:4]+".jsonl"] != "" {
		t.Errorf("the data was not put together again: %q", slices.Sorted(maps.Keys(files)))
	}
}

// TestMalformedLosesNothing: where a file cannot be read, nothing is written.
func TestMalformedLosesNothing(t *testing.T) {
	e := entryNumber(1, 1)
	for name, content := range map[string]string{
		"README.md":          listBegin + "\n",
		"data/entries.jsonl": `{"id":"2026-11-26-aaaaaaaa","url":"a.md","reason":"x"}`,
		"data/index.json":    `{"version":2}`,
	} {
		c, err := Update(e.ID, func(old *Entry, _ bool) bool { *old = e; return true }, Options{}, folderOf(map[string]string{name: content}))
		var p *Problem
		if !errors.As(err, &p) || p.File != name || len(c.Write) > 0 {
			t.Errorf("%s: %v, %v", name, err, c)
		}
	}
}

func TestDecode(t *testing.T) {
	fine := `{"id":"2026-11-26-aaaaaaaa","url":"a.md"}`
	for _, c := range []struct {
		content      string
		line, column int
		says         string
	}{
		{fine + "\n\n" + `{"id":"2026-11-26-aaaaaaab","url":"https://example.com/x"}`, 0, 0, ""},
		{fine + "\n" + fine, 2, 1, "second time"},
		{fine + "\n<<<<<<< ours\n", 2, 1, "no entry in JSON"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","日":1,"colour":"red"}`, 1, 42, "unknown field"},
		{`{"id":"2026-11-26-aaaaaaaa","url":7}`, 1, 36, "no entry in JSON"},
		{fine + " {}", 1, 44, "more follows"},
		{`{"id":"x","url":"a.md"}`, 1, 1, "the id"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"javascript:alert(1)"}`, 1, 1, "the url"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"//example.com/"}`, 1, 1, "the url"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","date":"26 November"}`, 1, 1, "the date"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","state":"lost"}`, 1, 1, "the state"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","recommended":[{"reason":"fun"}]}`, 1, 1, "a reason"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","stale":[{"what":"a.go","how":"old"}]}`, 1, 1, "how something is stale"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":["2026-12-01",{"day":"2026-12"}]}`, 0, 0, ""},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":["last week"]}`, 1, 1, "a day in read"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":[{"notes":"https://example.com/"}]}`, 1, 1, "a day in read"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":[{"day":"2026-12-01","pages":3}]}`, 1, 70, "unknown field"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":[{"day":7}]}`, 1, 61, "a reading is a day"},
		{`{"id":"2026-11-26-aaaaaaaa","url":"a.md","read":[7]}`, 1, 53, "a reading is a day"},
	} {
		_, err := Decode("data/2026.jsonl", c.content)
		var p *Problem
		switch {
		case c.line == 0 && err != nil:
			t.Error(err)
		case c.line == 0:
		case !errors.As(err, &p):
			t.Errorf("%s: no problem", c.content)
		case p.Line != c.line || p.Column != c.column || !strings.Contains(p.English, c.says) || p.Japanese == "":
			t.Errorf("%s: %v", c.content, p)
		}
	}
}

// TestIDs: the same postmortem has the same id, and keeps it.
func TestIDs(t *testing.T) {
	if a, b := NewID("https://www.example.com/a/", "2026-11-26"), NewID("http://example.com/a#top", "2026-11-26"); a != b || !idForm.MatchString(a) {
		t.Errorf("%s and %s", a, b)
	}
	if id := NewID("a.md", "2026"); !strings.HasPrefix(id, "2026-00-00-") || !idForm.MatchString(id) {
		t.Error(id)
	}
	e := entryNumber(3, 1)
	files := map[string]string{}
	put(t, files, e, Options{})
	c, err := Update(e.ID, func(e *Entry, _ bool) bool {
		e.Title, e.Date, e.ID = Tell("Another title", "en"), "2019-01-01", idA
		return true
	}, Options{}, folderOf(files))
	if err != nil {
		t.Fatal(err)
	}
	carry(files, c)
	entries, err := Entries(folderOf(files))
	if err != nil || len(entries) != 1 || entries[0].ID != e.ID || entries[0].Title.En != "Another title" {
		t.Errorf("%v %v", entries, err)
	}
	if found := Find(entries, e.URL); found == nil || found.ID != e.ID {
		t.Error("not found by its path")
	}
}

// TestPrivate: of a private postmortem nothing is kept or shown.
func TestPrivate(t *testing.T) {
	e := entryNumber(5, 1)
	e.State, e.Services = Private, []string{"payments"}
	e.Recommended = []Recommendation{{Reason: Response, Because: Tell("The secret order of steps", "en"), By: "sato"}}
	files := map[string]string{}
	put(t, files, e, both)
	pages, err := Website([]Entry{e}, both, "")
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(files, pages)
	for name, content := range files {
		for _, told := range []string{e.Title.En, e.Title.Ja, e.Summary.En, "secret", "SEV2", "payments"} {
			if strings.Contains(content, told) {
				t.Errorf("%s tells %q", name, told)
			}
		}
	}
	if !strings.Contains(files["README.md"], "`"+e.URL+"`** · private") {
		t.Errorf("its place is not named:\n%s", files["README.md"])
	}
}

// TestStates: what was moved or deleted keeps its entry, and says so.
func TestStates(t *testing.T) {
	moved, deleted := entryNumber(1, 1), entryNumber(2, 1)
	moved.State, moved.MovedTo, deleted.State = Moved, "https://example.com/new", Deleted
	files := map[string]string{}
	put(t, files, moved, both)
	put(t, files, deleted, both)
	for _, want := range []string{"](https://example.com/new) (SEV2", "· moved", "**Search was slow, part 2 (SEV2", "· no longer there"} {
		if !strings.Contains(files["README.md"], want) {
			t.Errorf("%q is missing:\n%s", want, files["README.md"])
		}
	}
	if strings.Contains(files["README.md"], deleted.URL) {
		t.Error("it leads to what is no longer there")
	}
}

func TestRecommend(t *testing.T) {
	var e Entry
	e.Recommend(Recommendation{By: "sato"})
	e.Recommend(Recommendation{By: "yamamoto", Reason: Learning})
	e.Recommend(Recommendation{By: "sato", Reason: Response, Because: Tell("a", "en")})
	e.Recommend(Recommendation{By: "sato", Reason: Response, Because: Tell("b", "en")})
	e.Recommend(Recommendation{By: "sato"}) // the label once more
	e.Recommend(Recommendation{By: "sato", Reason: Learning})
	want := []Recommendation{{By: "sato", Reason: Response, Because: Tell("b", "en")}, {By: "yamamoto", Reason: Learning}, {By: "sato", Reason: Learning}}
	if diff := cmp.Diff(want, e.Recommended); diff != "" {
		t.Error(diff)
	}
}

// TestNameByHand: what people call a list is a line in which nothing is hidden.
func TestNameByHand(t *testing.T) {
	o, found, err := ReadOptions(func(string) (string, bool) {
		return `{"languages":["en"],"name":{"en":"\u202eReading\n list"}}`, true
	})
	if err != nil || !found || o.Name.En != "Reading list" {
		t.Errorf("%+v, %t, %v", o, found, err)
	}
}
