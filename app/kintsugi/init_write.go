package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/kintsugi-app/kintsugi/templates"
)

// clearWay says before anything is written that a folder cannot be written to:
// one that is a link belongs to another place, where nobody meant these files.
func clearWay(root *os.Root, files []templates.File) error {
	for _, f := range files {
		for _, folder := range []string{".github", path.Dir(f.Path)} {
			info, err := root.Lstat(folder)
			switch {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil:
				return fmt.Errorf("%s cannot be looked at: %w. Nothing was written", folder, cause(err))
			case info.Mode()&fs.ModeSymlink != 0:
				return fmt.Errorf("%s is a link to another place: run kintsugi init there, or put a folder here instead. Nothing was written", folder)
			case !info.IsDir():
				return fmt.Errorf("%s is a file, and the folder %s is needed here: move it away, and run this again. Nothing was written", folder, folder)
			}
		}
	}
	return nil
}

// writeAll writes what was shown. What it could not write it names, and leaves
// the rest; running again goes on from there.
func writeAll(root *os.Root, lay layout, out io.Writer) error {
	for i, f := range lay.files {
		switch err := writeNew(root, f.Path, f.Content, root.Link); {
		case errors.Is(err, fs.ErrExist):
			fmt.Fprintf(out, "  = %s\n", f.Path) // somebody was quicker; theirs stays
		case err != nil:
			return fmt.Errorf("%s cannot be written: %w. %d of %d files were written, and nothing else was touched; run this again to go on",
				f.Path, cause(err), i, len(lay.files))
		default:
			fmt.Fprintf(out, "  + %s\n", f.Path)
		}
	}
	return nil
}

// writeNew writes a file that does not exist yet: whole or not at all, and never
// over another. It is written under a name of its own first; a link to it is
// refused where the name is taken, unlike a rename.
func writeNew(root *os.Root, name string, content []byte, link func(from, to string) error) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	temporary := path.Join(path.Dir(name), ".kintsugi-init-"+rand.Text())
	if err := create(root, temporary, content); err != nil {
		return err
	}
	defer root.Remove(temporary) //nolint:errcheck // left over at worst
	err := link(temporary, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return create(root, name, content) // a file system without links
}

// create makes a file and takes it back if it cannot be written whole.
func create(root *os.Root, name string, content []byte) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, root.Remove(name))
	}
	return nil
}
