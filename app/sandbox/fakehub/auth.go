package fakehub

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
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

// machineNow is the machine's clock, which alone judges tokens and JWTs: the
// client's libraries sign and renew by it, whatever the story's clock says.
func machineNow() time.Time { return time.Now() } //nolint:forbidigo // see above

// ExpireTokens ends all access tokens at once: using one is answered with 401.
func (h *Hub) ExpireTokens() {
	defer h.begin()()
	clear(h.tokens)
}

// issueToken makes an access token. It is as long as those that GitHub has
// begun to issue, with the dots of a JWT inside, so that nobody assumes less.
func (h *Hub) issueToken(i *installation) (string, *token) {
	var b strings.Builder
	fmt.Fprintf(&b, "ghs_%d_", h.options.App.ID)
	for n := range 30 {
		if n == 4 || n == 20 {
			b.WriteByte('.')
		}
		fmt.Fprintf(&b, "%016x", h.random.Uint64())
	}
	t := &token{install: i, expires: stamp(machineNow().Add(time.Hour))}
	h.tokens[b.String()] = t
	return b.String(), t
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
	case t.install.removed || !machineNow().Before(t.expires):
		return actor{}, false, errBadToken
	case !t.install.suspended.IsZero():
		return actor{}, false, errSuspended
	}
	return actor{user: h.app, install: t.install}, false, nil
}

// verifyJWT holds a JWT to GitHub's rules: RS256, issued by the App, not issued
// in the future, and ending within ten minutes. docs: Generating a JSON Web
// Token (JWT) for a GitHub App.
func (h *Hub) verifyJWT(text string) error {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithJSONNumber())
	_, err := parser.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) {
		return &h.options.App.PrivateKey.PublicKey, nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return refuseJWT("'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return refuseJWT("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued")
	case err != nil:
		return refuseJWT("A JSON web token could not be decoded")
	}
	issuer := fmt.Sprint(claims["iss"])
	if issuer != strconv.FormatInt(h.options.App.ID, 10) && issuer != h.clientID() {
		return &refusal{status: 404, message: "Integration not found"}
	}
	if !claims.VerifyExpiresAt(machineNow().Unix(), true) {
		return refuseJWT("Missing 'exp' claim in assertion")
	}
	// A claim ends at exp; whoever still holds at ten minutes from now is too long.
	if claims.VerifyExpiresAt(machineNow().Add(10*time.Minute+time.Second).Unix(), true) {
		return refuseJWT("'Expiration time' claim ('exp') is too far in the future")
	}
	return nil
}

func refuseJWT(message string) error { return &refusal{status: 401, message: message} }

// clientID is the other name by which an App may issue JWTs.
func (h *Hub) clientID() string { return fmt.Sprintf("Iv23fake%012d", h.options.App.ID) }
