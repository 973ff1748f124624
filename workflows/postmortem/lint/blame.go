package lint

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/blame"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// blames offers a better wording for sentences that blame. What is quoted was
// said by somebody else.
func (c *checker) blames() {
	if c.options.Severities.of(ruleBlame) == off {
		return
	}
	for i := range c.doc.Rows {
		r := &c.doc.Rows[i]
		switch {
		case r.Quoted:
		case r.Kind == document.Text || r.Kind == document.HTML:
			c.blamesIn(r.Text, r.Offset)
		case r.Kind == document.TableRow:
			for _, cell := range r.Cells {
				c.blamesIn(cell.Text, cell.Offset)
			}
		}
	}
}

func (c *checker) blamesIn(said string, offset int) {
	for _, f := range blame.Find(said) {
		at := c.within(offset, f.Start, f.Words)
		if at <= c.told && c.told < at+len(f.Words) {
			continue
		}
		c.add(ruleBlame, at, text{
			"%[2]s says whose fault it was.",
			"%[2]sは、だれのせいかを述べた表現に読めます。",
		}, text{
			"For example: %[3]s. As it stands is fine, too.",
			"たとえば: %[3]s（このままでも進められます）",
		}, words.Foreign(f.Words), better(f.Better))
	}
}

// better is a better wording. It may repeat some of the document's words.
type better string

// mostBetter is how long one may be, in characters.
const mostBetter = 200

// mostMarks is how much longer a text may be in the source than it reads, in
// bytes, by marks of emphasis and addresses of links.
const mostMarks = 300

// within is where words of a text stand in the source. Marks between have no
// place in the text, so the words are looked for from where they would stand
// without any.
func (c *checker) within(offset, start int, words string) int {
	src := c.doc.Source[offset:]
	if len(src) < start {
		return offset
	}
	if strings.HasPrefix(src[start:], words) {
		return offset + start
	}
	if found := strings.Index(src[start:min(len(src), start+len(words)+mostMarks)], words); found >= 0 {
		return offset + start + found
	}
	return offset
}
