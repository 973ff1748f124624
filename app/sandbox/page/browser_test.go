package page_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/browser"
	"github.com/kintsugi-app/kintsugi/app/engine"
)

// served puts the page before a browser.
func served(t *testing.T, s *stage) *browser.Browser {
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	return browser.New(t, server.URL)
}

// crowded is a stage with what is hard to lay out: long words, wide tables,
// hostile markup, both languages.
func crowded(t *testing.T) *stage {
	s := newStage(t)
	long := strings.Repeat("averylongwordwithoutanyspace", 8)
	n := s.open("決済画面が真っ白になる "+long, "| "+long+" | b |\n|---|---|\n| c | "+strings.Repeat("決済画面", 30)+" |\n\n```\n"+long+long+"\n```\n\nhttps://example.com/"+long)
	s.ok(s.Label(shop, n, "yamamoto", strings.Repeat("label", 10), "incident", "bug"))
	s.say(n, bot, "<!-- kintsugi:status -->\n**In progress** @tanaka "+strings.Join(hostile[:20], "\n\n"))
	s.ok(s.React(shop, s.say(n, "tanaka", "/対応開始"), bot, "+1"))
	s.sent()
	s.runs = []engine.Run{{Key: "acme/shop#1", At: s.clock.Now(), Took: time.Second, Owner: "incident", Plan: "section incident\n  " + long + "\n", Did: []string{long}}}
	return s
}

func TestLaidOutInABrowser(t *testing.T) {
	s := crowded(t)
	b := served(t, s)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int{360, 1280} {
			b.Look(width, scheme)
			for _, lang := range []string{"en", "ja"} {
				for _, path := range []string{"/", "/acme/shop", "/acme/shop/issues/1", "/acme/shop/issues/new", "/-/activity"} {
					where := fmt.Sprintf("%s in %s, %s, %d wide", path, lang, scheme, width)
					b.Open(path + "?lang=" + lang)
					b.Eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
					if over := b.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth"); over != "0" {
						t.Errorf("%s: wider than the window by %s", where, over)
					}
					if n := b.Eval(unnamed); n != "" {
						t.Errorf("%s: without a name: %s", where, n)
					}
					if n := b.Eval(faint); n != "" {
						t.Errorf("%s: hard to read: %s", where, n)
					}
					b.Clean(where)
				}
			}
		}
	}
}

// unnamed lists the controls that a screen reader could not name.
const unnamed = `[...document.querySelectorAll("input:not([type=hidden]), textarea, select, button")]
	.filter(e => !(e.labels && e.labels.length) && !e.getAttribute("aria-label") && !(e.tagName === "BUTTON" && e.textContent.trim()))
	.map(e => e.outerHTML.slice(0, 80)).join(", ")`

// faint lists texts whose contrast to what lies behind them is under 4.5
// (WCAG 2.2, AA). Colours are read off a canvas, which knows every notation.
const faint = `(() => {
	const pen = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
	const rgba = c => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = c; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data] };
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
	const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c } return [255, 255, 255, 255] };
	const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || !e.getClientRects().length || parseFloat(getComputedStyle(e).fontSize) === 0) continue;
		const a = light(rgba(getComputedStyle(e).color)), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) found.add(e.tagName + "." + e.className + " " + ratio.toFixed(2) + " " + walk.currentNode.data.trim().slice(0, 20));
	}
	return [...found].join(", ");
})()`

func TestAnIncidentInABrowser(t *testing.T) {
	s := newStage(t)
	b := served(t, s)
	b.Look(360, "light")
	b.Open("/acme/shop/issues/new?lang=ja")
	b.Write("title", "決済画面が真っ白")
	b.Write("body", "2:55から8件です。")
	b.Loading(func() { b.Press("sato として報告する") })
	b.Until(`document.querySelector("h1").textContent.includes("[障害] 決済画面が真っ白")`)

	// The App answers while somebody writes: the page shows it, and takes
	// nothing away.
	b.Write("body", "下書き")
	s.say(1, bot, "<!-- kintsugi:status -->\n**対応者を待っています**")
	b.Until(`document.getElementById("timeline").textContent.includes("対応者を待っています")`)
	if got := b.Eval(`document.getElementById("body").value`); got != "下書き" {
		t.Errorf("what was being written is now %q", got)
	}
	b.Loading(func() { b.Press("tanaka") })
	if got := b.Eval(`document.getElementById("body").value`); got != "下書き" {
		t.Errorf("after acting as somebody else the draft is %q", got)
	}
	b.Loading(func() { b.Press("/対応開始") })
	b.Loading(func() { b.Press("Issueを閉じる") })
	if i := s.issue(); i.State != "closed" || len(i.Comments) != 2 || i.Comments[1].Author != "tanaka" || i.Comments[1].Body != "/対応開始" {
		t.Errorf("%+v", i)
	}
	if got := b.Eval("document.documentElement.scrollWidth <= 360"); got != "true" {
		t.Error("wider than the window")
	}
	b.Clean("an incident")
}

func TestWithoutScripts(t *testing.T) {
	s := newStage(t)
	b := served(t, s)
	b.Look(1280, "dark")
	b.Scripts(false)
	b.Open("/acme/shop/issues/new")
	b.Write("title", "Blank page")
	b.Loading(func() { b.Press("Open it as sato") })
	b.Write("body", "It is blank.")
	b.Loading(func() { b.Press("Comment") })
	b.Loading(func() { b.Press("tanaka") })
	b.Loading(func() { b.Press("/ack") })
	if c := s.issue().Comments; len(c) != 2 || c[0].Author != "sato" || c[1].Author != "tanaka" || c[1].Body != "/ack" {
		t.Errorf("%+v", c)
	}
	b.Clean("without scripts")
}
