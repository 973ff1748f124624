package hostile_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// Where the reading list writes, besides.
const (
	inPage place = "a page of the list"
	inFeed place = "the feed"
	inData place = "the list's data"
	// inCommit: GitHub reads it, and nothing in it can be escaped.
	inCommit place = "the message of a commit"
)

// aggregate is the list of a repository.
func aggregate(repo string) workflows.Subject {
	return workflows.Subject{Repo: repo, Name: "reading-list"}
}

// noteFiles takes what stands in a repository for what people wrote.
func (w *world) noteFiles(repo string) {
	for _, b := range w.shelves(repo) {
		for file, content := range b.Files {
			w.files[repo+" "+b.Name+" "+file] = content
		}
		w.commits[repo+" "+b.Name] = len(b.Messages)
	}
}

// shelves are the branches that the list is written to.
func (w *world) shelves(repo string) []fakehub.BranchView {
	return []fakehub.BranchView{w.hub.Trunk(repo), w.branch(repo, rolling)}
}

// shelved adds what the list of a repository wrote since its files were noted: files,
// the messages of commits, and comments on the issue that has the list.
func (w *world) shelved(repo string, all *heard) {
	w.t.Helper()
	trunk := w.hub.Trunk(repo)
	for _, b := range w.shelves(repo) {
		for file, content := range b.Files {
			if w.files[repo+" "+b.Name+" "+file] == content || b.Name != trunk.Name && trunk.Files[file] == content || strings.HasPrefix(file, ".github/") {
				continue
			}
			if kind := kindOfFile(file); kind != "" {
				all.add(inName, file)
				all.add(kind, content)
			}
		}
		seen := w.commits[repo+" "+b.Name]
		if b.Name != trunk.Name {
			seen = 0 // it is made anew for each text
		}
		for n, by := range b.Commits {
			if n >= seen && by == app {
				all.add(inCommit, b.Messages[n])
			}
		}
	}
	for _, view := range w.hub.Issues(repo) {
		if view.Author == app && !view.PullRequest && slices.Contains(view.Labels, "reading-list") {
			all.add(inReply, w.ours(issue{repo, view.Number})...)
		}
	}
	w.noteFiles(repo)
}

var aPage = regexp.MustCompile(`^(?:README|\d{4}[\d a-z-]*)(?:\.(?:en|ja))?\.md$`)

// kindOfFile is what of a list a file is; empty for what is none of it.
func kindOfFile(file string) place {
	name := path.Base(file)
	switch {
	case strings.HasSuffix(path.Dir(file), "/data"):
		return inData
	case name == "feed.xml":
		return inFeed
	case aPage.MatchString(name) && strings.Contains(file, "/"):
		return inPage
	}
	return ""
}

// An entry's id where it is ticked or noted, the marks of a page and of the notes in
// it, and what the page says of itself.
var (
	entryID  = regexp.MustCompile(`(?m) <!-- \d{4}-\d{2}-\d{2}-[a-z2-7]{8} -->$`)
	taskBox  = regexp.MustCompile(`(?m)^- \[[ x]\] `)
	notes    = regexp.MustCompile(`(?ms)^<!-- kintsugi-note:begin ([0-9a-z-]+) -->\n.*?^<!-- kintsugi-note:end ([0-9a-z-]+) -->\n`)
	madeAnew = regexp.MustCompile(`^<!-- (?:This part is made anew\.|この部分は作り直されます。)[^<>]* -->\n`)
)

// generated is the part of a page that the program writes: between the marks, without
// the notes, which are people's.
func generated(page string) (text string, faults []string) {
	const begin, end = "<!-- kintsugi-list:begin -->\n", "<!-- kintsugi-list:end -->\n"
	_, text, found := strings.Cut(page, begin)
	text, _, ends := strings.Cut(text, end)
	if !found || !ends {
		return page, []string{"no list between its marks"}
	}
	for _, m := range notes.FindAllStringSubmatch(text, -1) {
		if m[1] != m[2] {
			faults = append(faults, "a note that another one ends")
		}
	}
	return madeAnew.ReplaceAllString(notes.ReplaceAllString(text, ""), ""), faults
}

