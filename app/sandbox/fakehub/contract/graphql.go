package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// isGraphQL tells whether a request is one of GraphQL's, which the OpenAPI
// description does not know. It is held to GitHub's schema instead.
func isGraphQL(r *http.Request) bool {
	return r.URL.Path == "/graphql" || r.URL.Path == "/api/graphql"
}

// checkQuery holds a document and its variables to the schema. It is strict in two
// things more: a document holds one operation, and no text of its own, which
// belongs into variables.
func checkQuery(schema *ast.Schema, r *http.Request, body []byte) (*ast.OperationDefinition, error) {
	var sent struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sent); err != nil {
		return nil, err
	}
	if r.Method != http.MethodPost || r.URL.RawQuery != "" {
		return nil, errors.New("a document is sent by POST and without a query string")
	}
	if strings.Contains(sent.Query, `"`) {
		return nil, errors.New("the document holds text: it belongs into a variable")
	}
	document, failed := gqlparser.LoadQueryWithRules(schema, sent.Query, rules.NewDefaultRules())
	if failed != nil {
		return nil, failed
	}
	if len(document.Operations) != 1 {
		return nil, fmt.Errorf("%d operations in a document", len(document.Operations))
	}
	operation := document.Operations[0]
	values, err := validator.VariableValues(schema, operation, sent.Variables)
	if err != nil {
		return nil, err
	}
	if len(values) != len(sent.Variables) {
		return nil, fmt.Errorf("%d variables were sent and %d are used", len(sent.Variables), len(values))
	}
	return operation, nil
}

// checkGraph holds an answer to what was asked for: each field is there and of its
// type, nothing else is, and what is null and may not be has its error.
func checkGraph(schema *ast.Schema, operation *ast.OperationDefinition, body []byte) error {
	var answer struct {
		Data   map[string]any `json:"data"`
		Errors []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
			Path    []any  `json:"path"`

			Extensions any `json:"extensions"`
			Locations  any `json:"locations"`
		} `json:"errors"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		return err
	}
	for _, e := range answer.Errors {
		if e.Message == "" {
			return errors.New("an error without a message")
		}
		if value, ok := at(answer.Data, e.Path); len(e.Path) > 0 && (!ok || value != nil) {
			return fmt.Errorf("%v failed and is %v", e.Path, value)
		}
	}
	if answer.Data == nil {
		if len(answer.Errors) == 0 {
			return errors.New("neither data nor errors")
		}
		return nil
	}
	return checkObject(schema, operation.SelectionSet, answer.Data)
}

// at follows a path into data, as far as there is any: what must not be null and is
// makes null what it is in.
func at(data any, path []any) (any, bool) {
	for _, step := range path {
		if data == nil {
			return nil, true
		}
		is := false
		switch in := data.(type) {
		case map[string]any:
			data, is = in[fmt.Sprint(step)]
		case []any:
			if i, err := strconv.Atoi(fmt.Sprint(step)); err == nil && i >= 0 && i < len(in) {
				data, is = in[i], true
			}
		}
		if !is {
			return nil, false
		}
	}
	return data, true
}

func checkObject(schema *ast.Schema, selected ast.SelectionSet, object map[string]any) error {
	seen, err := checkFields(schema, selected, object)
	if err == nil && len(object) != seen {
		err = fmt.Errorf("%d fields were asked for, and there are %d", seen, len(object))
	}
	return err
}

// checkFields holds the fields that were selected to the schema and counts them. Those
// of a fragment are all there or, of an object of another type, none.
func checkFields(schema *ast.Schema, selected ast.SelectionSet, object map[string]any) (seen int, err error) {
	for _, s := range selected {
		switch s := s.(type) {
		case *ast.Field:
			value, ok := object[s.Alias]
			if !ok {
				return seen, fmt.Errorf("%s is missing", s.Alias)
			}
			if err := checkValue(schema, s.Definition.Type, s.SelectionSet, value); err != nil {
				return seen, fmt.Errorf("%s: %w", s.Alias, err)
			}
			seen++
		case *ast.InlineFragment:
			some, err := checkFragment(schema, s, object)
			if err != nil {
				return seen, err
			}
			seen += some
		default:
			return seen, errors.New("named fragments are not checked: ask for the fields")
		}
	}
	return seen, nil
}

func checkFragment(schema *ast.Schema, s *ast.InlineFragment, object map[string]any) (int, error) {
	for _, inside := range s.SelectionSet {
		f, ok := inside.(*ast.Field)
		if !ok {
			return 0, errors.New("fragments in fragments are not checked")
		}
		if _, there := object[f.Alias]; there {
			return checkFields(schema, s.SelectionSet, object)
		}
	}
	return 0, nil
}

func checkValue(schema *ast.Schema, of *ast.Type, selected ast.SelectionSet, value any) error {
	if value == nil {
		if of.NonNull {
			return errors.New("is null and must not be")
		}
		return nil
	}
	if of.Elem != nil {
		elements, ok := value.([]any)
		if !ok {
			return fmt.Errorf("is no list but %T", value)
		}
		for _, e := range elements {
			if err := checkValue(schema, of.Elem, selected, e); err != nil {
				return err
			}
		}
		return nil
	}
	if schema.Types[of.NamedType].IsCompositeType() {
		object, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("is no object but %T", value)
		}
		return checkObject(schema, selected, object)
	}
	want := reflect.TypeFor[string]() // GitHub's own scalars are written as texts
	switch of.NamedType {
	case "Int", "Float":
		want = reflect.TypeFor[json.Number]()
	case "Boolean":
		want = reflect.TypeFor[bool]()
	}
	if reflect.TypeOf(value) != want {
		return fmt.Errorf("is no %s but %v", of.NamedType, value)
	}
	return nil
}
