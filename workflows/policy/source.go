package policy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Limits of one file. No settings come near; what exceeds them keeps the parser
// busy for up to half a minute.
const (
	maxBytes  = 64 << 10
	maxTokens = 10_000
	maxDepth  = 32
)

// read lays one file over what was read so far.
func (d *decoder) read(s Source) {
	d.file, d.files = s.File, append(d.files, s.File)
	d.switched, d.paused, d.unread = false, false, 0
	d.moded, d.observes = false, false
	if s.Problem != "" {
		d.problem(place{file: d.file}, s.Problem, s.japanese())
		return
	}
	text, ok := d.text(s.Content)
	var keys []*ast.MappingValueNode
	if ok {
		keys, ok = d.parse(text)
	}
	if ok {
		d.fillTop(keys)
	} else {
		d.problem(place{file: d.file},
			"this file cannot be read as a whole: until that is corrected, only its `language`, `time_zone`, `enabled`, `mode` and `since` count",
			"このファイル全体を読み取れませんでした。直るまで、`language`、`time_zone`、`enabled`、`mode`、`since` の行だけが有効です")
		d.salvageCommon(text)
		d.unread = 1
	}
	if d.unread > 0 {
		d.salvageBrakes(text)
	}
	if d.switched {
		d.policy.Enabled = !d.paused
	}
	if d.moded {
		d.policy.Observe = d.observes
	}
}

// text returns the content as text with line feeds, even where it reports that
// the content cannot be parsed.
func (d *decoder) text(content []byte) (string, bool) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	ok := true
	if len(content) > maxBytes {
		d.problem(place{file: d.file}, "the file is larger than 64 KiB and is not read", "ファイルが64KiBを超えているため、読みませんでした")
		ok = false
	} else if i := invalidUTF8(content); i >= 0 {
		d.problem(d.placeOf(content, i), "this is not UTF-8: save the file as UTF-8", "UTF-8ではありません。ファイルをUTF-8で保存してください")
		ok = false
	}
	text := strings.ToValidUTF8(string(content), "")
	if !ok {
		text = strings.ReplaceAll(text, "\x00", "") // UTF-16 holds one in every ASCII letter
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.ReplaceAll(text, "\r", "\n"), ok
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// placeOf returns the place of a byte of the current file.
func (d *decoder) placeOf(content []byte, offset int) place {
	before := content[:offset]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return place{d.file, bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[lineStart:]) + 1}
}

// parse returns the top-level keys of a YAML document. If there is no document
// to read, it reports why.
func (d *decoder) parse(text string) (keys []*ast.MappingValueNode, ok bool) {
	defer func() {
		// The parser is a large library and the text is anybody's.
		if recover() != nil {
			d.problem(place{file: d.file}, "this cannot be read as YAML", "YAMLとして読み取れませんでした")
			keys, ok = nil, false
		}
	}()
	tokens := d.firstDocument(lexer.Tokenize(text))
	if len(tokens) > maxTokens {
		d.problem(place{file: d.file}, "the file holds too many values and is not read", "値の数が多すぎるため、読みませんでした")
		return nil, false
	}
	if tk := tooDeep(tokens); tk != nil {
		d.problem(d.at(tk), "this is nested deeper than any setting goes", "どの設定よりも入れ子が深くなっています")
		return nil, false
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntaxProblem(err)
		return nil, false
	}
	return d.topLevel(file)
}

// firstDocument returns the tokens of the first document and reports the place
// where a second one begins.
func (d *decoder) firstDocument(tokens token.Tokens) token.Tokens {
	begun := false
	for i, tk := range tokens {
		switch tk.Type {
		case token.CommentType, token.DirectiveType:
			continue
		case token.DocumentHeaderType, token.DocumentEndType:
			if !begun {
				begun = tk.Type == token.DocumentHeaderType
				continue
			}
			if last := i == len(tokens)-1; last {
				return tokens[:i]
			}
			d.problem(d.at(tk), "only the first document of a file is read: remove this line or what follows it",
				"読むのはファイルの最初の文書だけです。この行か、この後を消してください")
			d.unread = tk.Position.Line
			return tokens[:i]
		}
		begun = true
	}
	return tokens
}

