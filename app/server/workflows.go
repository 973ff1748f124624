package server

import (
	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/readiness"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist"
)

// Workflows are all there are, in the order of their sections in the status
// comment. A new one is a folder under workflows/ and one line here.
func Workflows() []workflows.Workflow {
	return []workflows.Workflow{
		incident.Workflow(),
		postmortem.Workflow(),
		followup.Workflow(),
		readinglist.Workflow(),
		readiness.Workflow(),
	}
}
