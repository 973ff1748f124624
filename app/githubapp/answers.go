package githubapp

import (
	"context"
	"fmt"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Answer implements engine.Reader.
func (a *App) Answer(ctx context.Context, ask workflows.Ask) (workflows.Answer, error) {
	switch ask := ask.(type) {
	case workflows.RoleAsk:
		return a.role(ctx, ask)
	default:
		return workflows.Answer{}, fmt.Errorf("an ask that this adapter does not know: %T", ask)
	}
}
