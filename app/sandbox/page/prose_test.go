package page

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

func TestProse(t *testing.T) {
	p := newProse()
	s := setting{repo: "acme/shop", home: "https://hub.example", notified: []string{"tanaka", "acme/pay"}}
	for body, want := range map[string]string{
		"one\ntwo":                   "<p>one<br/>\ntwo</p>",
		"@tanaka, @Tanaka @other":    `<p><strong class="mention">@tanaka</strong>, <strong class="mention">@Tanaka</strong> @other</p>`,
		"@acme/pay x@tanaka.example": `<p><strong class="mention">@acme/pay</strong> <a href="mailto:x@tanaka.example" rel="noopener noreferrer nofollow" target="_blank">x@tanaka.example</a></p>`,
		`&#64;tanaka \@tanaka`:       `<p><strong class="mention">@tanaka</strong> <strong class="mention">@tanaka</strong></p>`,
		"`@tanaka #1`":               "<p><code>@tanaka #1</code></p>",
		"#12 acme/pay#3 a#4 &#35;5":  `<p><a href="/acme/shop/issues/12">#12</a> <a href="/acme/pay/issues/3">acme/pay#3</a> a#4 <a href="/acme/shop/issues/5">#5</a></p>`,
		"（#12）":                      `<p>（<a href="/acme/shop/issues/12">#12</a>）</p>`,
		"https://hub.example/acme/pay/issues/3#event-7": `<p><a href="/acme/pay/issues/3#event-7">https://hub.example/acme/pay/issues/3#event-7</a></p>`,
		"[x](https://hub.example.evil/)":                `<p><a href="https://hub.example.evil/" rel="noopener noreferrer nofollow" target="_blank">x</a></p>`,
		"[x](//evil.example)":                           `<p><a href="//evil.example" rel="noopener noreferrer nofollow" target="_blank">x</a></p>`,
		"![alt](https://x.example/a.png)":               `<p><a href="https://x.example/a.png" rel="noopener noreferrer nofollow" target="_blank">[alt]</a></p>`,
		"- [x] a\n- [ ] b":                              "<ul>\n<li><input type=\"checkbox\" disabled=\"\" aria-label=\"done\" checked=\"\"/> a</li>\n<li><input type=\"checkbox\" disabled=\"\" aria-label=\"to do\"/> b</li>\n</ul>",
		"<details><summary>x</summary>y":                "<details><summary>x</summary>y</details>",
		"</div></article>x":                             "x",
		"a <!-- hidden --> b":                           "<p>a  b</p>",
	} {
		if got := strings.TrimSpace(string(p.render(body, s))); got != want {
			t.Errorf("%q\n got %s\nwant %s", body, got, want)
		}
	}
}

func TestHidden(t *testing.T) {
	body := "<!-- kintsugi:status -->\ntext `<!-- code -->` <!-- inline -->\n\n```\n<!-- fenced -->\n```\n\n<!-- two\nlines -->\n" + sealed(t, []byte(`{"v":1}`))
	var got []string
	for _, h := range hiddenIn(body) {
		got = append(got, h.Text)
	}
	want := []string{"kintsugi:status", "inline", "two\nlines"}
	if len(got) != 4 || strings.Join(got[:3], "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	if inside := hiddenIn(body)[3].Inside; inside != "{\n  \"v\": 1\n}" {
		t.Errorf("the record says %q", inside)
	}
}

// TestForgedRecordsDoNoHarm: anybody can write what looks like a record.
func TestForgedRecordsDoNoHarm(t *testing.T) {
	for name, text := range map[string]string{
		"bomb":       sealed(t, slices.Concat([]byte{'"'}, bytes.Repeat([]byte("x"), 50<<20), []byte{'"'})),
		"no JSON":    sealed(t, []byte("{")),
		"no gzip":    "<!-- kintsugi:record 1.1.aa.aGVsbG8=.bb -->",
		"no base64":  "<!-- kintsugi:record 1.1.aa.a===.bb -->",
		"cut short":  sealed(t, []byte(`{"v":1}`))[:60] + ".bb -->",
		"not closed": "<!-- kintsugi:record 1.1.aa.",
	} {
		for _, h := range hiddenIn(text) {
			if h.Inside != "" {
				t.Errorf("%s: %.80q", name, h.Inside)
			}
		}
	}
}

func sealed(t *testing.T, content []byte) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return "<!-- kintsugi:record 1.7.0a1b2c3d." + base64.StdEncoding.EncodeToString(b.Bytes()) + ".00ff -->"
}
