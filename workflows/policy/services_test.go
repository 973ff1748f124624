package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// TestServices: a service is kept without what is wrong in it, and a repository
// may add to what its organisation says of one.
func TestServices(t *testing.T) {
	organisation := policy.Source{File: "acme/.github/kintsugi.yml", Content: []byte(`
services:
  payments:
    repositories: [acme/pay, acme/pay-web, pay, "acme/.."]
    owners: ["@acme/payments", tanaka, "@suzuki"]
    lead: "@suzuki"
    labels: [payments, ""]
    words: [決済, checkout, " "]
  search:
  "bad\u200bname": {lead: "@a"}
`)}
	repository := policy.Source{File: "acme/pay/kintsugi.yml", Content: []byte(`
services:
  payments: {lead: "@acme/payments"}
  ledger: {owners: ["@tanaka"]}
`)}
	p, problems := policy.ParseLayers([]policy.Source{organisation, repository}, sections)
	if diff := cmp.Diff(map[string]policy.Service{
		"payments": {
			Repositories: []string{"acme/pay", "acme/pay-web"}, Owners: []string{"@acme/payments", "@suzuki"},
			Labels: []string{"payments"}, Words: []string{"決済", "checkout"},
		},
		"search": {},
		"ledger": {Owners: []string{"@tanaka"}},
	}, p.Services); diff != "" {
		t.Errorf("services (-want +got)\n%s", diff)
	}
	var places []string
	for _, problem := range problems {
		places = append(places, policy.Problem{File: problem.File, Line: problem.Line, Column: problem.Column}.String())
	}
	if diff := cmp.Diff([]string{
		"acme/.github/kintsugi.yml:4:44: ", "acme/.github/kintsugi.yml:4:49: ", "acme/.github/kintsugi.yml:5:32: ",
		"acme/.github/kintsugi.yml:7:24: ", "acme/.github/kintsugi.yml:8:27: ", "acme/.github/kintsugi.yml:10:20: ",
		"acme/pay/kintsugi.yml:3:20: ",
	}, places); diff != "" {
		t.Errorf("places (-want +got)\n%s", diff)
	}
}
