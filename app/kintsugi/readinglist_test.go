package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestReadingListScripts runs the commands as people do, in both languages and both
// formats. KINTSUGI_UPDATE_GOLDEN=1 rewrites what they print.
func TestReadingListScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "readinglist"),
		UpdateScripts: os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1",
		Cmds:          map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

func readingListOf(t *testing.T, args ...string) (out, errOut string, code int) {
	t.Helper()
	var o, e strings.Builder
	code = run(append([]string{"reading-list"}, args...), &o, &e)
	return o.String(), e.String(), code
}

// TestReadingListOnline: what is gone, has moved, is fine, or does not say.
func TestReadingListOnline(t *testing.T) {
	var lock sync.Mutex
	gone := map[string]bool{"/gone": true}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		switch path := r.URL.Path; {
		case gone[path]:
			w.WriteHeader(http.StatusNotFound)
		case path == "/moved":
			http.Redirect(w, r, "/moved-twice", http.StatusMovedPermanently)
		case path == "/moved-twice":
			http.Redirect(w, r, "/here", http.StatusPermanentRedirect)
		case path == "/for-now":
			http.Redirect(w, r, "/here", http.StatusFound)
		case path == "/slash":
			http.Redirect(w, r, "/slash/", http.StatusMovedPermanently)
		case path == "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case path == "/only-get" && r.Method == http.MethodHead:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case path == "/broken":
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer web.Close()
	t.Chdir(t.TempDir())
	paths := []string{"gone", "moved", "for-now", "slash", "round", "only-get", "broken", "fine"}
	for _, path := range paths {
		if _, errOut, code := readingListOf(t, "add", web.URL+"/"+path, "--title", path, "--reason", "learning", "--because", "of it"); code != fine {
			t.Fatal(errOut)
		}
	}
	if out, _, code := readingListOf(t, "check"); code != fine || out != "" {
		t.Fatalf("offline it asks, or finds something: %d %s", code, out)
	}
	out, errOut, code := readingListOf(t, "check", "--online", "--write", "--format", "json")
	got := map[string]string{}
	for line := range strings.Lines(out) {
		var f linkFinding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		got[strings.TrimPrefix(f.URL, web.URL+"/")] = f.Kind
	}
	want := map[string]string{"gone": "gone", "moved": "moved", "round": "unsure", "broken": "unsure"}
	if code != findings || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("ends with %d: %v, want %v: %s", code, got, want, errOut)
	}
	page, err := os.ReadFile(filepath.Join("reading-list", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"**gone** · learning · no longer there", "[moved](" + web.URL + "/here)** · learning · moved", "Links to elsewhere: last checked 20", "; 2 not checked."} {
		if !strings.Contains(string(page), text) {
			t.Errorf("%q is missing:\n%s", text, page)
		}
	}
	// What is there again is fine again.
	lock.Lock()
	delete(gone, "/gone")
	lock.Unlock()
	// That one has moved the list says already.
	if out, _, code := readingListOf(t, "check", "--online", "--write"); code != fine {
		t.Errorf("ends with %d: %s", code, out)
	}
	if page, err = os.ReadFile(filepath.Join("reading-list", "README.md")); err != nil || strings.Contains(string(page), "no longer there") {
		t.Errorf("it is not back: %v\n%s", err, page)
	}
}

// TestReadingListUnreadable: a file that is there but cannot be read does not count
// as empty.
func TestReadingListUnreadable(t *testing.T) {
	t.Chdir(t.TempDir())
	add := func(name string) (string, int) {
		_, errOut, code := readingListOf(t, "add", "https://example.com/"+name, "--title", name, "--reason", "learning", "--because", "of it")
		return errOut, code
	}
	if errOut, code := add("one"); code != fine {
		t.Fatal(errOut)
	}
	data := filepath.Join("reading-list", "data", "entries.jsonl")
	if err := os.Remove(data); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join("reading-list", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	errOut, code := add("two")
	after, err := os.ReadFile(filepath.Join("reading-list", "README.md"))
	if code == fine || !strings.Contains(errOut, "entries.jsonl cannot be read") || err != nil || string(after) != string(before) {
		t.Errorf("%d %s %v\n%s", code, errOut, err, after)
	}
}

// TestReadingListStrangers: whatever a document or its name holds, nothing that is
// printed acts on a terminal or a job.
func TestReadingListStrangers(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for n, text := range hostile.Texts() {
		content := "# " + text.Text + "\n\n## Summary\n\nWe saw that " + text.Text + " was written by somebody into it.\n"
		name := strings.NewReplacer("/", "-", "\x00", "").Replace(text.Text)
		name = strings.TrimLeft(name[:min(len(name), 60)], "-.")
		if !utf8.ValidString(content) || strings.Contains(content, "\x00") || os.WriteFile(name, []byte(content), 0o600) != nil {
			name = fmt.Sprint(n, ".md")
			if err := os.WriteFile(name, []byte(strings.ReplaceAll(strings.ToValidUTF8(content, "?"), "\x00", "")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		built := misuse
		for _, args := range [][]string{
			{"build", "--format", "json", "--", name}, {"build", "--lang", "ja", "--", name}, {"build", "--out", "list", "--by", text.Text, "--", name}, {"next", "--list", "list"},
			{"next", "--list", "list", "--format", "json"}, {"candidates", "--list", "none", "--", name}, {"coverage", "--list", "list", "--service", text.Text}, {"check", "--list", "list"},
		} {
			out, errOut, code := readingListOf(t, args...)
			switch {
			case args[0] == "build":
				built = code
			case args[0] == "next" && built == fine && code != fine:
				t.Errorf("%s: what was written is not read again: %s", text.Name, errOut)
			}
			if faults := hostile.Job(out + errOut); len(faults) > 0 {
				t.Errorf("%s, %q: %q: %q", text.Name, args, faults, out+errOut)
			}
		}
		for _, left := range []string{name, "list"} {
			if err := os.RemoveAll(left); err != nil {
				t.Fatal(err)
			}
		}
	}
}
