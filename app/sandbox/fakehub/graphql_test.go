package fakehub_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub/contract"
)

const (
	idsQuery = `query($o: String!, $n: String!, $l: String!, $u: String!, $i: Int!) { r: repository(owner: $o, name: $n) {
		id l: label(name: $l) { id } u: assignableUsers(first: 100, query: $u) { nodes { id login } } i: issue(number: $i) { id } } }`
	openMutation = `mutation($i0: CreateIssueInput!, $i1: CreateIssueInput!) {
		i0: createIssue(input: $i0) { issue { fullDatabaseId number createdAt url } } i1: createIssue(input: $i1) { issue { number } } }`
)

// graph sends a document and returns data and errors.
func (c *caller) graph(document string, variables map[string]any) (data map[string]any, errors []any) {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	got := c.want(200, c.post("/graphql", string(body))).object(c.t)
	data, _ = got["data"].(map[string]any)
	errors, _ = got["errors"].([]any)
	return data, errors
}

// dig follows aliases into data.
func dig(data any, path ...string) any {
	for _, step := range path {
		object, _ := data.(map[string]any)
		data = object[step]
	}
	return data
}

// ids are the node ids of a repository, a label, a person and an issue.
func (c *caller) ids(repo, label, login string, issue int) (r, l, u, i any) {
	c.t.Helper()
	owner, name, _ := strings.Cut(repo, "/")
	data, _ := c.graph(idsQuery, map[string]any{"o": owner, "n": name, "l": label, "u": login, "i": issue})
	if nodes, _ := dig(data, "r", "u", "nodes").([]any); len(nodes) == 1 {
		u = dig(nodes[0], "id")
	}
	return dig(data, "r", "id"), dig(data, "r", "l", "id"), u, dig(data, "r", "i", "id")
}

// said is the type, path and message of each error.
func said(errors []any) string {
	var lines []string
	for _, e := range errors {
		lines = append(lines, fmt.Sprint(dig(e, "type"), " ", dig(e, "path"), " ", dig(e, "message")))
	}
	return strings.Join(lines, "\n")
}

// TestGraphQL: issues are opened by node ids, below another one, and each alias
// has its own fate.
func TestGraphQL(t *testing.T) {
	w := newWorld(t)
	bot := w.bot()
	if contract.Here() {
		bot = bot.checked()
	}
	n := w.open("Slow")
	r, l, u, i := bot.ids(shop, "bug", "triage", n)
	if r == nil || l == nil || u == nil || i == nil {
		t.Fatalf("ids %v %v %v %v", r, l, u, i)
	}
	data, failed := bot.graph(openMutation, map[string]any{
		"i0": map[string]any{"repositoryId": r, "title": "One", "body": "cc @triage", "labelIds": []any{l}, "assigneeIds": []any{u}, "parentIssueId": i},
		"i1": map[string]any{"repositoryId": r, "title": strings.Repeat("x", 257)},
	})
	if dig(data, "i1") != nil || said(failed) != "UNPROCESSABLE [i1] title is too long (maximum is 256 characters)" {
		t.Errorf("%v\n%s", data, said(failed))
	}
	v, _ := w.Issue(shop, n+1)
	if fmt.Sprint(dig(data, "i0", "issue", "fullDatabaseId")) != fmt.Sprint(v.ID) || v.Author != "kintsugi[bot]" || fmt.Sprint(v.Labels, v.Assignees) != "[bug] [triage]" {
		t.Errorf("%+v", v)
	}
	if parent, _ := w.Issue(shop, n); fmt.Sprint(parent.SubIssues) != fmt.Sprintf("[%s#%d]", shop, n+1) {
		t.Errorf("below it: %v", parent.SubIssues)
	}
	made := bot.want(200, bot.get(path("/repos/%s/issues/%d", shop, n+1))).object(t)
	if want := path("/repos/%s/issues/%d", shop, n); !strings.HasSuffix(fmt.Sprint(made["parent_issue_url"]), want) {
		t.Errorf("its parent is %v", made["parent_issue_url"])
	}
	if c := w.Counts(); c.IssuesCreated != 2 || c.ByRoute["POST /graphql"] != 2 {
		t.Errorf("%s %v", c, c.ByRoute)
	}
}

