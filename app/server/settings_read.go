package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/golang-jwt/jwt/v4"
)

// ReadSettings reads what `kintsugi serve` needs. Everything that is wrong is
// reported at once.
func ReadSettings(lookup func(name string) string) (Config, error) {
	r := settingsReader{lookup: lookup}
	c := r.doctor()
	c.Addr = r.address(Addr, defaultAddr)
	c.MetricsAddr = r.address(MetricsAddr, "")
	c.Pause = r.truth(Pause)
	c.LogFormat = r.oneOf(Log, "text", "json")
	c.ReadingLists = r.readingLists(c.Owners)
	return c, errors.Join(r.problems...)
}

// ReadDoctorSettings reads what looking everything over needs. What can be read
// is there even where something is wrong.
func ReadDoctorSettings(lookup func(name string) string) (Config, error) {
	r := settingsReader{lookup: lookup}
	return r.doctor(), errors.Join(r.problems...)
}

// ReadAppSettings reads what talking to GitHub as the App needs. Where neither
// id nor key is set, ok is false: then nobody meant the App.
func ReadAppSettings(lookup func(name string) string) (c Config, ok bool, err error) {
	r := settingsReader{lookup: lookup}
	ok = lookup(AppID) != "" || lookup(PrivateKey) != "" || lookup(PrivateKeyFile) != ""
	c = r.app(ok)
	return c, ok, errors.Join(r.problems...)
}

// ReadJournalSettings reads which database holds the journal, and of which App;
// 0 where that is not set.
func ReadJournalSettings(lookup func(name string) string) (Config, error) {
	r := settingsReader{lookup: lookup}
	c := Config{DatabaseURL: r.databaseURL()}
	if lookup(AppID) != "" {
		c.AppID = r.appID()
	}
	return c, errors.Join(r.problems...)
}

// ReadAddr reads where the server is.
func ReadAddr(lookup func(name string) string) (string, error) {
	r := settingsReader{lookup: lookup}
	return r.address(Addr, defaultAddr), errors.Join(r.problems...)
}

// settingsReader collects what is wrong with the settings that it reads.
type settingsReader struct {
	lookup   func(name string) string
	problems []error
}

func (r *settingsReader) refuse(name, format string, args ...any) {
	r.problems = append(r.problems, &SettingError{Name: name, Problem: fmt.Sprintf(format, args...)})
}

// text is a setting without the space around it, which is never meant.
func (r *settingsReader) text(name, otherwise string) string {
	if text := strings.TrimSpace(r.lookup(name)); text != "" {
		return text
	}
	return otherwise
}

func (r *settingsReader) doctor() Config {
	c := r.app(true)
	c.WebhookSecrets = r.webhookSecrets()
	c.DatabaseURL = r.databaseURL()
	c.DatabaseQuota = r.size(DatabaseQuota)
	return c
}

func (r *settingsReader) app(required bool) Config {
	c := Config{GitHubURL: r.url(GitHubURL), Owners: r.owners(), StateKeys: r.stateKeys()}
	if !required {
		return c
	}
	c.AppID = r.appID()
	c.PrivateKey = r.privateKey()
	return c
}

func (r *settingsReader) appID() int64 {
	text := r.text(AppID, "")
	id, err := strconv.ParseInt(text, 10, 64)
	switch {
	case text == "":
		r.refuse(AppID, `is not set: give the number beside "App ID" on the App's settings page`)
	case err != nil || id <= 0:
		r.refuse(AppID, `is %.40q: give the number beside "App ID" on the App's settings page, not the client id`, text)
	}
	return id
}

// secret takes a secret itself, or out of the file it lies in, and says under
// which name it was found. What is wrong is reported without its text.
func (r *settingsReader) secret(name string) (text, found string) {
	text, file := r.lookup(name), r.text(name+File, "")
	switch {
	case file == "":
		return text, name
	case text != "":
		r.refuse(name, "and %s are both set: keep one of them", name+File)
		return "", ""
	}
	content, err := os.ReadFile(file)
	switch {
	case err != nil:
		r.refuse(name+File, "cannot be read: %v", withoutPath(err))
		return "", ""
	case strings.TrimSpace(string(content)) == "":
		r.refuse(name+File, "names a file that is empty")
		return "", ""
	}
	return string(content), name + File
}

