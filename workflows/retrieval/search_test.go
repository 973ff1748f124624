package retrieval_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

// issue is an earlier incident as a team has it.
type issue struct {
	number      int
	title, body string
}

var japanese = []issue{
	{11, "決済APIの証明書切れ", "決済画面が真っ白になり、注文が完了しませんでした。決済代行の証明書の期限切れが原因です。"},
	{12, "商品検索が遅い", "検索結果が出るまで30秒以上かかります。検索サーバーのメモリ不足でした。"},
	{13, "ログインできない", "ログイン画面で「認証エラー」になり、会員の方が入れません。認証サーバーのDB接続が枯渇していました。"},
	{14, "配送状況メールが届かない", "発送のお知らせメールが昨夜から送られていません。メール配信のキューが詰まっていました。"},
	{15, "在庫数の表示がずれる", "在庫連携のバッチが止まっていて、売り切れの商品が買えてしまいました。"},
	{16, "画像が表示されない", "CDNの障害で商品画像が出ませんでした。"},
	{17, "管理画面が502になる", "デプロイ直後から管理画面が 502 Bad Gateway です。ロールバックで戻りました。"},
	{18, "ポイントの二重付与", "会員ポイントが二重に付与されました。バッチの再実行が原因です。"},
	{19, "請求書PDFが文字化け", "請求書のPDFで日本語が□になります。フォントの入っていないイメージでした。"},
	{20, "クーポンが適用されない", "セール開始と同時にクーポンコードがエラーになりました。キャッシュが古いままでした。"},
}

var english = []issue{
	{11, "Expired payment API certificate", "Checkout showed a blank page. The TLS certificate of the payment provider's API had expired."},
	{12, "Product search is slow", "Search results take 30 seconds. The search cluster had run out of memory."},
	{13, "Nobody can log in", "The login page says \"authentication failed\". The auth database had no connections left."},
	{14, "Shipping emails are not sent", "No shipping notification has gone out since last night; the mail queue was stuck."},
	{15, "Stock levels are out of date", "The stock import job had stopped, and sold-out products could be bought."},
	{16, "Images do not load", "Product images were missing because of the CDN."},
	{17, "Admin console returns 502", "502 Bad Gateway on the admin console right after a deploy. Rolled back."},
	{18, "Loyalty points granted twice", "Members got their points twice, because a batch was run again."},
	{19, "Invoice PDFs are garbled", "Japanese letters are boxes in the invoice PDF: no fonts in the image."},
	{20, "Coupons are rejected", "Coupon codes failed at the start of the sale. The cache was stale."},
}

func indexOf(issues []issue) *retrieval.Index {
	x := retrieval.Build(nil)
	for _, i := range issues {
		x.Put(retrieval.Incident(i.number, i.title, i.body, fmt.Sprint("https://github.com/acme/shop/issues/", i.number), true))
	}
	return x
}

