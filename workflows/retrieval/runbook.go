package retrieval

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of one runbook. The front matter's are far above what a title and some
// keywords take, and below what keeps the YAML parser busy.
const (
	MostRunbook = 256 << 10 // bytes
	mostFront   = 8 << 10   // bytes
	frontTokens = 1000
	frontDepth  = 16
	longTitle   = 300 // bytes
)

// Runbook reads a Markdown file. Its front matter may hold a title and keywords:
//
//	---
//	title: Checkout triage
//	keywords: [checkout, blank page]
//	---
//
// Without a title there its first heading is the title, or else the name of the
// file. Front matter that cannot be read counts as if there were none. It
// reports false for what is no text, or too large.
func Runbook(file string, content []byte) (Document, bool) {
	if len(content) > MostRunbook || !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return Document{}, false
	}
	text := strings.TrimPrefix(string(content), "\ufeff")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = uncommented(text)
	front, body := splitFront(text)
	d := Document{Key: file, Body: body}
	d.Title, d.Keywords = readFront(front)
	if d.Title == "" {
		d.Title = heading(body)
	}
	if d.Title == "" {
		d.Title = strings.TrimSuffix(path.Base(file), path.Ext(file))
	}
	d.Title = cut(d.Title, longTitle)
	return d, true
}

// splitFront takes the front matter off a file: what stands between two lines
// of three dashes at its very beginning.
func splitFront(text string) (front, body string) {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return "", text
	}
	at := 0
	for line := range strings.Lines(rest) {
		if strings.TrimRight(line, " \t\n") == "---" {
			return rest[:at], rest[at+len(line):]
		}
		if at += len(line); at > mostFront {
			break
		}
	}
	return "", text
}

// readFront reads title and keywords. Only values that are written out count:
// aliases are how small files grow large.
func readFront(front string) (title string, keywords []string) {
	defer func() {
		// The parser is a large library and the text is anybody's.
		if recover() != nil {
			title, keywords = "", nil
		}
	}()
	if strings.TrimSpace(front) == "" {
		return "", nil
	}
	tokens := lexer.Tokenize(front)
	if len(tokens) > frontTokens || deep(tokens) {
		return "", nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil || len(file.Docs) == 0 {
		return "", nil
	}
	for _, kv := range keysOf(file.Docs[0].Body) {
		switch key, _ := scalar(kv.Key); key {
		case "title":
			title, _ = scalar(kv.Value)
			title = strings.Join(strings.Fields(title), " ")
		case "keywords":
			keywords = listOf(kv.Value)
		}
	}
	return title, keywords
}

func deep(tokens token.Tokens) bool {
	depth, onLine, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, onLine = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			onLine++
		}
		if depth > frontDepth || onLine > frontDepth {
			return true
		}
	}
	return false
}

func keysOf(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// scalar is a single value as it is written: a keyword may be 502.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		if n.Value == nil {
			return "", true
		}
		return n.Value.Value, true
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// listOf reads a list, or a single value with commas, as people write both.
func listOf(n ast.Node) []string {
	var all []string
	if text, ok := scalar(n); ok {
		all = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",、，\n", r) })
	}
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, v := range list.Values {
			if text, ok := scalar(v); ok {
				all = append(all, text)
			}
		}
	}
	return all
}

// heading is the text of the first heading, of whichever level.
func heading(body string) string {
	fenced := false
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			fenced = !fenced
		}
		text := strings.TrimLeft(line, "#")
		if level := len(line) - len(text); fenced || level < 1 || level > 6 || !strings.HasPrefix(text, " ") {
			continue
		}
		if text = strings.TrimSpace(strings.Trim(strings.TrimSpace(text), "#")); text != "" {
			return text
		}
	}
	return ""
}
