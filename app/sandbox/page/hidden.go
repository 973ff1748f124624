package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"io"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// hidden is an HTML comment in a text: GitHub does not show it, and here it can
// be looked at, because it is how the program remembers.
type hidden struct {
	Text string
	// Inside is what a record says, unpacked. Its signature is not checked: it
	// is what the comment claims, whoever wrote it.
	Inside string
}

var comment = regexp.MustCompile(`(?s)<!--(.*?)-->`)

// hiddenIn lists the HTML comments of a Markdown text. Those that stand in code
// are visible and not among them.
func hiddenIn(body string) []hidden {
	if !strings.Contains(body, "<!--") {
		return nil
	}
	var found []hidden
	source := []byte(body)
	_ = ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		var raw []byte
		switch n := n.(type) {
		case *ast.HTMLBlock:
			raw = n.Lines().Value(source)
			if n.HasClosure() {
				raw = append(raw, n.ClosureLine.Value(source)...)
			}
		case *ast.RawHTML:
			raw = n.Segments.Value(source)
		}
		if entering {
			for _, m := range comment.FindAllSubmatch(raw, -1) {
				text := strings.TrimSpace(string(m[1]))
				found = append(found, hidden{Text: text, Inside: recordIn(text)})
			}
		}
		return ast.WalkContinue, nil
	})
	return found
}

// packed is the form of a record: version, sequence, key, content, signature.
var packed = regexp.MustCompile(`^kintsugi:record \d+\.\d+\.[0-9a-f]+\.([A-Za-z0-9+/=]+)\.[0-9a-f]+$`)

// mostInside bounds what a record may unpack to, for anybody can write one.
const mostInside = 1 << 20

// recordIn unpacks a record, and is empty for what is none.
func recordIn(text string) string {
	m := packed.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	content, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		return ""
	}
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return ""
	}
	plain, err := io.ReadAll(io.LimitReader(z, mostInside))
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	if json.Indent(&b, plain, "", "  ") != nil {
		return ""
	}
	return b.String()
}
