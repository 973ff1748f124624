package fakehub

import (
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const graphQLRoute = "POST /graphql"

// WithoutGraphQL makes the hub one that has no such endpoint.
func (h *Hub) WithoutGraphQL() {
	defer h.begin()()
	h.noGraphQL = true
}

//go:embed schema.graphql
var schemaText string

var (
	schemaNow    = sync.OnceValue(func() *ast.Schema { return parseSchema(schemaText) })
	schemaBefore = sync.OnceValue(func() *ast.Schema { // there were sub-issues
		return parseSchema(strings.Replace(schemaText, "  parentIssueId: ID\n", "", 1))
	})
)

func parseSchema(text string) *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: text})
}

// graphQL answers a document. Whatever is wrong with one, the status is 200: the
// errors tell. docs: GraphQL API, "Forming calls with GraphQL"; Rate limits and
// query limits for the GraphQL API, for what is counted apart from REST.
func graphQL(c *call) (int, raw, error) {
	if c.hub.noGraphQL {
		return 0, nil, errNotFound
	}
	var in struct {
		Query     string
		Variables map[string]any
	}
	if err := c.decode(&in); err != nil {
		return 0, nil, err
	}
	if i := c.actor.install; i != nil && !c.spend(&i.graphQL) {
		said := fmt.Sprintf("API rate limit exceeded for installation ID %d.", i.id)
		return http.StatusOK, object(part{"errors", renderAll([]string{said}, func(said string) raw {
			return object(part{"type", encode("RATE_LIMITED")}, part{"message", encode(said)})
		})}), nil
	}
	schema := schemaNow()
	if c.hub.noSubIssues {
		schema = schemaBefore()
	}
	operation, values, wrong := understood(schema, in.Query, in.Variables)
	if wrong != nil {
		return http.StatusOK, object(part{"errors", renderAll(wrong, renderMisunderstood)}), nil
	}
	c.queries = operation.Operation == ast.Query
	root := c.query()
	if !c.queries {
		if err := c.withinCreations(len(operation.SelectionSet)); err != nil {
			return 0, nil, err
		}
		root = c.mutation()
	}
	e := evaluation{values: values}
	parts := []part{{"data", e.object(root, operation.SelectionSet, nil)}}
	if len(e.errors) > 0 {
		parts = append(parts, part{"errors", renderAll(e.errors, func(r raw) raw { return r })})
	}
	return http.StatusOK, object(parts...), nil
}

// understood holds a document and its variables to the schema.
func understood(schema *ast.Schema, text string, variables map[string]any) (operation *ast.OperationDefinition, values map[string]any, wrong []*gqlerror.Error) {
	document, failed := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules())
	if failed != nil {
		return nil, nil, failed
	}
	if len(document.Operations) != 1 || document.Operations[0].Operation == ast.Subscription {
		return nil, nil, gqlerror.List{gqlerror.Errorf("A document here holds one query or one mutation")}
	}
	operation = document.Operations[0]
	values, err := validator.VariableValues(schema, operation, variables)
	if unfit, ok := errors.AsType[*gqlerror.Error](err); ok {
		return nil, nil, gqlerror.List{unfit}
	}
	return operation, values, nil
}

// renderMisunderstood renders what is wrong with a document. Nothing of it was
// done, and there is no data. GitHub's own words differ; the codes are those that
// were seen of it.
func renderMisunderstood(e *gqlerror.Error) raw {
	if len(e.Path) > 0 { // of a variable: variable, its name, and where in it
		problem := object(part{"path", encode(e.Path[min(2, len(e.Path)):])}, part{"explanation", encode(e.Message)})
		return object(part{"message", encode(fmt.Sprintf("Variable $%v was provided invalid value (%s)", e.Path[min(1, len(e.Path)-1)], e.Message))},
			part{"extensions", object(part{"problems", append(append(raw("["), problem...), ']')})})
	}
	code, known := map[string]string{"FieldsOnCorrectType": "undefinedField", "KnownArgumentNames": "argumentNotAccepted"}[e.Rule]
	if !known {
		code = "parseError"
	}
	return object(part{"message", encode(e.Message)}, part{"locations", encode(e.Locations)},
		part{"extensions", object(part{"code", encode(code)})})
}

// node is an object of GitHub's graph: by name what tells the value of a field,
// which is a node, a list of them, nil, or whatever JSON can hold.
type node map[string]func(args map[string]any) (any, error)

// plain is a field without arguments, whose value is at hand.
func plain(value any) func(map[string]any) (any, error) {
	return func(map[string]any) (any, error) { return value, nil }
}

// evaluation is a document at work. A field that is refused is null, and the rest
// goes on.
type evaluation struct {
	values map[string]any
	errors []raw
}

// object answers what was selected of a node. One that lacks what must not be null is
// null itself, which is told by nil. docs: GraphQL specification, "Handling Execution
// Errors".
func (e *evaluation) object(of node, selected ast.SelectionSet, path []any) raw {
	parts := []part{}
	for _, f := range fieldsOf(of, selected) {
		if f == nil || len(f.Directives) > 0 || of[f.Name] == nil {
			e.refuse(path, &refusal{status: http.StatusNotImplemented, message: "fakehub does not simulate this"})
			continue
		}
		at := append(slices.Clone(path), f.Alias)
		value, err := of[f.Name](f.ArgumentMap(e.values))
		if no, ok := errors.AsType[*refusal](err); ok {
			e.refuse(at, no)
			value = nil
		}
		shown := e.value(value, f.SelectionSet, at)
		if f.Definition.Type.NonNull && (shown == nil || string(shown) == "null") {
			return nil
		}
		parts = append(parts, part{f.Alias, shown})
	}
	return object(parts...)
}

// fieldsOf are the fields selected of a node, those of fragments about its type among
// them; nil stands for what is not simulated.
func fieldsOf(of node, selected ast.SelectionSet) (fields []*ast.Field) {
	for _, s := range selected {
		switch s := s.(type) {
		case *ast.Field:
			fields = append(fields, s)
		case *ast.InlineFragment:
			if is := of["__typename"]; is != nil {
				if name, err := is(nil); err == nil && name == s.TypeCondition {
					fields = append(fields, fieldsOf(of, s.SelectionSet)...)
				}
				continue
			}
			fields = append(fields, nil)
		default:
			fields = append(fields, nil)
		}
	}
	return fields
}

// value answers a value. An element of a list that is nil is one that is not there.
func (e *evaluation) value(value any, selected ast.SelectionSet, path []any) raw {
	switch value := value.(type) {
	case node:
		return e.object(value, selected, path)
	case []node:
		at := -1
		return renderAll(value, func(n node) raw {
			at++
			if n == nil {
				e.refuse(append(slices.Clone(path), at), errNotFound)
				return raw("null")
			}
			if one := e.object(n, selected, append(slices.Clone(path), at)); one != nil {
				return one
			}
			return raw("null")
		})
	}
	return encode(value)
}

// refuse says why a field is null. GitHub's types of errors are seen and not
// documented, except NOT_FOUND and FORBIDDEN.
func (e *evaluation) refuse(path []any, no *refusal) {
	kind, said := "UNPROCESSABLE", no.message
	switch no.status {
	case http.StatusNotFound:
		kind = "NOT_FOUND"
	case http.StatusForbidden:
		kind = "FORBIDDEN"
	}
	if len(no.errors) > 0 {
		first := no.errors[0]
		said = orDefault(first.Message, first.Field+" is "+first.Code)
	}
	e.errors = append(e.errors, object(part{"type", encode(kind)}, part{"path", encode(path)}, part{"message", encode(said)}))
}