func TestSimilar(t *testing.T) {
	for _, c := range []struct {
		past  []issue
		text  string
		want  int // 0 for nothing
		words string
	}{
		{japanese, "決済画面が真っ白\n\n決済画面が真っ白で注文できないと、お問い合わせが8件来ています。", 11, "決済画面 真っ白 注文"},
		{japanese, "検索が遅いです\n\n商品検索の結果がなかなか出ません", 12, "商品検索"},
		{japanese, "ﾛｸﾞｲﾝできない\n\nログイン画面で認証エラーになるそうです", 13, "ﾛｸﾞｲﾝ 認証"},
		{japanese, "メールが届かない\n\n配送のお知らせメールが届かないとのことです", 14, "メール 配送"},
		{japanese, "クーポンがつかえない\n\nセールのクーポンコードを入れるとエラー", 20, "クーポンコード"},
		{japanese, "管理画面が５０２\n\nデプロイしたら管理画面が出なくなった", 17, "管理画面 ５０２ デプロイ"},
		{japanese, "請求書PDFが文字化けしている", 19, "請求書 PDF 文字化け"},

		{english, "Checkout is blank\n\nThe checkout page is blank, the payment API seems to have a certificate error", 11, "payment API certificate"},
		{english, "search slow again\n\nSearching products takes forever", 12, "search slow"},
		{english, "Cannot log in\n\nLogin page: authentication failed", 13, "Login authentication"},
		{english, "Admin console 502\n\nWe deployed, and now the admin console gives a 502", 17, "Admin console 502"},
		{english, "COUPONS rejected\n\ncoupon codes don't work", 20, "COUPONS rejected"},

		// Nothing when unsure.
		{japanese, "何かおかしい\n\nよく分かりませんが、変です。確認をお願いします。", 0, ""},
		{japanese, "障害かもしれません", 0, ""},
		{japanese, "会議室の予約システムが落ちている\n\n予約の一覧が開けません", 0, ""},
		{japanese, "表示が変です", 0, ""},
		{japanese, "検索", 0, ""}, // one word proves nothing
		{japanese, "The office printer is out of paper", 0, ""},
		{english, "Something is wrong\n\nUsers report an issue, please check. The service is down.", 0, ""},
		{english, "Printer out of paper\n\nThe printer on the third floor", 0, ""},
		{english, "product", 0, ""},
		{english, "", 0, ""},
		{english, "<!-- payment API certificate expired, checkout blank -->", 0, ""},
		{english, "help\n\n### Expired payment API certificate\n\n_No response_\n\n- [X] payment API certificate\n", 0, ""},
		{nil, "決済画面が真っ白", 0, ""},
	} {
		got := indexOf(c.past).Similar(c.text, 100)
		if len(got) > 1 || c.want == 0 && len(got) > 0 || c.want != 0 && (len(got) == 0 || got[0].Number != c.want) {
			t.Errorf("%q: %+v, want %d", c.text, got, c.want)
			continue
		}
		for _, m := range got {
			for w := range strings.FieldsSeq(c.words) {
				if !slices.Contains(m.Words, w) {
					t.Errorf("%q: %q, want %q among them", c.text, m.Words, w)
				}
			}
			mustBeOf(t, c.text, m)
		}
	}
}

// mustBeOf checks that the words of a match are the text's own.
func mustBeOf(t *testing.T, text string, m workflows.Match) {
	t.Helper()
	if len(m.Words) == 0 || len(m.Words) > 5 {
		t.Errorf("%q: %d words", text, len(m.Words))
	}
	for _, w := range m.Words {
		if w == "" || !strings.Contains(strings.Join(strings.Fields(text), " "), w) {
			t.Errorf("%q does not stand in %q", w, text)
		}
	}
}

// An incident never suggests itself, nor one that came later; of two that suit
// alike the one that has an end comes first, and then the newer.
func TestSimilarPrefers(t *testing.T) {
	text := "決済画面が真っ白\n\n注文できません"
	x := retrieval.Build([]retrieval.Document{
		retrieval.Incident(1, text, text, "", true),
		retrieval.Incident(2, text, text, "", true),
		retrieval.Incident(3, text, text, "", false),
		retrieval.Incident(4, text, text, "", true),
	})
	for before, want := range map[int]int{4: 2, 3: 2, 2: 1, 5: 4} {
		if got := x.Similar(text, before); len(got) != 1 || got[0].Number != want {
			t.Errorf("before %d: %+v, want %d", before, got, want)
		}
	}
	if got := x.Similar(text, 1); len(got) != 0 {
		t.Errorf("before the first: %+v", got)
	}
}

func runbook(t *testing.T, file, content string) retrieval.Document {
	t.Helper()
	d, ok := retrieval.Runbook(file, []byte(content))
	if !ok {
		t.Fatalf("%s is no runbook", file)
	}
	return d
}

