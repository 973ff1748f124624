package engine

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// previewCommand shows what would be done where the policy says mode: observe.
// Elsewhere there is nothing to show: the status comment says it.
var previewCommand = workflows.Command{
	Name: "preview", Aliases: []string{"下見"}, Role: workflows.RoleTriage,
}

// mostPreviews bounds how many people get to see the plan on one issue.
const mostPreviews = 5

// previews are all that is written where the policy says mode: observe: the plan,
// to those who asked for it. No record is kept; what people do meanwhile is
// judged once the mode is act.
func previews(d *deliberation) workflows.Plan {
	if d.isAggregate() { // nobody can ask there: the journal has the plan
		return workflows.Plan{Wake: d.plan.Wake, Whole: d.plan.Whole}
	}
	body := "**This is what would be done here.** Nothing is: the policy says `mode: observe`.\n"
	if d.language == words.Japanese {
		body = "**ここで行うはずのこと**です。設定が `mode: observe` のため、何も行っていません。\n"
	}
	body += words.Foreign(d.plan.String()).Block()
	var plan workflows.Plan
	asked := map[string]bool{}
	for _, a := range d.acts {
		who := strings.ToLower(a.Author)
		if a.Name != previewCommand.Name || a.Verdict != workflows.Done || asked[who] || len(asked) == mostPreviews {
			continue
		}
		asked[who] = true
		plan.Comments = append(plan.Comments, workflows.CommentIntent{Key: replyKey + "." + previewCommand.Name + "." + who, Body: body})
	}
	return plan
}
