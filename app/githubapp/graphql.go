package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// graphQLRoute names the one address of GraphQL in metrics and limits.
const graphQLRoute = "graphql"

// graphQLAt is that address, by the REST API's. docs: GraphQL API, "Forming calls
// with GraphQL"; for GitHub Enterprise Server, https://HOST/api/graphql.
func graphQLAt(base *url.URL) *url.URL {
	at := *base
	if server, ok := strings.CutSuffix(base.Path, "/api/v3/"); ok {
		at.Path = server + "/api/graphql"
	} else {
		at.Path += "graphql"
	}
	return &at
}

// maxGraph is more than what we ask for can take, and what GitHub says of a
// document that it does not understand, variables and all.
const maxGraph = 4 << 20

// withoutGraphQL is for how long GitHub is believed to know no GraphQL, or not what
// we ask of it, or not to let us.
const withoutGraphQL = time.Hour

// forgone is before when no document is tried, and why.
type forgone struct {
	until time.Time
	why   string
}

// knowsGraphQL tells whether it is worth while to send a document about a
// repository.
func (a *App) knowsGraphQL(repo string) bool { return a.lacksGraphQL(repo) == "" }

// lacksGraphQL says why it is not worth while. The same is said when a document was tried
// and when none is: else what people read would change every hour, and back.
func (a *App) lacksGraphQL(repo string) (why string) {
	owner, _ := ownerOf(repo)
	a.mu.Lock()
	defer a.mu.Unlock()
	of, now := a.noGraphQL[owner], a.clock.Now()
	if !now.Before(of.until) || of.until.After(now.Add(withoutGraphQL)) { // our clock was set back
		return ""
	}
	return of.why
}

// forgoGraphQL is what to do where a document was refused as such.
func (a *App) forgoGraphQL(repo string, why error) {
	owner, _ := ownerOf(repo)
	said := "this GitHub has no GraphQL API"
	if errors.Is(why, engine.ErrRefused) {
		said = "GitHub does not let the App use its GraphQL API"
	}
	a.mu.Lock()
	a.noGraphQL[owner] = forgone{a.clock.Now().Add(withoutGraphQL), said}
	a.mu.Unlock()
	a.log.Info("GitHub is asked over REST only for an hour", "owner", owner, "error", why)
}

// document is a query or a mutation in the making. Its text is ours alone: what
// others wrote is handed over in variables.
type document struct {
	kind      string // query or mutation
	fields    []string
	declared  []string
	variables map[string]any
}

// variable declares a variable of a type and returns how it is written.
func (d *document) variable(of string, value any) string {
	name := fmt.Sprintf("v%d", len(d.declared))
	d.declared = append(d.declared, fmt.Sprintf("$%s: %s", name, of))
	if d.variables == nil {
		d.variables = map[string]any{}
	}
	d.variables[name] = value
	return "$" + name
}

func (d *document) String() string {
	return fmt.Sprintf("%s(%s) {\n%s\n}", d.kind, strings.Join(d.declared, ", "), strings.Join(d.fields, "\n"))
}

// graphAnswer is the answer to a document: by alias what was asked for, null where
// an error says why.
type graphAnswer struct {
	Data   map[string]json.RawMessage `json:"data"`
	Errors []graphError               `json:"errors"`
}

// graphError is why a field is null or, without a path, why nothing was done.
type graphError struct {
	Type       string `json:"type"`
	Message    string `json:"message"`
	Path       []any  `json:"path"`
	Extensions struct {
		Code     string            `json:"code"`
		Problems []json.RawMessage `json:"problems"`
	} `json:"extensions"`
}

// of tells whether the error is that of an alias.
func (e graphError) of(alias string) bool { return len(e.Path) > 0 && e.Path[0] == alias }

// isMisunderstood: the document does not fit GitHub's schema, which is an older
// one then, and nothing of it was done.
func (e graphError) isMisunderstood() bool {
	return e.Type == "" && (e.Extensions.Code != "" || len(e.Extensions.Problems) > 0)
}

// isLimit: the hour's points are used up, or there was too much in too short a
// time (secondary). docs: Rate limits and query limits for the GraphQL API,
// "Exceeding the rate limit": the status may be 200 for both.
func (e graphError) isLimit() (limit, secondary bool) {
	said := strings.ToLower(e.Message)
	secondary = strings.Contains(said, "secondary rate limit") || strings.Contains(said, "submitted too quickly")
	return secondary || e.Type == "RATE_LIMITED", secondary
}

// isNull tells whether nothing came of any alias.
func (g graphAnswer) isNull() bool {
	for _, data := range g.Data {
		if string(data) != "null" {
			return false
		}
	}
	return true
}

// limit is the error that says that all of the document was refused for a limit.
func (g graphAnswer) limit() (e graphError, limit, secondary bool) {
	if !g.isNull() {
		return e, false, false
	}
	for _, e := range g.Errors {
		if limit, secondary := e.isLimit(); limit {
			return e, limit, secondary
		}
	}
	return e, false, false
}

// graph sends a document about what a repository's installation covers. creates
// is how much content it generates. ErrGone: this GitHub knows no such thing.
func (a *App) graph(ctx context.Context, repo string, d *document, creates int) (graphAnswer, error) {
	var answer graphAnswer
	c := call{
		method: "POST", route: graphQLRoute, body: map[string]any{"query": d.String(), "variables": d.variables},
		reads: d.kind == "query", creates: creates,
	}
	_, err := a.do(ctx, repo, c, &answer)
	if err = absent(err); err == nil && answer.Data == nil {
		err = a.unanswered(c, answer)
	}
	if errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrRefused) {
		a.forgoGraphQL(repo, err)
	}
	return answer, err
}

// unanswered is why an answer holds nothing.
func (a *App) unanswered(c call, answer graphAnswer) error {
	switch {
	case len(answer.Errors) > 0 && !slices.ContainsFunc(answer.Errors, func(e graphError) bool { return !e.isMisunderstood() }):
		return a.said(engine.ErrGone, answer.Errors)
	case c.writes():
		return a.said(engine.ErrUncertain, answer.Errors)
	default:
		return a.said(errors.New("no answer"), answer.Errors)
	}
}

// said is an error of one of the engine's kinds with GitHub's words, as failure
// makes one.
func (a *App) said(kind error, list []graphError) error {
	var text []string
	for _, e := range list {
		text = append(text, strings.TrimSpace(e.Type+" "+e.Message))
	}
	return fmt.Errorf("%w: POST %s: %s", kind, graphQLRoute, words.Line(a.redactor.Redact(strings.Join(text, "; ")), 1000))
}
