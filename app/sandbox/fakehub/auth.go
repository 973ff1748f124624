package fakehub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

// token is an installation's access token.
type token struct {
	install *installation
	expires time.Time
}

func newPrivateKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the machine has no randomness
	}
	return key
}

// PrivateKeyPEM is the App's private key as GitHub hands it out.
func (h *Hub) PrivateKeyPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{
		Type:  "RSA PRIVATE KEY",
		Bytes: x509.MarshalPKCS1PrivateKey(h.options.App.PrivateKey),
	})
}

// tokenTime is what access tokens are dated and judged by. It runs on the
// machine's clock, as the client's libraries renew them by that, whatever the
// story's clock says.
func (h *Hub) tokenTime() time.Time { return time.Now().Add(h.options.Skew) } //nolint:forbidigo // see above

// date is GitHub's own time in this operation, as the Date header has it.
func (h *Hub) date() time.Time { return h.now.Add(h.options.Skew) }

// ExpireTokens ends all access tokens at once: using one is answered with 401.
func (h *Hub) ExpireTokens() {
	defer h.begin()()
	clear(h.tokens)
}

// tokenLength is that of the tokens that GitHub has begun to issue, which hold
// a JWT with its dots. docs: GitHub Changelog, "Notice about upcoming new format
// for GitHub App installation tokens": ghs_APPID_JWT, about 520 characters.
const (
	tokenLength      = 520
	shortTokenLength = 40
)

// issueToken makes an access token.
func (h *Hub) issueToken(i *installation) (string, *token) {
	text, length := fmt.Sprintf("ghs_%d_eyJhbGciOiJSUzI1NiJ9.", h.options.App.ID), tokenLength
	if h.options.ShortTokens {
		text, length = "ghs_", shortTokenLength
	}
	var b strings.Builder
	b.WriteString(text)
	for b.Len() < length {
		fmt.Fprintf(&b, "%016x", h.random.Uint64())
		if b.Len() > length/3 && strings.Count(b.String(), ".") == 1 {
			b.WriteByte('.')
		}
	}
	text = b.String()[:length]
	t := &token{install: i, expires: stamp(h.tokenTime().Add(time.Hour))}
	h.tokens[text] = t
	return text, t
}

// authenticate finds who sends r. docs: Authenticating to the REST API.
func (h *Hub) authenticate(r *http.Request) (a actor, isApp bool, err error) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return a, false, &refusal{status: 401, message: "Requires authentication"}
	}
	if login, ok := strings.CutPrefix(credential, "user-"); ok {
		if u := h.userNamed(login); u != nil && u.kind == "User" {
			return actor{user: u}, false, nil
		}
		return a, false, errBadToken
	}
	if t := h.tokens[credential]; t != nil {
		return h.bearer(t)
	}
	if strings.Count(credential, ".") == 2 && !strings.HasPrefix(credential, "ghs_") {
		return actor{user: h.app}, true, h.verifyJWT(credential)
	}
	return a, false, errBadToken
}

func (h *Hub) bearer(t *token) (actor, bool, error) {
	switch {
	case t.install.removed || !h.tokenTime().Before(t.expires):
		return actor{}, false, errBadToken
	case !t.install.suspended.IsZero():
		return actor{}, false, errSuspended
	}
	return actor{user: h.app, install: t.install}, false, nil
}

// longestJWT is how far ahead a JWT may end.
const longestJWT = 10 * time.Minute

// verifyJWT holds a JWT to GitHub's rules: RS256, issued by the App, not issued
// in the future, and ending within ten minutes, all by GitHub's own time.
// docs: Generating a JSON Web Token (JWT) for a GitHub App.
func (h *Hub) verifyJWT(text string) error {
	claims := jwt.MapClaims{}
	// The library would judge times by the machine's clock.
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithJSONNumber(), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) {
		return &h.options.App.PrivateKey.PublicKey, nil
	})
	if err != nil {
		return refuseJWT("A JSON web token could not be decoded")
	}
	issuer := fmt.Sprint(claims["iss"])
	if issuer != strconv.FormatInt(h.options.App.ID, 10) && issuer != h.clientID() {
		return &refusal{status: 404, message: "Integration not found"}
	}
	now := h.date()
	switch {
	case claims["exp"] == nil:
		return refuseJWT("Missing 'exp' claim in assertion")
	case !claims.VerifyExpiresAt(now.Unix(), true):
		return refuseJWT("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	case claims.VerifyExpiresAt(now.Add(longestJWT+time.Second).Unix(), true):
		return refuseJWT("'Expiration time' claim ('exp') is too far in the future")
	case !claims.VerifyIssuedAt(now.Unix(), true):
		return refuseJWT("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	}
	return nil
}

func refuseJWT(message string) error { return &refusal{status: 401, message: message} }

// clientID is the other name by which an App may issue JWTs.
func (h *Hub) clientID() string { return fmt.Sprintf("Iv23fake%012d", h.options.App.ID) }
