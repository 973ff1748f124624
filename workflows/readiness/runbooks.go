package readiness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/runbook"
)

// steps says how the runbook in a review's text differs from the one before: that of the
// last review with one that was closed as completed. Empty where it holds none.
func (l *look) steps() string {
	here := l.Observation.Issue.Body
	if !runbook.Is(here) {
		return ""
	}
	answer, known := l.fact(workflows.LabelledAsk{Repo: l.repo, Label: label(l.Policy).Name})
	if !known {
		return ""
	}
	now, problems := runbook.Parse(fmt.Sprintf("#%d", l.Observation.Subject.Number), here)
	if now == nil {
		p := problems[0]
		return fmt.Sprintf(l.Say("**Runbook**: line %d cannot be read, so it is compared with none: %s", "**手順書**: %d行目を読み取れないため、前回と比べていません。%s"), p.Line, p.In(l.Language))
	}
	for _, own := range slices.Backward(answer.Own) {
		if own.Subject == l.Observation.Subject || own.Issue.Open || own.Issue.Reason != "completed" || !runbook.Is(own.Issue.Body) {
			continue
		}
		last, _ := runbook.Parse(own.Subject.String(), own.Issue.Body)
		if last == nil {
			continue
		}
		return l.Say("**Runbook**", "**手順書**") + "\n\n" + strings.TrimSpace(runbook.Compare(last, now).Markdown(l.Language, fmt.Sprintf("#%d", own.Subject.Number)))
	}
	return fmt.Sprintf(l.Say("**Runbook**: version `%s`, the first here; the next release shows what differs.", "**手順書**: 版 `%s`。ここでは最初のもので、次のリリースから違いを示します。"), now.Version())
}
