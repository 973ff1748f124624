// Package runbook reads release runbooks, Markdown texts with steps, owners and times,
// and says how one differs from the one before. It is pure, and must not know where they
// are kept.
package runbook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Runbook is what a release runbook says is to be done. What was ticked, and when a step
// was done, is no part of it.
type Runbook struct {
	// Template is the one that it was made from, with its language and version, such as
	// "release-runbook en 1"; empty where it does not say.
	Template string `json:"template,omitempty"`
	Steps    []Step `json:"steps"`
}

// Step is one thing to do. Texts are as people wrote them, without marks of Markdown.
type Step struct {
	// Section is the heading above.
	Section string `json:"section,omitempty"`
	What    string `json:"what"`
	Who     string `json:"who,omitempty"`
	Planned string `json:"planned,omitempty"`
	// Sign is how one sees that it worked, and Fallback what to do if not.
	Sign     string `json:"sign,omitempty"`
	Fallback string `json:"fallback,omitempty"`
	Line     int    `json:"line"`
}

// What is more than this is no runbook.
const (
	mostText  = 256 << 10
	mostSteps = 500
)

// Headings of columns, by what they mean.
var (
	ofStep     = regexp.MustCompile(`(?i)^(?:steps?|tasks?|actions?|what|手順|作業|やること|内容)$`)
	ofWho      = regexp.MustCompile(`(?i)^(?:who|owners?|assignees?|responsible|by|担当者?|実施者)$`)
	ofPlanned  = regexp.MustCompile(`(?i)^(?:planned|plan|time|when|start|begins|予定|時刻|開始|予定時刻|開始予定)$`)
	ofSign     = regexp.MustCompile(`(?i)^(?:it worked if|worked if|expected|expected result|check|verify|うまくいったしるし|確認方法|確認|期待する結果)$`)
	ofFallback = regexp.MustCompile(`(?i)^(?:if not|if it fails|fallback|rollback|otherwise|だめなとき|失敗したとき|切り戻し)$`)
	ofMade     = regexp.MustCompile(`^\s*kintsugi:template (release-runbook [a-z]{2} \d{1,4})\s*$`)
)

// Is reports whether a text holds a runbook: it says so itself, or has a table of steps
// that somebody does at some time.
func Is(text string) bool {
	if len(text) > mostText {
		return false
	}
	d := document.Read(text)
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind == document.Comment && ofMade.MatchString(r.Text) {
			return true
		}
		if r.Kind == document.TableHead {
			if c := columnsOf(r); c.step >= 0 && c.who >= 0 && c.planned >= 0 {
				return true
			}
		}
	}
	return false
}

