package githubapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// uninstalled is why an installation gives no token: it is gone, or suspended.
// docs: REST API endpoints for GitHub Apps, "Create an installation access
// token for an app"; Suspending a GitHub App installation.
type uninstalled struct {
	installation int64
	why          string
}

func (e *uninstalled) Error() string {
	return fmt.Sprintf("installation %d: %s", e.installation, e.why)
}

// ErrUnauthorized means that GitHub does not accept who we say we are, which
// concerns no subject more than another.
var ErrUnauthorized = errors.New("GitHub does not accept the credentials: an App's id and private key must belong together, and a token must not have expired")

// failure turns what went wrong with a call into one of the engine's kinds of
// error, without any secret in its text. What is of no kind means that nothing
// was changed and that trying again may help.
func (a *App) failure(c call, try *attempt, resp *github.Response, err error) error {
	if later, ok := errors.AsType[*engine.Later](err); ok {
		return later
	}
	cause := a.redactor.Error(err)
	if _, ok := errors.AsType[*uninstalled](err); ok {
		return fmt.Errorf("%w: %s: %w", engine.ErrGone, c, cause)
	}
	status := 0
	if resp != nil && resp.Response != nil {
		status = resp.StatusCode
	}
	text := words.Line(a.redactor.Redact(fmt.Sprintf("%s: %s", c, reason(resp, err))), 1000)
	switch {
	case status == 0:
		if c.writes() && try.pending && !neverLeft(err) {
			return fmt.Errorf("%w: %s: %w", engine.ErrUncertain, c, cause)
		}
		return fmt.Errorf("%s: %w", c, cause)
	case status < 300: // the answer was cut, or cannot be read
		if c.writes() {
			return fmt.Errorf("%w: %s: %w", engine.ErrUncertain, c, cause)
		}
		return fmt.Errorf("%s: the answer cannot be read: %w", c, cause)
	case status == http.StatusForbidden && strings.Contains(text, "installation has been suspended"):
		return fmt.Errorf("%w: %w: %s", engine.ErrGone, errUninstalled, text)
	case status == http.StatusNotFound, status == http.StatusGone:
		return fmt.Errorf("%w: %s", engine.ErrGone, text)
	case status >= 500, status == http.StatusRequestTimeout:
		if c.writes() {
			return fmt.Errorf("%w: %s", engine.ErrUncertain, text)
		}
		return errors.New(text)
	case status == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s", ErrUnauthorized, text)
	case status < 400:
		return errors.New(text)
	default:
		return fmt.Errorf("%w: %s", engine.ErrRefused, text)
	}
}

// neverLeft tells whether a request failed before a byte of it was sent.
func neverLeft(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// reason is what GitHub said, and for a missing permission which one it would
// take. docs: Troubleshooting the REST API, "Resource not accessible".
func reason(resp *github.Response, err error) string {
	var answer *github.ErrorResponse
	if !errors.As(err, &answer) {
		return err.Error()
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s", answer.Response.StatusCode, answer.Message)
	for _, e := range answer.Errors {
		text.WriteString("; " + strings.TrimSpace(strings.Join([]string{e.Field, e.Code, e.Message}, " ")))
	}
	if needs := resp.Header.Get("X-Accepted-GitHub-Permissions"); needs != "" && resp.StatusCode == http.StatusForbidden {
		text.WriteString(" (needs " + needs + ")")
	}
	return text.String()
}

// absent is err for one thing among others. Of a comment, ErrGone says that
// somebody deleted it, which a run remembers; where the whole installation is
// gone nobody did, and the next run will find that out by itself.
func absent(err error) error {
	if errors.Is(err, errUninstalled) {
		return errors.New(err.Error())
	}
	return err
}

// alreadyExists tells whether a 422 only says that what we wanted to make is
// there. docs: Troubleshooting the REST API, "Validation Failed".
func alreadyExists(err error) bool {
	return errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "already_exists")
}

// message is the sentence in the body of an answer that is an error.
func message(body []byte) string {
	var answer struct {
		Message string `json:"message"`
	}
	// An answer that is no JSON has no message; proxies send such.
	_ = json.Unmarshal(body, &answer)
	return answer.Message
}