// withoutPath is why a file cannot be read. Its name is left out: a secret
// that was set by mistake instead of a file's name must not be printed.
func withoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return errors.New("the file is not readable")
}

// privateKey takes a key with line breaks, or on one line with \n for them,
// which is how some platforms hand variables on.
func (r *settingsReader) privateKey() []byte {
	key, name := r.secret(PrivateKey)
	if name == "" {
		return nil
	}
	if key == "" {
		r.refuse(PrivateKey, "is not set: give the App's private key, or set %s to the .pem file that GitHub offered when the key was generated", PrivateKeyFile)
		return nil
	}
	key = strings.ReplaceAll(key, `\n`, "\n")
	if _, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(key)); err != nil {
		// The cause could quote the key.
		r.refuse(name, "is no RSA key in PEM: give the .pem file that GitHub offered when the key was generated, with its line breaks")
	}
	return []byte(key)
}

// How short a secret may be. A shorter one could be found by trying, and could
// not be taken out of a log without taking ordinary words along. A key of the
// records is longer, because everybody who may read a record can try at home.
const (
	shortestSecret   = 8
	shortestStateKey = 16
)

func (r *settingsReader) webhookSecrets() []string {
	secrets, name := r.currentAndPrevious(WebhookSecret, shortestSecret)
	if len(secrets) == 0 && name != "" {
		r.refuse(WebhookSecret, "is not set: give the webhook secret of the App's settings page (`openssl rand -hex 32` makes one)")
	}
	return secrets
}

func (r *settingsReader) stateKeys() [][]byte {
	var keys [][]byte
	texts, _ := r.currentAndPrevious(StateKeys, shortestStateKey)
	for _, key := range texts {
		keys = append(keys, []byte(key))
	}
	return keys
}

// databaseURL is a path, or an address that may hold a password.
func (r *settingsReader) databaseURL() string {
	text, _ := r.secret(DatabaseURL)
	return cmp.Or(strings.TrimSpace(text), defaultDatabase)
}

// currentAndPrevious reads one or two secrets, and the name they were found
// under. Two mean that the second is still believed while it is being replaced
// by the first.
func (r *settingsReader) currentAndPrevious(name string, shortest int) (parts []string, found string) {
	text, found := r.secret(name)
	if text = strings.TrimSpace(text); text == "" {
		return nil, found
	}
	parts = strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
		switch {
		case parts[i] == "":
			r.refuse(found, "has an empty part: write CURRENT, or CURRENT,PREVIOUS")
			return parts, found
		case len(parts[i]) < shortest:
			r.refuse(found, "is too short: use at least %d characters that nobody can guess (`openssl rand -hex 32` makes 64)", shortest)
			return parts, found
		}
	}
	if len(parts) > 2 {
		r.refuse(found, "has %d parts: write CURRENT, or CURRENT,PREVIOUS; a secret holds no comma", len(parts))
	}
	return parts, found
}

// units of sizes, the longest names first, so that "B" does not hide "GiB".
var units = []struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}, {"", 1},
}

// smallestQuota holds two of GitHub's largest deliveries and what the program
// notes about them.
const smallestQuota = 64 << 20

