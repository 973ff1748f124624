package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The files of the credentials, those that docker-compose.yml reads, and the
// settings that name them.
const (
	keyFile      = "app.pem"
	secretFile   = "webhook_secret"
	settingsFile = "kintsugi.env"
)

// credentials are the files while they are made: taken, so that nothing is
// overwritten, and empty until GitHub has answered.
type credentials struct {
	dir   string
	files map[string]*os.File
	made  bool // the folder
}

// reserve makes the files, readable by this user alone, or says why it cannot.
func reserve(dir string) (*credentials, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	c := &credentials{dir: dir, files: map[string]*os.File{}}
	_, err = os.Stat(dir)
	c.made = errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("--out is %s, a folder that cannot be made: %w", dir, cause(err))
	}
	for _, name := range []string{keyFile, secretFile, settingsFile} {
		file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			err = fmt.Errorf("%s is there already and may hold the key of another App: choose another folder by --out, or move it away", filepath.Join(dir, name))
		} else if err != nil {
			err = fmt.Errorf("%s cannot be made: %w", filepath.Join(dir, name), cause(err))
		}
		if err != nil {
			return nil, errors.Join(err, c.discard())
		}
		c.files[name] = file
	}
	return c, nil
}

// discard takes back what reserve made.
func (c *credentials) discard() error {
	var problems []error
	for name, file := range c.files {
		file.Close() //nolint:errcheck // its content is not wanted
		problems = append(problems, os.Remove(filepath.Join(c.dir, name)))
	}
	if c.made {
		os.Remove(c.dir) //nolint:errcheck // unless somebody put something there
	}
	return errors.Join(problems...)
}

// write keeps the credentials of an App.
func (c *credentials) write(app newApp, api string) error {
	settings := fmt.Sprintf("%s=%d\n%s=%s\n%s=%s\n", server.AppID, app.ID,
		server.PrivateKeyFile, shellWord(filepath.Join(c.dir, keyFile)),
		server.WebhookSecret+server.File, shellWord(filepath.Join(c.dir, secretFile)))
	if api != usualAPI {
		settings += fmt.Sprintf("%s=%s\n", server.GitHubURL, shellWord(api))
	}
	var problems []error
	for name, content := range map[string]string{
		keyFile:      strings.TrimSpace(app.PEM) + "\n",
		secretFile:   app.WebhookSecret + "\n",
		settingsFile: settings,
	} {
		file := c.files[name]
		_, err := file.WriteString(content)
		problems = append(problems, err, file.Sync(), file.Close())
	}
	return errors.Join(problems...)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./@%+,:=-]+$`)

// shellWord is a text as a shell, and systemd, read it as one word. Without
// need nothing is quoted, for Docker takes the quotes for part of the value.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

var textMade = said{
	words.English: `The App %[1]s is made, with the App id %[2]d. In %[3]s are:
  app.pem         its private key; keep a copy in a safe place
  webhook_secret  the webhook secret
  kintsugi.env    the settings that name both

Next:
  1. Start it where %[4]s leads:
     set -a; . %[5]s; set +a
     kintsugi serve
  2. With the same settings, look it over: kintsugi doctor
  3. Install it: %[6]s
  4. In a checkout of that repository: kintsugi init
`,
	words.Japanese: `App %[1]s ができました（App IDは%[2]d）。%[3]s に次のファイルがあります。
  app.pem         秘密鍵。安全な場所に控えを取ってください
  webhook_secret  Webhookのシークレット
  kintsugi.env    上の2つを指す設定

次にすること:
  1. %[4]s につながるところで起動します:
     set -a; . %[5]s; set +a
     kintsugi serve
  2. 同じ設定で全体を点検します: kintsugi doctor
  3. インストールします: %[6]s
  4. そのリポジトリのチェックアウトで: kintsugi init --lang ja
`,
}

// nextSteps is what a person does now.
func (o *setupOptions) nextSteps(app newApp) string {
	dir, err := filepath.Abs(o.out)
	if err != nil {
		dir = o.out
	}
	return fmt.Sprintf(textMade[o.language], app.Slug, app.ID, dir, o.url,
		shellWord(filepath.Join(dir, settingsFile)), cmp.Or(app.installPage(), "Install App"))
}
