package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// TestPrintable: nothing in a text moves a cursor or is obeyed by a runner, and
// the rest is as it was.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain, 障害, a::b, # [x] ##x\n\tindented": "plain, 障害, a::b, # [x] ##x\n\tindented",
		"red \x1b[31m, bell \a, back \r":         "red \ufffd[31m, bell \ufffd, back \ufffd",
		"turned \u202e, C1 \u009b, not \xff":     "turned \ufffd, C1 \ufffd, not \ufffd",
		"::add-mask::x":                          ": :add-mask::x",
		"x\n  \u3000::error::y\n::stop":          "x\n  \u3000: :error::y\n: :stop",
		"/sev ##[add-mask]y ###[group]z":         "/sev ## [add-mask]y ### [group]z",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestWriteJSON: a program reads what was written to the letter, and nothing in
// it acts where it is shown.
func TestWriteJSON(t *testing.T) {
	const text = "##[add-mask]y \x1b[31m \u009b \u202e \n::error::z 障害"
	var b strings.Builder
	if err := writeJSON(&b, []string{text}); err != nil {
		t.Fatal(err)
	}
	if shown := b.String(); printable(shown) != shown || strings.Count(shown, "\n") != 1 {
		t.Errorf("%q acts", shown)
	}
	var read []string
	if err := json.Unmarshal([]byte(b.String()), &read); err != nil || len(read) != 1 || read[0] != text {
		t.Errorf("read back as %q, %v", read, err)
	}
}

// TestState: a run that waits did not fail, however its reason is worded.
func TestState(t *testing.T) {
	now := time.Now()
	for want, e := range map[string]engine.Entry{
		"put_off": {Ended: now, PutOff: true, Error: "edit status: not before 2026-11-22T03:12:00Z: own limit"},
		"failed":  {Ended: now, Error: "not before it works"},
		"died":    {At: now.Add(-time.Hour)},
	} {
		if got := state(e, true, now); got != want {
			t.Errorf("%+v is %s, want %s", e, got, want)
		}
	}
}
