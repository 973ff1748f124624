package document

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Finding the inlines of paragraphs takes goldmark as long as everything else
// together. Yet most paragraphs have no marks or but the plainest: emphasis, code
// between single backticks, links with an address and nothing else. Such are
// skimmed as soon as their end is known, and goldmark passes them over. Any other
// mark in a paragraph leaves all of it to goldmark, so that here stands only what
// is read in one way.

// skimmed is a paragraph in the place of goldmark's own. It says that it is raw:
// nothing is to be parsed in it.
type skimmed struct {
	ast.BaseBlock
	pieces []piece
}

var kindSkimmed = ast.NewNodeKind("Skimmed")

func (*skimmed) Kind() ast.NodeKind { return kindSkimmed }
func (*skimmed) IsRaw() bool        { return true }

func (n *skimmed) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// piece is a piece of the source, or a mark between two.
type piece struct {
	kind     pieceKind
	from, to int
}

type pieceKind int

const (
	words    pieceKind = iota
	code               // with its backticks
	emphasis           // begins
	strong             // begins
	emphasisEnd
	strongEnd
	link    // begins
	linkEnd // is its address
	lineEnd
)

// skimmer replaces paragraphs, before goldmark asks whether they define links or
// are tables.
type skimmer struct{}

// Transform implements parser.ParagraphTransformer.
func (skimmer) Transform(p *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if next, _ := reader.PeekLine(); underlines(next) {
		return // this is going to be a heading
	}
	s := pc.Get(skimKey).(*skim) //nolint:errcheck // parse has set it
	before := len(s.pieces)
	if !s.paragraph(p.Lines()) {
		s.pieces = s.pieces[:before]
		return
	}
	s.paragraphs = append(s.paragraphs, skimmed{pieces: s.pieces[before:len(s.pieces):len(s.pieces)]})
	n := &s.paragraphs[len(s.paragraphs)-1]
	n.SetBlankPreviousLines(p.HasBlankPreviousLines())
	p.Parent().ReplaceChild(p.Parent(), p, n)
}

// skimKey is where a document's skim is in the parser's context.
var skimKey = parser.NewContextKey()

// skimming parses as markdown does, but for the paragraphs that are skimmed.
var skimming = goldmark.New(
	goldmark.WithExtensions(extensions...),
	goldmark.WithParserOptions(parser.WithParagraphTransformers(util.Prioritized(skimmer{}, 0))),
).Parser()

// parse parses a source. The skim has parts of what is returned.
func parse(by parser.Parser, source []byte, s *skim) ast.Node {
	s.source = source
	pc := parser.NewContext()
	pc.Set(skimKey, s)
	return by.Parse(text.NewReader(source), parser.WithContext(pc))
}

// underlines reports whether a line may make a heading of the paragraph above.
func underlines(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) > 0 && (line[0] == '=' || line[0] == '-') && len(bytes.Trim(line, "=-")) == 0
}

// skim is what was skimmed of a document, and the way through a paragraph.
type skim struct {
	source     []byte
	paragraphs []skimmed
	pieces     []piece // of all of them
	from       int     // of the words that are no piece yet
	// open are the emphases that have not ended: the mark, and how often it stands.
	open  [mostOpen]opening
	depth int
	// inLink says that a link has not ended, which began within outside emphases.
	inLink  bool
	outside int
}

type opening struct {
	mark byte
	size int
}

// mostOpen is how many emphases may stand within each other.
const mostOpen = 4

// isMark has the bytes that may begin or end something in a line.
var isMark = func() (table [256]bool) {
	for _, c := range []byte("`*_[]!<&\\~") {
		table[c] = true
	}
	return table
}()

// paragraph reports whether it found all that stands in a paragraph.
func (s *skim) paragraph(lines *text.Segments) bool {
	s.depth, s.inLink = 0, false
	for i := range lines.Len() {
		segment := lines.At(i)
		segment = segment.TrimLeftSpace(s.source)
		segment = segment.TrimRightSpace(s.source)
		before := '\n'
		if i > 0 {
			if segment.Len() > 0 && strings.IndexByte("|-:", s.source[segment.Start]) >= 0 {
				return false // a table may begin
			}
			before, _ = utf8.DecodeLastRune(s.source[:segment.Start])
			s.pieces = append(s.pieces, piece{kind: lineEnd})
		}
		if !s.line(segment.Start, segment.Stop, before) {
			return false
		}
	}
	return s.depth == 0
}

