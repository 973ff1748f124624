package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// Check returns a transport that passes requests to next and fails the test
// where a request or its answer departs from GitHub's description. There is no
// list of exceptions for requests: what the description does not know, neither
// as operation nor as parameter, is a mistake. GraphQL has a description of its
// own, and is held to that.
func Check(t testing.TB, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	return &checker{t: t, next: next, description: open(t)}
}

type checker struct {
	t           testing.TB
	next        http.RoundTripper
	description *description
}

// RoundTrip implements http.RoundTripper.
func (c *checker) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := drain(request.Body)
	if err != nil {
		return nil, err
	}
	onward := request.Clone(request.Context())
	onward.Body = again(body)
	if isGraphQL(request) {
		return c.graphQL(request, onward, body)
	}
	input, err := c.checkRequest(request, body)
	if err != nil {
		c.t.Errorf("request %s %s: %v", request.Method, request.URL, err)
	}
	answer, sendErr := c.next.RoundTrip(onward)
	if sendErr != nil || err != nil {
		return answer, sendErr
	}
	if err := c.checkAnswer(input, answer); err != nil {
		c.t.Errorf("answer to %s %s: %d: %v", request.Method, request.URL, answer.StatusCode, err)
	}
	return answer, nil
}

// graphQL is RoundTrip for the one address that the description does not have.
func (c *checker) graphQL(request, onward *http.Request, body []byte) (*http.Response, error) {
	operation, err := checkQuery(c.description.schema, request, body)
	if err != nil {
		c.t.Errorf("request %s %s: %v", request.Method, request.URL, err)
	}
	answer, sendErr := c.next.RoundTrip(onward)
	if sendErr != nil || err != nil || answer.StatusCode != http.StatusOK {
		return answer, sendErr
	}
	answered, err := drain(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = again(answered)
	if err := checkGraph(c.description.schema, operation, answered); err != nil {
		c.t.Errorf("answer to %s %s: %v: %s", request.Method, request.URL, err, answered)
	}
	return answer, nil
}

func (c *checker) checkRequest(request *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	described := request.Clone(request.Context())
	described.Body = again(body)
	described.URL.Path = describedPath(request.URL.Path)
	described.URL.RawPath = describedPath(request.URL.RawPath)
	route, parameters, err := c.description.router.FindRoute(described)
	if err != nil {
		return nil, err
	}
	input := &openapi3filter.RequestValidationInput{
		Request: described, PathParams: parameters, Route: route, QueryParams: described.URL.Query(),
		Options: &openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			IncludeResponseStatus: true,
		},
	}
	input.Options.WithCustomSchemaErrorFunc(short)
	if err := openapi3filter.ValidateRequest(request.Context(), input); err != nil {
		return nil, err
	}
	if err := knownQuery(route.Operation, described); err != nil {
		return nil, err
	}
	return input, knownMembers(route.Operation, body)
}

var byID = regexp.MustCompile(`^/repositories/(\d+)`)

// describedPath is path without the prefix of GitHub Enterprise Server, and
// with the address by which GitHub redirects to a renamed repository spelled
// as the description spells it.
func describedPath(path string) string {
	return byID.ReplaceAllString(strings.TrimPrefix(path, "/api/v3"), "/repos/by-id/$1")
}

// knownQuery refuses query parameters that the description does not have;
// GitHub ignores them without a word.
func knownQuery(operation *openapi3.Operation, request *http.Request) error {
	for name := range request.URL.Query() {
		if operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			return fmt.Errorf("the operation has no parameter %q", name)
		}
	}
	return nil
}

// knownMembers refuses members of the body that the description does not have.
func knownMembers(operation *openapi3.Operation, body []byte) error {
	if operation.RequestBody == nil || len(body) == 0 {
		return nil
	}
	media := operation.RequestBody.Value.Content.Get("application/json")
	if media == nil || len(media.Schema.Value.Properties) == 0 {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return err
	}
	for name := range members {
		if media.Schema.Value.Properties[name] == nil {
			return fmt.Errorf("the operation's body has no member %q", name)
		}
	}
	return nil
}

