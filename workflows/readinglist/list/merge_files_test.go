package list

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMergeText(t *testing.T) {
	for _, c := range []struct{ name, base, ours, theirs, want string }{
		{"nobody", "a\n", "a\n", "a\n", "a\n"},
		{"we", "a\n", "a\nb\n", "a\n", "a\nb\n"},
		{"they", "a\n", "a\n", "b\n", "b\n"},
		{"we took it away", "a\n", "", "a\n", ""},
		{"they took it away", "a\n", "a\n", "", ""},
		{"both the same", "a\n", "b\n", "b\n", "b\n"},
		{"blanks at the end alone", "a\n", "a\n\n", "b\n", "b\n"},
		{"both below", "a\n", "a\nours\n", "a\ntheirs\n", "a\ntheirs\n\nours\n"},
		{"both above", "a\n", "ours\na\n", "theirs\na\n", "theirs\n\nours\na\n"},
		{"both anew", "", "ours\n", "theirs", "theirs\n\nours\n"},
		{"both all of it", "a\n", "ours\n", "theirs\n", "theirs\n\nours\n"},
		{"one away, one changed", "a\n", "", "a b\n", "a b\n"},
		{"theirs has ours", "", "ours\n", "x\nours\ny\n", "x\nours\ny\n"},
		{"ours has theirs", "", "x\ntheirs\n", "theirs\n", "x\ntheirs\n"},
		{"a word within a line", "", "no\n", "nobody\n", "nobody\n\nno\n"},
		{"within the last line", "a", "ab\n", "a\nc\n", "a\nc\n\nab\n"},
		{"with carriage returns", "a\r\n", "a\r\nours\r\n", "a\r\ntheirs\r\n", "a\r\ntheirs\r\n\nours\r\n"},
		{"code", "```\na\n```\n", "```\nb\n```\n", "```\na\n```\nc\n", "```\na\n```\nc\n\n```\nb\n```\n"},
	} {
		if got := mergeText(c.base, c.ours, c.theirs); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// mergedFiles merges folders and returns the outcome.
func mergedFiles(t rapid.TB, base, ours, theirs map[string]string) map[string]string {
	t.Helper()
	c, err := MergeFiles(folderOf(base), folderOf(ours), folderOf(theirs), both)
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range c.Write {
		if old, ok := theirs[file]; ok && old == content {
			t.Fatalf("%s is written as it is", file)
		}
	}
	got := maps.Clone(theirs)
	if got == nil {
		got = map[string]string{}
	}
	carry(got, c)
	return got
}

func built(t rapid.TB, entries []Entry, files map[string]string) map[string]string {
	t.Helper()
	files = maps.Clone(files)
	if files == nil {
		files = map[string]string{}
	}
	c, err := Build(entries, both, folderOf(files))
	if err != nil {
		t.Fatal(err)
	}
	carry(files, c)
	return files
}

// inNote writes under an entry.
func inNote(files map[string]string, file, id, text string) {
	end := noteEnd + id + markClose
	files[file] = strings.Replace(files[file], end, text+end, 1)
}

// TestMergeFilesKeepsWords: what people write on either branch is in the outcome, at
// its place.
func TestMergeFilesKeepsWords(t *testing.T) {
	entries := entryNumbers(4, 1)
	base := built(t, entries[:2], nil)
	inNote(base, "README.md", entries[0].ID, "Before\n")
	ours := built(t, entries[:3], base)
	theirs := built(t, slices.Concat(entries[:2], entries[3:]), base)
	for who, files := range map[string]map[string]string{"ours": ours, "theirs": theirs} {
		files["README.md"] = strings.Replace(files["README.md"], listBegin, "Above, "+who+"\n"+listBegin, 1) + "\nBelow, " + who
		inNote(files, "README.md", entries[0].ID, "Then, "+who+"\n")
	}
	inNote(ours, "README.md", entries[2].ID, "Our entry\n")
	inNote(theirs, "README.ja.md", entries[1].ID, "日本語だけ\n")
	got := mergedFiles(t, base, ours, theirs)
	page := got["README.md"]
	for _, want := range []string{
		"reading club next.\n\nAbove, theirs\n\nAbove, ours\n" + listBegin + "\n",
		mark(entries[0].ID, "Before\nThen, theirs\n\nThen, ours\n"),
		mark(entries[2].ID, "Our entry\n"),
		mark(entries[3].ID, ""),
		listEnd + "\n\nBelow, theirs\n\n\nBelow, ours",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing:\n%s", want, page)
		}
	}
	if strings.Count(page, "# Reading list") != 1 || !strings.Contains(got["README.ja.md"], mark(entries[1].ID, "日本語だけ\n")) {
		t.Errorf("%s\n%s", page, got["README.ja.md"])
	}
	if diff := cmp.Diff(got, mergedFiles(t, theirs, got, theirs)); diff != "" {
		t.Error("merged again it differs: " + diff)
	}
}

// TestMergeFilesOfTwins: notes go along with an entry that gets another's id.
func TestMergeFilesOfTwins(t *testing.T) {
	early, late := entryNumber(1, 1), entryNumber(1, 1)
	early.ID, late.ID = NewID(early.URL, "2026-03-01"), NewID(late.URL, "2026-04-01")
	ours, theirs := built(t, []Entry{late}, nil), built(t, []Entry{early}, nil)
	inNote(ours, "README.md", late.ID, "Late\n")
	inNote(theirs, "README.md", early.ID, "Early\n")
	if page := mergedFiles(t, nil, ours, theirs)["README.md"]; !strings.Contains(page, mark(early.ID, "Early\n\nLate\n")) || strings.Contains(page, late.ID) {
		t.Error(page)
	}
}

// TestMergeFilesPages: notes follow their entry between branches that have cut the list
// into other pages.
func TestMergeFilesPages(t *testing.T) {
	few, many := entryNumbers(mostInPart, 2), entryNumbers(mostInPart+3, 2)
	base := built(t, few, nil)
	ours := built(t, many, base) // which cuts the list
	noted := few[7]
	page := noted.ID[:4] + ".md"
	inNote(ours, page, noted.ID, "Ours\n")
	theirs := built(t, append(slices.Clone(few[1:]), entryNumber(900, 2)), base)
	inNote(theirs, "README.md", noted.ID, "Theirs\n")
	got := mergedFiles(t, base, ours, theirs)
	if !strings.Contains(got[page], mark(noted.ID, "Theirs\n\nOurs\n")) || got["data/entries.jsonl"] != "" || got[IndexFile] == "" {
		t.Errorf("%q:\n%s", slices.Sorted(maps.Keys(got)), got[page])
	}
	again := built(t, Merge(few, many, append(slices.Clone(few[1:]), entryNumber(900, 2))), got)
	if diff := cmp.Diff(got, again); diff != "" {
		t.Error(diff)
	}
	// What we cut they have made short enough for one page again.
	mine := many[mostInPart]
	inNote(ours, mine.ID[:4]+".md", mine.ID, "Mine\n")
	got = mergedFiles(t, base, ours, built(t, few[:mostInPart-9], base))
	if !strings.Contains(got["README.md"], "Ours\n") || !strings.Contains(got["README.md"], "Mine\n") || strings.Contains(got[page], "Ours\n") || got[IndexFile] != "" {
		t.Errorf("the notes are not with their entry again:\n%s\n%s", got["README.md"], got[page])
	}
	// We do not have the list at all, or not that page.
	if diff := cmp.Diff(theirs, mergedFiles(t, theirs, nil, theirs)); diff != "" {
		t.Error(diff)
	}
	without := maps.Clone(theirs)
	delete(without, "README.md")
	if diff := cmp.Diff(theirs, mergedFiles(t, theirs, without, theirs)); diff != "" {
		t.Error(diff)
	}
	// Somebody has put an entry's marks on a page where it does not stand.
	twice := maps.Clone(ours)
	twice["README.md"] = strings.Replace(twice["README.md"], listEnd, mark(noted.ID, "Twice\n")+listEnd, 1)
	if got := mergedFiles(t, base, twice, base)[page]; !strings.Contains(got, mark(noted.ID, "Twice\n\nOurs\n")) {
		t.Error(got)
	}
}

// TestMergeFilesOfLostPages: notes of which a part was on a page that nobody has any
// more stay.
func TestMergeFilesOfLostPages(t *testing.T) {
	m := pageMerge{work: newWork(both, folderOf(nil)), prefixes: []string{"", "2025"}, files: map[string]string{}}
	on := func(text string) *written { return &written{notes: map[string]string{idB: text}} }
	base := side{pages: map[string]*written{"": on("a\n"), "2025": on("b\n")}, notes: map[string]string{idB: "a\n\nb\n"}, at: map[string]string{idB: "2025"}}
	ours := side{pages: map[string]*written{"2025": on("b\n")}, notes: map[string]string{idB: "b\n"}, at: map[string]string{idB: "2025"}}
	m.merge("", &base, &ours, &side{})
	if page := m.files["2025.md"]; !strings.Contains(page, mark(idB, "b\n")) {
		t.Errorf("%q", m.files)
	}
}

// TestMergeFilesOfNewPages: what both have begun begins once.
func TestMergeFilesOfNewPages(t *testing.T) {
	ours, theirs := built(t, entryNumbers(2, 1), nil), built(t, entryNumbers(3, 1), nil)
	for who, files := range map[string]map[string]string{"ours": ours, "theirs": theirs} {
		files["README.md"] = strings.Replace(files["README.md"], listBegin, "Above, "+who+"\n\n"+listBegin, 1)
	}
	want := "# Reading list\n\nWhat a newcomer should read first, and a reading club next.\n\nAbove, theirs\n\nAbove, ours\n\n" + listBegin
	if page := mergedFiles(t, nil, ours, theirs)["README.md"]; !strings.HasPrefix(page, want) {
		t.Error(page)
	}
}

// TestMergeFilesOfOneLanguage: pages of a language that is no longer wanted stay as
// they are, or removed.
func TestMergeFilesOfOneLanguage(t *testing.T) {
	base := built(t, entryNumbers(3, 1), nil)
	inEnglish := Options{Address: both.Address}
	merge := func(ours, theirs map[string]string) map[string]string {
		theirs = maps.Clone(theirs)
		c, err := MergeFiles(folderOf(base), folderOf(ours), folderOf(theirs), inEnglish)
		if err != nil {
			t.Fatal(err)
		}
		carry(theirs, c)
		return theirs
	}
	removed := maps.Clone(base)
	delete(removed, "README.ja.md")
	if _, ok := merge(base, removed)["README.ja.md"]; ok {
		t.Error("a page is back that was removed")
	}
	if got := merge(built(t, entryNumbers(4, 1), base), base); got["README.ja.md"] != base["README.ja.md"] || got["README.md"] == base["README.md"] {
		t.Errorf("a page is not as it was:\n%s", got["README.ja.md"])
	}
	written := maps.Clone(base)
	written["README.ja.md"] += "私たちの言葉\n"
	if page := merge(written, removed)["README.ja.md"]; !strings.Contains(page, "私たちの言葉\n") {
		t.Error("words are lost with a page that was removed")
	}
}

// TestMergeFilesMalformed: a mark that cannot be read, on any side, stops everything.
func TestMergeFilesMalformed(t *testing.T) {
	fine := built(t, entryNumbers(2, 1), nil)
	broken := maps.Clone(fine)
	broken["README.ja.md"] = listBegin + "\n"
	for _, sides := range [][3]map[string]string{{broken, fine, fine}, {fine, broken, fine}, {fine, fine, broken}} {
		c, err := MergeFiles(folderOf(sides[0]), folderOf(sides[1]), folderOf(sides[2]), both)
		var p *Problem
		if !errors.As(err, &p) || p.File != "README.ja.md" || len(c.Write) > 0 {
			t.Errorf("%v, %v", err, c)
		}
	}
}

// writer draws what people write in the pages of a folder, each time words that were
// never written before, and now and then takes a line away that is theirs.
type writer struct {
	name  string
	count int
}

func (w *writer) writes(t *rapid.T, files map[string]string) {
	for range rapid.IntRange(0, 4).Draw(t, "writings") {
		pages := slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(file string) bool { return !strings.HasSuffix(file, ".md") })
		if len(pages) == 0 {
			return
		}
		file := rapid.SampledFrom(pages).Draw(t, "page")
		page := files[file]
		w.count++
		said := fmt.Sprintf("words-%s-%d\n", w.name, w.count)
		marks := aMark.FindAllStringIndex(page, -1)
		switch rapid.IntRange(0, 4).Draw(t, "where") {
		case 0:
			page = said + page
		case 1:
			page += said
		case 2:
			page = strings.Replace(page, listBegin, said+listBegin, 1)
		case 3:
			if all := saidIn(page); len(all) > 0 {
				page = strings.Replace(page, rapid.SampledFrom(all).Draw(t, "gone")+"\n", "", 1)
			}
		default:
			if len(marks) < 4 {
				continue
			}
			// Before the end of a note, whichever it is.
			ends := strings.Count(page, noteEnd)
			n := rapid.IntRange(0, min(ends, 6)-1).Draw(t, "note")
			from := 0
			for range n + 1 {
				from += strings.Index(page[from:], noteEnd) + 1
			}
			page = page[:from-1] + said + page[from-1:]
		}
		files[file] = page
	}
}

