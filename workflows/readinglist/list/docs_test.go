package list

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDocs: what the documentation says of figures is what is computed.
func TestDocs(t *testing.T) {
	for _, page := range []struct {
		file    string
		figures []string
	}{
		{"../../../docs/reading-list.md", []string{fmt.Sprintf("%d words a minute", wordsPerMinute), fmt.Sprintf("%d characters a minute", charactersPerMinute), fmt.Sprintf("more than %d entries", mostInPart), fmt.Sprintf("the %d listed last", feedSize), fmt.Sprintf("%d things at most", mostCited)}},
		{"../../../docs/reading-list.ja.md", []string{fmt.Sprintf("1分%d語", wordsPerMinute), fmt.Sprintf("1分%d文字", charactersPerMinute), fmt.Sprintf("%d件を超えると", mostInPart), fmt.Sprintf("新しく載った%d件", feedSize), fmt.Sprintf("挙げているもの%d件まで", mostCited), fmt.Sprintf("%d行以上のファイル", fewLines)}},
	} {
		content, err := os.ReadFile(page.file)
		if err != nil {
			t.Fatal(err)
		}
		for _, figure := range page.figures {
			if !strings.Contains(string(content), figure) {
				t.Errorf("%s does not say %q", page.file, figure)
			}
		}
	}
}
