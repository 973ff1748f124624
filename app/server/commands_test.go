package server_test

import (
	"os"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// TestCommandReference keeps docs/commands.md the same as what /help answers.
func TestCommandReference(t *testing.T) {
	const file = "../../docs/commands.md"
	var b strings.Builder
	b.WriteString("# Commands\n\nMade from the program's own declarations (`make golden`).\n")
	for _, lang := range []words.Language{words.English, words.Japanese} {
		for _, w := range server.Workflows() {
			if w.Owns == nil {
				continue
			}
			head := "## On " + w.Noun[lang].One
			if lang == words.Japanese {
				head = "## 日本語: " + w.Noun[lang].One + "で"
			}
			b.WriteString("\n" + head + "\n\n" + workflows.CommandTable(workflows.CommandsOn(server.Workflows(), w.Name), lang))
			if w.Name == incident.Name {
				b.WriteString(incident.HelpNote(lang))
			}
		}
	}
	got, err := os.ReadFile(file)
	if string(got) == b.String() {
		return
	}
	if os.Getenv("KINTSUGI_UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is not what the commands declare (make golden writes it): %v", file, err)
}