// TestGraphQLRefuses: what GitHub would not do for the App is refused alias by
// alias.
func TestGraphQLRefuses(t *testing.T) {
	w := newWorld(t)
	bot := w.bot()
	n := w.open("Slow")
	r, _, _, i := bot.ids(shop, "bug", "triage", n)
	v, _, _, _ := bot.ids(vault, "bug", "triage", 1)
	open := func(input map[string]any) string {
		t.Helper()
		_, failed := bot.graph(`mutation($i: CreateIssueInput!) { x: createIssue(input: $i) { issue { number } } }`, map[string]any{"i": input})
		return said(failed)
	}
	for range 100 {
		if failed := open(map[string]any{"repositoryId": v, "title": "One of a hundred", "parentIssueId": i}); failed != "" {
			t.Fatal(failed)
		}
	}
	w.AddRepo("acme", "old", false)
	old, _, _, _ := bot.ids("acme/old", "bug", "x", 1)
	w.ArchiveRepo("acme/old")
	for _, c := range []struct {
		input map[string]any
		want  string
	}{
		{map[string]any{"repositoryId": r, "title": "x", "parentIssueId": i}, "UNPROCESSABLE [x] Parent cannot have more than 100 sub-issues"},
		{map[string]any{"repositoryId": "R_other", "title": "x"}, "NOT_FOUND [x] Could not resolve to a node with the global id of 'R_other'"},
		{map[string]any{"repositoryId": r, "title": "x", "labelIds": []any{"LA_fake1"}}, "NOT_FOUND [x] Could not resolve to a node with the global id of 'LA_fake1'"},
		{map[string]any{"repositoryId": r, "title": "x", "assigneeIds": []any{"U_fake1"}}, "NOT_FOUND [x] Could not resolve to a node with the global id of 'U_fake1'"},
		{map[string]any{"repositoryId": old, "title": "x"}, "FORBIDDEN [x] Repository was archived so is read-only."},
	} {
		if got := open(c.input); got != c.want {
			t.Errorf("%v: %s, want %s", c.input, got, c.want)
		}
	}
	w.DisableIssues(vault)
	if got := open(map[string]any{"repositoryId": v, "title": "x"}); got != "UNPROCESSABLE [x] Issues has been disabled in this repository." {
		t.Error(got)
	}
	w.Select("acme", vault)
	if data, failed := bot.graph(idsQuery, map[string]any{"o": "acme", "n": "shop", "l": "bug", "u": "", "i": n}); dig(data, "r") != nil ||
		said(failed) != "NOT_FOUND [r] Could not resolve to a Repository with the name 'acme/shop'." {
		t.Errorf("%v %s", data, said(failed))
	}
	w.Select("acme")
	w.SetPermissions("acme", map[string]string{"metadata": "read", "issues": "read"})
	if got := open(map[string]any{"repositoryId": r, "title": "x"}); got != "FORBIDDEN [x] Resource not accessible by integration" {
		t.Error(got)
	}
}

// TestGraphQLMisunderstood: nothing is done of a document that does not fit the
// schema.
func TestGraphQLMisunderstood(t *testing.T) {
	w := newWorld(t)
	n := w.open("Slow")
	bot := w.bot()
	r, _, _, i := bot.ids(shop, "bug", "triage", n)
	for _, c := range []struct {
		document  string
		variables map[string]any
		want      string
	}{
		{`{ repository(owner: "acme", name: "shop") { teapots } }`, nil, `undefinedField`},
		{`{ repository(owner: "acme", name: "shop", colour: 1) { id } }`, nil, `argumentNotAccepted`},
		{`mutation { createIssue`, nil, `parseError`},
		{`mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }`, map[string]any{"i": map[string]any{"repositoryId": r, "title": "x", "colour": "red"}}, "problems"},
		{`mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }`, map[string]any{"i": map[string]any{"title": "x"}}, "problems"},
	} {
		data, failed := bot.graph(c.document, c.variables)
		if text := fmt.Sprint(failed); data != nil || len(failed) != 1 || !strings.Contains(text, c.want) {
			t.Errorf("%s: %v %v", c.document, data, failed)
		}
	}
	older := map[string]any{"i": map[string]any{"repositoryId": r, "title": "x", "parentIssueId": i}}
	w.WithoutSubIssues()
	if data, failed := bot.graph(`mutation($i: CreateIssueInput!) { createIssue(input: $i) { issue { id } } }`, older); data != nil || !strings.Contains(fmt.Sprint(failed), "parentIssueId") {
		t.Errorf("an older one: %v %v", data, failed)
	}
	if n := w.Counts().IssuesCreated; n != 1 {
		t.Errorf("%d issues", n)
	}
	w.WithoutGraphQL()
	bot.want(404, bot.post("/graphql", `{"query":"{ repository(owner: \"acme\", name: \"shop\") { id } }"}`))
}