// catchUp is what GitHub itself says of a merge that was asked for: of the default
// branch's newest commit into ours. docs: REST API endpoints for branches, "Merge a
// branch".
var catchUp = regexp.MustCompile(`^Merge [0-9a-f]{40} into ` + rolling + `$`)

// faultsOfList says what acts in what the list wrote; ok is false for what it did not.
func (s said) faultsOfList(own hostile.Own) (faults []string, ok bool) {
	own.Table, own.List, own.Heading = true, true, true
	switch s.place {
	case inCommit:
		if catchUp.MatchString(s.text) {
			return nil, true
		}
		return append(hostile.Markdown(strings.ReplaceAll(s.text, "`", "'"), hostile.Own{}), lines(s.text)...), true
	case inPage:
		text, faults := generated(s.text)
		found := slices.DeleteFunc(hostile.Markdown(text, own), func(f string) bool {
			quoted, isLink := strings.CutPrefix(f, "a link to ")
			to, err := strconv.Unquote(quoted)
			return isLink && err == nil && isWithin(to)
		})
		return append(faults, found...), true
	case inFeed:
		return append(hostile.Characters(s.text), feedFaults(s.text, own)...), true
	case inData:
		faults := hostile.Characters(s.text)
		from := json.NewDecoder(strings.NewReader(s.text))
		for {
			var value any
			err := from.Decode(&value)
			if errors.Is(err, io.EOF) {
				return faults, true
			}
			if err != nil {
				return append(faults, "no JSON: "+err.Error()), true
			}
		}
	default:
		return nil, false
	}
}

// feedFaults says what in a feed is not what a feed of ours has.
func feedFaults(feed string, own hostile.Own) (faults []string) {
	known := []string{"feed", "id", "title", "updated", "author", "name", "link", "entry", "published", "category", "summary", "content"}
	from := xml.NewDecoder(bytes.NewReader([]byte(feed)))
	for {
		token, err := from.Token()
		if errors.Is(err, io.EOF) {
			return faults
		}
		if err != nil {
			return append(faults, "no XML: "+err.Error())
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !slices.Contains(known, t.Name.Local) {
				faults = append(faults, "an element "+t.Name.Local)
			}
			for _, a := range t.Attr {
				if t.Name.Local == "content" || a.Name.Local == "href" && !isWithin(a.Value) && !slices.ContainsFunc(own.Links, func(to string) bool { return strings.HasPrefix(a.Value, to) }) {
					faults = append(faults, fmt.Sprintf("%s=%q", a.Name.Local, a.Value))
				}
			}
		case xml.Comment, xml.Directive:
			faults = append(faults, fmt.Sprintf("%q", t))
		}
	}
}

// isWithin tells whether an address has neither a scheme nor a server, nor begins at the
// root: it leads from the page to another place of its repository.
func isWithin(address string) bool {
	first, _, _ := strings.Cut(address, "/")
	return first != "" && !strings.Contains(first, ":")
}

// block is the beginning of one in a skeleton, or a heading with its words.
var block = regexp.MustCompile(`\((Heading(?: "(?:[^"\\]|\\.)*")?|Paragraph|TextBlock|List|ListItem|HTMLBlock|Blockquote|CodeBlock|FencedCodeBlock|Table|TableHeader|TableRow|ThematicBreak|Footnote[A-Za-z]*)\b`)

// blocks are what a page of the list consists of, without what stands in them: that is
// people's words, in a shape of their own.
func blocks(page string) (all []string) {
	if strings.HasPrefix(page, "<!-- kintsugi:readinglist.broken.") {
		return nil // what is wrong stands in a fence of its own
	}
	text, _ := generated(page)
	for _, m := range block.FindAllStringSubmatch(hostile.Skeleton(text), -1) {
		if !slices.Contains(all, m[1]) {
			all = append(all, m[1])
		}
	}
	return all
}
