package page

import (
	"html/template"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// verbatim shows a text that could not be rendered.
func verbatim(text string) template.HTML {
	return template.HTML("<pre>" + template.HTMLEscapeString(text) + "</pre>") //nolint:gosec // escaped
}

// decorated takes sanitised HTML and adds what the page knows of it: mentions
// that notified somebody stand out, references to issues become links, and
// links to the hub lead here. Being parsed and written anew also closes what
// was left open, so that no text can leave its place.
func decorated(sanitised string, s setting) template.HTML {
	within := &html.Node{Type: html.ElementNode, DataAtom: atom.Div, Data: "div"}
	nodes, err := html.ParseFragment(strings.NewReader(sanitised), within)
	if err != nil { // nested beyond reason
		return verbatim(sanitised)
	}
	for _, n := range nodes {
		within.AppendChild(n)
	}
	decorate(within, s)
	var b strings.Builder
	for n := within.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			return verbatim(sanitised)
		}
	}
	return template.HTML(b.String()) //nolint:gosec // sanitised, parsed and written anew
}

func decorate(n *html.Node, s setting) {
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		switch {
		case child.Type == html.TextNode:
			decorateText(child, s)
		case child.DataAtom == atom.Code || child.DataAtom == atom.Pre:
		case child.DataAtom == atom.A:
			leadHere(child, s)
		case child.DataAtom == atom.Input:
			tellTask(child)
		case child.DataAtom == atom.Table:
			scrolling(child)
			decorate(child, s)
		default:
			decorate(child, s)
		}
		child = next
	}
}

// spoken matches a mention, or a reference to an issue. What stands before it
// is part of the match, because it decides whether it is one.
var spoken = regexp.MustCompile(`(^|[^\w/@.&#-])(?:@([A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9][\w-]*)?)|([A-Za-z0-9][A-Za-z0-9-]*/[\w.-]+)?#(\d{1,7})\b)`)

// decorateText replaces a text by texts with links and highlights between.
func decorateText(n *html.Node, s setting) {
	text, from := n.Data, 0
	add := func(node *html.Node) { n.Parent.InsertBefore(node, n) }
	for _, m := range spoken.FindAllStringSubmatchIndex(text, -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		start, end := m[3], m[1]
		who, repo, number := group(2), group(3), group(4)
		var marked *html.Node
		switch {
		case number != "":
			if repo == "" {
				repo = s.repo
			}
			marked = element(atom.A, text[start:end], "href", "/"+repo+"/issues/"+number)
		case containsFold(s.notified, who):
			marked = element(atom.Strong, text[start:end], "class", "mention")
		default:
			continue
		}
		if start > from {
			add(&html.Node{Type: html.TextNode, Data: text[from:start]})
		}
		add(marked)
		from = end
	}
	if from == 0 {
		return
	}
	if from < len(text) {
		add(&html.Node{Type: html.TextNode, Data: text[from:]})
	}
	n.Parent.RemoveChild(n)
}

// element makes a node; attributes are names and values by turns.
func element(kind atom.Atom, text string, attributes ...string) *html.Node {
	n := &html.Node{Type: html.ElementNode, DataAtom: kind, Data: kind.String()}
	for pair := range slices.Chunk(attributes, 2) {
		n.Attr = append(n.Attr, html.Attribute{Key: pair[0], Val: pair[1]})
	}
	if text != "" {
		n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
	}
	return n
}

// leadHere makes a link to the hub a link to the same place on this page. A
// link to anywhere else opens in a tab of its own and tells it nothing.
func leadHere(a *html.Node, s setting) {
	for i, at := range a.Attr {
		if at.Key != "href" {
			continue
		}
		if path, ok := strings.CutPrefix(at.Val, s.home+"/"); ok && s.home != "" {
			a.Attr[i].Val = "/" + path
			return
		}
		if strings.HasPrefix(at.Val, "#") || strings.HasPrefix(at.Val, "/") && !strings.HasPrefix(at.Val, "//") {
			return
		}
		a.Attr = []html.Attribute{at, {Key: "rel", Val: "noopener noreferrer nofollow"}, {Key: "target", Val: "_blank"}}
		return
	}
}

// tellTask gives a task's box a name, and keeps it from being ticked here.
func tellTask(box *html.Node) {
	name, checked := "to do", false
	for _, at := range box.Attr {
		if at.Key == "checked" {
			name, checked = "done", true
		}
	}
	box.Attr = []html.Attribute{{Key: "type", Val: "checkbox"}, {Key: "disabled"}, {Key: "aria-label", Val: name}}
	if checked {
		box.Attr = append(box.Attr, html.Attribute{Key: "checked"})
	}
}

// scrolling puts a table into a box that scrolls by itself, also by keyboard.
func scrolling(table *html.Node) {
	box := element(atom.Div, "", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", "table")
	table.Parent.InsertBefore(box, table)
	table.Parent.RemoveChild(table)
	box.AppendChild(table)
}

func containsFold(list []string, s string) bool {
	for _, e := range list {
		if strings.EqualFold(e, s) {
			return true
		}
	}
	return false
}
