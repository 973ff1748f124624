// Package app_test holds the shape of the whole tree: which part may import
// which, and how packages are named and introduced. It knows paths and import
// lines only, nothing of what the packages do.
package app_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is our own path; root is the repository as seen from this folder.
const (
	module = "github.com/kintsugi-app/kintsugi/"
	root   = ".."
)

// layers is the direction of imports, from the command down to the rules: a
// part may import what stands below it. Parts of one line do not import one
// another.
var layers = [][]string{
	{"app/kintsugi"},
	{"app/sandbox"},
	{"app/server", "app/doctor"},
	{"app/githubapp", "app/store", "app/web"},
	{"app/engine"},
	{"workflows"},
}

// everyone may be imported by all: data, and what embeds it.
var everyone = []string{"templates", "reading-list/curated"}

// impure are packages that would let a rule look at or touch the world, or make
// two runs of it differ.
var impure = []string{
	"net", "database/sql", "os", "io/ioutil", "log", "math/rand", "crypto/rand", "syscall", "plugin",
	"github.com/google/go-github", "github.com/gin-gonic/gin",
}

// aside are parts beside the layers, with all that they may import of ours
// besides themselves.
var aside = map[string][]string{
	"app/clock": {},
	// Kept by tests, for tests.
	"app/transcript": {},
	"app/browser":    {"app/clock"},
	// A simulation that shares code with what it judges proves nothing.
	"app/sandbox/fakehub": {"app/clock"},
	// Tests of the whole from outside; those may look wherever they must.
	"app/faults":   {},
	"app/emulate":  {},
	"app/hostile":  {},
	"templates":    {},
	"reading-list": {},
	"app":          {}, // this test
}

// under says whether pkg is dir or lies within it.
func under(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

// partOf finds the part a package of ours belongs to and its layer, counted
// from the top; -1 for a part aside, and no part where DESIGN.md knows none.
func partOf(pkg string) (part string, layer int) {
	for dir := pkg; dir != "."; dir = path.Dir(dir) {
		if _, ok := aside[dir]; ok && (dir != "app" || pkg == "app") {
			return dir, -1
		}
		for i, parts := range layers {
			if slices.Contains(parts, dir) {
				return dir, i
			}
		}
	}
	return "", -1
}

// objection says why pkg must not import imported, and what to do instead; it
// is empty where there is nothing to say.
func objection(pkg, imported string) string {
	target, ours := strings.CutPrefix(imported, module)
	if !ours {
		if i := slices.IndexFunc(impure, func(p string) bool { return under(imported, p) }); i >= 0 && under(pkg, "workflows") {
			return "rules are pure: they get what they need in their Input, and ask for the rest (workflows/ask.go)"
		}
		return ""
	}
	from, layer := partOf(pkg)
	to, below := partOf(target)
	switch {
	case from == "":
		return "DESIGN.md names no such part; say there what it is for, then add it to layers in this test"
	case to == "":
		return "DESIGN.md names no such part as the imported one; say there what it is for, then add it to layers in this test"
	case from == to, slices.ContainsFunc(everyone, func(p string) bool { return under(target, p) }):
		return ""
	case layer < 0:
		if slices.Contains(aside[from], to) {
			return ""
		}
		return fmt.Sprintf("%s stands aside and may import of ours: %q", from, aside[from])
	case to == "app/clock" && under(pkg, "app"):
		return ""
	case under(pkg, "workflows"):
		return "rules never import the machine; what they need to know comes as a fact, what they want done goes into the plan"
	case to == "app/sandbox/fakehub" && layer <= 1:
		return ""
	case below == layer:
		return "parts of one layer, such as adapters, do not import one another; let the layer below declare a small interface and the one above wire them"
	case below < layer:
		return fmt.Sprintf("imports go down: kintsugi → sandbox → server → adapters → engine → workflows; %s would look up to %s. Declare a small interface here and have it handed in", from, to)
	}
	return ""
}

func TestImportsGoDown(t *testing.T) {
	for _, p := range packages(t) {
		p.eachImport(t, p.files, func(at token.Position, imported string) {
			if why := objection(p.dir, imported); why != "" {
				t.Errorf("%s imports %s\n\t%s", at, imported, why)
			}
		})
		// Tests may look up: an adapter is tried against the simulated GitHub.
		// Those of the rules may not, so that the rules can be taken elsewhere
		// with their tests.
		p.eachImport(t, p.tests, func(at token.Position, imported string) {
			if under(p.dir, "workflows") && under(imported, module+"app") {
				t.Errorf("%s imports %s\n\tthe tests of the rules need nothing of the machine", at, imported)
			}
		})
	}
}

// TestImportsWouldBeRefused shows that the rule above can fail.
func TestImportsWouldBeRefused(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"app/kintsugi", module + "app/sandbox", true},
		{"app/kintsugi", module + "workflows/document", true},
		{"app/sandbox", module + "app/sandbox/fakehub", true},
		{"app/server", module + "app/store", true},
		{"app/kintsugi", module + "app/doctor", true},
		{"app/doctor", module + "app/githubapp", true},
		{"app/store/conformance", module + "app/store", true},
		{"app/githubapp", module + "app/engine", true},
		{"app/engine", module + "app/clock", true},
		{"app/web", module + "templates", true},
		{"workflows/incident", module + "workflows", true},
		{"workflows/readinglist/list", module + "reading-list/curated", true},
		{"workflows/policy", "github.com/goccy/go-yaml", true},
		{"app/githubapp", "net/http", true},

		{"app/store", module + "app/githubapp", false},
		{"app/engine", module + "app/store", false},
		{"app/engine", module + "app/githubapp", false},
		{"app/server", module + "app/sandbox", false},
		{"app/server", module + "app/doctor", false},
		{"app/doctor", module + "app/server", false},
		{"app/faults", module + "app/server", false},
		{"app/server", module + "app/hostile", false},
		{"app/githubapp", module + "app/sandbox/fakehub", false},
		{"app/sandbox/fakehub", module + "app/githubapp", false},
		{"app/sandbox/fakehub", module + "workflows", false},
		{"app/clock", module + "app/engine", false},
		{"app/engine", module + "app/novelty", false},
		{"app/novelty", module + "app/engine", false},
		{"templates", module + "workflows", false},
		{"workflows", module + "app/clock", false},
		{"workflows/incident", module + "app/engine", false},
		{"workflows/incident", "net/http", false},
		{"workflows/incident", "log/slog", false},
		{"workflows/words", "math/rand/v2", false},
		{"workflows/policy", "os", false},
		{"workflows/incident", "github.com/google/go-github/v62/github", false},
	} {
		if why := objection(c.from, c.to); (why == "") != c.ok {
			t.Errorf("%s importing %s: allowed is %t, want %t (%s)", c.from, c.to, why == "", c.ok, why)
		}
	}
}

