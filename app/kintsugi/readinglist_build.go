package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/reading-list/curated"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// buildFlags are what build is given.
type buildFlags struct {
	html, pages, name, address string
	curated                    bool
	recommending
}

// recommending is what is said for a postmortem.
type recommending struct{ reason, because, by string }

// flags are those of a recommendation.
func (r *recommending) flags(c *cobra.Command) {
	c.Flags().StringVar(&r.reason, "reason", "", "why it is worth reading: learning, architecture or response (学び, 構成, 障害時の動き)")
	c.Flags().StringVar(&r.because, "because", "", "a sentence about that for those who read the list")
	c.Flags().StringVar(&r.by, "by", "", "who recommends it")
}

// read is the recommendation that the flags give, or nil.
func (r *recommending) read(n *listNoun) (*list.Recommendation, error) {
	if *r == (recommending{}) {
		return nil, nil //nolint:nilnil // nobody says anything
	}
	given := &list.Recommendation{By: strings.TrimPrefix(r.by, "@"), At: clock.New().Now().UTC()}
	if r.because != "" {
		given.Because = list.Tell(r.because, words.Detect(r.because))
	}
	if r.reason == "" {
		return given, nil
	}
	var ok bool
	if given.Reason, ok = list.ParseReason(r.reason); !ok {
		return nil, n.wrong("--reason is %.40q: write learning, architecture or response", "--reasonが%.40qです。学び、構成、障害時の動きのどれかを書いてください", r.reason)
	}
	return given, nil
}

func newReadingListBuild() *cobra.Command {
	var b buildFlags
	c := &cobra.Command{
		Use:   "build [FILE…]",
		Short: "List postmortems, and make the pages",
		Long: "Build takes postmortems onto the list, as if each were recommended, and makes its pages and\n" +
			"its feed. Of what is listed already it reads title, times and summary anew; reasons and all\n" +
			"else stay, and so do entries whose files are not given. Without FILE it makes the pages anew\n" +
			"from the data. With --out it writes what differs; without, it prints the page and writes\n" +
			"nothing. --format json prints the entries, or with --out the names of the files.\n" +
			"Of a folder, the Markdown files in it and below are read, but no README and no template. A\n" +
			"file that cannot be read is named, nothing is written, and the command ends with 2.",
		Example: "  kintsugi reading-list build --out reading-list postmortems\n" +
			"  kintsugi reading-list build --out reading-list --pages en,ja --html public",
	}
	n := newListNoun(c, "out", "", "the list's folder, to be written to")
	c.Flags().StringVar(&b.html, "html", "", "a folder to write static web pages to, in both languages")
	c.Flags().StringVar(&b.pages, "pages", "", "the languages of the pages, the first of them README.md: en, ja, en,ja or ja,en (default: as before, else --lang)")
	c.Flags().BoolVar(&b.curated, "curated", false, "also list the well-known public postmortems that Kintsugi comes with")
	c.Flags().StringVar(&b.name, "name", "", "what the list is called")
	c.Flags().StringVar(&b.address, "url", "", "where the list's folder is on the web, for the feed")
	b.flags(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if err := n.ready(); err != nil {
			return err
		}
		return n.build(b, args)
	}
	return c
}

func (n *listNoun) build(b buildFlags, args []string) error {
	given, err := b.read(n)
	if err != nil {
		return err
	}
	folder := &listFolder{dir: n.dir}
	if n.dir != "" {
		if folder, err = openList(n.dir); err != nil {
			return err
		}
	}
	defer folder.close()
	options, err := n.buildOptions(b, folder)
	if err != nil {
		return err
	}
	entries, err := list.Entries(folder.there)
	if err != nil {
		return n.broken(err)
	}
	if len(args) > 0 {
		described, err := n.describe(args)
		if err != nil {
			return err
		}
		entries = list.TakeUp(entries, described, given)
	}
	if b.curated {
		shipped, err := list.Entries(curated.Read)
		if err != nil {
			return err
		}
		entries = list.Join(entries, shipped)
	}
	changes, err := list.Build(entries, options, folder.there)
	if err != nil {
		return n.broken(err)
	}
	if folder.err != nil {
		return folder.err
	}
	if err := n.writeSite(b.html, entries, options); err != nil {
		return err
	}
	if n.dir == "" {
		return n.showBuilt(entries, changes)
	}
	if err := folder.carry(changes); err != nil {
		return err
	}
	return n.showWritten(len(entries), changes)
}

