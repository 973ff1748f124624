package doctor

import (
	"time"

	"github.com/kintsugi-app/kintsugi/app/store"
)

// Facts are what Gather found. They hold no secret. Where something could not
// be found out, an Err beside it says why.
type Facts struct {
	At time.Time
	// Settings are what is wrong with them, a sentence each.
	Settings []string
	// AppID is the one that is set, and Secret the length of the shortest
	// webhook secret, 0 for none.
	AppID    int64
	Secret   int
	GitHub   GitHub
	Database Storage
}

// GitHub is what GitHub told.
type GitHub struct {
	// URL is the REST API that was asked, and Web the website beside it.
	URL string
	Web string
	// App is nil where GitHub would not say; Unauthorized where it does not
	// accept the credentials.
	App          *App
	Err          string
	Unauthorized bool
	// Skew is how far GitHub's clock is ahead of this machine's.
	Skew time.Duration

	Installations    []Installation
	InstallationsErr string

	Hook    *Hook
	HookErr string
	// Attempts are the last deliveries in GitHub's log, the newest first.
	Attempts    []Attempt
	AttemptsErr string
	// Health is the address that was asked whether the server lives, and what
	// came of it from here: empty for alive.
	Health    string
	HealthErr string
}

// App is the registration on GitHub.
type App struct {
	Slug  string
	Owner string
	// Page is where its settings are.
	Page        string
	Permissions map[string]string
	Events      []string
}

// Installation is the App on one account.
type Installation struct {
	ID      int64
	Account string
	// Page is where its settings are.
	Page      string
	Suspended bool
	// Looked: it was asked what the App sees there, Repositories or SightErr.
	Looked       bool
	Repositories int
	SightErr     string
	Permissions  map[string]string
	// Remaining of Limit requests may be made until Reset; a Limit of 0 is not
	// known.
	Remaining int
	Limit     int
	Reset     time.Time
}

// Hook is the webhook as GitHub has it.
type Hook struct {
	URL         string
	ContentType string
	// Insecure: GitHub does not verify the certificate.
	Insecure bool
}

// Attempt is a delivery as GitHub tried it once.
type Attempt struct {
	GUID   string
	Event  string
	At     time.Time
	Code   int // 0 where no answer came
	Status string
}

// Storage is what the database told.
type Storage struct {
	// Err is why it could not be read, for people.
	Err         string
	Schema      int
	Room        store.Room
	Due, Leased int
	Stuck       []store.Trouble
	Pauses      []store.Pause
}