// vague names say nothing of what a package is for, so that everything ends up
// in it.
var vague = []string{
	"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "shared", "lib", "base", "core",
}

func TestPackagesAreIntroduced(t *testing.T) {
	for _, p := range packages(t) {
		introduced := 0
		for _, file := range p.files {
			if file.Doc != nil {
				introduced++
			}
			if slices.Contains(vague, file.Name.Name) || slices.Contains(vague, path.Base(p.dir)) {
				t.Errorf("%s: package %s in %s says nothing of what it is for; name it after what it looks after",
					p.fset.Position(file.Name.Pos()), file.Name.Name, p.dir)
			}
		}
		switch {
		case len(p.files) > 0 && introduced == 0:
			t.Errorf("%s has no package comment: say in one paragraph what it is for and what it must not know", p.dir)
		case introduced > 1:
			t.Errorf("%s has %d package comments: readers see them run together; keep one", p.dir, introduced)
		}
	}
}

// source is a package's own files, and its tests apart.
type source struct {
	dir          string // from the root, with slashes
	fset         *token.FileSet
	files, tests []*ast.File
}

// eachImport goes through the import lines of some of the files.
func (p *source) eachImport(t *testing.T, files []*ast.File, see func(at token.Position, imported string)) {
	t.Helper()
	for _, file := range files {
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			see(p.fset.Position(spec.Pos()), imported)
		}
	}
}

// packages reads every package of this module, whatever its build tags.
func packages(t *testing.T) []*source {
	t.Helper()
	fset := token.NewFileSet()
	found := map[string]*source{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(name, entry.Name())
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		dir = filepath.ToSlash(dir)
		if found[dir] == nil {
			found[dir] = &source{dir: dir, fset: fset}
		}
		if strings.HasSuffix(name, "_test.go") {
			found[dir].tests = append(found[dir].tests, file)
		} else {
			found[dir].files = append(found[dir].files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// So that a wrong root cannot pass for a tree without faults.
	if found["app/engine"] == nil || found["workflows"] == nil {
		t.Fatal("the engine and the rules were not found; has this test moved?")
	}
	list := make([]*source, 0, len(found))
	for _, p := range found {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *source) int { return strings.Compare(a.dir, b.dir) })
	return list
}

// skip leaves out what the go command leaves out: hidden folders, test data, and
// other modules.
func skip(dir, base string) error {
	if dir == root {
		return nil
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}