func TestRunbooks(t *testing.T) {
	x := retrieval.Build([]retrieval.Document{
		runbook(t, "a.md", "---\ntitle: 決済画面の切り分け\nkeywords: [決済, 真っ白, checkout]\n---\n"),
		runbook(t, "b.md", "---\nkeywords:\n  - checkout\n  - blank page\n---\n# Checkout triage\n"),
		runbook(t, "c.md", "---\nkeywords: [down, 落ちた, DB接続]\n---\n# データベースの切り替え\n"),
		runbook(t, "d.md", "# Renewing the TLS certificate of the mail gateway\n\nOpen the gateway's console and renew the certificate."),
		runbook(t, "e.md", "---\nkeywords: [deploy]\n---\n# Roll back\n"),
		runbook(t, "f.md", "---\nkeywords: [deploy]\n---\n# Release notes\n"),
		runbook(t, "g.md", "---\nkeywords: [deploy, 502]\n---\n# Bad gateway\n"),
	})
	for _, c := range []struct{ text, want, words string }{
		{"決済画面が真っ白です", "決済画面の切り分け", "決済,真っ白"},
		{"Checkout is a BLANK  page", "Checkout triage|決済画面の切り分け", "Checkout,BLANK page"},
		{"checkouts fail", "Checkout triage|決済画面の切り分け", "checkouts"},
		{"サイトが落ちた。ＤＢ接続のエラー", "データベースの切り替え", "落ちた,ＤＢ接続"},
		{"The site is down", "データベースの切り替え", "down"},
		{"Countdown is wrong", "", ""}, // no word of it
		{"The mail gateway has an expired certificate", "Renewing the TLS certificate of the mail gateway", "mail,gateway,certificate"},
		{"The deploy went wrong", "", ""}, // three claim it: it tells none apart
		{"502 after a deploy", "Bad gateway", "502,deploy"},
		{"画面の色が違います", "", ""},
	} {
		got := x.Runbooks(c.text)
		var titles []string
		for _, m := range got {
			titles = append(titles, m.Title)
			mustBeOf(t, c.text, m)
		}
		if strings.Join(titles, "|") != c.want {
			t.Errorf("%q: %q, want %q", c.text, titles, c.want)
			continue
		}
		for w := range strings.SplitSeq(c.words, ",") {
			if c.words != "" && !slices.Contains(got[0].Words, w) {
				t.Errorf("%q: %q, want %q", c.text, got[0].Words, w)
			}
		}
	}
}

// A document of the same version is not read again.
func TestVersion(t *testing.T) {
	text := "決済画面が真っ白\n\n注文できません"
	d := retrieval.Incident(1, text, text, "", true)
	d.Version = "1"
	x := retrieval.Build([]retrieval.Document{d})
	d.Title, d.Body = "配送の遅れ", "荷物が届きません"
	x.Put(d)
	if got := x.Similar(text, 2); len(got) != 1 {
		t.Errorf("the same version: %+v", got)
	}
	d.Version = "2"
	x.Put(d)
	if got := x.Similar(text, 2); len(got) != 0 {
		t.Errorf("another version: %+v", got)
	}
}

// What is put in place of another, removed or trimmed leaves nothing behind: the
// index finds what one built anew would find.
func TestIndexFollows(t *testing.T) {
	x := indexOf(japanese)
	for _, i := range english {
		x.Put(retrieval.Incident(i.number, i.title, i.body, "", true))
	}
	if x.Len() != len(english) {
		t.Fatalf("%d documents", x.Len())
	}
	if got := x.Similar("決済画面が真っ白\n\n決済画面が真っ白で注文できない", 100); len(got) != 0 {
		t.Errorf("replaced: %+v", got)
	}
	x.Remove("13")
	x.Remove("13")
	x.Trim(5)
	if x.Len() != 5 || x.Has("15") || !x.Has("16") {
		t.Errorf("trimmed to %d", x.Len())
	}
	fresh := indexOf(english[5:])
	for _, i := range english {
		text := i.title + "\n\n" + i.body
		got, want := x.Similar(text, 100), fresh.Similar(text, 100)
		if len(got) != len(want) || len(got) > 0 && got[0].Number != want[0].Number {
			t.Errorf("%q: %+v, want %+v", i.title, got, want)
		}
	}
	for _, i := range english {
		x.Remove(fmt.Sprint(i.number))
	}
	if n := x.Terms(); n != 0 || x.Len() != 0 {
		t.Errorf("%d terms are left of %d documents", n, x.Len())
	}
}
