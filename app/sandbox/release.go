package sandbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

const (
	production = "production"
	checklist  = "items:\n  - {id: tests, question: {en: Do the tests pass?, ja: テストは通りますか。}, evidence: [{workflow: ci.yml}]}\n" +
		"  - {id: runbook, question: {en: Does a runbook say how to go back?, ja: 切り戻しの手順書はありますか。}, evidence: [{file: docs/runbook.md}]}\n"
)

// buildPay makes the repository of the service, which one version of runs, and whose
// deployments wait for the program.
func (s *stage) buildPay() {
	s.hub.AddRepo("acme", "pay", true)
	for login, role := range roles {
		s.hub.SetRole(pay, login, role)
	}
	s.hub.PutFile(pay, ".github/kintsugi.yml", strings.Replace(scripts[s.lang].policy, "incident:\n", "incident:\n  repository: "+private+"\n", 1))
	s.hub.PutFile(pay, ".github/readiness/checklist.yml", checklist)
	s.hub.PutFile(pay, "docs/runbook.md", "To go back, deploy the version before.\n")
	s.earlier = s.hub.Tip(pay)
	s.must(s.hub.Deploy(pay, production, s.earlier, "suzuki"))
	s.hub.Deployed(pay, production, "success")
	s.hub.ProtectEnvironment(pay, production, strings.TrimSuffix(bot, "[bot]"))
}

func (s *stage) must(err error) {
	if err != nil {
		panic(err) // the town is always the same
	}
}

// version is a commit of the service whose tests pass.
func (s *stage) version(file, message string) (commit string) {
	commit, err := s.hub.CommitFiles(pay, "suzuki", "main", map[string]string{file: message})
	s.must(err)
	s.hub.RunWorkflow(pay, "ci.yml", commit, "success")
	return commit
}

// soon looks as until does, while time goes by: the gate waits for more of what it is
// told.
func (p *play) soon(ctx context.Context, look func(context.Context) (open string, err error)) error {
	return p.until(ctx, func(ctx context.Context) (string, error) {
		p.stage.clock.Advance(200 * time.Millisecond)
		return look(ctx)
	})
}

// runs asks, as a person would, how the jobs stand that deploy a commit.
func (p *play) runs(ctx context.Context, commit string) (states []string, err error) {
	var answer struct {
		Runs []struct {
			Head       string `json:"head_sha"`
			Path       string
			Status     string
			Conclusion string
			URL        string `json:"html_url"`
		} `json:"workflow_runs"`
	}
	if err := p.stage.person("suzuki").get(ctx, "/repos/"+pay+"/actions/runs?per_page=100", &answer); err != nil {
		return nil, err
	}
	for _, r := range answer.Runs {
		if r.Head == commit && strings.HasSuffix(r.Path, "deploy.yml") {
			states = append(states, strings.TrimSpace(r.Status+" "+r.Conclusion))
			p.url = r.URL
		}
	}
	return states, nil
}

// wantsRuns waits until the jobs that deploy a commit stand so.
func (p *play) wantsRuns(ctx context.Context, commit, want string) error {
	return p.soon(ctx, func(ctx context.Context) (open string, err error) {
		states, err := p.runs(ctx, commit)
		if got := strings.Join(states, ", "); err == nil && got != want {
			return fmt.Sprintf("the deployments of %.10s are %q, expected %q", commit, got, want), nil
		}
		return "", err
	})
}

func (p *play) deploy(commit string) error {
	_, err := p.stage.hub.RunTo(pay, "deploy.yml", commit, "suzuki", production)
	return err
}

// held: the reason stands on the commit, too.
func (p *play) held(ctx context.Context) error {
	p.stage.advanceTo(3, 16, 0)
	p.stage.next = p.stage.version("logo.go", "package pay // the logo")
	if err := p.deploy(p.stage.next); err != nil {
		return err
	}
	if err := p.wantsRuns(ctx, p.stage.next, "waiting"); err != nil {
		return err
	}
	address := p.url
	return p.soon(ctx, func(ctx context.Context) (open string, err error) {
		var checks struct {
			Runs []struct {
				Name   string
				Output struct{ Title, Summary string }
			} `json:"check_runs"`
		}
		if err := p.stage.person("suzuki").get(ctx, "/repos/"+pay+"/commits/"+p.stage.next+"/check-runs", &checks); err != nil {
			return "", err
		}
		for _, c := range checks.Runs {
			if strings.HasPrefix(c.Name, "Kintsugi readiness") {
				p.url, p.detail = address, c.Output.Title
				return missing("the check run", c.Output.Title+"\n"+c.Output.Summary, p.script.held), nil
			}
		}
		return "no check run of the program on the commit", nil
	})
}

// fixed: neither needs anybody's word.
func (p *play) fixed(ctx context.Context) error {
	p.stage.advanceTo(3, 20, 0)
	if _, err := p.stage.hub.CommitFiles(pay, "suzuki", "fix", map[string]string{"certificate.go": "package pay // renewed"}); err != nil {
		return err
	}
	pull, err := p.stage.hub.OpenPull(pay, "suzuki", fakehub.NewIssue{Title: "Renew the certificate", Head: "fix", Body: fmt.Sprintf("Fixes-incident: %s#%d\n", private, p.issue)})
	if err == nil {
		err = p.stage.hub.Merge(pay, pull, "suzuki")
	}
	if err != nil {
		return err
	}
	fix := p.stage.hub.Tip(pay)
	p.stage.hub.RunWorkflow(pay, "ci.yml", fix, "success")
	for _, commit := range []string{fix, p.stage.earlier} {
		if err := p.deploy(commit); err != nil {
			return err
		}
		if err := p.wantsRuns(ctx, commit, "completed success"); err != nil {
			return err
		}
	}
	p.detail = fmt.Sprintf("%.10s, %.10s", fix, p.stage.earlier)
	return nil
}

// released: nobody had to start anything again.
func (p *play) released(ctx context.Context) error {
	p.detail = p.stage.next[:10]
	return p.wantsRuns(ctx, p.stage.next, "completed success")
}
