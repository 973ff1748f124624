package list

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// inList are the postmortems of sample and entryNumbers, seen from the folder of the
// web pages when the list's is "../list/".
func inList(to string) bool { return strings.HasPrefix(path.Clean(to), "../postmortems/") }

// leads says whether what a page or a feed among these files links to is there:
// the file, or what elsewhere knows beyond the folder, and the anchor in it.
func leads(href string, files map[string]string, elsewhere func(string) bool) bool {
	if IsWeb(href) {
		return true
	}
	file, anchor, isAnchor := strings.Cut(href, "#")
	content, ours := files[file]
	return ours && (!isAnchor || strings.Contains(content, ` id="`+anchor+`"`)) || !ours && elsewhere(file)
}

// siteFaults is what a checker of accessibility and links would say of pages,
// as far as it can be seen without a browser. docs: WCAG 2.2, success criteria
// 1.3.1, 2.4.1, 2.4.2, 2.4.4, 3.1.1, 3.1.2, 4.1.2. Elsewhere says of a path that
// leads out of the folder whether it is fine.
func siteFaults(pages map[string]string, elsewhere func(string) bool) (faults []string) {
	for name, content := range pages {
		if path.Ext(name) != ".html" {
			continue
		}
		fault := func(format string, args ...any) { faults = append(faults, name+": "+fmt.Sprintf(format, args...)) }
		root, err := html.Parse(strings.NewReader(content))
		if err != nil {
			fault("%v", err)
			continue
		}
		counts, ids := map[string]int{}, map[string]bool{}
		level := 0
		var uses []string
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			counts[n.Data]++
			attributes := map[string]string{}
			for _, a := range n.Attr {
				attributes[a.Key] = a.Val
			}
			if id, ok := attributes["id"]; ok {
				if ids[id] || id == "" {
					fault("the id %q stands twice, or is empty", id)
				}
				ids[id] = true
			}
			switch n.Data {
			case "html":
				if attributes["lang"] == "" {
					fault("no language")
				}
			case "h1", "h2", "h3", "h4":
				next := int(n.Data[1] - '0')
				if next > level+1 || textOf(n) == "" {
					fault("the heading %q skips a level or is empty", textOf(n))
				}
				level = next
			case "a":
				if textOf(n) == "" {
					fault("a link without a text")
				}
				uses = append(uses, attributes["href"])
			case "section":
				uses = append(uses, "#"+attributes["aria-labelledby"])
			case "nav":
				if attributes["aria-label"] == "" {
					fault("a navigation without a name")
				}
			case "link":
				uses = append(uses, attributes["href"])
			case "script", "img", "iframe", "b", "i", "form", "input":
				fault("an element %s that is not ours", n.Data)
			}
			if lang, ok := attributes["lang"]; ok && lang != "en" && lang != "ja" {
				fault("the language %q", lang)
			}
			for key := range attributes {
				if strings.HasPrefix(key, "on") || key == "style" {
					fault("an attribute %s", key)
				}
			}
		}
		for _, landmark := range []string{"header", "main", "footer", "nav", "h1", "title"} {
			if counts[landmark] != 1 {
				fault("%d %s", counts[landmark], landmark)
			}
		}
		if !strings.Contains(content, `<meta name="viewport" content="width=device-width, initial-scale=1">`) {
			fault("it does not fit a phone")
		}
		if first := strings.Index(content, "<a "); !strings.HasPrefix(content[max(first, 0):], `<a class="skip" href="#list">`) {
			fault("no link past the navigation")
		}
		for _, href := range uses {
			if strings.HasPrefix(href, "#") {
				href = name + href
			}
			if !leads(href, pages, elsewhere) {
				fault("a link to %q leads nowhere", href)
			}
		}
	}
	slices.Sort(faults)
	return faults
}

func textOf(n *html.Node) string {
	text := ""
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text += d.Data
		}
	}
	return strings.TrimSpace(text)
}

func TestWebsite(t *testing.T) {
	for _, entries := range [][]Entry{nil, sample(), append(entryNumbers(700, 3), sample()...)} {
		pages, err := Website(entries, Options{}, "../list/")
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range slices.Concat(siteFaults(pages, inList), feedFaults(pages[feedFile], pages, inList)) {
			t.Error(fault)
		}
		if !strings.Contains(pages["index.html"], `<html lang="en">`) || !strings.Contains(pages["index.ja.html"], `<html lang="ja">`) {
			t.Error("the pages are not in both languages")
		}
	}
	pages, _ := Website(sample(), Options{Languages: []words.Language{words.Japanese}}, "")
	if page := pages["index.html"]; !strings.Contains(page, `<html lang="ja">`) || !strings.Contains(page, `<h3 lang="en">`) || strings.Contains(page, "acme/secret") {
		t.Errorf("languages are not told apart, or something private is told:\n%s", page)
	}
}