// saidIn are the words that people wrote.
func saidIn(page string) []string {
	var all []string
	for line := range strings.Lines(page) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "words-") {
			all = append(all, line)
		}
	}
	return all
}

// wordsOf are what people wrote in the pages of a language.
func wordsOf(files map[string]string, suffix string) map[string]int {
	all := map[string]int{}
	for file, content := range files {
		isJapanese := strings.HasSuffix(file, ".ja.md")
		if strings.HasSuffix(file, ".md") && isJapanese == (suffix == ".ja") {
			for _, said := range saidIn(content) {
				all[said]++
			}
		}
	}
	return all
}

// TestMergeFilesProperties: whatever entries and words either side adds, changes or
// takes away, the entries are those of Merge, the files those of Build, and no words
// are lost that either added or neither took away; it makes no difference for them who
// merges; and who changed nothing gets what the other has.
func TestMergeFilesProperties(t *testing.T) {
	few := entryNumbers(mostInPart-2, 2)[9:] // one that is cut once it has eleven more
	rapid.Check(t, func(t *rapid.T) {
		var many []Entry
		if rapid.IntRange(0, 3).Draw(t, "many") == 3 {
			many = few
		}
		entries := func(edits []Entry) []Entry { return append(slices.Clone(many), edits...) }
		baseEntries := edited(t, nil, "base")
		ourEntries, theirEntries := edited(t, baseEntries, "ours"), edited(t, baseEntries, "theirs")
		if rapid.Bool().Draw(t, "ours cut") {
			ourEntries = append(ourEntries, entryNumbers(212, 2)[200:]...)
		}
		side := func(name string, list []Entry, on map[string]string) map[string]string {
			w := writer{name: name}
			files := maps.Clone(on)
			w.writes(t, files) // before the entries move, and after
			files = built(t, entries(list), files)
			w.writes(t, files)
			return files
		}
		base := side("base", baseEntries, map[string]string{})
		ours, theirs := side("ours", ourEntries, base), side("theirs", theirEntries, base)
		got, other := mergedFiles(t, base, ours, theirs), mergedFiles(t, base, theirs, ours)

		merged := Merge(entries(baseEntries), entries(ourEntries), entries(theirEntries))
		read, err := Entries(folderOf(got))
		if err != nil || encode(read) != encode(merged) {
			t.Fatalf("%v: %s", err, cmp.Diff(encode(merged), encode(read)))
		}
		if diff := cmp.Diff(got, built(t, merged, got)); diff != "" {
			t.Fatal("the pages are not those of the entries: " + diff)
		}
		for _, suffix := range []string{"", ".ja"} {
			was, our, their := wordsOf(base, suffix), wordsOf(ours, suffix), wordsOf(theirs, suffix)
			has := wordsOf(got, suffix)
			for said := range has {
				if our[said] == 0 && their[said] == 0 {
					t.Fatalf("%s comes from nowhere", said)
				}
			}
			for _, list := range []map[string]int{our, their} {
				for said := range list {
					if isOld := was[said] > 0; (!isOld || our[said] > 0 && their[said] > 0) && has[said] == 0 {
						t.Fatalf("%s is lost", said)
					}
				}
			}
			if diff := cmp.Diff(slices.Sorted(maps.Keys(has)), slices.Sorted(maps.Keys(wordsOf(other, suffix)))); diff != "" {
				t.Fatal("it matters for words who merges: " + diff)
			}
		}
		for file, content := range got {
			if !strings.HasSuffix(file, ".md") && content != other[file] {
				t.Fatalf("it matters for %s who merges", file)
			}
		}
		if diff := cmp.Diff(built(t, entries(theirEntries), theirs), mergedFiles(t, base, base, theirs)); diff != "" {
			t.Fatal("we changed nothing: " + diff)
		}
		if diff := cmp.Diff(built(t, entries(ourEntries), ours), mergedFiles(t, base, ours, base)); diff != "" {
			t.Fatal("they changed nothing: " + diff)
		}
	})
}