func (c *checker) checkAnswer(input *openapi3filter.RequestValidationInput, answer *http.Response) error {
	body, err := drain(answer.Body)
	if err != nil {
		return err
	}
	answer.Body = again(body)
	if done, err := undescribed(input, answer.StatusCode, body); done {
		return err
	}
	err = openapi3filter.ValidateResponse(input.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.StatusCode, Header: answer.Header,
		Body: again(body), Options: input.Options,
	})
	if err != nil || len(body) == 0 {
		return err
	}
	return looseEnums(body)
}

// undescribed judges the statuses that the description leaves out. A success
// must be described. Not modified (304) has no body. Redirects and errors fall
// to basic-error, which the cut description has as its default.
func undescribed(input *openapi3filter.RequestValidationInput, status int, body []byte) (done bool, err error) {
	known := input.Route.Operation.Responses.Status(status) != nil
	switch {
	case status < 300 && !known:
		return true, fmt.Errorf("the operation has no answer %d", status)
	case status == http.StatusNotModified && len(body) == 0:
		return true, nil
	}
	return false, nil
}

// looseEnums holds what the description leaves open, here or in deliveries, to
// the values that GitHub documents: an issue is open or closed, for one of four
// reasons or none. The description itself has the contents of reactions.
func looseEnums(body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return walk(value)
}

var stateReasons = []any{nil, "completed", "not_planned", "duplicate", "reopened"}

func walk(value any) error {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			if err := walk(element); err != nil {
				return err
			}
		}
	case map[string]any:
		_, isIssue := value["number"]
		if state, shown := value["state"]; isIssue && shown && state != "open" && state != "closed" {
			return fmt.Errorf("an issue is open or closed, not %v", state)
		}
		reason, given := value["state_reason"]
		if isIssue && given && !slices.Contains(stateReasons, reason) {
			return fmt.Errorf("%v is no reason for an issue's state", reason)
		}
		for _, member := range value {
			if err := walk(member); err != nil {
				return err
			}
		}
	}
	return nil
}

// Webhook fails the test where the body of a delivery departs from the
// description of its event and action.
func Webhook(t testing.TB, event string, body []byte) {
	t.Helper()
	d := open(t)
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		t.Errorf("delivery %s: %v", event, err)
		return
	}
	name := event
	if action, ok := value["action"].(string); ok {
		name += "-" + action
	}
	path := d.document.Paths.Value("/webhook/" + strings.ReplaceAll(name, "_", "-"))
	if path == nil {
		t.Errorf("delivery %s: not in the description as cut by tools/contract/cut.mjs", name)
		return
	}
	schema := path.Post.RequestBody.Value.Content.Get("application/json").Schema.Value
	err := schema.VisitJSON(value, openapi3.EnableFormatValidation(), openapi3.SetSchemaErrorMessageCustomizer(short))
	if err != nil {
		t.Errorf("delivery %s: %v", name, err)
	} else if err := walk(value); err != nil {
		t.Errorf("delivery %s: %v", name, err)
	}
}

// short names where a value departs and why, without the schema and the value.
func short(err *openapi3.SchemaError) string {
	reason := err.Reason
	if inner, ok := errors.AsType[*openapi3.SchemaError](err.Origin); ok {
		reason += "; " + short(inner)
	} else if err.Origin != nil {
		reason += "; " + err.Origin.Error()
	}
	return fmt.Sprintf("/%s: %s", strings.Join(err.JSONPointer(), "/"), reason)
}

func drain(body io.ReadCloser) ([]byte, error) {
	if body == nil || body == http.NoBody {
		return nil, nil
	}
	defer body.Close()
	return io.ReadAll(body)
}

func again(body []byte) io.ReadCloser {
	if len(body) == 0 {
		return http.NoBody
	}
	return io.NopCloser(bytes.NewReader(body))
}
