package sandbox_test

import (
	"io"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// BenchmarkStory is the whole story, from an empty folder to the end. It is to
// take less than 20 s in each language.
func BenchmarkStory(b *testing.B) {
	for _, lang := range []words.Language{words.English, words.Japanese} {
		b.Run(string(lang), func(b *testing.B) {
			for b.Loop() {
				if err := sandbox.Run(b.Context(), sandbox.Options{Languages: []words.Language{lang}, Exit: true, Out: io.Discard}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
