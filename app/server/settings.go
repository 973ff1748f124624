package server

import (
	"errors"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Setting is one of the values that a person sets, by an environment variable
// or, where it is no secret, by a flag.
type Setting struct {
	// Name is that of the environment variable.
	Name string
	// Flag is empty for secrets: a command line can be read by every process
	// of the machine.
	Flag string
	// Default is what counts where nothing is set.
	Default string
	// Help is one line.
	Help string
}

// The names of the settings, on which other programs rely.
const (
	AppID         = "KINTSUGI_APP_ID"
	PrivateKey    = "KINTSUGI_PRIVATE_KEY"
	WebhookSecret = "KINTSUGI_WEBHOOK_SECRET"
	StateKeys     = "KINTSUGI_STATE_KEYS"
	GitHubURL     = "KINTSUGI_GITHUB_URL"
	DatabaseURL   = "KINTSUGI_DATABASE_URL"
	DatabaseQuota = "KINTSUGI_DATABASE_QUOTA"
	Addr          = "KINTSUGI_ADDR"
	MetricsAddr   = "KINTSUGI_METRICS_ADDR"
	Owners        = "KINTSUGI_OWNERS"
	Pause         = "KINTSUGI_PAUSE"
	Log           = "KINTSUGI_LOG"
	ReadingLists  = "KINTSUGI_READING_LISTS"

	// File behind the name of a secret names the file that holds it.
	File = "_FILE"
)

// PrivateKeyFile is the file that holds the App's private key.
const PrivateKeyFile = PrivateKey + File

// AppSettings say who the program is on GitHub and where GitHub is; whatever
// talks to GitHub as the App needs them.
func AppSettings() []Setting {
	return []Setting{
		appID,
		{Name: PrivateKey, Help: "the App's private key, in PEM"},
		{Name: PrivateKeyFile, Flag: "private-key-file", Help: "the file that holds the App's private key, instead of " + PrivateKey},
		{Name: StateKeys, Help: "what signs the records, CURRENT or CURRENT,PREVIOUS; set it before the App's key is rotated"},
		{Name: StateKeys + File, Flag: "state-keys-file", Help: "the file that holds them, instead of " + StateKeys},
		{Name: GitHubURL, Flag: "github-url", Default: "https://api.github.com/", Help: "the base of GitHub's REST API; https://HOST/api/v3 for GitHub Enterprise Server"},
		{Name: Owners, Flag: "owners", Help: "the accounts served, separated by commas; all where nothing is set"},
	}
}

var appID = Setting{Name: AppID, Flag: "app-id", Help: "the App's id, a number on its settings page"}

// DatabaseSettings say where the program keeps what it is doing.
func DatabaseSettings() []Setting {
	return []Setting{
		{Name: DatabaseURL, Flag: "database-url", Default: defaultDatabase, Help: "where the program keeps what it is doing: a path, sqlite:PATH, or postgres://… (with a password by environment or file only)"},
		{Name: DatabaseURL + File, Flag: "database-url-file", Help: "the file that holds it, instead of " + DatabaseURL},
	}
}

const defaultDatabase = "kintsugi.db"

// JournalSettings are what telling from the journal needs. Which App it is must
// be said only where several share the database.
func JournalSettings() []Setting { return append(DatabaseSettings(), appID) }

// DoctorSettings are what looking everything over needs.
func DoctorSettings() []Setting {
	return slices.Concat(AppSettings(), webhookSettings(), DatabaseSettings(), quotaSettings())
}

func webhookSettings() []Setting {
	return []Setting{
		{Name: WebhookSecret, Help: "the App's webhook secret, CURRENT or CURRENT,PREVIOUS"},
		{Name: WebhookSecret + File, Flag: "webhook-secret-file", Help: "the file that holds it, instead of " + WebhookSecret},
	}
}

func quotaSettings() []Setting {
	return []Setting{{Name: DatabaseQuota, Flag: "database-quota", Help: "how large the database may become, such as 2GiB; as large as its disk allows where nothing is set"}}
}

// AddrSettings say where the server is.
func AddrSettings() []Setting {
	return []Setting{{Name: Addr, Flag: "addr", Default: defaultAddr, Help: "where webhooks are received"}}
}

const defaultAddr = ":8080"

// ServeSettings are those of `kintsugi serve`.
func ServeSettings() []Setting {
	return append(slices.Concat(DoctorSettings(), AddrSettings()),
		Setting{Name: MetricsAddr, Flag: "metrics-addr", Help: "where metrics are served; with the webhooks where nothing is set"},
		Setting{Name: ReadingLists, Flag: "reading-lists", Help: "the reading lists shown under /reading-list/ to whoever reaches the server, OWNER/REPO or OWNER/REPO/FOLDER, separated by commas; none where nothing is set"},
		Setting{Name: Pause, Flag: "pause", Default: "false", Help: "true decides what to do and writes nothing"},
		Setting{Name: Log, Flag: "log", Default: "text", Help: "the form of the log, text or json"},
	)
}

// Misspelt finds, among NAME=VALUE pairs, a variable that is no setting but
// nearly one: somebody meant it, and without it the program would run otherwise
// than they think. Other names that begin like ours are left alone, for
// platforms set such by themselves.
func Misspelt(environment []string) error {
	known := map[string]bool{}
	for _, s := range ServeSettings() {
		known[s.Name] = true
	}
	var problems []error
	for _, pair := range environment {
		name, value, _ := strings.Cut(pair, "=")
		if value == "" || !strings.HasPrefix(name, prefix) || known[name] {
			continue
		}
		for _, s := range ServeSettings() {
			if levenshtein.ComputeDistance(name, s.Name) <= 2 {
				problems = append(problems, &SettingError{Name: name, Problem: "is no setting: did you mean " + s.Name + "?"})
				break
			}
		}
	}
	return errors.Join(problems...)
}

const prefix = "KINTSUGI_"

// SettingError is a value that the program refuses to start with. It names the
// setting and says what to do, and never repeats a secret.
type SettingError struct {
	Name, Problem string
	Cause         error
}

func (e *SettingError) Error() string {
	if e.Name == "" {
		return e.Problem
	}
	return e.Name + " " + e.Problem
}

// Unwrap makes the cause findable.
func (e *SettingError) Unwrap() error { return e.Cause }
