package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newReadingList() *cobra.Command {
	c := &cobra.Command{
		Use:   "reading-list",
		Short: "Keep the list of postmortems that are worth reading",
		Long: "Reading-list keeps a folder with the postmortems that newcomers and reading clubs should\n" +
			"read: the data, the pages made from it, a feed. What people write in the pages outside of\n" +
			"the list, or between the note marks under an entry, stays. It asks GitHub nothing.",
	}
	c.AddCommand(newReadingListBuild(), newReadingListAdd(), newReadingListCheck(), newReadingListCandidates(), newReadingListCoverage(), newReadingListNext())
	return c
}

// listNoun is what the commands of the noun share.
type listNoun struct {
	command  *cobra.Command
	as, lang string
	// dir is the list's folder.
	dir string
	in  words.Language
}

// newListNoun gives a command the flags that they share.
func newListNoun(c *cobra.Command, folderFlag, usual, help string) *listNoun {
	n := &listNoun{command: c}
	c.Flags().StringVar(&n.dir, folderFlag, usual, help)
	answersIn(c, &n.lang)
	format(c, &n.as)
	return n
}

// listFlag adds the flag that names a list that is there.
func listFlag(c *cobra.Command) *listNoun {
	return newListNoun(c, "list", "reading-list", "the list's folder")
}

// ready reads the language, first of all.
func (n *listNoun) ready() error {
	var ok bool
	if n.in, ok = words.Parse(n.lang); !ok {
		return usage(n.command, wrongLanguage(n.lang))
	}
	return nil
}

func (n *listNoun) say(english, japanese string) string {
	if n.in == words.Japanese {
		return japanese
	}
	return english
}

// wrong is a mistake in how the command was written, said in both languages.
func (n *listNoun) wrong(english, japanese string, args ...any) error {
	return usage(n.command, fmt.Errorf(n.say(english, japanese), args...))
}

// broken is a list that cannot be read, as an error that ends with 2.
func (n *listNoun) broken(err error) error {
	if p, ok := errors.AsType[*list.Problem](err); ok {
		named := *p
		named.File = filepath.Join(n.dir, filepath.FromSlash(p.File))
		return usage(n.command, errors.New(named.In(n.in)))
	}
	return err
}

// print answers, in text or as a line of JSON.
func (n *listNoun) print(text string, value any) error {
	if n.as == "json" {
		return writeJSON(n.command.OutOrStdout(), value)
	}
	_, err := io.WriteString(n.command.OutOrStdout(), printable(text))
	return err
}

// entries are those of the list; there must be one.
func (n *listNoun) entries() ([]list.Entry, error) {
	folder, err := openList(n.dir)
	if err != nil {
		return nil, err
	}
	defer folder.close()
	_, found, err := list.ReadOptions(folder.there)
	if err != nil {
		return nil, n.broken(err)
	}
	if !found && folder.err == nil {
		return nil, n.wrong("there is no list in %s: make one with kintsugi reading-list build --out %[1]s", "%s に一覧がありません。kintsugi reading-list build --out %[1]s で作れます", printable(n.dir))
	}
	all, err := list.Entries(folder.there)
	if err == nil {
		err = folder.err
	}
	return all, n.broken(err)
}

// update changes one entry of the list.
func (n *listNoun) update(id string, change func(e *list.Entry, listed bool) bool) error {
	folder, err := openList(n.dir)
	if err != nil {
		return err
	}
	defer folder.close()
	options, found, err := list.ReadOptions(folder.there)
	if err != nil {
		return n.broken(err)
	}
	if !found {
		options.Languages = []words.Language{n.in}
	}
	changes, err := list.Update(id, change, options, folder.there)
	if err != nil {
		return n.broken(err)
	}
	return folder.carry(changes)
}

// listFolder is the folder of a list. Links in it that lead out of it are refused.
type listFolder struct {
	dir  string
	root *os.Root // nil while there is no folder
	// err is why a file could not be read that is there. Nothing may be written
	// then, since that file would count as empty.
	err error
}

func openList(dir string) (*listFolder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder %s cannot be opened: %w", dir, cause(err))
	}
	return &listFolder{dir: dir, root: root}, nil
}

func (f *listFolder) close() {
	if f.root != nil {
		f.root.Close() //nolint:errcheck // nothing is left to be written
	}
}

// there reads a file of the folder.
func (f *listFolder) there(name string) (content string, found bool) {
	if f.root == nil {
		return "", false
	}
	b, err := f.root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && f.err == nil {
			f.err = fmt.Errorf("%s cannot be read: %w", filepath.Join(f.dir, name), cause(err))
		}
		return "", false
	}
	return string(b), true
}

// carry makes changes: the data first, the pages after it, so that what is left
// undone by a crash can be made again from the data.
func (f *listFolder) carry(c list.Changes) (err error) {
	if f.err != nil {
		return f.err
	}
	if f.root == nil {
		if err := os.MkdirAll(f.dir, 0o755); err != nil { //nolint:gosec // a folder of a repository, for all to read
			return err
		}
		if f.root, err = os.OpenRoot(f.dir); err != nil {
			return err
		}
	}
	names := slices.SortedFunc(maps.Keys(c.Write), func(a, b string) int {
		isData := func(name string) bool { return strings.HasPrefix(name, "data/") }
		if isData(a) != isData(b) {
			if isData(a) {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		if err := replaceFile(f.root, name, []byte(c.Write[name])); err != nil {
			return fmt.Errorf("%s cannot be written: %w", filepath.Join(f.dir, name), cause(err))
		}
	}
	for _, name := range c.Remove {
		if err := f.root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s cannot be removed: %w", filepath.Join(f.dir, name), cause(err))
		}
	}
	return nil
}

// replaceFile puts a file in the place of another, whole or not at all.
func replaceFile(root *os.Root, name string, content []byte) error {
	folder := path.Dir(name)
	if err := root.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	temporary := path.Join(folder, ".kintsugi-"+rand.Text())
	if err := create(root, temporary, content); err != nil {
		return err
	}
	if err := root.Rename(temporary, name); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return nil
}