// size reads a number of bytes with its unit; 0 where nothing is set.
func (r *settingsReader) size(name string) int64 {
	text := r.text(name, "")
	if text == "" {
		return 0
	}
	for _, unit := range units {
		number, ok := cutSuffixFold(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/unit.bytes {
			break
		}
		if n*unit.bytes < smallestQuota {
			r.refuse(name, "is %.40q: one delivery of GitHub's can be 25 MiB, so use at least 64MiB", text)
		}
		return n * unit.bytes
	}
	r.refuse(name, "is %.40q: write a whole number with a unit, such as 512MiB or 2GiB", text)
	return 0
}

// cutSuffixFold is strings.CutSuffix without regard to case.
func cutSuffixFold(s, suffix string) (before string, found bool) {
	at := len(s) - len(suffix)
	if at < 0 || !strings.EqualFold(s[at:], suffix) {
		return s, false
	}
	return s[:at], true
}

func (r *settingsReader) url(name string) string {
	text := r.text(name, "")
	u, err := url.Parse(text)
	switch {
	case text == "":
	case err != nil:
		r.refuse(name, "is no address: write the base of GitHub's REST API, such as https://api.github.com/ or https://HOST/api/v3")
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		r.refuse(name, "is %.100q: write scheme, host and path, such as https://api.github.com/ or https://HOST/api/v3", u.Redacted())
	case u.Host == "github.com":
		r.refuse(name, "is the website: its REST API is https://api.github.com/, which is what counts where nothing is set")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.refuse(name, "carries a user, a query or a fragment: write only scheme, host and path")
	}
	return text
}

var (
	login    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	repoName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	// folderName is any visible name, of whatever language.
	folderName = regexp.MustCompile(`^[\pL\pM\pN._ +@()-]{1,100}$`)
)

func (r *settingsReader) owners() []string {
	text := r.text(Owners, "")
	if text == "" {
		return nil
	}
	var owners []string
	for owner := range strings.SplitSeq(text, ",") {
		owner = strings.TrimSpace(owner)
		if !login.MatchString(owner) {
			r.refuse(Owners, "names %.60q, which is no account: write their names, separated by commas, such as acme,acme-labs", owner)
			return nil
		}
		owners = append(owners, owner)
	}
	return owners
}

// mostLists is how many lists are shown at most, since copies are kept in memory.
const mostLists = 20

// readingLists are the lists to show. They are addressed by their repositories.
func (r *settingsReader) readingLists(owners []string) (lists []ReadingList) {
	text := r.text(ReadingLists, "")
	if text == "" {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		l, ok := parseReadingList(name)
		owner, _, _ := strings.Cut(name, "/")
		switch {
		case !ok:
			r.refuse(ReadingLists, "names %.100q, which is no list: write OWNER/REPO or OWNER/REPO/FOLDER, separated by commas, such as acme/handbook,acme/shop/docs/reading-list", name)
			return nil
		case slices.ContainsFunc(lists, func(other ReadingList) bool { return strings.EqualFold(other.Repo, l.Repo) }):
			r.refuse(ReadingLists, "names two lists of %s: one of each repository can be shown", l.Repo)
			return nil
		case len(owners) > 0 && !slices.ContainsFunc(owners, func(served string) bool { return strings.EqualFold(served, owner) }):
			r.refuse(ReadingLists, "names a list of %s, an account that %s does not name", owner, Owners)
			return nil
		}
		lists = append(lists, l)
	}
	if len(lists) > mostLists {
		r.refuse(ReadingLists, "names %d lists: at most %d can be shown", len(lists), mostLists)
	}
	return lists
}

func (r *settingsReader) address(name, otherwise string) string {
	text := r.text(name, otherwise)
	if text == "" {
		return ""
	}
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		r.refuse(name, "is %.100q: write HOST:PORT, or :PORT for all interfaces, such as :8080", text)
	}
	return text
}

func (r *settingsReader) truth(name string) bool {
	text := r.text(name, "false")
	is, err := strconv.ParseBool(text)
	if err != nil {
		r.refuse(name, "is %.40q: write true or false", text)
	}
	return is
}

// oneOf is one of several words, the first being what counts by default.
func (r *settingsReader) oneOf(name string, allowed ...string) string {
	text := strings.ToLower(r.text(name, allowed[0]))
	if !slices.Contains(allowed, text) {
		r.refuse(name, "is %.40q: write %s", text, strings.Join(allowed, " or "))
	}
	return text
}
