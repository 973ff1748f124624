package incident

import (
	"cmp"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// What can be told of an incident by its issue in a list, without its record.

// KeptIn is where the incidents of a repository are kept, and under which label.
func KeptIn(p policy.Policy, repo string) (in, label string) {
	own := policyOf(p)
	return cmp.Or(own.Repository, repo), own.Label
}

// SeverityIn is the worst severity that labels name, 0 for none. Such a label stands on
// confirmed incidents only: the App sets it once one is, and to set it by hand takes the
// role that confirms.
func SeverityIn(labels []string) int {
	for level, of := range severityLabels {
		for _, label := range labels {
			if level > 0 && strings.EqualFold(label, of.Name) {
				return level
			}
		}
	}
	return 0
}

// ServiceIn is the one service that an issue is seen to concern, or "".
func ServiceIn(p policy.Policy, title string, labels []string, repo string) string {
	return recognise(p.Services, title, labels, repo)
}
