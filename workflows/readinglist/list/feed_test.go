package list

import (
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// feedFaults is what a validator would say of a feed that its grammar does not
// (testdata/atom.rng), and of where its links lead. Each fault names its section of
// RFC 4287. Files are those beside the feed; elsewhere says of a path that leads out
// of their folder whether it is fine.
func feedFaults(feed string, files map[string]string, elsewhere func(string) bool) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	type link struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	type common struct {
		ID        []string `xml:"http://www.w3.org/2005/Atom id"`
		Title     []string `xml:"http://www.w3.org/2005/Atom title"`
		Updated   []string `xml:"http://www.w3.org/2005/Atom updated"`
		Published []string `xml:"http://www.w3.org/2005/Atom published"`
		Summary   []string `xml:"http://www.w3.org/2005/Atom summary"`
		Content   []string `xml:"http://www.w3.org/2005/Atom content"`
		Links     []link   `xml:"http://www.w3.org/2005/Atom link"`
		Author    []struct {
			Name []string `xml:"name"`
		} `xml:"http://www.w3.org/2005/Atom author"`
		Category []struct {
			Term string `xml:"term,attr"`
		} `xml:"http://www.w3.org/2005/Atom category"`
	}
	var f struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		common
		Entries []common `xml:"http://www.w3.org/2005/Atom entry"`
	}
	if err := xml.Unmarshal([]byte(feed), &f); err != nil {
		return []string{err.Error()}
	}
	ids := map[string]bool{}
	check := func(what string, c common) {
		if len(c.ID) != 1 || !regexp.MustCompile(`^(?:urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|https?://.+|tag:.+)$`).MatchString(c.ID[0]) {
			fault("%s: not one absolute id (4.2.6): %q", what, c.ID)
		}
		for _, id := range c.ID {
			if ids[id] {
				fault("%s: the id %s stands twice (4.1.2, 4.2.6)", what, id)
			}
			ids[id] = true
		}
		if len(c.Title) != 1 || strings.TrimSpace(c.Title[0]) == "" {
			fault("%s: not one title (4.1.1, 4.1.2, 4.2.14)", what)
		}
		if len(c.Updated) != 1 {
			fault("%s: not one updated (4.1.1, 4.1.2, 4.2.15)", what)
		}
		for _, date := range append(c.Updated, c.Published...) {
			if _, err := time.Parse(time.RFC3339, date); err != nil {
				fault("%s: no date (3.3): %v", what, err)
			}
		}
		if len(c.Published) > 1 || len(c.Summary) > 1 || len(c.Content) > 1 {
			fault("%s: published, summary or content more than once (4.1.2)", what)
		}
		rels := map[string]bool{}
		for _, l := range c.Links {
			if l.Href == "" || strings.ContainsAny(l.Href, " <>") {
				fault("%s: a link to %q, which is no address (4.2.7.1)", what, l.Href)
			}
			if !leads(l.Href, files, elsewhere) {
				fault("%s: a link to %q leads nowhere", what, l.Href)
			}
			if rels[l.Rel] {
				fault("%s: two links that are %s (4.1.1, 4.1.2)", what, l.Rel)
			}
			rels[l.Rel] = true
		}
		if what != "feed" && !rels["alternate"] && len(c.Content) == 0 {
			fault("%s: neither content nor a link (4.1.2)", what)
		}
		for _, category := range c.Category {
			if category.Term == "" {
				fault("%s: a category without a term (4.2.2)", what)
			}
		}
	}
	check("feed", f.common)
	if len(f.Author) != 1 || len(f.Author[0].Name) != 1 || f.Author[0].Name[0] == "" {
		fault("feed: no author (4.1.1, 3.2.1)")
	}
	for i, e := range f.Entries {
		check(fmt.Sprint("entry ", i), e)
	}
	return faults
}

// nowhere is for a feed that is read far from where it was made.
func nowhere(string) bool { return false }

// someFeeds are feeds as the pages and the web pages have them, and of strangers.
func someFeeds(t *testing.T) []string {
	var all []string
	add := func(entries []Entry, o Options) {
		c, err := Build(entries, o, folderOf(nil))
		if err != nil {
			t.Fatal(err)
		}
		site, err := Website(entries, o, "../list/")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c.Write[feedFile], site[feedFile])
	}
	for _, entries := range [][]Entry{nil, sample(), entryNumbers(50, 2)} {
		add(entries, both)
		add(entries, Options{})
	}
	for _, s := range hostile.Texts() {
		e := Entry{ID: idA, URL: "../x.md", Title: Tell(s.Text, "en"), Summary: Tell(s.Text, "ja"), Recommended: []Recommendation{{Reason: Learning, By: "sato", Because: Tell(s.Text, "en")}}}
		add([]Entry{e}, Options{Name: Tell("List "+s.Text, "en")})
	}
	return all
}

