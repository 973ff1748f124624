package checklist

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// In names what is looked at, as a part of a sentence, in Markdown.
func (e Evidence) In(lang words.Language) string {
	say := func(english, japanese string) string {
		if lang == words.Japanese {
			return japanese
		}
		return english
	}
	code := func(text string) string { return words.Foreign(text).Inline(80) }
	within := fmt.Sprintf(say(" in the last %s", "（%s以内）"), e.Within.In(lang))
	if e.Within == 0 {
		within = say(" on this commit", "（このコミット）")
	}
	switch e.Kind() {
	case File:
		if e.Matches != "" {
			return fmt.Sprintf(say("file %s matching %s", "%[2]s を含むファイル %[1]s "), code(e.File), code(e.Matches))
		}
		return fmt.Sprintf(say("file %s", "ファイル %s "), code(e.File))
	case Check:
		return fmt.Sprintf(say("check %s%s", "チェック %s%s"), code(e.Check), within)
	case Workflow:
		return fmt.Sprintf(say("workflow %s%s", "ワークフロー %s%s"), code(e.Workflow), within)
	case Release:
		return fmt.Sprintf(say("release %s%s", "リリース %s%s"), code(e.Release), within)
	case Deployment:
		return fmt.Sprintf(say("deployment to %s%s", "%s へのデプロイ%s"), code(e.Deployment), within)
	case Drill:
		return fmt.Sprintf(say("drill %s%s", "訓練 %s%s"), code(e.Drill), within)
	case NoOpenIssues:
		return fmt.Sprintf(say("open issues with %s", "%s の未完了Issue"), Labels(e.NoOpenIssues, lang))
	case Approvals:
		return fmt.Sprintf(say("approvals (%d)", "承認（%d名）"), e.Approvals)
	default:
		return say("confirmation", "確認")
	}
}

// Labels names several labels that one issue carries.
func Labels(labels []string, lang words.Language) string {
	shown := make([]string, len(labels))
	for i, l := range labels {
		shown[i] = words.Foreign(l).Inline(50)
	}
	if lang == words.Japanese {
		return strings.Join(shown, "・")
	}
	return strings.Join(shown, " and ")
}

// In says the age in a language: "30 days", "30日".
func (a Age) In(lang words.Language) string {
	switch {
	case lang != words.Japanese:
		return a.String()
	case a%24 == 0:
		return fmt.Sprintf("%d日", a/24)
	}
	return fmt.Sprintf("%d時間", a)
}
