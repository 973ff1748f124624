package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Barrier is what axe-core finds that keeps people out.
type Barrier struct {
	// Rule is axe-core's name for it; Impact is minor, moderate, serious or critical.
	Rule, Impact, Help string
	// Where are the elements, as selectors with what is wrong.
	Where []string
}

func (b Barrier) String() string {
	return fmt.Sprintf("%s (%s): %s\n\t%s", b.Rule, b.Impact, b.Help, strings.Join(b.Where, "\n\t"))
}

// axe is where `npm ci --ignore-scripts --prefix tools` puts axe-core, from the
// repository's root.
var axe = filepath.Join("tools", "node_modules", "axe-core", "axe.min.js")

// Barriers lists what axe-core finds in the page that is open: WCAG 2.2 at levels A
// and AA, and what axe-core calls best practice. Where axe-core is not installed
// the test is skipped, or failed if everything must be tested.
func (b *Browser) Barriers() []Barrier {
	b.t.Helper()
	if b.axe == "" {
		source, err := os.ReadFile(fromRoot(axe))
		if err != nil {
			const why = "needs npm's axe-core (npm ci --ignore-scripts --prefix tools)"
			if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
				b.t.Fatalf("%s: %v", why, err)
			}
			b.t.Skipf("%s: %v", why, err)
		}
		b.axe = string(source)
	}
	b.Eval(b.axe + "; 'loaded'")
	var said struct {
		Passed int
		Found  []Barrier
	}
	answer := b.Eval(`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify({Passed: r.passes.length, Found: r.violations.map(v => ({
		Rule: v.id, Impact: v.impact, Help: v.help, Where: v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " "))}))}))`)
	if err := json.Unmarshal([]byte(answer), &said); err != nil || said.Passed == 0 {
		b.t.Fatalf("axe-core says %q: %v", answer, err)
	}
	return said.Found
}

// fromRoot finds a file of the repository from wherever in it a test runs.
func fromRoot(name string) string {
	for range 6 {
		if _, err := os.Stat(name); err == nil {
			break
		}
		name = filepath.Join("..", name)
	}
	return name
}
