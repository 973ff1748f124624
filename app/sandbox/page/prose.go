package page

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// prose renders what people and the App wrote as GitHub would. It is safe for
// any number of callers.
type prose struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy

	mu   sync.Mutex
	kept map[string]template.HTML
}

// keptTexts bounds how many rendered texts are kept: a hostile one may take
// long to render, and the page is shown again and again.
const keptTexts = 1000

func newProse() *prose {
	table := extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))
	return &prose{
		markdown: goldmark.New(
			goldmark.WithExtensions(table, extension.Strikethrough, extension.Linkify, extension.TaskList),
			goldmark.WithRendererOptions(
				html.WithHardWraps(), // as in GitHub's issues and comments
				html.WithUnsafe(),    // the policy below decides
				renderer.WithNodeRenderers(util.Prioritized(imagesAsLinks{}, 1)),
			),
		),
		policy: sanitiser(),
		kept:   map[string]template.HTML{},
	}
}

// sanitiser lets through what GitHub does, as far as it concerns text. Classes,
// ids, styles and images are not among it: nobody's text can look like a part
// of the page, or load anything.
func sanitiser() *bluemonday.Policy {
	policy := bluemonday.NewPolicy()
	policy.AllowElements(
		"h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "blockquote", "pre", "code", "kbd", "samp", "var",
		"strong", "b", "em", "i", "del", "s", "ins", "sub", "sup", "ul", "ol", "li", "dl", "dt", "dd",
		"table", "thead", "tbody", "tr", "th", "td", "details", "summary", "a", "input",
	)
	policy.AllowAttrs("href").OnElements("a")
	policy.AllowURLSchemes("http", "https", "mailto")
	policy.AllowRelativeURLs(true)
	policy.RequireParseableURLs(true)
	policy.AllowAttrs("align").Matching(regexp.MustCompile(`^(?:left|center|right)$`)).OnElements("th", "td")
	policy.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	policy.AllowAttrs("open").OnElements("details")
	policy.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	policy.AllowAttrs("checked", "disabled").OnElements("input")
	return policy
}

// setting is what a text stands in: which of its mentions notified somebody,
// and what its references lead to.
type setting struct {
	repo     string
	home     string // the hub's own address, by which its links are known
	notified []string
}

func (s setting) key() string {
	return s.repo + "\n" + s.home + "\n" + strings.Join(s.notified, " ") + "\n"
}

// render returns body as HTML that can stand in the page.
func (p *prose) render(body string, s setting) template.HTML {
	key := s.key() + body
	p.mu.Lock()
	done, ok := p.kept[key]
	p.mu.Unlock()
	if ok {
		return done
	}
	var b bytes.Buffer
	if err := p.markdown.Convert([]byte(body), &b); err != nil {
		return verbatim(body)
	}
	done = decorated(p.policy.Sanitize(b.String()), s)
	p.mu.Lock()
	if len(p.kept) >= keptTexts {
		clear(p.kept)
	}
	p.kept[key] = done
	p.mu.Unlock()
	return done
}

// imagesAsLinks shows an image as a link to it, because the page loads nothing
// from elsewhere.
type imagesAsLinks struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (imagesAsLinks) RegisterFuncs(on renderer.NodeRendererFuncRegisterer) {
	on.Register(ast.KindImage, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			_, _ = w.WriteString("]</a>")
			return ast.WalkContinue, nil
		}
		_, _ = w.WriteString(`<a href="`)
		if image, ok := n.(*ast.Image); ok {
			_, _ = w.Write(util.EscapeHTML(util.URLEscape(image.Destination, true)))
		}
		_, _ = w.WriteString(`">[`)
		return ast.WalkContinue, nil
	})
}
