package readinglist

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// page keeps the list on an issue, where there are no files for it.
func page(in workflows.Input) workflows.Decision {
	if !in.Observation.Issue.Open {
		return workflows.Decision{Plan: workflows.Plan{Sections: []workflows.Section{{
			Key: name, Title: in.Say("Reading list · not kept any more", "読書リスト · 更新を終了"), Text: in.Say("Reopening the issue has it kept again.", "Issueを開き直すと、更新を再開します。"),
		}}}}
	}
	g := newGathering(in, in.Observation.Subject.Repo)
	entries := g.labelled()
	files := workflows.Answer{Unknown: workflows.NotThere}
	if g.own.Write != writeIssue {
		files, _ = g.fact(workflows.FileAsk{Repo: g.here, Path: g.own.Folder + "/data/list.json"})
	}
	if g.asking() {
		return workflows.Decision{Asks: g.asks}
	}
	title := in.Say(fmt.Sprintf("Reading list · %s", counted(len(entries), "postmortem")), fmt.Sprintf("読書リスト · %d件", len(entries)))
	text := in.Say("A postmortem gets on it by the label or `/recommend`.", "ラベルか `/推薦` で載ります。")
	if files.Unknown == "" {
		at := words.Foreign(g.own.Folder + "/README.md").Inline(200)
		text += in.Say(" It is kept in "+at+" as well: close this issue if that is enough.", " "+at+" にも同じ一覧があります。そちらで足りるときは、このIssueを閉じてください。")
	}
	body := list.BySection(entries, in.Language)
	if body == "" {
		body = in.Say("Nothing is listed yet.", "まだ何も載っていません。")
	}
	return workflows.Decision{Plan: workflows.Plan{
		Labels:   []workflows.LabelIntent{{Label: pageLabel(), On: true, At: in.Observation.Issue.CreatedAt}},
		Sections: []workflows.Section{{Key: name, Title: title, Text: text}},
		Comments: append([]workflows.CommentIntent{{Key: keyEntries, Body: body}}, in.HelpComments(keyHelp, helped(in.Acts), "")...),
		Wake:     g.nextNight(in.Now),
	}}
}

func counted(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

func helped(acts []workflows.Act) (asked []workflows.Act) {
	for _, a := range acts {
		if a.Name == "help" && a.Verdict == workflows.Done {
			asked = append(asked, a)
		}
	}
	return asked
}

// labelled are the entries of all that carries the label, with what the club read.
func (g *gathering) labelled() (entries []list.Entry) {
	g.whole = true
	g.look()
	for _, url := range slices.Sorted(maps.Keys(g.found)) {
		if f := g.found[url]; !f.off {
			entries = append(entries, f.entry)
		}
	}
	slices.SortFunc(entries, func(a, b list.Entry) int { return strings.Compare(a.ID, b.ID) })
	read := g.readings()
	for i := range entries {
		for _, r := range read[entries[i].ID] {
			entries[i].WasRead(r.Day, r.Notes)
		}
	}
	return entries
}

// entries are those of the list of a repository: of its files, or, where it has none,
// of all that carries the label.
func (g *gathering) entries() []list.Entry {
	s, ok := g.shelf()
	if g.asking() {
		return nil
	}
	if ok {
		if _, exists, err := s.options(); err == nil && exists {
			entries, err := list.Entries(s.there)
			if err == nil {
				return g.absolute(entries)
			}
		}
		if g.asking() {
			return nil
		}
	}
	return g.labelled()
}
