package githubapp

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// skew is how far GitHub's time is ahead of our clock, learnt from the Date of
// its answers. JWTs are signed with GitHub's time, so that a machine whose
// clock is wrong is not locked out.
type skew struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Skew is how far GitHub's clock is ahead of ours, or behind where negative;
// zero until there was an answer, and while there is no difference to be seen.
func (a *App) Skew() time.Duration {
	a.skew.mu.Lock()
	defer a.skew.mu.Unlock()
	return a.skew.ahead
}

// gitHubTime is GitHub's time now, as far as it is known.
func (a *App) gitHubTime() time.Time { return a.clock.Now().Add(a.Skew()).UTC() }

// learn reads GitHub's time from an answer, and returns it; where there is none
// to be read, our own stands in. Dates have whole seconds and the answer took a
// while, so that smaller differences than that say nothing.
func (a *App) learn(resp *http.Response, sent, now time.Time) (date time.Time) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return now.Add(a.Skew()).UTC()
	}
	blur := now.Sub(sent)/2 + time.Second
	ahead := date.Add(time.Second / 2).Sub(sent.Add(now.Sub(sent) / 2))
	a.skew.mu.Lock()
	defer a.skew.mu.Unlock()
	if (ahead - a.skew.ahead).Abs() <= blur {
		return date.UTC()
	}
	if ahead.Abs() <= blur {
		ahead = 0
	}
	a.skew.ahead = ahead
	return date.UTC()
}

// How a JWT is dated: begun a minute ago, as GitHub recommends against clocks
// that differ, and over well before the ten minutes that it allows.
// docs: Generating a JSON Web Token (JWT) for a GitHub App.
const (
	jwtBackdated = time.Minute
	jwtLasts     = 4 * time.Minute
)

// signer signs JWTs with GitHub's time; ghinstallation's claims are by the
// machine's clock.
type signer struct{ app *App }

// Sign implements ghinstallation.Signer.
func (s signer) Sign(jwt.Claims) (string, error) {
	now := s.app.gitHubTime().Truncate(time.Second)
	return jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    strconv.FormatInt(s.app.id, 10),
		IssuedAt:  jwt.NewNumericDate(now.Add(-jwtBackdated)),
		ExpiresAt: jwt.NewNumericDate(now.Add(jwtLasts)),
	}).SignedString(s.app.key)
}
