package server_test

import (
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/app/server"
)

var goVersion = runtime.Version()

// settings are those of a server that is well configured, changed as given.
func settings(t testing.TB, change map[string]string) func(string) string {
	t.Helper()
	all := map[string]string{
		server.AppID: "7", server.PrivateKey: privateKey(t), server.WebhookSecret: secret,
	}
	maps.Copy(all, change)
	return func(name string) string { return all[name] }
}

func privateKey(t testing.TB) string {
	t.Helper()
	return string(newWorld(t).hub.PrivateKeyPEM())
}

func TestWrongSettingsAreRefused(t *testing.T) {
	key := privateKey(t)
	notRSA := string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("canary-of-a-key")}))
	for _, c := range []struct {
		name   string
		change map[string]string
		want   string
	}{
		{"no id", map[string]string{server.AppID: ""}, `KINTSUGI_APP_ID is not set: give the number beside "App ID"`},
		{"the client id", map[string]string{server.AppID: "Iv23liabc"}, `KINTSUGI_APP_ID is "Iv23liabc": give the number`},
		{"a negative id", map[string]string{server.AppID: "-1"}, `KINTSUGI_APP_ID is "-1"`},
		{"no key", map[string]string{server.PrivateKey: ""}, "KINTSUGI_PRIVATE_KEY is not set: give the App's private key, or set KINTSUGI_PRIVATE_KEY_FILE"},
		{"two keys", map[string]string{server.PrivateKeyFile: "key.pem"}, "KINTSUGI_PRIVATE_KEY and KINTSUGI_PRIVATE_KEY_FILE are both set"},
		{"no such file", map[string]string{server.PrivateKey: "", server.PrivateKeyFile: filepath.Join(t.TempDir(), "key.pem")}, "KINTSUGI_PRIVATE_KEY_FILE cannot be read: no such file"},
		{"the key as a file's name", map[string]string{server.PrivateKey: "", server.PrivateKeyFile: key}, "KINTSUGI_PRIVATE_KEY_FILE cannot be read"},
		{"no PEM", map[string]string{server.PrivateKey: "canary-of-a-key"}, "KINTSUGI_PRIVATE_KEY is no RSA key in PEM"},
		{"no RSA", map[string]string{server.PrivateKey: notRSA}, "KINTSUGI_PRIVATE_KEY is no RSA key in PEM"},
		{"no secret", map[string]string{server.WebhookSecret: ""}, "KINTSUGI_WEBHOOK_SECRET is not set: give the webhook secret"},
		{"blank secret", map[string]string{server.WebhookSecret: "  "}, "KINTSUGI_WEBHOOK_SECRET is not set"},
		{"half a secret", map[string]string{server.WebhookSecret: "canary-one,"}, "KINTSUGI_WEBHOOK_SECRET has an empty part"},
		{"three secrets", map[string]string{server.WebhookSecret: "canary-one,canary-two,canary-three"}, "KINTSUGI_WEBHOOK_SECRET has 3 parts"},
		{"a short secret", map[string]string{server.WebhookSecret: "canary1"}, "KINTSUGI_WEBHOOK_SECRET is too short: use at least 8"},
		{"a short previous secret", map[string]string{server.WebhookSecret: "canary-one,canary"}, "KINTSUGI_WEBHOOK_SECRET is too short"},
		{"a short state key", map[string]string{server.StateKeys: "canary-one"}, "KINTSUGI_STATE_KEYS is too short: use at least 16"},
		{"a secret and a file", map[string]string{server.WebhookSecret + server.File: "nowhere"}, "KINTSUGI_WEBHOOK_SECRET and KINTSUGI_WEBHOOK_SECRET_FILE are both set"},
		{"no such secret", map[string]string{server.WebhookSecret: "", server.WebhookSecret + server.File: "canary"}, "KINTSUGI_WEBHOOK_SECRET_FILE cannot be read: no such file"},
		{"an empty file", map[string]string{server.DatabaseURL + server.File: os.DevNull}, "KINTSUGI_DATABASE_URL_FILE names a file that is empty"},
		{"a quota of words", map[string]string{server.DatabaseQuota: "much"}, `KINTSUGI_DATABASE_QUOTA is "much": write a whole number with a unit`},
		{"a quota of half", map[string]string{server.DatabaseQuota: "2.5GiB"}, `KINTSUGI_DATABASE_QUOTA is "2.5GiB"`},
		{"a quota below nothing", map[string]string{server.DatabaseQuota: "-2GiB"}, `KINTSUGI_DATABASE_QUOTA is "-2GiB"`},
		{"a quota beyond numbers", map[string]string{server.DatabaseQuota: "9999999999TiB"}, "KINTSUGI_DATABASE_QUOTA is"},
		{"a small quota", map[string]string{server.DatabaseQuota: "63 MiB"}, `KINTSUGI_DATABASE_QUOTA is "63 MiB": one delivery of GitHub's can be 25 MiB, so use at least 64MiB`},
		{"half a state key", map[string]string{server.StateKeys: ",canary-one"}, "KINTSUGI_STATE_KEYS has an empty part"},
		{"no URL", map[string]string{server.GitHubURL: "github.example.com"}, `KINTSUGI_GITHUB_URL is "github.example.com": write scheme, host and path`},
		{"not HTTP", map[string]string{server.GitHubURL: "ftp://github.example.com/"}, "KINTSUGI_GITHUB_URL is"},
		{"a password", map[string]string{server.GitHubURL: "https://me:canary@github.example.com/"}, "KINTSUGI_GITHUB_URL carries a user"},
		{"no URL at all", map[string]string{server.GitHubURL: "https://%zz"}, "KINTSUGI_GITHUB_URL is no address"},
		{"a port alone", map[string]string{server.Addr: "8080"}, `KINTSUGI_ADDR is "8080": write HOST:PORT, or :PORT`},
		{"a high port", map[string]string{server.MetricsAddr: ":99999"}, `KINTSUGI_METRICS_ADDR is ":99999"`},
		{"an address as owner", map[string]string{server.Owners: "acme,https://github.com/acme"}, `KINTSUGI_OWNERS names "https://github.com/acme", which is no account`},
		{"a comma too many", map[string]string{server.Owners: "acme,"}, `KINTSUGI_OWNERS names ""`},
		{"pause perhaps", map[string]string{server.Pause: "perhaps"}, `KINTSUGI_PAUSE is "perhaps": write true or false`},
		{"a list without a repository", map[string]string{server.ReadingLists: "acme"}, `KINTSUGI_READING_LISTS names "acme", which is no list: write OWNER/REPO or OWNER/REPO/FOLDER`},
		{"a list's address", map[string]string{server.ReadingLists: "https://github.com/acme/shop"}, `KINTSUGI_READING_LISTS names "https://github.com/acme/shop", which is no list`},
		{"a list above", map[string]string{server.ReadingLists: "acme/shop/docs/../.."}, `KINTSUGI_READING_LISTS names "acme/shop/docs/../..", which is no list`},
		{"a list in nothing", map[string]string{server.ReadingLists: "acme/shop/docs/"}, "which is no list"},
		{"a repository of dots", map[string]string{server.ReadingLists: "acme/.."}, "which is no list"},
		{"a list with a query", map[string]string{server.ReadingLists: "acme/shop/docs?ref=x"}, "which is no list"},
		{"a comma too many in lists", map[string]string{server.ReadingLists: "acme/shop,"}, `KINTSUGI_READING_LISTS names "", which is no list`},
		{"two lists of one", map[string]string{server.ReadingLists: "acme/shop,Acme/Shop/docs"}, "KINTSUGI_READING_LISTS names two lists of Acme/Shop"},
		{"a list of others", map[string]string{server.ReadingLists: "acme/shop", server.Owners: "acme-labs"}, "KINTSUGI_READING_LISTS names a list of acme, an account that KINTSUGI_OWNERS does not name"},
		{"many lists", map[string]string{server.ReadingLists: manyLists(22)}, "KINTSUGI_READING_LISTS names 22 lists: at most 20 can be shown"},
		{"a log of xml", map[string]string{server.Log: "xml"}, `KINTSUGI_LOG is "xml": write text or json`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := server.ReadSettings(settings(t, c.change))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "BEGIN")) {
				t.Errorf("a secret shows: %v", err)
			}
		})
	}
}

