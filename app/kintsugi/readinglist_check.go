package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// checkFlags are what check is given.
type checkFlags struct{ online, write bool }

func newReadingListCheck() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check",
		Short: "Look for links that lead nowhere, and for pages out of date",
		Long: "Check looks whether the files that the list and its pages lead to are there, with the\n" +
			"headings that links name, whether two entries are about the same page, and whether the pages\n" +
			"are what the data give. With --online it also asks the web for each address: 404 and 410\n" +
			"mean that it is gone, a permanent redirection that it moved; what does not answer is named\n" +
			"and counts for nothing. --write notes in the list what was found and when. It ends with 1\n" +
			"if something was found, and with 2 if a file of the list cannot be read.",
		Example: "  kintsugi reading-list check\n  kintsugi reading-list check --online --write",
		Args:    arguments(cobra.NoArgs),
	}
	n := listFlag(c)
	c.Flags().BoolVar(&f.online, "online", false, "ask the web for addresses, too")
	c.Flags().BoolVar(&f.write, "write", false, "note in the list what was found")
	c.RunE = func(_ *cobra.Command, _ []string) error {
		if err := n.ready(); err != nil {
			return err
		}
		return n.check(f)
	}
	return c
}

// linkFinding is something wrong with a link, or with a page.
type linkFinding struct {
	File string `json:"file"`
	Line int    `json:"line"`
	ID   string `json:"id,omitempty"`
	URL  string `json:"url,omitempty"`
	// Kind is what is wrong, for machines.
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// state is what becomes of the entry; unsure, that nobody knows.
	state   list.State
	movedTo string
	unsure  bool
}

func (n *listNoun) check(f checkFlags) error {
	entries, err := n.entries()
	if err != nil {
		return err
	}
	found := n.checkEntries(entries)
	var asked []linkFinding
	if f.online {
		asked = n.checkOnline(entries)
	}
	pages, err := n.checkPages(entries)
	if err != nil {
		return err
	}
	found = slices.Concat(found, asked, pages)
	if f.write {
		if err := n.noteChecked(entries, found, f.online); err != nil {
			return err
		}
	}
	slices.SortStableFunc(found, func(a, b linkFinding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.ID, b.ID))
	})
	counted := 0
	for i := range found {
		if !found[i].unsure && found[i].Kind != "fine" {
			counted++
		}
		if found[i].Kind == "fine" {
			continue
		}
		at := oneLine(found[i].File)
		if found[i].Line > 0 {
			at += fmt.Sprintf(":%d", found[i].Line)
		}
		if err := n.print(at+": "+found[i].Message+"\n", found[i]); err != nil {
			return err
		}
	}
	if counted > 0 {
		return errFound
	}
	return nil
}

// checkEntries looks for files that are not there, and for entries about the same.
func (n *listNoun) checkEntries(entries []list.Entry) (found []linkFinding) {
	seen := map[string]string{}
	for i := range entries {
		e := &entries[i]
		data := filepath.Join(n.dir, "data")
		key := e.URL
		if list.IsWeb(e.URL) {
			key = strings.ToLower(strings.TrimRight(e.URL, "/"))
		}
		if first, twice := seen[key]; twice {
			found = append(found, linkFinding{
				File: data, ID: e.ID, URL: e.URL, Kind: "twice",
				Message: fmt.Sprintf(n.say("%s is about the same page as %s: %s", "%s と %s は同じページです: %s"), e.ID, first, e.URL),
			})
		}
		seen[key] = e.ID
		if list.IsWeb(e.URL) || e.State == list.Private {
			continue
		}
		_, err := os.Stat(filepath.Join(n.dir, filepath.FromSlash(e.URL)))
		switch {
		case err == nil && e.State == list.Deleted:
			found = append(found, linkFinding{File: data, ID: e.ID, URL: e.URL, Kind: "back", Message: fmt.Sprintf(n.say("%s is there again: %s", "%s のファイルが戻っています: %s"), e.ID, e.URL)})
		case err != nil && e.State == list.Fine:
			found = append(found, linkFinding{
				File: data, ID: e.ID, URL: e.URL, Kind: "gone", state: list.Deleted,
				Message: fmt.Sprintf(n.say("%s: there is no such file: %s", "%s: ファイルがありません: %s"), e.ID, e.URL),
			})
		}
	}
	return found
}

