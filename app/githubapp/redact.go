package githubapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const redacted = "[redacted]"

// credentials are what a secret looks like. Tokens are matched by their
// prefixes and at any length, because GitHub changes both length and alphabet.
// docs: About authentication to GitHub, "GitHub's token formats".
var credentials = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*-----.*?(-----END [A-Z0-9 ]*-----|$)`), redacted},
	{regexp.MustCompile(`\bgh[a-z]_[A-Za-z0-9._-]{10,}`), redacted},
	{regexp.MustCompile(`\bgithub_pat_[A-Za-z0-9_]{10,}`), redacted},
	{regexp.MustCompile(`\bv1\.[0-9a-f]{40}\b`), redacted},
	{regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*){1,2}`), redacted},
	{regexp.MustCompile(`(?i)\b(authorization["']?\s*[:=]\s*["'\[]*)((bearer|token|basic)\s+)?[^\s"'\],;]+`), "${1}${2}" + redacted},
	{regexp.MustCompile(`(?i)\b(bearer|token|basic)(\s+)[A-Za-z0-9._~+/=-]{20,}`), "${1}${2}" + redacted},
	{regexp.MustCompile(`(://[^/\s:@]*:)[^/\s@]+@`), "${1}" + redacted + "@"},
}

// Redact takes whatever looks like a credential out of a text.
func Redact(text string) string {
	for _, c := range credentials {
		text = c.pattern.ReplaceAllString(text, c.instead)
	}
	return text
}

// maxSecrets bounds what a Redactor remembers: the tokens of an hour.
const maxSecrets = 1024

// Redactor takes out of texts what looks like a credential, and the secrets it
// was told of, which need not look like one.
type Redactor struct {
	mu      sync.RWMutex
	fixed   []string // told at the start, in each form that they may appear in
	passing []string // tokens, oldest first
}

// NewRedactor knows secrets from the start and never forgets those.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{}
	for _, s := range secrets {
		r.fixed = append(r.fixed, forms(s)...)
	}
	return r
}

// Add makes a secret known; the oldest added ones are forgotten in time.
func (r *Redactor) Add(secret string) {
	all := forms(secret)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passing = append(r.passing, all...)
	if over := len(r.passing) - maxSecrets; over > 0 {
		r.passing = slices.Delete(r.passing, 0, over)
	}
}

// forms are the ways in which logs and errors write a secret. What is shorter
// than a secret can be is left alone: redacting "a" would leave no text.
func forms(secret string) []string {
	secret = strings.TrimSpace(secret)
	if len(secret) < 6 {
		return nil
	}
	all := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	quoted := strconv.Quote(secret)
	all = append(all, quoted[1:len(quoted)-1])
	if encoded, err := json.Marshal(secret); err == nil {
		all = append(all, string(encoded[1:len(encoded)-1]))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Redact takes the secrets out of a text.
func (r *Redactor) Redact(text string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, known := range [][]string{r.fixed, r.passing} {
		for _, secret := range known {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	return Redact(text)
}

// Error is err with its text redacted. errors.Is finds in it what it finds in
// err; the error itself cannot be had back, because its text is not.
func (r *Redactor) Error(err error) error {
	if err == nil {
		return nil
	}
	return &redactedError{text: r.Redact(err.Error()), cause: err}
}

type redactedError struct {
	text  string
	cause error
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return errors.Is(e.cause, target) }

// Handler redacts everything that passes through it: messages, keys, values,
// errors and what other values print as.
func (r *Redactor) Handler(next slog.Handler) slog.Handler { return &redactingHandler{r, next} }

type redactingHandler struct {
	redactor *Redactor
	next     slog.Handler
}

// Enabled implements slog.Handler.
func (h *redactingHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h *redactingHandler) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, h.redactor.Redact(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.redactor.attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (h *redactingHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &redactingHandler{h.redactor, h.next.WithAttrs(h.redactor.attrs(attrs))}
}

// WithGroup implements slog.Handler.
func (h *redactingHandler) WithGroup(name string) slog.Handler {
	return &redactingHandler{h.redactor, h.next.WithGroup(h.redactor.Redact(name))}
}

func (r *Redactor) attrs(attrs []slog.Attr) []slog.Attr {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = r.attr(a)
	}
	return clean
}

func (r *Redactor) attr(a slog.Attr) slog.Attr {
	return slog.Attr{Key: r.Redact(a.Key), Value: r.value(a.Value.Resolve())}
}

func (r *Redactor) value(v slog.Value) slog.Value {
	switch v.Kind() {
	case slog.KindString:
		return slog.StringValue(r.Redact(v.String()))
	case slog.KindGroup:
		return slog.GroupValue(r.attrs(v.Group())...)
	case slog.KindAny:
		return r.any(v)
	default:
		return v // numbers, times and the like hold no secret
	}
}

// any keeps a value as it is only where neither of the forms that handlers
// print it in holds a secret.
func (r *Redactor) any(v slog.Value) slog.Value {
	switch value := v.Any().(type) {
	case nil:
		return v
	case error:
		return slog.StringValue(r.Redact(value.Error()))
	case []byte:
		return slog.StringValue(r.Redact(string(value)))
	case fmt.Stringer:
		return slog.StringValue(r.Redact(value.String()))
	}
	text := fmt.Sprintf("%+v", v.Any())
	if clean := r.Redact(text); clean != text {
		return slog.StringValue(clean)
	}
	if encoded, err := json.Marshal(v.Any()); err == nil {
		if clean := r.Redact(string(encoded)); clean != string(encoded) {
			return slog.StringValue(clean)
		}
	}
	return v
}
