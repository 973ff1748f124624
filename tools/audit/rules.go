package main

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// finding is something unsafe.
type finding struct {
	line       int
	rule, what string
}

// node is a value of YAML with the line that it stands in.
type node struct {
	line  int
	text  string
	keys  []string
	under map[string]*node
	items []*node
}

// at is what stands under a path of keys, or an empty node.
func (n *node) at(path ...string) *node {
	for _, key := range path {
		if n = n.under[key]; n == nil {
			return &node{}
		}
	}
	return n
}

// walk visits a node and all that is in it.
func (n *node) walk(visit func(key string, n *node)) {
	for _, key := range n.keys {
		visit(key, n.under[key])
		n.under[key].walk(visit)
	}
	for _, item := range n.items {
		visit("", item)
		item.walk(visit)
	}
}

func nodeOf(from ast.Node) *node {
	n := &node{line: from.GetToken().Position.Line, under: map[string]*node{}}
	switch from := from.(type) {
	case *ast.MappingNode:
		for _, pair := range from.Values {
			n.add(pair)
		}
	case *ast.MappingValueNode:
		n.add(from)
	case *ast.SequenceNode:
		for _, value := range from.Values {
			n.items = append(n.items, nodeOf(value))
		}
	case *ast.LiteralNode:
		n.text = from.Value.Value
	default:
		n.text = from.GetToken().Value
	}
	return n
}

func (n *node) add(pair *ast.MappingValueNode) {
	key := pair.Key.GetToken().Value
	n.keys = append(n.keys, key)
	n.under[key] = nodeOf(pair.Value)
	n.under[key].line = pair.Key.GetToken().Position.Line
}

// auditor notes what it finds in one document.
type auditor struct{ found []finding }

func (a *auditor) say(n *node, rule, what string) {
	a.found = append(a.found, finding{n.line, rule, what})
}

// audit looks through a workflow or a composite action.
func audit(text string) ([]finding, error) {
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return nil, err
	}
	a := &auditor{}
	for _, d := range file.Docs {
		if d.Body != nil {
			a.document(nodeOf(d.Body))
		}
	}
	slices.SortStableFunc(a.found, func(x, y finding) int { return cmp.Compare(x.line, y.line) })
	return a.found, nil
}

func (a *auditor) document(top *node) {
	a.steps(top.at("runs", "steps"))
	if jobs := top.at("jobs"); len(jobs.keys) > 0 {
		a.triggers(top.at("on"))
		a.permissions(top, jobs)
		for _, name := range jobs.keys {
			a.job(jobs.under[name])
		}
	}
	top.walk(func(_ string, n *node) {
		switch {
		case wholeSecrets.MatchString(n.text):
			a.say(n, "overprovisioned-secrets", "all secrets reach the runner where one is meant")
		case actorIsBot.MatchString(n.text):
			a.say(n, "bot-conditions", "who started a run says nothing of who made what runs")
		}
	})
}

var (
	wholeSecrets = regexp.MustCompile(`(?i)\btojson\(\s*secrets\s*\)|\bsecrets\[`)
	actorIsBot   = regexp.MustCompile(`github\.(triggering_)?actor\s*==\s*'[^']*\[bot\]'`)
)

// triggers: these run with secrets on what strangers propose.
func (a *auditor) triggers(on *node) {
	on.walk(func(key string, n *node) {
		for _, name := range []string{"pull_request_target", "workflow_run"} {
			if key == name || n.text == name {
				a.say(n, "dangerous-triggers", name+" runs with secrets on what strangers propose")
			}
		}
	})
	if on.text == "pull_request_target" || on.text == "workflow_run" {
		a.say(on, "dangerous-triggers", on.text+" runs with secrets on what strangers propose")
	}
}

// permissions: what nobody wrote down is whatever the repository's settings say.
func (a *auditor) permissions(top, jobs *node) {
	for _, name := range jobs.keys {
		own, whole := jobs.under[name].under["permissions"], top.under["permissions"]
		switch {
		case own == nil && whole == nil:
			a.say(jobs.under[name], "excessive-permissions", "no permissions are written down")
		case own != nil && strings.HasSuffix(own.text, "-all"):
			a.say(own, "excessive-permissions", own.text)
		}
	}
	if whole := top.at("permissions"); strings.HasSuffix(whole.text, "-all") {
		a.say(whole, "excessive-permissions", whole.text)
	} else if len(jobs.keys) > 1 {
		for _, key := range whole.keys {
			if whole.under[key].text == "write" {
				a.say(whole.under[key], "excessive-permissions", "every job may write: say so where it is needed")
			}
		}
	}
}

func (a *auditor) job(job *node) {
	if uses := job.at("uses"); uses.text != "" {
		a.uses(uses)
	}
	if secrets := job.at("secrets"); secrets.text == "inherit" {
		a.say(secrets, "secrets-inherit", "the workflow that is called receives every secret")
	}
	if on := job.at("runs-on"); on.text == "self-hosted" || slices.ContainsFunc(on.items, func(n *node) bool { return n.text == "self-hosted" }) {
		a.say(on, "self-hosted-runner", "what one run leaves behind, the next finds")
	}
	images := []*node{job.at("container"), job.at("container", "image")}
	for _, name := range job.at("services").keys {
		images = append(images, job.at("services", name, "image"))
	}
	for _, image := range images {
		if image.text != "" && !strings.Contains(image.text, "@sha256:") {
			a.say(image, "unpinned-images", image.text+" is not named by its digest")
		}
	}
	a.steps(job.at("steps"))
}

func (a *auditor) steps(steps *node) {
	for _, step := range steps.items {
		if uses := step.at("uses"); uses.text != "" {
			a.uses(uses)
			if strings.HasPrefix(uses.text, "actions/checkout@") && step.at("with", "persist-credentials").text != "false" {
				a.say(uses, "artipacked", "the token stays in the checkout: write persist-credentials: false")
			}
		}
		for _, code := range []*node{step.at("run"), step.at("with", "script")} {
			a.code(code)
		}
	}
}

var commit = regexp.MustCompile(`@([0-9a-f]{40}|sha256:[0-9a-f]{64})$`)

func (a *auditor) uses(uses *node) {
	if !strings.HasPrefix(uses.text, "./") && !commit.MatchString(uses.text) {
		a.say(uses, "unpinned-uses", uses.text+" can be moved: name it by its commit")
	}
}

func (a *auditor) code(code *node) {
	if strings.Contains(code.text, "${{") {
		a.say(code, "template-injection", "an expression becomes code: hand it over as environment")
	}
	if regexp.MustCompile(`\bGITHUB_(ENV|PATH)\b`).MatchString(code.text) {
		a.say(code, "github-env", "later steps run with what is written there: use outputs")
	}
	if strings.Contains(code.text, "ACTIONS_ALLOW_UNSECURE_COMMANDS") {
		a.say(code, "insecure-commands", "output becomes commands")
	}
}
