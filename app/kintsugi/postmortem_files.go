package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// fileWork does something with each of many files, and prints what comes of it.
type fileWork struct {
	command *cobra.Command
	// lang is that of what is said about files that cannot be read; empty means
	// English.
	lang  words.Language
	frame frame
	// last prints what is said of all files together.
	last func(out io.Writer) error
}

// frame is what stands before and after all that is printed. What is printed
// about a file may begin with the separator, which the very first goes without.
type frame struct{ before, separator, after string }

// outcome is what came of one file.
type outcome struct {
	printed string
	found   bool
	problem *fileProblem
	err     error
}

// run works on the files that the arguments name.
func (w fileWork) run(args []string, do doer) error {
	done := progress(w.command.Context(), w.command.ErrOrStderr(), w.say("Reading files …", "ファイルを読んでいます …"))
	defer done()
	stdin := w.command.InOrStdin()
	return w.runOn(source{filesOf(args), runtime.GOMAXPROCS(0), func(f file) (string, *fileProblem, error) {
		content, problem := readFile(f.name, stdin)
		return content, problem, nil
	}}, do)
}

// doer prints about a file and says whether there are findings.
type doer func(out io.Writer, file, content string) (found bool, err error)

// source is where files come from.
type source struct {
	files iter.Seq[file]
	// atOnce is how many are read at a time.
	atOnce int
	// read hands out a file, or says why that one cannot be read; an error is why
	// none can.
	read func(file) (string, *fileProblem, error)
}

// runOn works on files in parallel and prints in their order. Do is called for
// several files at once. However many files there are, a few are held at a time.
func (w fileWork) runOn(from source, do doer) error {
	// Of the little that is held at a time, most is garbage soon: collecting it less
	// often saves a tenth of the time for a few megabytes.
	defer debug.SetGCPercent(debug.SetGCPercent(collectAt))
	work := func(f file) (o outcome) {
		if o.problem = f.problem; o.problem != nil {
			return o
		}
		var content string
		if content, o.problem, o.err = from.read(f); o.problem != nil || o.err != nil {
			return o
		}
		var b strings.Builder
		o.found, o.err = do(&b, f.name, content)
		o.printed = b.String()
		return o
	}
	p := printer{fileWork: w, out: bufio.NewWriterSize(w.command.OutOrStdout(), 64<<10)}
	_, _ = p.out.WriteString(w.frame.before) // a bufio.Writer keeps its error
	if err := inOrder(w.command.Context(), from.files, from.atOnce, work, p.print); err != nil {
		_ = p.out.Flush() // what was read before stands
		return err
	}
	return p.end()
}

// collectAt is how much garbage there may be, in percent of what is in use.
const collectAt = 400

func (w fileWork) say(english, japanese string) string {
	if w.lang == words.Japanese {
		return japanese
	}
	return english
}

// printer prints outcomes one after the other.
type printer struct {
	fileWork
	out           *bufio.Writer
	total, broken int
	found, hasOne bool
}

func (p *printer) print(o outcome) error {
	p.total++
	p.found = p.found || o.found
	if o.problem != nil {
		p.broken++
		if err := p.out.Flush(); err != nil { // so that the two come in order
			return err
		}
		fmt.Fprintln(p.command.ErrOrStderr(), "kintsugi: "+printable(o.problem.in(p.lang)))
	}
	if o.printed != "" {
		if !p.hasOne {
			o.printed = strings.TrimPrefix(o.printed, p.frame.separator)
		}
		p.hasOne = true
		if _, err := p.out.WriteString(o.printed); err != nil {
			return err
		}
	}
	return o.err
}

// end says how the command ends.
func (p *printer) end() error {
	_, _ = p.out.WriteString(p.frame.after)
	if p.last != nil {
		if err := p.last(p.out); err != nil {
			return err
		}
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	switch {
	case p.broken > 0:
		return usage(p.command, fmt.Errorf(p.say("%d of %d could not be read, as said above", "%[2]d件のうち%[1]d件を読み取れませんでした（上をご覧ください）"), p.broken, p.total))
	case p.found:
		return errFound
	}
	return nil
}

// fileProblem is why a file cannot be read.
type fileProblem struct {
	file         string
	line, column int // 0 where all of it is meant
	english      string
	japanese     string
}

func (p *fileProblem) in(lang words.Language) string {
	at := p.file
	if p.line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.file, p.line, p.column)
	}
	if lang == words.Japanese {
		return at + ": " + p.japanese
	}
	return at + ": " + p.english
}

// file is a file to be read, or what is wrong with an argument.
type file struct {
	name    string
	problem *fileProblem
}

// filesOf goes through the files that the arguments name. A folder stands for the
// Markdown files in it and below.
func filesOf(args []string) iter.Seq[file] {
	return func(yield func(file) bool) {
		for _, arg := range args {
			info, err := os.Stat(arg)
			if arg == "-" || err != nil || !info.IsDir() {
				if !yield(file{name: arg}) { // what cannot be opened, its reader will say
					return
				}
				continue
			}
			if !walk(arg, yield) {
				return
			}
		}
	}
}

