package inspect_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
)

// TestCorpus reads a folder of real incident reports and writes what it read to
// the file that KINTSUGI_CORPUS_OUT names, an incident a line, to be held against
// what people read in them. By itself it fails where hardly anything is read.
// KINTSUGI_CORPUS names the folder. The reports are other people's, and so not
// part of this repository: without them the test is skipped, everywhere.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("KINTSUGI_CORPUS")
	if folder == "" {
		t.Skip("KINTSUGI_CORPUS names no folder of incident reports")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no reports in %s: %v", folder, err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out.jsonl"))
	if name := os.Getenv("KINTSUGI_CORPUS_OUT"); name != "" {
		out, err = os.Create(name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	lines := json.NewEncoder(out)
	read := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range inspect.Read(file, document.Read(string(src))) {
			if in.Resolved.Known() {
				read++
			}
			if err := lines.Encode(in); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d reports, %d with the time of recovery", len(files), read)
	if read < len(files)/3 {
		t.Error("the time of recovery was read in too few")
	}
}