// line goes through a line, behind the character before.
func (s *skim) line(begin, end int, before rune) bool {
	s.from = begin
	line := s.source[:end]
	for at := nextMark(line, begin); at < end; at = nextMark(line, at) {
		switch c := line[at]; {
		case c == '`':
			at = s.code(at, end)
		case c == '*' || c == '_':
			if at > begin {
				before, _ = utf8.DecodeLastRune(line[:at])
			}
			at = s.emphasis(at, end, before)
		case c == '[' && !s.inLink:
			s.inLink, s.outside = true, s.depth
			at = s.put(link, at, at+1)
		case c == ']' && s.inLink && s.outside == s.depth:
			at = s.linkEnd(at, end)
		case c == '!' && !bytes.HasPrefix(line[at+1:], []byte("[")):
			at++
		default:
			return false
		}
		if at < 0 {
			return false
		}
	}
	s.words(end)
	return !s.inLink
}

func nextMark(line []byte, at int) int {
	for rest := line[at:]; len(rest) >= 8; rest = rest[8:] { // eight at a time, for all text goes through here
		if isMark[rest[0]] || isMark[rest[1]] || isMark[rest[2]] || isMark[rest[3]] ||
			isMark[rest[4]] || isMark[rest[5]] || isMark[rest[6]] || isMark[rest[7]] {
			break
		}
		at += 8
	}
	for at < len(line) && !isMark[line[at]] {
		at++
	}
	return at
}

// words puts what stands before a place.
func (s *skim) words(to int) {
	if s.from < to {
		s.pieces = append(s.pieces, piece{words, s.from, to})
	}
}

// put puts a piece, and returns where the next begins.
func (s *skim) put(kind pieceKind, from, to int) int {
	s.words(from)
	s.pieces = append(s.pieces, piece{kind, from, to})
	s.from = to
	return to
}

// unclear is the place that is returned where goldmark has to look.
const unclear = -1

// code takes what stands between two backticks of a line. Blanks beside both of
// them would not be code.
func (s *skim) code(at, end int) int {
	size := bytes.IndexByte(s.source[at+1:end], '`')
	next := at + 1 + size + 1
	if size < 1 || s.source[at+1] == ' ' && s.source[next-2] == ' ' || next < end && s.source[next] == '`' {
		return unclear
	}
	return s.put(code, at, next)
}

// emphasis takes one or two marks that begin an emphasis, or end the one that
// began last, or are mere characters. The rules for what may begin and end are
// CommonMark's, of its section on emphasis.
func (s *skim) emphasis(at, end int, before rune) int {
	mark, next := s.source[at], at+1
	if next < end && s.source[next] == mark {
		next++
	}
	after := ' '
	if next < end {
		after, _ = utf8.DecodeRune(s.source[next:end])
	}
	if after == rune(mark) || before == utf8.RuneError || after == utf8.RuneError {
		return unclear
	}
	begins, ends := flanks(before, after, mark)
	size := next - at
	switch isOpen := s.hasOpen(mark); {
	case ends && isOpen:
		last := s.open[s.depth-1]
		if last != (opening{mark, size}) || s.inLink && s.depth == s.outside {
			return unclear
		}
		s.depth--
		return s.put(emphasisEnd+pieceKind(size)-1, at, next)
	case begins:
		if s.depth == mostOpen {
			return unclear
		}
		s.open[s.depth] = opening{mark, size}
		s.depth++
		return s.put(emphasis+pieceKind(size)-1, at, next)
	}
	return next
}

func (s *skim) hasOpen(mark byte) bool {
	for _, o := range s.open[:s.depth] {
		if o.mark == mark {
			return true
		}
	}
	return false
}

// flanks reports whether marks between two characters may begin and end an
// emphasis.
func flanks(before, after rune, mark byte) (begins, ends bool) {
	blankBefore, blankAfter := util.IsSpaceRune(before), util.IsSpaceRune(after)
	signBefore, signAfter := util.IsPunctRune(before), util.IsPunctRune(after)
	left := !blankAfter && (!signAfter || blankBefore || signBefore)
	right := !blankBefore && (!signBefore || blankAfter || signAfter)
	if mark == '_' {
		return left && (!right || signBefore), right && (!left || signAfter)
	}
	return left, right
}

// linkEnd takes the end of a link's text, with an address in parentheses.
func (s *skim) linkEnd(at, end int) int {
	shown := s.source[:at]
	shown = shown[bytes.LastIndexByte(shown, '[')+1:]
	size := bytes.IndexByte(s.source[at:end], ')')
	if len(shown) < 2 || size < 0 { // of one character, it may be a box
		return unclear
	}
	address := s.source[at+1 : at+size]
	if len(address) < 2 || address[0] != '(' || address[1] == '<' || bytes.IndexFunc(address[1:], endsAddress) >= 0 {
		return unclear
	}
	s.words(at)
	s.inLink, s.from = false, at+size+1
	s.pieces = append(s.pieces, piece{linkEnd, at + 2, at + size})
	return s.from
}

func endsAddress(r rune) bool { return r <= ' ' || r == '(' || r == '\\' }
