package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// decided adds the decision to release this anyway, if there is one and whoever made it
// has the role for it. Where GitHub does not tell the role it counts: this way out is
// for the night on which nothing answers, and what is decided stands in the answer.
func (r *gateReader) decided(ctx context.Context, in *verdict.Input) {
	if r.anyway == "" {
		return
	}
	act := verdict.Act{Deed: verdict.ShipAnyway, By: r.actor, At: in.Now, Reason: strings.TrimSpace(r.anyway), Commit: r.commit}
	name, why := words.Name(r.actor), words.Foreign(strings.TrimRight(act.Reason, ".。")).Prose(200)
	answer := r.ask(ctx, workflows.RoleAsk{Repo: r.repo, Login: r.actor})
	switch {
	case answer.Unknown != "" || answer.Role == workflows.RoleUnknown:
		r.note(in, checklist.Text{
			English:  fmt.Sprintf("The role of %s could not be looked at; the decision counts all the same.", name),
			Japanese: fmt.Sprintf("%sさんの権限は確認できませんでした。判断はそのまま数えます。", name),
		})
	case answer.Role < workflows.RoleMaintain:
		r.note(in, checklist.Text{
			English:  fmt.Sprintf("%s decided to release this anyway (%s). It does not count: it takes the maintain role, and theirs is %s.", name, why, answer.Role),
			Japanese: fmt.Sprintf("%sさんが、リリースすると判断しました（%s）。maintain権限が必要なため、数えません（現在の権限: %s）。", name, why, answer.Role),
		})
		return
	}
	in.Acts, r.counts = append(in.Acts, act), true
}

// note says something beside the verdict, in its text and as an annotation.
func (g *gate) note(in *verdict.Input, text checklist.Text) {
	in.Around.Notes = append(in.Around.Notes, text)
	g.notes = append(g.notes, text)
}
