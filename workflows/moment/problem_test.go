package moment_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestProblemsSayWhatToWrite(t *testing.T) {
	ref := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	for text, want := range map[string][2]string{
		"2:40 IST": {
			"`IST` can be India (+05:30) or Israel (+02:00) or Ireland (+01:00). Write the offset instead, like `02:40 +05:30`.",
			"`IST` は インド (+05:30)、イスラエル (+02:00)、アイルランド (+01:00) のどれか決められません。`02:40 +05:30` のように時差で書いてください。",
		},
		"2:40 QQQ": {
			"The time zone `QQQ` is not known. Write `JST`, `UTC` or the offset, like `02:40 +09:00`.",
			"タイムゾーン `QQQ` は分かりませんでした。`JST`、`UTC`、または `02:40 +09:00` のように時差で書いてください。",
		},
	} {
		_, err := moment.Parse(text, ref, time.UTC)
		var p *moment.Problem
		if !errors.As(err, &p) || p.Error() != want[0] || p.In(words.Japanese) != want[1] {
			t.Errorf("%q: %v", text, err)
		}
	}
	seen := map[string]bool{}
	for _, kind := range kinds {
		p := &moment.Problem{Kind: kind}
		for _, sentence := range []string{p.Error(), p.In(words.Japanese)} {
			if seen[sentence] || !strings.Contains(sentence, "02:40") && !strings.Contains(sentence, "00:30") {
				t.Errorf("kind %d gives no example of its own: %s", kind, sentence)
			}
			seen[sentence] = true
		}
	}
}