// TestWebsitePolicy: the style of each page is the one that the policy lets through.
func TestWebsitePolicy(t *testing.T) {
	pages, err := Website(entryNumbers(700, 3), Options{}, "../list/")
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pages {
		if path.Ext(name) != ".html" {
			continue
		}
		found := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 {
			t.Fatalf("%s has %d styles", name, len(found))
		}
		hash := sha256.Sum256([]byte(found[0][1]))
		if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "';"; !strings.Contains(WebsitePolicy(), want) {
			t.Errorf("%s needs %s; there is %s", name, want, WebsitePolicy())
		}
	}
}

// TestSiteFaultsCanFail shows that the judge of web pages sees what is wrong.
func TestSiteFaultsCanFail(t *testing.T) {
	pages, err := Website(sample(), Options{}, "../list/")
	if err != nil {
		t.Fatal(err)
	}
	fine := pages["index.html"]
	for _, change := range [][2]string{
		{` lang="en"`, ""}, {"<h3", "<h4"}, {"<main", "<div"}, {`aria-label="Contents"`, ""}, {`id="list"`, ""}, {"</h1>", "</h1><script>x</script>"},
		{`class="skip"`, ""}, {"width=device-width", "width=1200"}, {"feed.xml", "nowhere.xml"}, {`<article id="e-`, `<article onclick="x" id="e-`},
		{`href="#list"`, `href="#lost"`}, {"index.ja.html", "index.ja.html#lost"}, {"../postmortems/", "../lost/"},
	} {
		pages["index.html"] = strings.ReplaceAll(fine, change[0], change[1])
		if pages["index.html"] == fine || len(siteFaults(pages, inList)) == 0 {
			t.Errorf("%q in place of %q is fine", change[1], change[0])
		}
	}
}

// TestWebsiteOfStrangers: what strangers wrote is text, and nothing but text.
func TestWebsiteOfStrangers(t *testing.T) {
	for _, s := range hostile.Texts() {
		e := Entry{ID: idA, URL: "../x.md", Title: Tell(s.Text, "en"), Severity: s.Text, Summary: Tell(s.Text, "ja"), Recommended: []Recommendation{{Reason: Learning, By: s.Text, Because: Tell(s.Text, "en")}}}
		e.Read, e.Stale = []Reading{{"2026-12-01", s.Text}, {"2026-12-08", "https://example.com/?" + s.Text}}, []Stale{{s.Text, Renamed, s.Text}}
		pages, err := Website([]Entry{e}, Options{Name: Tell("List "+s.Text, "en")}, "")
		if err != nil {
			t.Fatal(err)
		}
		elsewhere := func(to string) bool { return to == "../x.md" }
		for _, fault := range slices.Concat(siteFaults(pages, elsewhere), feedFaults(pages[feedFile], pages, elsewhere)) {
			t.Errorf("%s: %s", s.Name, fault)
		}
	}
}

var colour = regexp.MustCompile(`--([a-z]+): (#[0-9a-f]{6});`)

// TestContrast: text is read at a contrast of at least 4.5, the ring around what
// has the focus is seen at 3. docs: WCAG 2.2, 1.4.3 and 1.4.11.
func TestContrast(t *testing.T) {
	schemes := 0
	for line := range strings.Lines(websiteSource) {
		found := colour.FindAllStringSubmatch(line, -1)
		if found == nil {
			continue
		}
		schemes++
		colours := map[string]float64{}
		for _, m := range found {
			colours[m[1]] = luminance(m[2])
		}
		for name, least := range map[string]float64{"text": 7, "faint": 4.5, "link": 4.5, "line": 3} {
			a, b := colours[name], colours["page"]
			if c := (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05); c < least {
				t.Errorf("%s has a contrast of %.2f, not %.1f", name, c, least)
			}
		}
	}
	if schemes != 2 {
		t.Errorf("%d schemes of colours, not light and dark", schemes)
	}
}

// luminance is how bright a colour is. docs: WCAG 2.2, "relative luminance".
func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
