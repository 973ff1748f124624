package words_test

import (
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		text string
		want words.Language
	}{
		{"", words.English},
		{"12:40 !?", words.English},
		{"Checkout is blank", words.English},
		{"決済画面が表示されない", words.Japanese},
		{"決済障害", words.Japanese},
		{"サーバー", words.Japanese},
		{"ｻｰﾊﾞｰﾀﾞｳﾝ", words.Japanese},
		{"checkoutのAPIがtimeoutしています", words.Japanese},
		{"checkout API で timeout", words.Japanese},
		{"Kubernetesのpodが落ちた", words.Japanese},
		{"The page for ポイント is down since 2:40", words.English},
		{"Customers on the お知らせ page see errors since this morning", words.English},
		{"Sato (佐藤) saw it, and we don't know why yet", words.English},
		{"Fehler beim Bezahlen über die Kasse", words.English},
		{"`決済が失敗` keeps appearing", words.English},
		{"Log:\n```\n決済が失敗しました\n```\n", words.English},
		{"Log:\n~~~\n決済が失敗しました\n~~~\nthanks", words.English},
		{"Log, cut off:\n```\n決済が失敗しました", words.English},
		{"  ```\n決済が失敗しました\n  ```\nthanks", words.English},
		{"Log:\n~~~\nLog\n```\n決済が失敗しました\n~~~\nthanks", words.English},
		{"``決済が ` 失敗``, it says, and `` ` `` too", words.English},
		{"A lone ` 決済が失敗しました", words.Japanese},
		{"<!-- 何が起きていますか", words.English},
		{"https://例え.jp/決済 http:// 決済が失敗しました", words.Japanese},
		{"ログです\n```\nconnection refused by the upstream server\n```", words.Japanese},
		{"画面が真っ白 https://example.com/a/very/long/path?with=many&words=in", words.Japanese},
		{"<!-- 何が起きていますか？ ここに書いてください -->\nIt is down", words.English},
		{"<!-- What is happening? Please write it here. -->\n落ちました", words.Japanese},
	} {
		if got := words.Detect(c.text); got != c.want {
			t.Errorf("Detect(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]words.Language{
		"en": words.English, "ja": words.Japanese, " JA ": words.Japanese, "En": words.English,
	} {
		if got, ok := words.Parse(name); !ok || got != want {
			t.Errorf("Parse(%q) = %q, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "jp", "english", "ja-JP", "日本語", "e n"} {
		if got, ok := words.Parse(name); ok || got != "" {
			t.Errorf("Parse(%q) = %q, %v, want it refused", name, got, ok)
		}
	}
}

func FuzzDetect(f *testing.F) {
	f.Add("checkoutのAPIがtimeout ```x")
	f.Fuzz(func(t *testing.T, text string) {
		if l := words.Detect(text); l != words.English && l != words.Japanese {
			t.Errorf("Detect(%q) = %q", text, l)
		}
	})
}