// validator is xmllint, libxml2's command, with the grammar. It tells which of the
// feeds it refuses, and why.
func validator(t *testing.T) func(feeds ...string) (refused map[int]bool, why string) {
	t.Helper()
	program, err := exec.LookPath("xmllint")
	if err != nil {
		const why = "no xmllint is installed, which would validate the feed"
		if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return func(feeds ...string) (map[int]bool, string) {
		args := []string{"--noout", "--nonet", "--relaxng", filepath.Join("testdata", "atom.rng")}
		dir := t.TempDir()
		for i, feed := range feeds {
			name := filepath.Join(dir, fmt.Sprint(i))
			if err := os.WriteFile(name, []byte(feed), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, name)
		}
		said, _ := exec.Command(program, args...).CombinedOutput() // it ends with 0 only if all are valid
		refused := map[int]bool{}
		for i := range feeds {
			refused[i] = !strings.Contains(string(said), filepath.Join(dir, fmt.Sprint(i))+" validates\n")
		}
		return refused, string(said)
	}
}

// TestFeedValidates asks a validator.
func TestFeedValidates(t *testing.T) {
	feeds := someFeeds(t)
	published, err := os.ReadFile("../../../reading-list/feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	feeds = append(feeds, string(published))
	refused, why := validator(t)(feeds...)
	for i, feed := range feeds {
		if refused[i] {
			t.Errorf("feed %d is refused: %s\n%s", i, why, feed)
		}
	}
}

// TestFeedValidatorCanFail shows that the validator sees what is wrong, with each
// part of the grammar.
func TestFeedValidatorCanFail(t *testing.T) {
	c, err := Build(sample(), both, folderOf(nil))
	if err != nil {
		t.Fatal(err)
	}
	feed := c.Write[feedFile]
	changes := [][2]string{
		{"</feed>", ""}, {"2005/Atom", "2005/Bomb"}, {"<id>urn:uuid:", "<id>"}, {"<title>", "<title><b/>"}, {"<updated>2026-11", "<updated>2026-13"}, {"00:00Z</updated>", "00:00</updated>"},
		{"<author>", "<author><title>x</title>"}, {"<name>", "<name></name><!--"}, {`rel="alternate"`, `rel="other place"`}, {` href="`, ` to="`}, {`term="learning"`, `term=""`},
		{"<summary>", "<summary/><summary>"}, {`xml:lang="ja"`, `xml:lang="日本語"`}, {`type="text/html"`, `type="html"`}, {"<entry", "<script/><entry"}, {"</published>", "</published><id>urn:x:y</id>"},
	}
	var feeds []string
	for _, change := range changes {
		if !strings.Contains(feed, change[0]) {
			t.Errorf("%q is not in the feed", change[0])
		}
		feeds = append(feeds, strings.ReplaceAll(feed, change[0], change[1]))
	}
	refused, why := validator(t)(append(feeds, feed)...)
	for i, change := range changes {
		if !refused[i] {
			t.Errorf("%q in place of %q is fine", change[1], change[0])
		}
	}
	if refused[len(changes)] {
		t.Errorf("so is the feed as it should be: %s", why)
	}
}

func TestFeed(t *testing.T) {
	for _, entries := range [][]Entry{nil, sample(), entryNumbers(50, 2)} {
		c, err := Build(entries, both, folderOf(nil))
		if err != nil {
			t.Fatal(err)
		}
		without, err := Build(entries, Options{}, folderOf(nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range slices.Concat(feedFaults(c.Write[feedFile], nil, nowhere), feedFaults(without.Write[feedFile], without.Write, inList)) {
			t.Error(fault)
		}
		// It should say where it is (4.1.1), if that is known.
		if !strings.Contains(c.Write[feedFile], `<link rel="self" type="application/atom+xml" href="https://example.com/list/feed.xml">`) {
			t.Error("no link to itself")
		}
		if strings.Contains(c.Write[feedFile], "acme/secret") {
			t.Error("the feed tells of a private postmortem")
		}
		if n := strings.Count(c.Write[feedFile], "<entry"); n != min(len(recent(entries)), feedSize) {
			t.Errorf("%d entries", n)
		}
	}
}

// TestFeedFaultsCanFail shows that the judge of feeds sees what is wrong.
func TestFeedFaultsCanFail(t *testing.T) {
	c, err := Build(sample(), both, folderOf(nil))
	if err != nil {
		t.Fatal(err)
	}
	feed := c.Write[feedFile]
	for _, change := range [][2]string{
		{"</feed>", ""}, {"urn:uuid:", "uuid:"}, {"<updated>", "<updated>x"}, {"<title>", "<subtitle>"}, {`<link rel="alternate" href="https://example.com/postmortem?a=1&amp;b=(2)"></link>`, ""}, {`rel="self"`, `rel="alternate"`}, {`href="https://example.com/postmortem`, `href="postmortem`},
		{"<author>", "<author><!--"}, {"2005/Atom", "2005/Bomb"},
	} {
		broken := strings.ReplaceAll(feed, change[0], change[1])
		if broken == feed || len(feedFaults(broken, nil, nowhere)) == 0 {
			t.Errorf("%q in place of %q is fine", change[1], change[0])
		}
	}
}