// buildOptions are what the list was made with before, and what the flags say.
func (n *listNoun) buildOptions(b buildFlags, folder *listFolder) (list.Options, error) {
	options, found, err := list.ReadOptions(folder.there)
	if err != nil {
		return options, n.broken(err)
	}
	if !found {
		options.Languages = []words.Language{n.in}
	}
	if b.pages != "" {
		options.Languages = nil
		for name := range strings.SplitSeq(b.pages, ",") {
			lang, ok := words.Parse(name)
			if !ok || slices.Contains(options.Languages, lang) {
				return options, n.wrong("--pages is %.40q: write en, ja, en,ja or ja,en", "--pagesが%.40qです。en、ja、en,ja、ja,enのどれかを書いてください", b.pages)
			}
			options.Languages = append(options.Languages, lang)
		}
	}
	if b.name != "" {
		options.Name = list.Told{En: b.name, Ja: b.name}
	}
	if b.address != "" {
		if options.Address = strings.TrimSuffix(b.address, "/") + "/"; !list.IsWeb(options.Address) {
			return options, n.wrong("--url is %.100q: write an address that begins with https://", "--urlが%.100qです。https://で始まるアドレスを書いてください", b.address)
		}
	}
	return options, nil
}

// describe reads documents, several at a time.
func (n *listNoun) describe(args []string) ([]list.Entry, error) {
	if slices.Contains(args, "-") {
		return nil, n.wrong("what is on the list must have a place: name a file instead of -", "一覧に載せるには場所が必要です。- の代わりにファイルを指定してください")
	}
	now := clock.New().Now().UTC()
	var lock sync.Mutex
	var all []list.Entry
	work := fileWork{command: n.command, lang: n.in}
	err := work.run(args, func(_ io.Writer, file, content string) (bool, error) {
		url, err := n.pathTo(file)
		if err != nil {
			return false, err
		}
		e := list.Describe(url, file, document.Read(content), now)
		lock.Lock()
		defer lock.Unlock()
		all = append(all, e)
		return false, nil
	})
	slices.SortFunc(all, func(a, b list.Entry) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

// pathTo is the path to a file from the list's folder.
func (n *listNoun) pathTo(file string) (string, error) {
	from, err := filepath.Abs(n.dir)
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	relative, err := filepath.Rel(from, to)
	return filepath.ToSlash(relative), err
}

// writeSite writes the web pages.
func (n *listNoun) writeSite(dir string, entries []list.Entry, options list.Options) error {
	if dir == "" {
		return nil
	}
	from, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	to, err := filepath.Abs(n.dir)
	if err != nil {
		return err
	}
	links, err := filepath.Rel(from, to)
	if err != nil {
		return err
	}
	pages, err := list.Website(entries, options, filepath.ToSlash(links)+"/")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // pages for all to read
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		err = errors.Join(err, replaceFile(root, name, []byte(pages[name])))
	}
	return errors.Join(err, root.Close())
}

// showBuilt prints the page, or the entries.
func (n *listNoun) showBuilt(entries []list.Entry, changes list.Changes) error {
	if n.as != "json" {
		_, err := io.WriteString(n.command.OutOrStdout(), printable(changes.Write["README.md"]))
		return err
	}
	for i := range entries {
		if err := writeJSON(n.command.OutOrStdout(), shownEntry{entries[i], entries[i].Minutes()}); err != nil {
			return err
		}
	}
	return nil
}

// shownEntry is an entry as a line of JSON.
type shownEntry struct {
	list.Entry
	Minutes int `json:"minutes"`
}

// showWritten says what was written.
func (n *listNoun) showWritten(count int, changes list.Changes) error {
	written := slices.Sorted(maps.Keys(changes.Write))
	var b strings.Builder
	fmt.Fprintf(&b, n.say("%d entries\n", "%d件を載せています\n"), count)
	for _, name := range written {
		fmt.Fprintf(&b, "  + %s\n", filepath.Join(n.dir, name))
	}
	for _, name := range changes.Remove {
		fmt.Fprintf(&b, "  - %s\n", filepath.Join(n.dir, name))
	}
	if len(written)+len(changes.Remove) == 0 {
		b.WriteString(n.say("  nothing to change\n", "  変更はありません\n"))
	}
	return n.print(b.String(), struct {
		Entries int      `json:"entries"`
		Written []string `json:"written"`
		Removed []string `json:"removed"`
	}{count, append([]string{}, written...), append([]string{}, changes.Remove...)})
}
