package readiness

import (
	"fmt"
	"path"
	"strings"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Chosen is the checklist by which a service is judged.
type Chosen struct {
	*checklist.Checklist
	// File is where it stands, and Lines are those of its items; empty for the small
	// one that comes along, as long as the repository has none.
	File  string
	Lines []int
}

// IsOwn reports whether the repository has it.
func (c Chosen) IsOwn() bool { return c.File != "" }

// Unfit is why no checklist can be chosen: one cannot be read, whichever it is, since
// it may be the one that counts; several fit; or none does.
type Unfit struct {
	Problems []policy.Problem
	Several  []string
	Service  string
}

func (u *Unfit) Error() string { return u.Text().English }

// Text says it as a part of a sentence.
func (u *Unfit) Text() checklist.Text {
	switch {
	case len(u.Problems) > 0:
		p := u.Problems[0]
		at := placeOf(p)
		return checklist.Text{
			English:  fmt.Sprintf("%s cannot be used: %s", at, strings.TrimRight(p.In(words.English), ".")),
			Japanese: fmt.Sprintf("%s を読み取れません: %s", at, strings.TrimRight(p.In(words.Japanese), "。")),
		}
	case len(u.Several) > 0:
		all := words.Foreign(strings.Join(u.Several, ", ")).Inline(200)
		return checklist.Text{English: "several checklists fit (" + all + ") and no service is named", Japanese: "当てはまるチェックリストが複数あります（" + all + "）。サービスの指定が必要です"}
	}
	service := words.Foreign(u.Service).Inline(60)
	return checklist.Text{
		English: "no checklist in " + checklist.Folder + " is for the service " + service, Japanese: checklist.Folder + " に、サービス " + service + " のチェックリストがありません",
	}
}

// placeOf is where a problem is, as a part of a sentence.
func placeOf(p policy.Problem) string {
	if p.Line == 0 {
		return words.Foreign(p.File).Inline(200)
	}
	return words.Foreign(fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)).Inline(200)
}

// Take reads one checklist.
func Take(file string, content []byte) (Chosen, *Unfit) {
	read, problems := checklist.Parse(file, content)
	if read == nil {
		return Chosen{}, &Unfit{Problems: problems}
	}
	return Chosen{Checklist: read, File: file, Lines: checklist.Lines(policy.Source{File: file, Content: content})}, nil
}

// Choose finds the checklist for a service among the files of checklist.Folder: the one
// that fits, or the small one that comes along where there is none at all.
func Choose(files []workflows.File, service string) (Chosen, *Unfit) {
	var fit []Chosen
	has := false
	for _, f := range files {
		if !isList(f.Path) {
			continue
		}
		has = true
		read, unfit := Take(f.Path, []byte(f.Text))
		if unfit != nil {
			return read, unfit
		}
		if read.For(service) {
			fit = append(fit, read)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		several := &Unfit{}
		for _, c := range fit {
			several.Several = append(several.Several, c.File)
		}
		return Chosen{}, several
	case has:
		return Chosen{}, &Unfit{Service: service}
	}
	small, _ := checklist.Parse(templates.ReadinessChecklist, templates.Readiness(templates.LevelSmall, "ci.yml").Content)
	return Chosen{Checklist: small}, nil
}

// isList reports whether a file of checklist.Folder is a checklist.
func isList(file string) bool { return path.Ext(file) == ".yml" || path.Ext(file) == ".yaml" }

// HoldsNothing says why a file that cannot be used holds nothing, by the mode of the gate,
// empty if nobody knows it, and whether the repository may have a checklist of its own; it
// is empty where the file does hold.
func HoldsNothing(mode verdict.Mode, mayBeOwn bool) (because checklist.Text) {
	switch {
	case mode == verdict.Warn:
		return checklist.Text{English: "Nothing is held, since the mode is `warn`.", Japanese: "モードが `warn` のため、止めません。"}
	case mode == "" && !mayBeOwn:
		return checklist.Text{
			English:  "Nothing is held, since the repository has no checklist of its own.",
			Japanese: "リポジトリにチェックリストがないため、止めません。",
		}
	}
	return because
}
