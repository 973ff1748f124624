package main

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// mostSummary is how much a step may write into the summary of its job; of more,
// nothing is shown. docs: Workflow commands for GitHub Actions, "Job summaries".
const mostSummary = 1 << 20

// notReady is the verdict in a word where it does not pass.
const notReady = "not-ready"

// wordOf is the verdict in a word, as workflows compare it.
func wordOf(v *verdict.Verdict) string {
	if !v.Passes {
		return notReady
	}
	return cmp.Or(string(v.Way), "ready")
}

// report leaves in the files of a job what people and later steps read: its summary, the
// outputs, and the whole answer as a file of JSON, whose path is an output. (As an output
// itself it would not fit into the environment of a step.) Outside a job it does nothing.
func (g *gate) report(word string, ready bool, text string, answer any) error {
	if file := g.settings.lookup("GITHUB_STEP_SUMMARY"); file != "" {
		if err := g.summarize(file, text); err != nil {
			return err
		}
	}
	file := g.settings.lookup("GITHUB_OUTPUT")
	if file == "" {
		return nil
	}
	path, err := g.keep(answer)
	if err != nil {
		return err
	}
	// Nobody can write the end of a value who cannot guess it.
	end := rand.Text()
	var b strings.Builder
	for _, output := range [][2]string{{"ready", fmt.Sprint(ready)}, {"verdict", word}, {"report", path}} {
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", output[0], end, output[1], end)
	}
	return appendTo(file, b.String())
}

// reportUndecided is report where there is no verdict.
func (g *gate) reportUndecided(err error, problems []policy.Problem) error {
	said := githubapp.Redact(err.Error())
	title := g.say("There is no verdict", "判定できませんでした")
	if len(problems) == 0 { // those have annotations of their own
		if err := annotation(g.command.OutOrStdout(), "error", place{}, title, said); err != nil {
			return err
		}
	}
	return g.report(notReady, false, "**"+title+"**\n\n"+words.Foreign(said).Block()+"\n", struct {
		Ready    bool          `json:"ready"`
		Passes   bool          `json:"passes"`
		Error    string        `json:"error"`
		Problems []problemJSON `json:"problems"`
	}{false, false, said, problemsJSON(problems, g.lang)})
}

// keep writes an answer into a new file of the job.
func (g *gate) keep(answer any) (path string, err error) {
	file, err := os.CreateTemp(g.settings.lookup("RUNNER_TEMP"), "kintsugi-readiness-*.json")
	if err != nil {
		return "", fmt.Errorf("the report cannot be written: %w", cause(err))
	}
	if err := writeJSON(file, answer); err != nil {
		file.Close() //nolint:errcheck // the other error says more
		return "", fmt.Errorf("the report cannot be written: %w", cause(err))
	}
	return file.Name(), file.Close()
}

// summarize adds a text to the summary, as far as there is room.
func (g *gate) summarize(file, text string) error {
	var about []string
	for _, name := range []string{g.service, g.environment} {
		if name != "" {
			about = append(about, words.Foreign(name).Inline(80))
		}
	}
	head := g.say("### Readiness", "### リリースの準備")
	if len(about) > 0 {
		head += ": " + strings.Join(about, " → ")
	}
	room := mostSummary
	if there, err := os.Stat(file); err == nil {
		room -= int(min(there.Size(), mostSummary))
	}
	return appendTo(file, g.fit(printable(head+"\n\n"+text+"\n"), room))
}

// fit cuts a text to so many bytes at the end of a line, and says so.
func (g *gate) fit(text string, room int) string {
	if len(text) <= room {
		return text
	}
	end := g.say("\n\n</details>\n\nCut here: the rest stands in the log of this step.\n", "\n\n</details>\n\nここで切りました。続きはこのステップのログにあります。\n")
	if room <= len(end) {
		return ""
	}
	kept := text[:room-len(end)]
	return kept[:max(0, strings.LastIndexByte(kept, '\n'))] + end
}

func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", file, cause(err))
	}
	_, err = f.WriteString(text)
	return cmp.Or(err, f.Close())
}
