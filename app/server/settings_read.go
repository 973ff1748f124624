package server

import (
	"errors"
	"fmt"
	"io/fs"
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
	c := r.app(true)
	c.WebhookSecrets = r.webhookSecrets()
	c.DatabaseURL = r.text(DatabaseURL, "kintsugi.db")
	c.Addr = r.address(Addr, ":8080")
	c.MetricsAddr = r.address(MetricsAddr, "")
	c.Pause = r.truth(Pause)
	c.LogFormat = r.oneOf(Log, "text", "json")
	return c, errors.Join(r.problems...)
}

// ReadAppSettings reads what talking to GitHub as the App needs. Where neither
// id nor key is set, ok is false: then nobody meant the App.
func ReadAppSettings(lookup func(name string) string) (c Config, ok bool, err error) {
	r := settingsReader{lookup: lookup}
	ok = lookup(AppID) != "" || lookup(PrivateKey) != "" || lookup(PrivateKeyFile) != ""
	c = r.app(ok)
	return c, ok, errors.Join(r.problems...)
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

// privateKey takes the key itself, or the file it lies in. A key on one line,
// with \n for its breaks, is how some platforms hand variables on.
func (r *settingsReader) privateKey() []byte {
	key, file := r.lookup(PrivateKey), r.text(PrivateKeyFile, "")
	name := PrivateKey
	switch {
	case key != "" && file != "":
		r.refuse(PrivateKey, "and %s are both set: keep one of them", PrivateKeyFile)
		return nil
	case key == "" && file == "":
		r.refuse(PrivateKey, "is not set: give the App's private key, or set %s to the .pem file that GitHub offered when the key was generated", PrivateKeyFile)
		return nil
	case file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			r.refuse(PrivateKeyFile, "cannot be read: %v", withoutPath(err))
			return nil
		}
		key, name = string(content), PrivateKeyFile
	}
	key = strings.ReplaceAll(key, `\n`, "\n")
	if _, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(key)); err != nil {
		// The cause could quote the key.
		r.refuse(name, "is no RSA key in PEM: give the .pem file that GitHub offered when the key was generated, with its line breaks")
	}
	return []byte(key)
}

// withoutPath is why a file cannot be read. Its name is left out: a key that
// was set by mistake instead of a file's name must not be printed.
func withoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return errors.New("the file is not readable")
}

func (r *settingsReader) webhookSecrets() []string {
	secrets := r.currentAndPrevious(WebhookSecret)
	if len(secrets) == 0 {
		r.refuse(WebhookSecret, "is not set: give the webhook secret of the App's settings page (`openssl rand -hex 32` makes one)")
	}
	return secrets
}

func (r *settingsReader) stateKeys() [][]byte {
	var keys [][]byte
	for _, key := range r.currentAndPrevious(StateKeys) {
		keys = append(keys, []byte(key))
	}
	return keys
}

// currentAndPrevious reads one or two secrets. Two mean that the second is
// still believed while it is being replaced by the first.
func (r *settingsReader) currentAndPrevious(name string) []string {
	text := r.text(name, "")
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		if parts[i] = strings.TrimSpace(parts[i]); parts[i] == "" {
			r.refuse(name, "has an empty part: write CURRENT, or CURRENT,PREVIOUS")
			return parts
		}
	}
	if len(parts) > 2 {
		r.refuse(name, "has %d parts: write CURRENT, or CURRENT,PREVIOUS; a secret holds no comma", len(parts))
	}
	return parts
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

var login = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

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
