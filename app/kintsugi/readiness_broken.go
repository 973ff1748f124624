package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// brokenFile is a checklist, or a section of the policy, that cannot be used.
type brokenFile struct {
	problems []policy.Problem
	// mode is that of the gate; empty where it stands in this very file.
	mode verdict.Mode
}

func (b *brokenFile) Error() string { return fmt.Sprintf("%d problems", len(b.problems)) }

// warn decides a release although a file cannot be used, where that holds nothing: whoever
// asked only to be warned is not held by a typo. Else it returns the file as an error.
func (r *gateReader) warn(ctx context.Context, release *evidence.Release, asked *looked, broken *brokenFile) error {
	because := r.holdsNothing(ctx, broken)
	if because.IsEmpty() {
		return broken
	}
	asked.problems = broken.problems
	asked.input = release.Unread(r.now(), cannotBeUsed(broken.problems[0]))
	asked.input.Settings.Mode = verdict.Warn
	r.note(asked.input, because)
	rest := broken.problems[1:]
	for _, p := range rest[:min(mostAnnotations-1, len(rest))] {
		text := cannotBeUsed(p)
		asked.input.Around.Notes = append(asked.input.Around.Notes, checklist.Text{English: text.English + ".", Japanese: text.Japanese + "。"})
	}
	if left := len(rest) - (mostAnnotations - 1); left > 0 {
		asked.input.Around.Notes = append(asked.input.Around.Notes, checklist.Text{
			English: fmt.Sprintf("Problems of the file besides: %d.", left), Japanese: fmt.Sprintf("このファイルの問題はほかに%d件あります。", left),
		})
	}
	return nil
}

// cannotBeUsed says it as a part of a sentence.
func cannotBeUsed(p policy.Problem) checklist.Text {
	return (&readiness.Unfit{Problems: []policy.Problem{p}}).Text()
}

// holdsNothing says why a file that cannot be used holds nothing; empty where it does.
func (r *gateReader) holdsNothing(ctx context.Context, broken *brokenFile) (because checklist.Text) {
	mode, mayBeOwn := cmp.Or(r.mode, broken.mode), true
	if mode == "" && r.file == "" {
		folder := r.ask(ctx, workflows.FolderAsk{Repo: r.repo, Path: checklist.Folder})
		c, unfit := readiness.Choose(folder.Seen.Files, "")
		mayBeOwn = folder.Unknown != "" || unfit != nil || c.IsOwn()
	}
	return readiness.HoldsNothing(mode, mayBeOwn)
}

// showBroken says what is wrong in a file to whoever reads no standard error.
func (g *gate) showBroken(problems []policy.Problem) error {
	switch g.as {
	case "json":
		return showProblems(g.command.OutOrStdout(), g.as, problems, g.lang)
	case "github":
		return g.annotateBroken("error", problems)
	}
	return nil
}

// annotateBroken writes what is wrong in a file onto its lines.
func (g *gate) annotateBroken(level string, problems []policy.Problem) error {
	for _, p := range problems[:min(mostAnnotations, len(problems))] {
		at := fmt.Sprintf("file=%s,line=%d,col=%d,", githubProperty(filepath.ToSlash(p.File)), max(1, p.Line), max(1, p.Column))
		if _, err := fmt.Fprintf(g.command.OutOrStdout(), "::%s %stitle=%s::%s\n", level, at, githubProperty(g.say("This cannot be used", "読み取れません")), githubData(p.In(g.lang))); err != nil {
			return err
		}
	}
	return nil
}
