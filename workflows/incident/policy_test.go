package incident_test

import (
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/incident"
)

// TestLabels: a label that GitHub would not take, or that is not seen as it is,
// is refused and said.
func TestLabels(t *testing.T) {
	for _, good := range []string{"incident", "障害", "👩\u200d🚒 on call", strings.Repeat("障", 50)} {
		p := incident.Policy{Label: good, NearMissLabel: "near-miss"}
		if found := p.Check(); len(found) != 0 || p.Label != good {
			t.Errorf("%q: %v", good, found)
		}
	}
	for _, bad := range []string{"", " \u3000", "x\n::add-mask::y", "x\x00", "x\x1b[31m", "x\u202ey", "x\u200by", "x\ty", strings.Repeat("x", 51)} {
		p := incident.Policy{Label: bad, NearMissLabel: "near-miss"}
		if found := p.Check(); len(found) != 1 || found[0].Field != "label" || p.Label != "incident" {
			t.Errorf("%q: %v, and %q is used", bad, found, p.Label)
		}
	}
}
