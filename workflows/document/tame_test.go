package document

import (
	"regexp"
	"strings"
	"testing"
)

// hostile are comments as long as GitHub takes them, on which goldmark alone
// would spend seconds.
var hostile = map[string]string{
	"links":      strings.Repeat("[](", 21_845),
	"code spans": strings.Repeat("\\``\n[", 13_107),
	"emphasis":   strings.Repeat("_a*", 21_845),
	"quotations": strings.Repeat(">", 65_535),
	"lists":      strings.Repeat("1. ", 21_845),
}

// markers matches all that nests at the beginning of a line.
var markers = regexp.MustCompile(`^(?:[ >]|[0-9]+[.] )*`)

func TestTame(t *testing.T) {
	for name, src := range hostile {
		got := tame(src + "\n\n/ack")
		if len(got) != len(src)+6 || strings.Count(got, "\n") != strings.Count(src, "\n")+2 || !strings.HasSuffix(got, "\n\n/ack") {
			t.Errorf("%s: lines or offsets have changed", name)
		}
		for line := range strings.Lines(got) {
			before := markers.FindString(line)
			if n := strings.Count(before, ">") + strings.Count(before, "."); n > maxNesting {
				t.Errorf("%s: %d levels are left", name, n)
			}
		}
		left := 0
		for _, m := range marks {
			left += strings.Count(got, string(m))
		}
		if left > maxMarks {
			t.Errorf("%s: %d marks are left", name, left)
		}
	}
	for _, usual := range []string{"", "\n", "> - [ ] a `b`\n\n```go\nx[1]\n```\n", strings.Repeat("a [b](c)\n", 900)} {
		if got := tame(usual); got != usual {
			t.Errorf("%.40q is changed: %.40q", usual, got)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, src := range hostile {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				CommandLines(src + "\n\n/ack")
			}
		})
	}
}