func manyLists(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("acme/repo%d", i)
	}
	return strings.Join(names, ",")
}

// TestTheDocumentsNameTheSettings holds the tables of docs/run.md and docs/run.ja.md
// to the list, and to nothing besides.
func TestTheDocumentsNameTheSettings(t *testing.T) {
	known := map[string]bool{}
	for _, s := range server.ServeSettings() {
		if !strings.HasSuffix(s.Name, server.File) {
			known[s.Name] = true
		}
	}
	for _, file := range []string{"../../docs/run.md", "../../docs/run.ja.md"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{}
		for _, row := range regexp.MustCompile("(?m)^\\| `(KINTSUGI_[A-Z_]+)` \\|").FindAllStringSubmatch(string(content), -1) {
			named[row[1]] = true
		}
		if !maps.Equal(named, known) {
			t.Errorf("%s names %v, want %v", file, named, known)
		}
	}
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	_, err := server.ReadSettings(func(string) string { return "" })
	for _, name := range []string{server.AppID, server.PrivateKey, server.WebhookSecret} {
		if err == nil || !strings.Contains(err.Error(), name+" is not set") {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}

func TestSettingsAreRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(privateKey(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := server.ReadSettings(settings(t, map[string]string{
		server.PrivateKey: "", server.PrivateKeyFile: file, server.WebhookSecret: "current-1, previous-1", server.StateKeys: "new-and-long-enough,old-and-long-enough",
		server.Owners: "acme, Acme-Labs", server.Pause: "1", server.Log: "JSON", server.GitHubURL: "https://github.example.com/api/v3",
		server.ReadingLists: "acme/handbook, Acme-Labs/shop.web/docs/読書会",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(c.WebhookSecrets, "|") != "current-1|previous-1" || string(c.StateKeys[1]) != "old-and-long-enough" || strings.Join(c.Owners, "|") != "acme|Acme-Labs" ||
		!c.Pause || c.LogFormat != "json" || c.DatabaseURL != "kintsugi.db" || c.Addr != ":8080" || c.MetricsAddr != "" || c.AppID != 7 ||
		fmt.Sprint(c.ReadingLists) != "[{acme/handbook reading-list} {Acme-Labs/shop.web docs/読書会}]" {
		t.Errorf("read %+v", c)
	}
	// Secrets may lie in files, as orchestrators hand them out.
	files := map[string]string{server.PrivateKey: ""}
	for name, content := range map[string]string{
		server.PrivateKey: privateKey(t), server.WebhookSecret: "from-a-file\n", server.StateKeys: "state-key-from-a-file\n",
		server.DatabaseURL: "postgres://me:it@db/kintsugi\n",
	} {
		files[name], files[name+server.File] = "", filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(files[name+server.File], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err = server.ReadSettings(settings(t, files))
	if err != nil || c.WebhookSecrets[0] != "from-a-file" || string(c.StateKeys[0]) != "state-key-from-a-file" || c.DatabaseURL != "postgres://me:it@db/kintsugi" {
		t.Errorf("read from files %+v, %v", c, err)
	}
	for text, want := range map[string]int64{"": 0, "67108864": 64 << 20, "2GiB": 2 << 30, "2 gib": 2 << 30, "70MB": 70e6, "1TB": 1e12, "70000kB": 7e7, "67108864B": 64 << 20} {
		c, err := server.ReadSettings(settings(t, map[string]string{server.DatabaseQuota: text}))
		if err != nil || c.DatabaseQuota != want {
			t.Errorf("a quota of %q is read as %d, %v", text, c.DatabaseQuota, err)
		}
	}
	// Some platforms hand variables on in one line.
	oneLine := strings.ReplaceAll(privateKey(t), "\n", `\n`)
	if _, err := server.ReadSettings(settings(t, map[string]string{server.PrivateKey: oneLine})); err != nil {
		t.Errorf("a key in one line: %v", err)
	}
}

func TestAppSettingsMayBeAbsent(t *testing.T) {
	if _, ok, err := server.ReadAppSettings(func(string) string { return "" }); ok || err != nil {
		t.Errorf("nothing set: %t %v", ok, err)
	}
	half := func(name string) string { return map[string]string{server.AppID: "7"}[name] }
	if _, ok, err := server.ReadAppSettings(half); !ok || err == nil || !strings.Contains(err.Error(), server.PrivateKey) {
		t.Errorf("half of it set: %t %v", ok, err)
	}
}
