package list

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// feedFaults is what a validator would say of a feed. docs: RFC 4287, sections
// 4.1.1 (feed), 4.1.2 (entry), 4.2.6 (id), 4.2.7 (link), 3.3 (dates). A link that
// is a path is allowed there, and so is found only if all links are asked to be
// absolute, as validators advise.
func feedFaults(feed string, absolute bool) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	type common struct {
		ID        []string `xml:"http://www.w3.org/2005/Atom id"`
		Title     []string `xml:"http://www.w3.org/2005/Atom title"`
		Updated   []string `xml:"http://www.w3.org/2005/Atom updated"`
		Published []string `xml:"http://www.w3.org/2005/Atom published"`
		Summary   []string `xml:"http://www.w3.org/2005/Atom summary"`
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
			fault("%s: not one absolute id: %q", what, c.ID)
		}
		for _, id := range c.ID {
			if ids[id] {
				fault("%s: the id %s stands twice", what, id)
			}
			ids[id] = true
		}
		if len(c.Title) != 1 || strings.TrimSpace(c.Title[0]) == "" {
			fault("%s: not one title", what)
		}
		if len(c.Updated) != 1 {
			fault("%s: not one updated", what)
		}
		for _, date := range append(c.Updated, c.Published...) {
			if _, err := time.Parse(time.RFC3339, date); err != nil {
				fault("%s: %v", what, err)
			}
		}
		if len(c.Published) > 1 || len(c.Summary) > 1 {
			fault("%s: published or summary more than once", what)
		}
		rels := map[string]bool{}
		for _, l := range c.Links {
			if l.Href == "" || strings.ContainsAny(l.Href, " <>") || absolute && !strings.Contains(l.Href, "://") {
				fault("%s: a link to %q", what, l.Href)
			}
			if rels[l.Rel] {
				fault("%s: two links that are %s", what, l.Rel)
			}
			rels[l.Rel] = true
		}
		// Without content an entry must have an alternate link (4.1.2).
		if what != "feed" && !rels["alternate"] {
			fault("%s: neither content nor a link", what)
		}
		if what == "feed" && absolute && !rels["self"] {
			fault("feed: no link to itself")
		}
		for _, category := range c.Category {
			if category.Term == "" {
				fault("%s: a category without a term", what)
			}
		}
	}
	check("feed", f.common)
	if len(f.Author) != 1 || len(f.Author[0].Name) != 1 || f.Author[0].Name[0] == "" {
		fault("feed: no author")
	}
	for i, e := range f.Entries {
		check(fmt.Sprint("entry ", i), e)
	}
	return faults
}

func TestFeed(t *testing.T) {
	for _, entries := range [][]Entry{nil, sample(), entryNumbers(50, 2)} {
		c, err := Build(entries, both, folderOf(nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range feedFaults(c.Write[feedFile], true) {
			t.Error(fault)
		}
		without, err := Build(entries, Options{}, folderOf(nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range feedFaults(without.Write[feedFile], false) {
			t.Error(fault)
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
		{"</feed>", ""}, {"urn:uuid:", "uuid:"}, {"<updated>", "<updated>x"}, {"<title>", "<subtitle>"}, {`rel="self"`, `rel="other"`}, {`href="https://example.com/postmortem`, `href="postmortem`},
		{"<author>", "<author><!--"}, {"2005/Atom", "2005/Bomb"},
	} {
		broken := strings.ReplaceAll(feed, change[0], change[1])
		if broken == feed || len(feedFaults(broken, true)) == 0 {
			t.Errorf("%q in place of %q is fine", change[1], change[0])
		}
	}
}