// TestGraphQLLimits: an hour's points are counted apart from REST's requests, and
// what is created together with that.
func TestGraphQLLimits(t *testing.T) {
	w := newWorld(t, func(o *fakehub.Options) { o.RateLimit, o.Secondary = 3, true })
	bot := w.bot()
	one := `{"query":"{ repository(owner: \"acme\", name: \"shop\") { id } }"}`
	for range 3 {
		bot.want(200, bot.post("/api/graphql", one))
	}
	bot.want(404, bot.post("/api/v3/graphql", one)) // which counts as one of REST's
	last := bot.want(200, bot.post("/graphql", one))
	if !strings.Contains(string(last.body), `"RATE_LIMITED"`) || last.header.Get("X-RateLimit-Resource") != "graphql" || last.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("%s %v", last.body, last.header)
	}
	if rest := bot.want(200, bot.get("/repos/"+shop)); rest.header.Get("X-RateLimit-Remaining") != "1" {
		t.Errorf("REST has %s left", rest.header.Get("X-RateLimit-Remaining"))
	}

	w = newWorld(t, func(o *fakehub.Options) { o.Secondary = true })
	bot = w.bot()
	r, _, _, _ := bot.ids(shop, "bug", "triage", 1)
	two := map[string]any{"i0": map[string]any{"repositoryId": r, "title": "x"}, "i1": map[string]any{"repositoryId": r, "title": "x"}}
	for range 40 {
		if _, failed := bot.graph(openMutation, two); failed != nil {
			t.Fatal(failed)
		}
	}
	body, _ := json.Marshal(map[string]any{"query": openMutation, "variables": two})
	bot.want(403, bot.post("/graphql", string(body)))
	bot.want(403, bot.post("/repos/"+shop+"/issues", `{"title":"x"}`))
	w.clock.Advance(time.Minute)
	bot.want(200, bot.post("/graphql", string(body)))
}

// TestContractNoticesGraphQL shows that the check of GraphQL can fail.
func TestContractNoticesGraphQL(t *testing.T) {
	good := `{"query":"query($o: String!) { r: repository(owner: $o, name: $o) { id } }","variables":{"o":"acme"}}`
	for name, c := range map[string]struct{ method, request, answer string }{
		"no document":       {"POST", `{"variables":{}}`, `{"data":{}}`},
		"unknown member":    {"POST", `{"query":"{ viewer { login } }","colour":"red"}`, `{"data":{"viewer":{"login":"a"}}}`},
		"unknown field":     {"POST", `{"query":"{ viewer { colour } }"}`, `{"data":{"viewer":{"colour":"red"}}}`},
		"text in it":        {"POST", `{"query":"{ user(login: \"a\") { id } }"}`, `{"data":{"user":null}}`},
		"unused variable":   {"POST", `{"query":"{ viewer { login } }","variables":{"o":"acme"}}`, `{"data":{"viewer":{"login":"a"}}}`},
		"missing variable":  {"POST", strings.Replace(good, `"o":"acme"`, "", 1), `{"data":{"r":null}}`},
		"bad variable":      {"POST", strings.Replace(good, `"acme"`, "1.5", 1), `{"data":{"r":null}}`},
		"by another method": {"PUT", good, `{"data":{"r":null}}`},
		"neither":           {"POST", good, `{}`},
		"no such alias":     {"POST", good, `{"data":{"x":null}}`},
		"more than asked":   {"POST", good, `{"data":{"r":null,"x":1}}`},
		"missing":           {"POST", good, `{"data":{"r":{}}}`},
		"null":              {"POST", good, `{"data":{"r":{"id":null}}}`},
		"of another type":   {"POST", good, `{"data":{"r":{"id":1}}}`},
		"failed and there":  {"POST", good, `{"data":{"r":{"id":"a"}},"errors":[{"message":"no","path":["r"]}]}`},
		"without words":     {"POST", good, `{"data":{"r":null},"errors":[{"path":["r"]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			silent := &recorder{TB: t}
			ask := func(request, answered string) int {
				silent.errors = nil
				caller := &caller{t: t, transport: contract.Check(silent, answering(answered))}
				caller.do(c.method, "/graphql", request)
				return len(silent.errors)
			}
			if ask(c.request, c.answer) == 0 {
				t.Error("not noticed")
			}
			if c.method == "POST" && ask(good, `{"data":{"r":{"id":"a"}}}`) > 0 {
				t.Errorf("noticed, and it is right: %v", silent.errors)
			}
		})
	}
}
