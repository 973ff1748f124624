package page

import (
	"net"
	"net/http"
)

// contentPolicy lets a browser load what this page itself serves, and nothing
// else: no inline script or style, no frame, nothing from elsewhere.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// maxForm is more than the longest comment takes, encoded.
const maxForm = 1 << 20

// Guard keeps other sites out of a page that has no passwords. A site whose
// name was made to resolve to this machine (DNS rebinding) still sends that
// name, so only the machine's own names are answered; and a form that another
// site sends here is refused.
func Guard(next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "This form was sent by another site.", http.StatusForbidden)
	}))
	inner := sameOrigin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		if !ownName(r.Host) {
			http.Error(w, "This page answers to 127.0.0.1 and localhost only.", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		inner.ServeHTTP(w, r)
	})
}

// ownName tells whether a Host header names this machine to itself.
func ownName(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return name == "127.0.0.1" || name == "localhost" || name == "::1" || name == "[::1]"
}