// Parse reads a runbook: the rows of its tables of steps, its boxes, and the items of its
// numbered lists. It is nil where anything cannot be used, since a difference to half a
// runbook would be wrong; the problems then say what, and where.
func Parse(file, text string) (*Runbook, []policy.Problem) {
	p := &reader{file: file}
	if len(text) > mostText {
		p.problems = append(p.problems, policy.Problem{
			File: file, Message: fmt.Sprintf("larger than %d KiB: no runbook is", mostText>>10), Japanese: fmt.Sprintf("%d KiBを超えています。手順書としては大きすぎます", mostText>>10),
		})
		return nil, p.problems
	}
	p.d = document.Read(text)
	p.read()
	switch {
	case len(p.problems) > 0:
	case len(p.out.Steps) == 0:
		p.wrong(0, "there are no steps: a table with a column `Step`, boxes, or a numbered list", "手順がありません。「手順」の列のある表、チェックボックス、番号付きのリストのどれかで書いてください")
	case len(p.out.Steps) > mostSteps:
		p.wrong(0, fmt.Sprintf("there are more than %d steps: compare parts of it", mostSteps), fmt.Sprintf("手順が%dを超えています。分けて比べてください", mostSteps))
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return &p.out, nil
}

type reader struct {
	file     string
	d        *document.Document
	out      Runbook
	problems []policy.Problem
}

func (p *reader) wrong(offset int, english, japanese string) {
	line, column := p.d.Position(offset)
	p.problems = append(p.problems, policy.Problem{File: p.file, Line: line, Column: column, Message: english, Japanese: japanese})
}

// columns are where a table has what; -1 for nowhere.
type columns struct{ step, who, planned, sign, fallback int }

func columnsOf(head *document.Row) columns {
	find := func(is *regexp.Regexp) int {
		for i, c := range head.Cells {
			if is.MatchString(plain(c.Text)) {
				return i
			}
		}
		return -1
	}
	return columns{find(ofStep), find(ofWho), find(ofPlanned), find(ofSign), find(ofFallback)}
}

func (p *reader) read() {
	var in columns
	for i := range p.d.Rows {
		r := &p.d.Rows[i]
		switch {
		case r.Kind == document.Comment:
			if m := ofMade.FindStringSubmatch(r.Text); m != nil {
				p.out.Template = m[1]
			}
		case r.Quoted:
		case r.Kind == document.TableHead:
			in = columnsOf(r)
		case r.Kind == document.TableRow && in.step >= 0:
			p.row(r, in)
		case r.Kind == document.Text && r.First && r.Depth == 1 && (r.Box || r.Ordered):
			if what := plain(p.item(i)); what != "" {
				p.out.Steps = append(p.out.Steps, Step{Section: p.section(r), What: what, Line: r.Line})
			}
		}
	}
}

// row is a step of a table. One without a word is a line to be filled in.
func (p *reader) row(r *document.Row, in columns) {
	cell := func(i int) string {
		if i < 0 || i >= len(r.Cells) {
			return ""
		}
		return plain(r.Cells[i].Text)
	}
	s := Step{Section: p.section(r), What: cell(in.step), Who: cell(in.who), Planned: cell(in.planned), Sign: cell(in.sign), Fallback: cell(in.fallback), Line: r.Line}
	if s.What == "" {
		if s.Who+s.Planned+s.Sign+s.Fallback != "" {
			p.wrong(r.Offset, "this row has no step: write what is to be done", "この行には手順がありません。何をするかを書いてください")
		}
		return
	}
	if m := clock.FindStringSubmatch(norm.NFKC.String(s.Planned)); m != nil && minutesOf(s.Planned) < 0 {
		p.wrong(r.Cells[in.planned].Offset, "this is no time of day: write it as 9:30", "時刻になっていません。9:30 のように書いてください")
	}
	p.out.Steps = append(p.out.Steps, s)
}

// item is the text of an item of a list, over its lines.
func (p *reader) item(at int) string {
	var lines []string
	for i := at; i < len(p.d.Rows) && p.d.Rows[i].Block == p.d.Rows[at].Block && p.d.Rows[i].Kind == document.Text; i++ {
		lines = append(lines, p.d.Rows[i].Text)
	}
	return strings.Join(lines, " ")
}

func (p *reader) section(r *document.Row) string {
	if r.Section < 0 {
		return ""
	}
	return plain(p.d.Rows[r.Section].Text)
}

// mostWords is how much of a text of a step counts, in characters.
const mostWords = 500

// plain is a text on one line, as people see it.
func plain(text string) string { return words.Line(strings.TrimSpace(text), mostWords) }

// Version names what a runbook says is to be done, by whom and when, however it is laid
// out.
func (b *Runbook) Version() string {
	said := make([]Step, len(b.Steps))
	for i, s := range b.Steps {
		s.Line = 0
		said[i] = s
	}
	text, err := json.Marshal(said)
	if err != nil {
		panic(err) // texts can always be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

// folded is a text by which steps are known again: width, capitals and what separates
// words do not count.
func folded(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFKC.String(text)), func(r rune) bool {
		return strings.ContainsRune(" \t\u3000.,;:!?。、！？", r)
	}), " ")
}
