// Package contract holds exchanges with GitHub, simulated or recorded, to
// GitHub's own OpenAPI description, and hands out GitHub's example deliveries.
// It is test support: only tests import it, and it knows neither the simulated
// GitHub nor the program. The description is not committed; `make contract`
// fetches it, and without it the tests that ask for it are skipped.
package contract

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// description is GitHub's contract, loaded.
type description struct {
	document *openapi3.T
	router   routers.Router
	schema   *ast.Schema // of GraphQL
}

var load = sync.OnceValues(func() (*description, error) {
	defineFormats()
	data, err := os.ReadFile(cached("openapi.json"))
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(cached("schema.graphql"))
	if err != nil {
		return nil, err
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(text)})
	if err != nil {
		return nil, err
	}
	return &description{document, router, schema}, nil
})

// defineFormats makes the description's formats count: by itself the library
// accepts any string where a time or an address is promised.
func defineFormats() {
	openapi3.DefineStringFormatValidator("date-time", openapi3.NewCallbackValidator(func(s string) error {
		_, err := time.Parse(time.RFC3339, s)
		return err
	}))
	openapi3.DefineStringFormatValidator("uri", openapi3.NewCallbackValidator(func(s string) error {
		u, err := url.Parse(s)
		if err == nil && !u.IsAbs() {
			err = fmt.Errorf("%q is not an absolute address", s)
		}
		return err
	}))
}

// cached is where `make contract` puts a file.
func cached(name string) string {
	folder, err := os.Getwd()
	for err == nil {
		if _, found := os.Stat(filepath.Join(folder, "go.mod")); found == nil {
			return filepath.Join(folder, ".cache", "contract", name)
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			break
		}
		folder = parent
	}
	return name
}

// Here tells whether the description was fetched, for tests that have other
// things to show and are held to it by the way, unless they shall be short. Where
// everything must be tested it is always asked for.
func Here() bool {
	if testing.Short() {
		return false
	}
	_, err := load()
	return err == nil || os.Getenv("KINTSUGI_TEST_ALL") == "1"
}

// open loads the description, or ends the test as a missing one must.
func open(t testing.TB) *description {
	t.Helper()
	d, err := load()
	if err != nil {
		unavailable(t, err)
	}
	return d
}

// unavailable skips the test; where everything must be tested it fails it.
func unavailable(t testing.TB, err error) {
	t.Helper()
	if !os.IsNotExist(err) {
		t.Fatal(err)
	}
	message := "GitHub's description is not here; get it with `make contract` (needs Node and npm)"
	if os.Getenv("KINTSUGI_TEST_ALL") == "1" {
		t.Fatal(message)
	}
	t.Skip(message)
}

// Examples returns real deliveries that GitHub's users have contributed: for
// each event, payloads.
func Examples(t testing.TB) map[string][]json.RawMessage {
	t.Helper()
	data, err := os.ReadFile(cached("examples.json"))
	if err != nil {
		unavailable(t, err)
	}
	var examples map[string][]json.RawMessage
	if err := json.Unmarshal(data, &examples); err != nil {
		t.Fatal(err)
	}
	return examples
}
