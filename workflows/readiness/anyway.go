package readiness

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// anyway are the titles of the annotation by which a job says that it released what is not
// ready. A digest finds it by them, whatever the language of the job is, so that they never
// change.
var anyway = words.Both("Released as decided (Kintsugi)", "判断によるリリース（Kintsugi）")

// AnywayTitle is that title in the language of a job.
func AnywayTitle(lang words.Language) string { return anyway[lang] }

// AnywayReason is why, as the text of that annotation.
func AnywayReason(reason string) string { return words.Line(reason, mostReason) }

// anywayTitles are both titles, a line each.
func anywayTitles() string {
	return strings.Join([]string{anyway[words.English], anyway[words.Japanese]}, "\n")
}
