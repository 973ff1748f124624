package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestTheWire: the next delivery alone is lost, or carried twice.
func TestTheWire(t *testing.T) {
	var arrived []string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrived = append(arrived, string(body))
	}))
	defer receiver.Close()
	w := &wire{next: http.DefaultTransport}
	client := &http.Client{Transport: w}
	send := func(text string, want bool) {
		t.Helper()
		answer, err := client.Post(receiver.URL, "application/json", strings.NewReader(text))
		if (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
		if err == nil {
			answer.Body.Close()
		}
	}
	send("one", true)
	w.loseNext()
	send("two", false)
	send("three", true)
	w.repeatNext()
	send("four", true)
	send("five", true)
	if want := []string{"one", "three", "four", "four", "five"}; !slices.Equal(arrived, want) {
		t.Errorf("arrived %v, want %v", arrived, want)
	}
	if w.ended() != 5 {
		t.Errorf("%d have ended, want 5", w.ended())
	}
}