// checkPages looks at the links of the pages, a person's as well, and whether the
// pages are what the data give.
func (n *listNoun) checkPages(entries []list.Entry) (found []linkFinding, err error) {
	folder, err := openList(n.dir)
	if err != nil {
		return nil, err
	}
	defer folder.close()
	options, _, err := list.ReadOptions(folder.there)
	if err != nil {
		return nil, n.broken(err)
	}
	changes, err := list.Build(entries, options, folder.there)
	if err != nil {
		return nil, n.broken(err)
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(changes.Write)), changes.Remove) {
		found = append(found, linkFinding{
			File: filepath.Join(n.dir, name), Kind: "out_of_date",
			Message: n.say("this is not what the data give: run kintsugi reading-list build --out ", "データと合っていません。次を実行してください: kintsugi reading-list build --out ") + n.dir,
		})
	}
	own := map[string]bool{}
	for i := range entries {
		own[entries[i].URL], own[entries[i].MovedTo] = true, true
	}
	names, err := filepath.Glob(filepath.Join(n.dir, "*.md"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, problem := readFile(name, nil)
		if problem != nil {
			return nil, usage(n.command, fmt.Errorf("%s", problem.in(n.in)))
		}
		found = append(found, n.checkPage(name, document.Read(content), own)...)
	}
	return found, folder.err
}

// checkPage looks at the links of a page, but for those of entries.
func (n *listNoun) checkPage(name string, d *document.Document, entries map[string]bool) (found []linkFinding) {
	for i := range d.Rows {
		links := d.Rows[i].Links
		for _, cell := range d.Rows[i].Cells {
			links = slices.Concat(links, cell.Links)
		}
		for _, l := range links {
			to, err := url.Parse(l.URL)
			if err != nil || to.IsAbs() || to.Host != "" || entries[to.Path] {
				continue
			}
			line := d.Rows[i].Line
			if line == 0 && len(d.Rows[i].Cells) > 0 {
				line, _ = d.Position(d.Rows[i].Cells[0].Offset)
			}
			if why := n.deadEnd(name, d, to); why != "" {
				found = append(found, linkFinding{File: name, Line: line, URL: l.URL, Kind: "dead_link", Message: why + ": " + l.URL})
			}
		}
	}
	return found
}

// deadEnd says why a link of a page leads nowhere, or nothing.
func (n *listNoun) deadEnd(page string, d *document.Document, to *url.URL) string {
	if to.Path != "" {
		file := filepath.Join(filepath.Dir(page), filepath.FromSlash(to.Path))
		info, err := os.Stat(file)
		if err != nil {
			return n.say("there is no such file", "ファイルがありません")
		}
		if to.Fragment == "" || info.IsDir() || !isDocument(file) && filepath.Ext(file) != ".md" {
			return ""
		}
		content, problem := readFile(file, nil)
		if problem != nil {
			return problem.in(n.in)
		}
		d = document.Read(content)
	}
	if to.Fragment == "" {
		return ""
	}
	times := map[string]int{}
	for i := range d.Rows {
		if d.Rows[i].Kind != document.Heading {
			continue
		}
		anchor := list.Anchor(strings.ReplaceAll(d.Rows[i].Text, "`", ""))
		times[anchor]++
		if times[anchor] > 1 {
			anchor += fmt.Sprintf("-%d", times[anchor]-1)
		}
		if strings.EqualFold(anchor, to.Fragment) {
			return ""
		}
	}
	return n.say("there is no such heading", "見出しがありません")
}

// noteChecked notes in the list what was found, in one go.
func (n *listNoun) noteChecked(entries []list.Entry, found []linkFinding, online bool) error {
	now := clock.New().Now().UTC()
	about := map[string]linkFinding{}
	for _, f := range found {
		if f.ID != "" && f.Kind != "twice" {
			about[f.ID] = f
		}
	}
	for i := range entries {
		e := &entries[i]
		f, isFound := about[e.ID]
		if e.State == list.Private || list.IsWeb(e.URL) && (!online || f.unsure) {
			continue
		}
		if list.IsWeb(e.URL) {
			e.Checked = now.Format(time.DateOnly)
		}
		if isFound && (e.State != f.state || e.MovedTo != f.movedTo) {
			e.State, e.MovedTo, e.Changed = f.state, f.movedTo, now
		}
	}
	folder, err := openList(n.dir)
	if err != nil {
		return err
	}
	defer folder.close()
	options, _, err := list.ReadOptions(folder.there)
	if err != nil {
		return n.broken(err)
	}
	changes, err := list.Build(entries, options, folder.there)
	if err != nil {
		return n.broken(err)
	}
	return folder.carry(changes)
}
