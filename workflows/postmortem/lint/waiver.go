package lint

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// waiverMark begins a waiver, within an HTML comment:
//
//	<!-- kintsugi-lint: ignore no-actions nothing could have been done -->
const waiverMark = "kintsugi-lint:"

// waiver lets findings of one rule be, from one offset of the source to another.
type waiver struct {
	rule             string
	offset, from, to int
	isUsed           bool
}

// waive drops the findings that the document waives. A waiver holds for the
// section that it stands in, with the sections below that one; above the first
// heading, for the whole document.
func (c *checker) waive() {
	if !strings.Contains(c.doc.Source, waiverMark) {
		return
	}
	waivers := c.waivers()
	c.findings = slices.DeleteFunc(c.findings, func(f Finding) bool {
		isWaived := false
		for i := range waivers {
			if w := &waivers[i]; w.rule == f.Rule && w.from <= f.offset && f.offset < w.to {
				w.isUsed, isWaived = true, true
			}
		}
		return isWaived
	})
	for _, w := range waivers {
		if !w.isUsed && c.options.Severities.of(w.rule) != off {
			c.add(ruleWaiver, w.offset, text{
				"There is nothing of `%[2]s` here to waive.",
				"ここには`%[2]s`にあたるものがありません。",
			}, text{
				"Delete this waiver, or move it into the section that it is meant for.",
				"この例外を消すか、対象の見出しの下に移してください。",
			}, w.rule)
		}
	}
}

// mostWaivers bounds what is read from one document: each costs a look at each
// finding.
const mostWaivers = 100

// waivers reads those of the document, and says which cannot be used.
func (c *checker) waivers() (all []waiver) {
	read := 0
	for at, said := range comments(c.doc) {
		if read++; read > mostWaivers {
			c.add(ruleWaiver, at, text{
				"Waivers after the first %[2]d are not read.",
				"例外は%[2]d件までです。これより後は読みません。",
			}, text{
				"Turn rules off in the policy instead, under `postmortem: lint:`.",
				"ポリシーの`postmortem: lint:`で規則を止めてください。",
			}, mostWaivers)
			break
		}
		verb, rest, _ := strings.Cut(said, " ")
		rule, reason, _ := strings.Cut(rest, " ")
		_, isKnown := byID[rule]
		switch {
		case verb != "ignore" || rule == "":
			c.add(ruleWaiver, at, text{
				"This waiver cannot be read.",
				"この例外の指定を読み取れません。",
			}, adviceWaiver)
		case !isKnown || rule == ruleWaiver:
			c.add(ruleWaiver, at, text{
				"%[2]s is no rule that can be waived: %[3]s.",
				"%[2]sという、例外にできる規則はありません。%[3]s。",
			}, adviceWaiver, words.Foreign(rule), nearest(rule))
		case reason == "":
			c.add(ruleWaiver, at, text{
				"This waiver gives no reason, so it does not count.",
				"例外の理由がないため、有効になりません。",
			}, adviceWaiver)
		default:
			from, to := c.around(at)
			all = append(all, waiver{rule: rule, offset: at, from: from, to: to})
		}
	}
	return all
}

var adviceWaiver = text{
	"Write the rule and why it does not apply here: `<!-- kintsugi-lint: ignore RULE reason -->`",
	"規則名と、ここで当てはまらない理由を書いてください: `<!-- kintsugi-lint: ignore 規則 理由 -->`",
}

// comments goes through the HTML comments of a document that begin as a waiver
// does, wherever they stand but in code, by the offset of each.
func comments(d *document.Document) iter.Seq2[int, string] {
	return func(yield func(at int, inner string) bool) {
		for next := 0; ; {
			mark := strings.Index(d.Source[next:], waiverMark)
			if mark < 0 {
				return
			}
			mark += next
			next = mark + len(waiverMark)
			at := len(strings.TrimRight(d.Source[:mark], " \t\r\n")) - len("<!--")
			if at < 0 || !strings.HasPrefix(d.Source[at:], "<!--") || isCode(d, at) {
				continue
			}
			inner, _, isClosed := strings.Cut(d.Source[mark:min(len(d.Source), mark+mostWaiver)], "-->")
			if isClosed && !yield(at, strings.Join(strings.Fields(inner[len(waiverMark):]), " ")) {
				return
			}
		}
	}
}

// mostWaiver is how long a waiver may be, in bytes.
const mostWaiver = 2_000

// isCode tells whether an offset lies in code, where somebody shows a waiver
// instead of writing one.
func isCode(d *document.Document, at int) bool {
	if r, ok := rowAt(d, at); ok && d.Rows[r].Kind == document.Code && at < d.Rows[r].Offset+len(d.Rows[r].Text) {
		return true
	}
	line := d.Source[1+strings.LastIndexByte(d.Source[:at], '\n') : at]
	return strings.Count(line, "`")%2 == 1
}

// rowAt is the last row that begins at or before an offset.
func rowAt(d *document.Document, offset int) (index int, ok bool) {
	i, isThere := slices.BinarySearchFunc(d.Rows, offset, func(r document.Row, offset int) int { return cmp.Compare(r.Offset, offset) })
	if !isThere {
		i--
	}
	return i, i >= 0
}

// around is the section that an offset stands in, from the text of its heading on.
func (c *checker) around(offset int) (from, to int) {
	rows := c.doc.Rows
	r, ok := rowAt(c.doc, offset)
	if ok && rows[r].Kind != document.Heading {
		r = rows[r].Section
	}
	if !ok || r < 0 {
		return 0, len(c.doc.Source) + 1
	}
	for _, next := range rows[r+1:] {
		if next.Kind == document.Heading && next.Level <= rows[r].Level {
			return rows[r].Offset, next.Offset
		}
	}
	return rows[r].Offset, len(c.doc.Source) + 1
}
