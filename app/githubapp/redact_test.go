package githubapp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/workflows"
)

// secrets are what must not be told, each with a part that gives it away.
var secrets = map[string]string{
	"installation token":      "ghs_16C7e42F292c6912E7710c838347Ae178B4a",
	"long installation token": "ghs_123456_" + strings.Repeat("eyJhbGciOi", 30) + "." + strings.Repeat("aB3-_", 40) + ".sig",
	"personal token":          "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
	"fine-grained token":      "github_pat_11ABCDEFG0" + strings.Repeat("aBc9_", 12),
	"old installation token":  "v1.1f699f1069f60xx"[:3] + strings.Repeat("0123456789abcdef", 3)[:40],
	"JWT":                     "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDB9.abc-_DEF",
	"key":                     "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabcdef\n-----END RSA PRIVATE KEY-----",
	"key without an end":      "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA",
}

func TestRedact(t *testing.T) {
	for name, secret := range secrets {
		for _, around := range []string{"%s", "token %s.", "x=%s&y=1", `{"token":"%s"}`, "Authorization: Bearer %s", "Authorization:[token %s]", "https://x:%s@github.com/", "(%s)", "%s, and %[1]s"} {
			text := fmt.Sprintf(around, secret)
			got := githubapp.Redact(text)
			for _, part := range []string{secret, secret[len(secret)-6:], "MIIEow"} {
				if strings.Contains(got, part) {
					t.Errorf("%s in %q: %q", name, around, got)
				}
			}
		}
	}
	for _, text := range []string{
		"Bearer of bad news", "the token expired", "a token could not be had", "installation 12: no access token (403 x)",
		"GET repos/acme/shop/issues/5: 404 Not Found", "https://github.com/acme/shop/issues/5#issuecomment-1", "postgres://db.example:5432/kintsugi",
	} {
		if got := githubapp.Redact(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for text, part := range map[string]string{
		"postgres://user:pa55w0rd@db.example/kintsugi": "pa55w0rd",
		"authorization: whatever-this-is":              "whatever",
		`"Authorization": "Bearer x"`:                  "x",
		"Bearer 0123456789abcdefghij":                  "abcdef",
	} {
		if got := githubapp.Redact(text); strings.Contains(strings.ReplaceAll(got, "Authorization", ""), part) {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestRedactorKnowsSecrets(t *testing.T) {
	r := githubapp.NewRedactor(canary, "", "abc", " padded secret \n")
	r.Add("öäü token / 100%")
	for _, secret := range []string{canary, "öäü token / 100%", "padded secret"} {
		for _, text := range []string{secret, strconv.Quote(secret), url.QueryEscape(secret), url.PathEscape(secret), "<" + secret + ">"} {
			if got := r.Redact(text); !strings.Contains(got, "[redacted]") || strings.Contains(got, secret) {
				t.Errorf("%q became %q", text, got)
			}
		}
	}
	if got := r.Redact("abc"); got != "abc" {
		t.Errorf("too short to be a secret, and yet %q", got)
	}
	for n := range 5000 {
		r.Add(fmt.Sprint("passing token ", n))
	}
	if got := r.Redact(canary + " passing token 4999"); strings.Contains(got, "Secret") || strings.Contains(got, "passing") {
		t.Error(got)
	}
	if r.Error(nil) != nil {
		t.Error("no error became one")
	}
	err := r.Error(fmt.Errorf("with %s: %w", canary, context.DeadlineExceeded))
	if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "Secret") {
		t.Error(err)
	}
}

type printing struct{ secret string }

func (p printing) String() string { return "it is " + p.secret }

type valuing struct{ secret string }

func (v valuing) LogValue() slog.Value {
	return slog.GroupValue(slog.String("inner", v.secret), slog.Any("err", errors.New(v.secret)))
}

// Whatever is logged, and however, no secret comes out.
func TestLogIsRedacted(t *testing.T) {
	secrets := map[string]string{"canary": canary}
	maps.Copy(secrets, map[string]string{"token": "ghs_16C7e42F292c6912E7710c838347Ae178B4a", "JWT": "eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3MDB9.abcdef"})
	for name, secret := range secrets {
		part := secret[len(secret)-6:]
		var out bytes.Buffer
		r := githubapp.NewRedactor(canary)
		for _, h := range []slog.Handler{
			slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}),
			slog.NewTextHandler(&out, nil),
		} {
			log := slog.New(r.Handler(h))
			log.Info("message " + secret)
			log.Info("string", "value", secret)
			log.Info("key", secret, 1)
			log.Warn("error", "err", fmt.Errorf("wrapped: %w", errors.New(secret)))
			log.Error("bytes", "value", []byte(secret))
			log.Info("stringer", "value", printing{secret})
			log.Info("valuer", "value", valuing{secret})
			log.Info("struct", "value", struct{ Token *string }{&secret})
			log.Info("map", "value", map[string][]string{"Authorization": {"Bearer " + secret}})
			log.Info("header", "value", http.Header{"Authorization": {secret}})
			log.Info("group", slog.Group("g", "a", secret, slog.Group("h", "b", secret)))
			log.With("attr", secret).WithGroup(secret).Info("with", "x", secret)
			log.Info("ok", "n", 1, "t", time.Second, "nil", nil, "s", workflows.Subject{Repo: "acme/shop", Number: 1})
		}
		if strings.Contains(out.String(), part) {
			for line := range strings.Lines(out.String()) {
				if strings.Contains(line, part) {
					t.Errorf("%s: %s", name, line)
				}
			}
		}
		for _, kept := range []string{`"n":1`, "acme/shop#1"} {
			if !strings.Contains(out.String(), kept) {
				t.Errorf("%q did not come out", kept)
			}
		}
	}
}

// A server that quotes our own credentials back at us does not get them into
// an error.
func TestErrorsAreRedacted(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 422, 429, 500} {
		w := newWorld(t)
		var told []string
		echo := false
		w.app = w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				auth := r.Header.Get("Authorization")
				_, credential, _ := strings.Cut(auth, " ")
				told = append(told, credential)
				if !echo {
					return nil, nil
				}
				text := strings.ReplaceAll(credential+" "+canary, `"`, ``)
				return answer(status, `{"message":"you sent `+text+`","errors":[{"message":"`+text+`","code":"custom"}]}`,
					"X-Accepted-GitHub-Permissions", text), nil
			}}
		})
		must(t, w.look())
		echo = true
		errs := []error{w.look(), w.app.SetState(ctx, w.issue, true, "")}
		w.ExpireTokens()
		fresh := w.newApp(func(c *githubapp.Config) {
			c.Transport = overriding{c.Transport, func(r *http.Request) (*http.Response, error) {
				_, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
				told = append(told, credential)
				return answer(status, `{"message":"you sent `+credential+`"}`), nil
			}}
		})
		_, err := fresh.Identity(ctx)
		errs = append(errs, err)
		_, err = fresh.Home(ctx, shop)
		errs = append(errs, err)
		for _, err := range errs {
			for e := err; e != nil; e = errors.Unwrap(e) {
				text := fmt.Sprintf("%v %+v %#v", e, e, e.Error())
				for _, secret := range append(told, "Secret to Everybody") {
					if strings.Contains(text, secret) {
						t.Errorf("%d: %.200q", status, text)
					}
				}
			}
		}
	}
}
