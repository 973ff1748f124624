package engine_test

import (
	"os"
	"strings"
	"testing"
)

// goldenTable holds the rows of a table in a document, between the comments
// "begin NAME" and "end NAME", to what was measured. KINTSUGI_UPDATE_GOLDEN=1
// writes it instead.
func goldenTable(t *testing.T, file, name string, rows []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- begin "+name+" -->\n", "<!-- end "+name+" -->"
	head, rest, found := strings.Cut(string(data), begin)
	table, tail, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no table between %q and %q", file, begin, end)
	}
	lines := strings.SplitAfter(table, "\n")
	if len(lines) < 2 {
		t.Fatalf("%s: the table %s has no head", file, name)
	}
	want := strings.Join(lines[:2], "") + strings.Join(rows, "\n") + "\n"
	if table == want {
		return
	}
	if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(head+begin+want+end+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s, table %s, says\n%s\nmeasured\n%s(make golden writes it)", file, name, table, want)
}
