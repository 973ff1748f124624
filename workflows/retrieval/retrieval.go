// Package retrieval finds, among texts kept in memory, the runbooks and the
// earlier incidents that suit what somebody reports, in English and in Japanese.
// It decides what counts as text, what ranks higher and what is too little to
// be shown: a suggestion that does not fit sends people the wrong way at three
// in the morning, so that saying nothing is its usual answer. It must not know
// where texts come from or who asks.
package retrieval

import "github.com/kintsugi-app/kintsugi/workflows"

// How many suggestions there are at most: more would be a list to read.
const (
	mostRunbooks = 2
	mostSimilar  = 1
	mostWords    = 5 // shown for one of them
)

// Document is a text that may be suggested.
type Document struct {
	// Key tells documents apart: a later one takes the place of an earlier.
	Key string
	// Version, where there is one, says of two with the same key whether they
	// are the same.
	Version string
	Title   string
	URL     string
	Number  int // of an issue
	// Keywords are those that somebody chose: one of them in a text is strong
	// evidence.
	Keywords []string
	Body     string
	// Settled says that the story has an end that somebody can learn from. Of
	// two that suit alike it comes first.
	Settled bool
}

// Runbooks are the runbooks that suit a text, at most two, the best first. One
// of the runbook's own keywords in the text suffices, unless as many runbooks
// share it that it tells none apart.
func (x *Index) Runbooks(text string) []workflows.Match { return x.Search(Report(text), mostRunbooks) }

// Similar is the earlier incident that suits a text best, or none. Earlier are
// those with a lower number than before.
func (x *Index) Similar(text string, before int) []workflows.Match {
	return x.search(Report(text), mostSimilar, func(d *Document) bool { return d.Number < before })
}

// Search lists the documents that suit a text well enough, at most k, the best
// first. The first line of the text counts as its title.
func (x *Index) Search(text string, k int) []workflows.Match {
	return x.search(text, k, func(*Document) bool { return true })
}
