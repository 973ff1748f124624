package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// show says a verdict as it was asked for.
func (g *gate) show(asked *looked, v *verdict.Verdict) error {
	out := g.command.OutOrStdout()
	text := v.Text(g.lang)
	if asked.file == "" && asked.input.Unread.IsEmpty() {
		text += "\n" + g.say("The repository has no checklist of its own yet, so the small one is shown: `kintsugi readiness init` writes it.",
			"このリポジトリにはまだチェックリストがないため、小さいものを使いました。`kintsugi readiness init` で作れます。") + "\n"
	}
	switch g.as {
	case "json":
		return writeJSON(out, g.verdictJSON(asked, v, text))
	case "github":
		if err := g.annotate(out, asked, v); err != nil {
			return err
		}
		if err := g.report(wordOf(v), v.Ready, text, g.verdictJSON(asked, v, text)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(out, printable(text))
	return err
}

// place is a line of a file in the repository; the line is 0 where there is none.
type place struct {
	file string
	line int
}

// mostAnnotations of a level are shown of a step. docs: PLATFORM of GitHub Actions,
// "Limits on annotations": 10 errors and 10 warnings.
const mostAnnotations = 10

// annotate writes what is missing onto the lines that ask for it.
func (g *gate) annotate(out io.Writer, asked *looked, v *verdict.Verdict) error {
	level := "error"
	if v.Passes {
		level = "warning"
	}
	if v.Way == verdict.Back || v.Way == verdict.Fix {
		level = "notice"
	}
	if g.counts && v.Way == verdict.Anyway { // which a digest of the App's finds again
		if err := annotation(out, "notice", place{}, readiness.AnywayTitle(g.lang), readiness.AnywayReason(g.anyway)); err != nil {
			return err
		}
	}
	for _, note := range g.notes {
		if err := annotation(out, "notice", place{}, v.Headline(g.lang), note.In(g.lang)); err != nil {
			return err
		}
	}
	if err := g.annotateBroken(level, asked.problems); err != nil {
		return err
	}
	reasons := slices.DeleteFunc(v.Reasons(g.lang), func(r verdict.Reason) bool { // stands on the lines of the file
		return len(asked.problems) > 0 && r.Hold != nil && r.Hold.Kind == verdict.Unread
	})
	for i, r := range reasons {
		if left := len(reasons) - i; i == mostAnnotations-1 && left > 1 {
			_, err := fmt.Fprintf(out, "::%s title=%s::%s\n", level, githubProperty(v.Headline(g.lang)), githubData(fmt.Sprintf(g.say("%d more: see the log of this step", "ほかに%d件あります。このステップのログを見てください"), left)))
			return err
		}
		if err := annotation(out, level, g.placeOf(asked, r), v.Headline(g.lang), r.Text); err != nil {
			return err
		}
	}
	return nil
}

func annotation(out io.Writer, level string, at place, title, text string) error {
	where := ""
	if at.line > 0 {
		where = fmt.Sprintf("file=%s,line=%d,", githubProperty(filepath.ToSlash(at.file)), at.line)
	}
	_, err := fmt.Fprintf(out, "::%s %stitle=%s::%s\n", level, where, githubProperty(title), githubData(text))
	return err
}

// placeOf is where that which is missing is asked for. A policy of another repository
// has no line here.
func (g *gate) placeOf(asked *looked, r verdict.Reason) place {
	if r.Hold == nil {
		if r.Item < len(asked.lines) {
			return place{asked.file, asked.lines[r.Item]}
		}
		return place{}
	}
	if r.Hold.Kind == verdict.Unread && len(asked.problems) > 0 {
		return place{asked.problems[0].File, asked.problems[0].Line}
	}
	key := "readiness." + string(r.Hold.Kind)
	for i := range asked.input.Settings.Freezes {
		if r.Hold.Freeze == &asked.input.Settings.Freezes[i] {
			key = fmt.Sprintf("readiness.freeze[%d]", i)
		}
	}
	file, line := asked.policy.At(key)
	file, isHere := strings.CutPrefix(file, g.repo+"/")
	if !isHere {
		return place{}
	}
	return place{file, line}
}

// The verdict as JSON.
type (
	verdictJSON struct {
		Ready       bool         `json:"ready"`
		Passes      bool         `json:"passes"`
		Way         verdict.Way  `json:"way"`
		Headline    string       `json:"headline"`
		At          time.Time    `json:"at"`
		Repository  string       `json:"repository"`
		Commit      string       `json:"commit"`
		Service     *string      `json:"service"`
		Environment *string      `json:"environment"`
		Fixes       *string      `json:"fixes"`
		Shipped     *shippedJSON `json:"shipped"`
		Checklist   *listJSON    `json:"checklist"`
		Items       []itemJSON   `json:"items"`
		Holds       []holdJSON   `json:"holds"`
		Unseen      []holdJSON   `json:"unseen"`
		RanBefore   seenJSON     `json:"ran_before"`
		Reasons     []reasonJSON `json:"reasons"`
		// Problems are those of a file that cannot be used and holds nothing all the same.
		Problems []problemJSON `json:"problems,omitempty"`
		Text     string        `json:"text"`
	}
	// shippedJSON is the decision by which what is not ready passes.
	shippedJSON struct {
		By     string    `json:"by"`
		At     time.Time `json:"at"`
		Reason string    `json:"reason"`
	}
	listJSON struct {
		File    *string `json:"file"`
		Version string  `json:"version"`
		Own     bool    `json:"own"`
	}
	itemJSON struct {
		ID       string          `json:"id"`
		Level    checklist.Level `json:"level"`
		Question string          `json:"question"`
		State    verdict.State   `json:"state"`
		Holds    bool            `json:"holds"`
		Line     int             `json:"line"`
		Looked   []pieceJSON     `json:"looked_at"`
	}
	pieceJSON struct {
		Kind  checklist.Kind `json:"kind"`
		What  string         `json:"what"`
		State verdict.State  `json:"state"`
		seenJSON
	}
	seenJSON struct {
		Found   *bool      `json:"found"`
		Seen    *string    `json:"seen"`
		URL     *string    `json:"url"`
		Since   *time.Time `json:"since"`
		Looked  *time.Time `json:"looked"`
		Because *string    `json:"because"`
	}
	holdJSON struct {
		Kind    verdict.Condition `json:"kind"`
		Blocks  bool              `json:"blocks"`
		Lifted  bool              `json:"lifted"`
		Ref     *string           `json:"ref"`
		URL     *string           `json:"url"`
		Because *string           `json:"because"`
	}
	reasonJSON struct {
		File *string `json:"file"`
		Line int     `json:"line"`
		Text string  `json:"text"`
	}
)

func (g *gate) verdictJSON(asked *looked, v *verdict.Verdict, text string) verdictJSON {
	in := asked.input
	shown := verdictJSON{
		Ready: v.Ready, Passes: v.Passes, Way: v.Way, Headline: v.Headline(g.lang), At: in.Now.UTC().Truncate(time.Second),
		Repository: g.repo, Commit: in.Commit, Service: orNull(in.Service), Environment: orNull(in.Environment), Fixes: orNull(in.Fixes),
		Items: []itemJSON{}, Holds: g.holdsJSON(v.Holds), Unseen: g.holdsJSON(v.Unseen), RanBefore: g.seenJSON(in.RanBefore), Reasons: []reasonJSON{}, Problems: problemsJSON(asked.problems, g.lang), Text: text,
	}
	if v.Shipped != nil {
		shown.Shipped = &shippedJSON{v.Shipped.By, v.Shipped.At.UTC().Truncate(time.Second), v.Shipped.Reason}
	}
	if len(in.Checklist.Items) > 0 {
		shown.Checklist = &listJSON{orNull(asked.file), in.Checklist.Version(), in.Own}
	}
	for n := range v.Items {
		shown.Items = append(shown.Items, g.itemJSON(&v.Items[n], asked.lines, n))
	}
	for _, r := range v.Reasons(g.lang) {
		at := g.placeOf(asked, r)
		shown.Reasons = append(shown.Reasons, reasonJSON{orNull(at.file), at.line, r.Text})
	}
	return shown
}

func (g *gate) itemJSON(item *verdict.Item, lines []int, n int) itemJSON {
	level := item.Level
	if item.IsRequired() {
		level = checklist.Required
	}
	shown := itemJSON{ID: item.ID, Level: level, Question: item.Question.In(g.lang), State: item.State, Holds: item.Holds(), Looked: []pieceJSON{}}
	if n < len(lines) {
		shown.Line = lines[n]
	}
	for i := range item.Looked {
		p := &item.Looked[i]
		shown.Looked = append(shown.Looked, pieceJSON{p.Kind(), strings.TrimSpace(p.Evidence.In(g.lang)), p.State, g.seenJSON(p.Answer)})
	}
	return shown
}

func (g *gate) holdsJSON(holds []verdict.Hold) []holdJSON {
	all := []holdJSON{}
	for i := range holds {
		h := &holds[i]
		shown := holdJSON{Kind: h.Kind, Blocks: h.Blocks, Lifted: h.Lifted, Because: orNull(h.Because.In(g.lang))}
		if h.Incident != nil {
			shown.Ref, shown.URL = &h.Incident.Ref, orNull(h.Incident.URL)
		}
		all = append(all, shown)
	}
	return all
}

func (g *gate) seenJSON(a verdict.Answer) seenJSON {
	shown := seenJSON{Seen: orNull(a.Seen), URL: orNull(a.URL), Since: orNever(a.At), Looked: orNever(a.Looked), Because: orNull(a.Because.In(g.lang))}
	switch a.Found {
	case verdict.Yes:
		shown.Found = new(true)
	case verdict.No:
		shown.Found = new(false)
	case verdict.Unknown:
	}
	return shown
}

func orNever(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC().Truncate(time.Second)
	return &at
}