// tooDeep returns the first token that nests deeper than allowed.
func tooDeep(tokens token.Tokens) *token.Token {
	depth, onLine, line := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			line, onLine = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType:
			onLine++
		}
		if depth > maxDepth || onLine > maxDepth {
			return tk
		}
	}
	return nil
}

// topLevel returns the keys of the document. An empty file has none.
func (d *decoder) topLevel(file *ast.File) ([]*ast.MappingValueNode, bool) {
	for _, doc := range file.Docs {
		switch body := doc.Body.(type) {
		case nil, *ast.DirectiveNode, *ast.NullNode, *ast.CommentGroupNode:
			continue
		case *ast.MappingNode:
			return body.Values, true
		case *ast.MappingValueNode:
			return []*ast.MappingValueNode{body}, true
		default:
			d.problem(d.start(body),
				"settings are written as `key: value`, with a colon and a blank after it",
				"設定は `key: value` の形で書きます。半角のコロンの後に空白が要ります")
			return nil, false
		}
	}
	return nil, true
}

// at returns the place of a token.
func (d *decoder) at(tk *token.Token) place {
	if tk == nil || tk.Position == nil {
		return place{file: d.file}
	}
	return place{d.file, tk.Position.Line, tk.Position.Column}
}

// start returns the place where a node begins. A group of keys begins at its
// first key, although its token is a colon.
func (d *decoder) start(n ast.Node) place {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return d.start(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return d.start(n.Key)
	}
	return d.at(n.GetToken())
}

// advice says what to do about the usual slips, by what the parser says of them.
var advice = []struct{ said, english, japanese string }{
	{"'@' is a reserved character", "a name that begins with @ needs quotes: `\"@name\"`", "@で始まる名前は `\"@name\"` のように引用符で囲んでください"},
	{"is a reserved character", "a text that begins with this character needs quotes", "この文字で始まる文字列は引用符で囲んでください"},
	{"unexpected directive value", "a text that begins with % needs quotes", "%で始まる文字列は引用符で囲んでください"},
	{"'\t'", "a tab cannot indent: use blanks", "タブでは字下げできません。半角の空白を使ってください"},
	{"tab character", "a tab cannot indent: use blanks", "タブでは字下げできません。半角の空白を使ってください"},
	{"']' not found", "this `[` is not closed by `]`", "この `[` が `]` で閉じられていません"},
	{"'}' not found", "this `{` is not closed by `}`", "この `{` が `}` で閉じられていません"},
	{"',' or ']'", "a `[` above is not closed by `]`, or a comma is missing", "上の `[` が `]` で閉じられていないか、カンマがありません"},
	{"',' or '}'", "a `{` above is not closed by `}`, or a comma is missing", "上の `{` が `}` で閉じられていないか、カンマがありません"},
	{"token '}'", "this `{` is not closed by `}`", "この `{` が `}` で閉じられていません"},
	{"could not find end character", "this quote is not closed", "この引用符が閉じられていません"},
	{"mapping value is not allowed", "a value that holds a colon and a blank needs quotes; or the line after it is indented too far", "コロンと空白を含む値は引用符で囲んでください。または、次の行の字下げが深すぎます"},
	{"not allowed in this context", "this line does not fit the indentation above it", "この行の字下げが上の行と合っていません"},
}

// syntaxProblem reports an error of the parser.
func (d *decoder) syntaxProblem(err error) {
	at, said := place{file: d.file}, err.Error()
	if syntax, ok := errors.AsType[yaml.Error](err); ok {
		at, said = d.at(syntax.GetToken()), syntax.GetMessage()
	}
	for _, a := range advice {
		if strings.Contains(said, a.said) {
			d.problem(at, a.english, a.japanese)
			return
		}
	}
	shown := words.Foreign(said).Inline(100)
	d.problem(at, fmt.Sprintf("this is not YAML: %s", shown), fmt.Sprintf("YAMLとして読み取れませんでした: %s", shown))
}
