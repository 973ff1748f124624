package list

import (
	"errors"
	"strings"
	"testing"
)

const idA, idB = "2026-11-26-aaaaaaaa", "2025-01-02-bbbbbbbb"

// TestMarks: what is wrong with a mark is said with its place.
func TestMarks(t *testing.T) {
	begin, end := listBegin+"\n", listEnd+"\n"
	noteA := func(text string) string {
		return noteBegin + idA + markClose + "\n" + text + noteEnd + idA + markClose + "\n"
	}
	for _, c := range []struct {
		name, page   string
		line, column int
		says         string
	}{
		{"none", "# Mine\n", 0, 0, ""},
		{"a list", "# Mine\n" + begin + noteA("words\n") + end, 0, 0, ""},
		{"with carriage returns", strings.ReplaceAll("# Mine\n"+begin+noteA("words\n")+end, "\n", "\r\n"), 0, 0, ""},
		{"other comments", "<!-- kintsugi:reading -->\n<!-- kintsugi-listing -->\n", 0, 0, ""},
		{"no end", "# Mine\n\n" + begin + "x\n", 3, 1, "does not end"},
		{"no beginning", "# Mine\n" + end, 2, 1, "does not begin"},
		{"a second beginning", begin + begin + end, 2, 1, "second time"},
		{"a second list", begin + end + "\n" + begin + end, 4, 1, "second time"},
		{"a second end", begin + end + end, 3, 1, "does not begin"},
		{"words beside it", begin + "日本 " + listEnd + "\n", 2, 4, "not written as it must be"},
		{"a slip", "<!-- kintsugi-list:start -->\n", 1, 1, "not written as it must be"},
		{"blanks", "x\n<!--kintsugi-list:begin-->\n", 2, 1, "not written as it must be"},
		{"capitals", "<!-- Kintsugi-List:begin -->\n", 1, 1, "not written as it must be"},
		{"a wrong id", begin + noteBegin + "2026" + markClose + "\n" + end, 2, 1, "not written as it must be"},
		{"a note outside", noteA("words\n") + begin + end, 1, 1, "outside"},
		{"a note below", begin + end + noteA("words\n"), 3, 1, "outside"},
		{"a note that does not end", begin + noteBegin + idA + markClose + "\nwords\n" + end, 2, 1, "does not end"},
		{"a note at the end of the page", begin + noteBegin + idA + markClose + "\nwords\n", 2, 1, "does not end"},
		{"a note within a note", begin + noteBegin + idA + markClose + "\n" + noteBegin + idB + markClose + "\n" + end, 2, 1, "does not end"},
		{"a note that does not begin", begin + noteEnd + idA + markClose + "\n" + end, 2, 1, "does not begin"},
		{"another note's end", begin + noteBegin + idA + markClose + "\n" + noteEnd + idB + markClose + "\n" + end, 3, 1, "does not begin"},
		{"two notes", begin + noteA("x\n") + noteA("y\n") + end, 5, 1, "two notes"},
	} {
		_, err := takeApart("README.md", c.page)
		var p *Problem
		switch {
		case c.line == 0 && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.line == 0:
		case !errors.As(err, &p):
			t.Errorf("%s: no problem", c.name)
		case p.Line != c.line || p.Column != c.column || !strings.Contains(p.English, c.says) || p.Japanese == "":
			t.Errorf("%s: %v", c.name, p)
		}
	}
}

// FuzzMarks: whatever a person's page holds, it is either refused, or every byte
// around the list and in the notes is there after the list was made anew.
func FuzzMarks(f *testing.F) {
	entries := []Entry{{ID: idA, URL: "a.md", Title: Tell("A", "en")}, {ID: idB, URL: "b.md", Title: Tell("B", "en")}}
	f.Add("# Mine\r\n", "my words\n", "below")
	f.Add("", "", "")
	f.Add("no newline at the end", "```\n", "x\n\n")
	f.Add("<!-- kintsugi-list:begin -->\n", "<!-- kintsugi-note:end 2025-01-02-bbbbbbbb -->\n", "\x00\xff")
	f.Fuzz(func(t *testing.T, above, note, below string) {
		page := above + "\n" + listBegin + "\nold\n" + noteBegin + idA + markClose + "\n" + note + "\n" + noteEnd + idA + markClose + "\n" + listEnd + "\n" + below
		changes, err := Build(entries, Options{}, folderOf(map[string]string{"README.md": page}))
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || p.File != "README.md" || p.Line < 1 || p.Column < 1 {
				t.Fatal(err)
			}
			return
		}
		got := changes.Write["README.md"]
		if !strings.HasPrefix(got, above+"\n"+listBegin+"\n") || !strings.HasSuffix(got, listEnd+"\n"+below) {
			t.Fatalf("words around the list are lost:\n%q\n%q", page, got)
		}
		if !strings.Contains(got, noteBegin+idA+markClose+"\n"+note+"\n"+noteEnd+idA+markClose+"\n") {
			t.Fatalf("a note is lost:\n%q\n%q", page, got)
		}
		again, err := Build(entries, Options{}, folderOf(map[string]string{"README.md": got}))
		if _, changed := again.Write["README.md"]; err != nil || changed {
			t.Fatalf("building again changes the page: %v\n%q\n%q", err, got, again.Write["README.md"])
		}
	})
}

func folderOf(files map[string]string) Folder {
	return func(name string) (string, bool) {
		content, ok := files[name]
		return content, ok
	}
}
