package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestFilesOf: a folder stands for the documents in it, in one order; what is
// named itself is taken as it is.
func TestFilesOf(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{
		"pm/b.md", "pm/a/index.md", "pm/c.markdown", "pm/D.MD", "pm/README.md", "pm/a/readme.ja.md", "pm/postmortem-template.md", "pm/templates.md",
		"pm/notes.txt", "pm/.hidden.md", "pm/.git/x.md", "pm/node_modules/x.md", "pm/_posts/2026-11-26.md", "nothing/x.txt", "elsewhere.md",
	} {
		write(t, name, "x")
	}
	if err := os.Symlink("../elsewhere.md", "pm/link.md"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nothing", "linked"); err != nil {
		t.Fatal(err)
	}
	write(t, "nothing/deep/x.md", "x")
	var got []string
	for f := range filesOf([]string{"pm/README.md", "pm", "-", "nosuch.md", "nothing/deep/..", "linked", "pm/.git"}) {
		if f.problem != nil {
			f.name += "!"
		}
		got = append(got, filepath.ToSlash(f.name))
	}
	want := []string{"pm/README.md", "pm/D.MD", "pm/_posts/2026-11-26.md", "pm/a/index.md", "pm/b.md", "pm/c.markdown", "-", "nosuch.md", "nothing/deep/x.md", "linked/deep/x.md", "pm/.git/x.md"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for range filesOf([]string{"pm", "pm"}) {
		break // goes on to nothing
	}
	if err := os.Mkdir("void", 0o700); err != nil {
		t.Fatal(err)
	}
	for f := range filesOf([]string{"void"}) {
		if f.problem == nil {
			t.Error("an empty folder is no problem")
		}
	}
}

func TestReadFile(t *testing.T) {
	t.Chdir(t.TempDir())
	long := strings.Repeat("0123456789", mostDocument/10)
	for _, c := range []struct{ name, content, want string }{
		{"fine.md", "決済\n", ""},
		{"empty.md", "", ""},
		{"long.md", long, ""},
		{"longer.md", long + "x", "longer.md: this file is larger than 5 MB"},
		{"binary.md", "a\x00b", "binary.md: this is not a text"},
		{"utf16.md", "\xff\xfeA\x00", "utf16.md: this is not a text"},
		{"sjis.md", "a\n障\x8e\x9e", "sjis.md:2:2: this is not UTF-8"},
	} {
		write(t, c.name, c.content)
		content, problem := readFile(c.name, nil)
		switch {
		case c.want == "" && (problem != nil || content != c.content):
			t.Errorf("%s: %v, %d bytes", c.name, problem, len(content))
		case c.want != "" && (problem == nil || !strings.HasPrefix(problem.in("en"), c.want) || content != ""):
			t.Errorf("%s: %v", c.name, problem)
		}
	}
	if _, problem := readFile("nosuch.md", nil); problem == nil || problem.in("ja") != "nosuch.md: このファイルまたはフォルダーはありません" {
		t.Errorf("%v", problem)
	}
	if _, problem := readFile(".", nil); problem == nil || !strings.HasPrefix(problem.in("en"), ".: this cannot be read: ") {
		t.Errorf("%v", problem)
	}
	if content, problem := readFile("-", strings.NewReader("x")); content != "x" || problem != nil {
		t.Errorf("%q, %v", content, problem)
	}
	more := strings.NewReader(long)
	if _, problem := readFile("-", io.MultiReader(strings.NewReader(long), more)); problem == nil || more.Len() < len(long)/2 {
		t.Errorf("of the standard input there are %d bytes left: %v", more.Len(), problem)
	}
}

// TestInOrder: results come in the order of the items, few are under way at a
// time, and an error ends it.
func TestInOrder(t *testing.T) {
	const count = 500
	items := func(yield func(int) bool) {
		for i := range count {
			if !yield(i) {
				return
			}
		}
	}
	var got []int
	var begun atomic.Int64
	work := func(i int) string { begun.Add(1); return fmt.Sprint(i) }
	err := inOrder(t.Context(), items, 4, work, func(s string) error {
		var i int
		_, err := fmt.Sscan(s, &i)
		got = append(got, i)
		return err
	})
	if err != nil || len(got) != count || !slices.IsSorted(got) {
		t.Errorf("%v: %v", err, got)
	}

	begun.Store(0)
	enough := errors.New("enough")
	if err := inOrder(t.Context(), items, 4, work, func(s string) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
	if n := begun.Load(); n == count {
		t.Errorf("%d were done after an error", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := inOrder(ctx, items, 4, work, func(string) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestRepositoryOf: a template is named from the root of the repository.
func TestRepositoryOf(t *testing.T) {
	for file, want := range map[string]string{".github/kintsugi.yml": ".", "x/.github/kintsugi.yml": "x", "kintsugi.yml": ".", "x/kintsugi.yml": "x"} {
		if got := repositoryOf(filepath.FromSlash(file)); filepath.ToSlash(got) != want {
			t.Errorf("%s: %s", file, got)
		}
	}
}