// walk goes through the documents of a folder, and says whether to go on.
func walk(dir string, yield func(file) bool) bool {
	some, isOver := false, false
	hand := func(f file) error {
		some = true
		if !yield(f) {
			isOver = true
			return fs.SkipAll
		}
		return nil
	}
	root := dir + string(filepath.Separator) // also where it is a link to a folder
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil: // what is wrong with one folder keeps nobody from the others
			return hand(file{path, notOpened(path, err)})
		case path == root:
		case entry.IsDir():
			if strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" {
				return fs.SkipDir
			}
		case entry.Type().IsRegular() && isDocument(entry.Name()):
			return hand(file{name: path})
		}
		return nil
	})
	if some {
		return !isOver
	}
	return yield(file{dir, &fileProblem{
		file:     dir,
		english:  "there are no documents in this folder: it has no *.md but perhaps a README or templates",
		japanese: "このフォルダーに文書がありません。READMEとテンプレートを除く *.md を読みます",
	}})
}

// isDocument: a Markdown file that tells of something, and is not about the
// others.
func isDocument(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains([]string{".md", ".markdown"}, filepath.Ext(name)) &&
		!strings.HasPrefix(name, "readme.") && !strings.Contains(name, "template") && !strings.HasPrefix(name, ".")
}

// mostDocument is how large a document may be, in bytes. The longest postmortems
// that are published have a twentieth of it.
const mostDocument = 5_000_000

// readFile reads a document.
func readFile(name string, stdin io.Reader) (string, *fileProblem) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", notOpened(name, err)
		}
		defer f.Close() //nolint:errcheck // nothing was written
		in = f
	}
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	size, err := b.ReadFrom(io.LimitReader(in, mostDocument+1))
	if err != nil {
		return "", notOpened(name, err)
	}
	content := b.String()
	if problem := unreadable(name, content, size); problem != nil {
		return "", problem
	}
	return content, nil
}

// unreadable is what keeps a file of so many bytes from being a document, or nil.
func unreadable(name, content string, size int64) *fileProblem {
	problem := &fileProblem{file: name}
	switch at := firstInvalid(content); {
	case size > mostDocument:
		problem.english = "this file is larger than 5 MB: that is no postmortem, or it holds logs that a link would serve better"
		problem.japanese = "ファイルが5MBを超えています。ポストモーテムではないか、ログなどが含まれています。ログはリンクにしてください"
	case strings.IndexByte(content, 0) >= 0:
		problem.english = "this is not a text but a binary file: give Markdown"
		problem.japanese = "テキストではなくバイナリーのファイルです。Markdownのファイルを指定してください"
	case at >= 0:
		problem.line = 1 + strings.Count(content[:at], "\n")
		problem.column = 1 + utf8.RuneCountInString(content[1+strings.LastIndexByte(content[:at], '\n'):at])
		problem.english = "this is not UTF-8 from here on: save the file in that encoding"
		problem.japanese = "ここから先がUTF-8ではありません。UTF-8で保存し直してください"
	default:
		return nil
	}
	return problem
}

// buffers are what files are read into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// firstInvalid is where a text stops to be UTF-8, or -1.
func firstInvalid(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return i
		}
	}
	return -1
}

func notOpened(name string, err error) *fileProblem {
	p := &fileProblem{file: name}
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.english, p.japanese = "there is no such file or folder", "このファイルまたはフォルダーはありません"
	case errors.Is(err, fs.ErrPermission):
		p.english, p.japanese = "this may not be read: check its permissions", "読み取る権限がありません。ファイルの権限を確認してください"
	case errors.As(err, &path):
		p.english, p.japanese = "this cannot be read: "+path.Err.Error(), "読み取れませんでした: "+path.Err.Error()
	default:
		p.english, p.japanese = "this cannot be read: "+err.Error(), "読み取れませんでした: "+err.Error()
	}
	return p
}

// inOrder does work on each item, so many at once, and hands the results on in
// the order of the items. It waits for what is slow instead of holding what is
// done.
func inOrder[Item, Result any](ctx context.Context, items iter.Seq[Item], workers int, work func(Item) Result, hand func(Result) error) error {
	type job struct {
		item Item
		done chan Result
	}
	// Some are ready to be done, so that no worker waits for the next.
	todo, queue := make(chan job, 4*workers), make(chan job, 4*workers)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(queue)
		defer close(todo)
		for item := range items {
			j := job{item, make(chan Result, 1)}
			for _, to := range []chan job{queue, todo} {
				select {
				case to <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	for range workers {
		group.Go(func() error {
			for j := range todo {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				j.done <- work(j.item)
			}
			return nil
		})
	}
	group.Go(func() error {
		for j := range queue {
			select {
			case result := <-j.done:
				if err := hand(result); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}
