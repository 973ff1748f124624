package words_test

import (
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/words"
	strangers "github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// beside are the contexts in which names of accounts are shown.
var beside = []string{
	"%s", "lead %s", "**In progress · lead %s**\n", "reported [03:02](https://github.com/a) by %s", "Severity: [SEV2](https://github.com/a) (%s)",
	"%sさん、報告ありがとうございます。", "（%s記入）", "[%s](https://github.com/a#1)", "Called: %s, %s", "- %s\n- %s", "once, %s writes `/resolved`",
	"[12:00](https://github.com/a) %s, [12:01](https://github.com/b) %s",
}

// FuzzName: no account's name calls it, refers to anything, or is read as
// anything but text.
func FuzzName(f *testing.F) {
	for _, login := range strangers.Logins() {
		f.Add(login)
	}
	for _, text := range strangers.Seeds() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, account string) {
		shown := words.Name(account)
		if plain, ok := words.Login(account); ok && shown != plain && !strings.HasPrefix(shown, "`") {
			t.Fatalf("%q is shown as %q", account, shown)
		}
		own := strangers.Own{Links: []string{"https://github.com/"}}
		for _, context := range beside {
			src := strings.ReplaceAll(context, "%s", shown)
			if faults := strangers.Markdown(strings.ReplaceAll(src, "- ", "· "), own); len(faults) > 0 {
				t.Fatalf("%q: %q", src, faults)
			}
			harmless := "`x`"
			if shown == account || shown == "—" {
				harmless = "NAME"
			}
			got := strangers.Skeleton(src)
			want := strings.ReplaceAll(strangers.Skeleton(strings.ReplaceAll(context, "%s", harmless)), "NAME", shown)
			if got != want {
				t.Fatalf("%q is read as\n%s\nand not as\n%s", src, got, want)
			}
		}
	})
}
