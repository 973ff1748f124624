package list

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func TestCites(t *testing.T) {
	const own = "acme/pay"
	file := func(path string) []Citation { return []Citation{{own, path}} }
	services := map[string][]string{"checkout": {"shop", "acme/cart", "other/cart", "a b"}, "決済": {"acme/pay", "acme/kessai"}, "": {"acme/x"}}
	for _, c := range []struct {
		source string
		want   []Citation
	}{
		// Files in code spans.
		{"The check in `pay/cert.go` failed.", file("pay/cert.go")},
		{"`./pay/cert.go:42` and `pay/cert.go#L3-L9` are the same", file("pay/cert.go")},
		{"- `設定/鍵.yaml` と `app/[id]/page.tsx`", []Citation{{own, "設定/鍵.yaml"}, {own, "app/[id]/page.tsx"}}},
		{"| file |\n|---|\n| `a/b.sql` |\n", file("a/b.sql")},
		{"`cert.go`, `pay/cert`, `/etc/nginx/nginx.conf`, `~/x/y.sh`, `*/x.go`, `a b/c.go`, `../x.go`, `net/http.Client`, `v1/2.3`, `a//b.go`", nil},
		{"`api.example.com/v1/users.json`, `@acme/pay/index.js`, `https://example.com/a/b.go`, `s3://logs/x.gz`", nil},
		{"pay/cert.go is only text", nil},
		{"```\n`pay/cert.go` https://github.com/acme/infra\n```\n\n    `pay/cert.go`\n\n<!-- `pay/cert.go` -->\n\n<pre>\n`pay/log.go`\n</pre>\n", nil},
		// Links.
		{"[x](https://github.com/acme/pay/blob/main/pay/cert.go#L10-L20)", file("pay/cert.go")},
		{"[x](https://github.com/Acme/Pay/tree/v1.2/old/) [y](https://github.com/acme/pay/blame/0123abc/old)", file("old")},
		{"[x](https://github.com/acme/infra/raw/main/a%20b/%28c%29.tf?plain=1)", []Citation{{"acme/infra", "a b/(c).tf"}}},
		{"see https://github.com/acme/infra/blob/main/net.tf, or <https://github.com/acme/infra/blob/main/dns.tf>.", []Citation{{"acme/infra", "dns.tf"}, {"acme/infra", "net.tf"}}},
		{"[`pay/cert.go`](https://github.com/acme/infra/blob/main/cert.go)", []Citation{{"acme/infra", "cert.go"}}},
		{"[x](../src/pay.go#L3) [y](/docs/run book.md) [y](</docs/run book.md>) [z](./a/../b.md?x=1) [w](../../blob/main/c.go)", []Citation{{own, "src/pay.go"}, {own, "docs/run book.md"}, {own, "b.md"}, {own, "c.go"}}},
		{"[a](#causes) [b](mailto:a@b.c) [c](//github.com/acme/infra) [d](www.example.com/x) [e](../issues/12) [f](../../pull/3) [g](javascript:x) [h](?q=1)", nil},
		{"![drawing](img/a.png)", nil},
		{"[x](https://github.com/acme/infra/blob/main/../x.go) [y](https://github.com/acme/infra/blob/main/a%2) [z](https://github.com/acme/infra/blob/main/%0a.go) [w](%zz.md)", nil},
		// Repositories.
		{"[x](https://github.com/acme/infra) https://github.com/ACME/infra.git [z](https://github.com/acme/infra/tree/main)", []Citation{{"acme/infra", ""}}},
		{"https://github.com/acme/pay https://github.com/other/infra [x](https://github.com/other/infra/blob/main/a.go) https://github.com/acme https://github.com/acme/infra/issues/3 https://gitlab.com/acme/infra https://github.com/acme/.. https://github.com.evil.example/acme/infra", nil},
		// Secrets.
		{"[x](https://me:pw@github.com/acme/infra) [y](https://github.com/acme/infra/raw/main/x.go?token=abc) [z](x.md?access_token=a) `a/ghp_abcdefghij0123456789.go`", nil},
		// Services.
		{"The checkout failed.", []Citation{{"acme/shop", ""}, {"acme/cart", ""}}},
		{"## Checkout, and 決済が遅い", []Citation{{"acme/shop", ""}, {"acme/cart", ""}, {"acme/kessai", ""}}},
		{"The checkouts and pre-checkout failed; self_checkout, too.", nil},
		{"The checkouts and the checkout", []Citation{{"acme/shop", ""}, {"acme/cart", ""}}},
		{"```\ncheckout\n```", nil},
	} {
		if diff := cmp.Diff(c.want, Cites(document.Read(c.source), own, services)); diff != "" {
			t.Errorf("%s: %s", c.source, diff)
		}
	}
	if got := Cites(document.Read("`a/b.go`"), "pay", nil); got != nil {
		t.Errorf("in no repository: %q", got)
	}
}

// TestCitesIsBounded: the first are taken, and each time the same.
func TestCitesIsBounded(t *testing.T) {
	var b strings.Builder
	services := map[string][]string{}
	for n := range 50 {
		fmt.Fprintf(&b, "- `a/%02d.go` and s%02d\n", n, n)
		services[fmt.Sprintf("s%02d", n)] = []string{fmt.Sprintf("r%02d", n)}
	}
	d := document.Read(b.String())
	got := Cites(d, "acme/pay", services)
	if len(got) != mostCited || got[0].Path != "a/00.go" || got[mostCited-1].Path != "a/19.go" {
		t.Error(got)
	}
	d = document.Read(strings.ReplaceAll(b.String(), "`", ""))
	for range 20 {
		if got := Cites(d, "acme/pay", services); len(got) != mostCited || got[0].Repo != "acme/r00" || got[mostCited-1].Repo != "acme/r19" {
			t.Fatal(got)
		}
	}
}

// FuzzCites: whatever is written, what is cited is of the owner's, a path within the
// repository, and holds nothing that is not seen.
func FuzzCites(f *testing.F) {
	for _, s := range hostile.Seeds() {
		f.Add(s)
	}
	f.Add("`a/b.go` [x](../a%2fb) https://github.com/acme/x/blob/main/a%20b `checkout`")
	f.Fuzz(func(t *testing.T, text string) {
		services := map[string][]string{"checkout": {text}}
		for _, source := range []string{text, "`a/" + text + ".go`", "[x](<" + text + ">)", "https://github.com/acme/" + text, "https://github.com/acme/x/blob/main/" + text} {
			for _, c := range Cites(document.Read(source+" checkout"), "acme/pay", services) {
				pieces := strings.Split(c.Path, "/")
				if !strings.HasPrefix(strings.ToLower(c.Repo), "acme/") || strings.Count(c.Repo, "/") != 1 || !words.IsVisible(c.Repo+c.Path) || words.Masked(c.Path) != c.Path ||
					slices.Contains(pieces, "..") || slices.Contains(pieces, ".") || c.Path != "" && slices.Contains(pieces, "") || c == (Citation{Repo: "acme/pay"}) {
					t.Errorf("%q cites %q", source, c)
				}
			}
		}
	})
}
