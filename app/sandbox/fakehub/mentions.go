package fakehub

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Mention is one account or team that a new text notified.
type Mention struct {
	Repo    string
	Issue   int
	Comment int64 // zero where the issue's own text did it
	By      string
	Who     string // a login, or ORG/TEAM
	ByApp   bool
}

// Mentions lists who was notified by new comments and new issues since the
// start. Edits notify nobody. docs: Basic writing and formatting syntax,
// "Mentioning people and teams".
func (h *Hub) Mentions() []Mention {
	defer h.begin()()
	return slices.Clone(h.mentions)
}

// heed does what a new text of i does besides being there: it notifies, and
// refers to other issues.
func (h *Hub) heed(a actor, i *issue, comment int64, body string) {
	blocks := h.readable(body)
	h.notify(a, i, comment, blocks)
	h.refer(a, i, blocks)
}

// notify notes whom a text mentions: people who can read i, but not its writer,
// and teams of an organisation. The first time somebody is mentioned on an
// issue, that is an event. docs: Issue event types, "mentioned".
func (h *Hub) notify(a actor, i *issue, comment int64, blocks []string) {
	for _, name := range mentioned(blocks) {
		who := ""
		if org, team, isTeam := strings.Cut(name, "/"); isTeam {
			if o := h.userNamed(org); o != nil && o.findTeam(team) != nil {
				who = o.login + "/" + strings.ToLower(team)
			}
		} else if u := h.userNamed(name); u != nil && u != a.user && u.kind == "User" && i.repo.grantOf(u).role >= read {
			who = u.login
			if !i.mentioned[u] {
				i.mentioned[u] = true
				h.record(a, i, &event{kind: "mentioned", actor: u})
			}
		}
		if who != "" {
			h.mentions = append(h.mentions, Mention{i.repo.fullName(), i.number, comment, a.user.login, who, a.install != nil})
		}
	}
}

var (
	mentionPattern = regexp.MustCompile(`(?:^|[^\w/@.])@([A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9][\w-]*)?)`)
	atSign         = regexp.MustCompile(`(?i)@|&#64;|&#x40;|&commat;`)
)

// readable is the text of each block of Markdown as it is read for mentions and
// references, or nothing where it has neither, because reading takes a while.
// Only code, HTML comments and what stands inside a tag are not read; a
// backslash or an entity hides nothing.
func (h *Hub) readable(body string) []string {
	if !atSign.MatchString(body) && !h.mayRefer(body) {
		return nil
	}
	blocks := proseOf([]byte(body))
	for n, block := range blocks {
		blocks[n] = html.UnescapeString(unseenHTML.ReplaceAllString(block, " "))
	}
	return blocks
}

// mentioned lists whom a text mentions, each once.
func mentioned(blocks []string) []string {
	var found []string
	for _, text := range blocks {
		for _, m := range mentionPattern.FindAllStringSubmatch(text, -1) {
			if !containsFold(found, m[1]) {
				found = append(found, m[1])
			}
		}
	}
	return found
}

// unseenHTML is the HTML whose content is not read as text.
var unseenHTML = regexp.MustCompile(`(?is)<!--.*?-->|<pre\b.*?</pre>|<code\b.*?</code>|</?[a-z][^>]*>`)

var markdown = goldmark.New().Parser()

// proseOf returns the text of each block with its HTML, a space standing for
// code.
func proseOf(source []byte) []string {
	var blocks []string
	_ = ast.Walk(markdown.Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case !entering:
		case n.Kind() == ast.KindCodeBlock || n.Kind() == ast.KindFencedCodeBlock:
			return ast.WalkSkipChildren, nil
		case n.Type() != ast.TypeInline:
			blocks = append(blocks, "")
			if n.Kind() == ast.KindHTMLBlock {
				blocks[len(blocks)-1] = string(n.Lines().Value(source))
			}
		case n.Kind() == ast.KindCodeSpan:
			blocks[len(blocks)-1] += " "
			return ast.WalkSkipChildren, nil
		default:
			blocks[len(blocks)-1] += inlineText(n, source)
		}
		return ast.WalkContinue, nil
	})
	return blocks
}

func inlineText(n ast.Node, source []byte) string {
	switch n := n.(type) {
	case *ast.RawHTML:
		return string(n.Segments.Value(source))
	case *ast.Text:
		if n.SoftLineBreak() || n.HardLineBreak() {
			return string(n.Segment.Value(source)) + "\n"
		}
		return string(n.Segment.Value(source))
	}
	return ""
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
