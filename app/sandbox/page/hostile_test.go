package page_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/sandbox/page"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

type (
	pageConfig = page.Config
	lang       = words.Language
)

// hostile are texts that act in HTML, in Markdown, or in both.
var hostile = []string{
	`<script>alert(1)</script>`, `"><script>alert(1)</script>`, `</textarea><script>alert(1)</script>`, `'><img src=x onerror=alert(1)>`,
	`<svg onload=alert(1)><use href="#r-up"/></svg>`, `</div></article></li></ol></main><h1 id="main" class="mention">mine</h1>`,
	`<style>*{display:none}</style>`, `<p style="position:fixed" class="alert" onclick="alert(1)">x</p>`, `<iframe src="https://evil.example"></iframe>`,
	`<a href="javascript:alert(1)">x</a> [x](javascript:alert(1)) [y](data:text/html,x) <javascript:alert(1)>`,
	"![x](https://evil.example/x.png) ![y](javascript:alert(1)) <img src=https://evil.example/x.png>",
	`<form action="https://evil.example"><input name=x><button>x</button></form><base href="https://evil.example">`,
	`<meta http-equiv="refresh" content="0;url=https://evil.example"><link rel=stylesheet href=https://evil.example>`,
	"<!-- <script>alert(1)</script> -->", "<!--><script>alert(1)</script>-->", "<![CDATA[<script>alert(1)</script>]]>", "<?php x ?>", "<!",
	"`<script>`\n```\n</code></pre><script>alert(1)</script>\n```", "<details><summary><b><i>", "<table><tr><td><script>alert(1)</script>",
	"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<svg><style><img src=x onerror=alert(1)></style></svg>",
	"{{.}} {{define \"x\"}}", "\x00<\x00script>alert(1)</script>", "\u202e\u2028<script>alert(1)</script>", "@sato<script>alert(1)</script>#1<b",
	`[x]("onmouseover="alert(1))`, `<a href="https://ok.example" onmouseover=alert(1) target=_top>x</a>`, strings.Repeat("<b>", 3000), strings.Repeat("> ", 3000) + "x",
}

// TestStrangersTextStaysText puts each hostile text into every place that takes
// one, and reads the pages as a browser would.
func TestStrangersTextStaysText(t *testing.T) {
	for _, text := range hostile {
		short := strings.TrimSpace(text[:min(len(text), 40)])
		login := "x" + short
		s := newStage(t, func(c *pageConfig) {
			c.People = append(c.People, page.Person{Login: login})
			c.Commands = map[lang][]string{"en": {text}}
		})
		s.SetRole(shop, login, "write")
		n := s.open(text[:min(len(text), 200)], text)
		s.say(n, login, text)
		s.say(n, bot, "<!-- kintsugi:status -->\n"+text)
		s.ok(s.Label(shop, n, login, short))
		s.ok(s.CreateLabel(shop, login, "odd colour", short))
		s.ok(s.Assign(shop, n, "tanaka", login))
		s.sent()
		s.runs = []engine.Run{{Key: "acme/shop#1", At: s.clock.Now(), Owner: text, Plan: text + "\n  " + text, Did: []string{text}, Err: errors.New(text)}}
		for _, path := range []string{"/", "/acme/shop", "/acme/shop/issues/1", "/-/activity", "/acme/shop/issues/new"} {
			inspect(t, path+" with "+short, s.get(path))
		}
		inspect(t, "refused "+short, s.post("/acme/shop/issues/1", "by", "guest", "do", "label", "name", text, "body", text).Body.String())
		inspect(t, "refused "+short, s.post("/acme/shop/issues/new", "by", "guest", "title", " ", "body", text).Body.String())
		if colours := s.get("/-/labels.css"); strings.ContainsAny(colours, "<>\"") {
			t.Errorf("%q is in the style sheet: %s", short, colours)
		}
	}
}

// inspect holds that a page runs only its own script, loads only its own files,
// posts only to itself, and keeps its shape.
func inspect(t *testing.T, where, text string) {
	t.Helper()
	document, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for n := range document.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		counts[n.Data]++
		for _, a := range n.Attr {
			switch value := strings.ToLower(strings.TrimSpace(a.Val)); {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "http-equiv", a.Key == "formaction":
				t.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			case a.Key == "src" || n.Data == "link" && a.Key == "href":
				if !strings.HasPrefix(value, "/-/") {
					t.Errorf("%s: <%s> loads %q", where, n.Data, a.Val)
				}
			case a.Key == "href":
				if scheme, _, found := strings.Cut(value, ":"); found && scheme != "http" && scheme != "https" && scheme != "mailto" && !strings.ContainsAny(scheme, "/?#") {
					t.Errorf("%s: a link to %q", where, a.Val)
				}
			case a.Key == "action" && (!strings.HasPrefix(value, "/") || strings.HasPrefix(value, "//")):
				t.Errorf("%s: a form to %q", where, a.Val)
			case a.Key == "class" && n.Parent != nil && inProse(n) && value != "mention" && value != "scroll" && value != "quiet":
				t.Errorf("%s: a text has the class %q", where, a.Val)
			case a.Key == "id" && inProse(n):
				t.Errorf("%s: a text has the id %q", where, a.Val)
			}
		}
	}
	for _, name := range []string{"iframe", "img", "style", "base", "object", "embed", "math"} {
		if counts[name] > 0 {
			t.Errorf("%s: a <%s>", where, name)
		}
	}
	if counts["script"] != 1 || counts["main"] != 1 || counts["footer"] != 1 || counts["h1"] > 1 && !strings.Contains(where, "h1") {
		t.Errorf("%s: the page lost its shape: %v", where, counts)
	}
}

func inProse(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		for _, a := range p.Attr {
			if a.Key == "class" && a.Val == "prose" {
				return true
			}
		}
	}
	return false
}

func TestOtherSitesAreKeptOut(t *testing.T) {
	s := newStage(t)
	s.open("Blank page", "")
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost:8080": 200, "localhost": 200, "[::1]:8080": 200, "127.0.0.1": 200,
		"evil.example:8080": 421, "evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example:80": 421, "": 421, "10.0.0.1": 421,
	} {
		r := request(http.MethodGet, "/", nil)
		r.Host = host
		if w := s.do(r); w.Code != want {
			t.Errorf("Host %q: %d, want %d", host, w.Code, want)
		}
	}
	for _, header := range []map[string]string{
		{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		{"Origin": "http://127.0.0.1:9999", "Sec-Fetch-Site": "same-site"},
		{"Origin": "https://evil.example"},
		{"Origin": "null"},
		{"Sec-Fetch-Site": "cross-site"},
	} {
		r := request(http.MethodPost, "/acme/shop/issues/1", map[string][]string{"by": {"sato"}, "do": {"comment"}, "body": {"forged"}})
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		for name, value := range header {
			r.Header.Set(name, value)
		}
		if w := s.do(r); w.Code != http.StatusForbidden {
			t.Errorf("%v: %d", header, w.Code)
		}
	}
	if len(s.issue().Comments) != 0 {
		t.Error("another site wrote a comment")
	}
	header := s.do(request(http.MethodGet, "/", nil)).Header()
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store",
	} {
		if got := header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("policy %q", policy)
	}
}
