package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadinessScripts runs the commands as people do, in both languages and both
// formats. KINTSUGI_UPDATE_GOLDEN=1 rewrites what they print.
func TestReadinessScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "readiness"),
		UpdateScripts: os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1",
		Cmds:          map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}
