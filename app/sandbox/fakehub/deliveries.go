package fakehub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Delivery is a webhook on its way to the App. Its fields may be changed by a
// test before it is sent.
type Delivery struct {
	GUID           string // stays the same when it is delivered again
	Event, Action  string
	InstallationID int64
	RepositoryID   int64
	ByApp          bool // caused by a write of the App itself
	Redelivery     bool
	At             time.Time
	Payload        []byte

	appID int64
	to    webhook
}

// webhook is where deliveries go, and what they are signed with.
type webhook struct {
	url, secret string
	contentType string // json where empty; form changes no delivery here
	insecure    bool   // its certificate is not verified
}

// SetWebhook changes the App's webhook for the deliveries of later changes.
func (h *Hub) SetWebhook(url, secret string) {
	defer h.begin()()
	h.webhook.url, h.webhook.secret = url, secret
}

// SetWebhookForm changes what else an administrator sets about the webhook: its
// content type ("json", "form"), and whether certificates go unverified. It
// only shows in the webhook's configuration.
func (h *Hub) SetWebhookForm(contentType string, insecure bool) {
	defer h.begin()()
	h.webhook.contentType, h.webhook.insecure = contentType, insecure
}

// Attempt is an entry of the delivery log: one sending of one delivery.
type Attempt struct {
	ID         int64
	Delivery   Delivery
	At         time.Time
	Duration   time.Duration
	StatusCode int // zero where no answer came
	Status     string
	Response   string
}

// Header is what GitHub sends along with the payload.
// docs: Webhook events and payloads, "Delivery headers"; Validating webhook
// deliveries.
func (d Delivery) Header() http.Header {
	header := http.Header{
		"Accept":                                 {"*/*"},
		"Content-Type":                           {"application/json"},
		"User-Agent":                             {"GitHub-Hookshot/fakehub"},
		"X-Github-Delivery":                      {d.GUID},
		"X-Github-Event":                         {d.Event},
		"X-Github-Hook-Id":                       {strconv.FormatInt(d.appID, 10)},
		"X-Github-Hook-Installation-Target-Id":   {strconv.FormatInt(d.appID, 10)},
		"X-Github-Hook-Installation-Target-Type": {"integration"},
	}
	if d.to.secret != "" {
		sum256, sum1 := hmac.New(sha256.New, []byte(d.to.secret)), hmac.New(sha1.New, []byte(d.to.secret))
		sum256.Write(d.Payload)
		sum1.Write(d.Payload)
		header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(sum256.Sum(nil)))
		header.Set("X-Hub-Signature", "sha1="+hex.EncodeToString(sum1.Sum(nil)))
	}
	return header
}

// guid is a UUID out of the seeded generator.
func (h *Hub) guid() string {
	a, b := h.random.Uint64(), h.random.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, 0x8000|b>>50, b&0xffffffffffff)
}

func (h *Hub) enqueue(d Delivery) {
	d.At, d.appID, d.to = h.now, h.options.App.ID, h.webhook
	h.outbox = append(h.outbox, d)
	h.counts.Deliveries++
	select {
	case h.ring <- struct{}{}:
	default: // Run has been told already
	}
}

// TakeDeliveries empties the outbox. Whoever takes a delivery decides its fate:
// Send it, once or twice or in another order, or Lose it.
func (h *Hub) TakeDeliveries() []Delivery {
	defer h.begin()()
	taken := h.outbox
	h.outbox = nil
	return taken
}

// Send posts a delivery and logs the attempt. There is no automatic second one.
// docs: Handling failed webhook deliveries.
func (h *Hub) Send(ctx context.Context, d Delivery) (status int, err error) {
	started := h.clock.Now()
	status, response, err := h.post(ctx, d)
	h.log(&Attempt{Delivery: d, At: started, StatusCode: status, Status: describe(status, err), Response: response})
	return status, err
}

// Lose logs a delivery as one that reached nobody.
func (h *Hub) Lose(d Delivery) {
	h.log(&Attempt{Delivery: d, At: h.clock.Now(), Status: describe(0, errCut)})
}

func (h *Hub) log(a *Attempt) {
	defer h.begin()()
	a.ID, a.Duration = h.nextID(), h.now.Sub(a.At)
	h.attempts = append(h.attempts, a)
}

// receiveWithin is how long GitHub waits for an answer.
// docs: Best practices for using webhooks, "Respond within 10 seconds".
const receiveWithin = 10 * time.Second

func (h *Hub) post(ctx context.Context, d Delivery) (status int, response string, err error) {
	if h.options.Deliver != nil {
		status, err = h.options.Deliver(ctx, d)
		return status, "", err
	}
	ctx, cancel := context.WithTimeout(ctx, receiveWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.to.url, bytes.NewReader(d.Payload))
	if err != nil {
		return 0, "", err
	}
	request.Header = d.Header()
	answer, err := h.options.HTTPClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	return answer.StatusCode, string(body), err
}

// describe is the log's word for how an attempt ended.
func describe(status int, err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timed out"
	case err != nil:
		return "failed to connect to host"
	case status >= 200 && status < 300:
		return "OK"
	default:
		return fmt.Sprintf("Invalid HTTP Response: %d", status)
	}
}

// logKept is how far back the delivery log reaches.
// docs: Viewing webhook deliveries, "the past 3 days".
const logKept = 3 * 24 * time.Hour

func (h *Hub) forgetOldAttempts() {
	h.attempts = slices.DeleteFunc(h.attempts, func(a *Attempt) bool { return h.now.Sub(a.At) > logKept })
}

// DeliveryLog lists the attempts of the last three days, oldest first.
func (h *Hub) DeliveryLog() []Attempt {
	defer h.begin()()
	h.forgetOldAttempts()
	list := make([]Attempt, 0, len(h.attempts))
	for _, a := range h.attempts {
		list = append(list, *a)
	}
	return list
}

// Run posts deliveries in their order until ctx ends. It also looks at the hub
// every second, so that late writes land.
func (h *Hub) Run(ctx context.Context) error {
	for {
		for _, d := range h.TakeDeliveries() {
			if err := ctx.Err(); err != nil {
				return err
			}
			_, _ = h.Send(ctx, d) // the log has how it ended
		}
		if err := h.clock.Until(ctx, h.clock.Now().Add(time.Second), h.ring); err != nil {
			return err
		}
	}
}

type attemptJSON struct {
	ID             int64   `json:"id"`
	GUID           string  `json:"guid"`
	DeliveredAt    string  `json:"delivered_at"`
	Redelivery     bool    `json:"redelivery"`
	Duration       float64 `json:"duration"`
	Status         string  `json:"status"`
	StatusCode     int     `json:"status_code"`
	Event          string  `json:"event"`
	Action         *string `json:"action"`
	InstallationID *int64  `json:"installation_id"`
	RepositoryID   *int64  `json:"repository_id"`
	ThrottledAt    *string `json:"throttled_at"`
}

func renderAttempt(a *Attempt) raw {
	v := attemptJSON{
		ID: a.ID, GUID: a.Delivery.GUID, DeliveredAt: format(a.At), Redelivery: a.Delivery.Redelivery,
		Duration: a.Duration.Seconds(), Status: a.Status, StatusCode: a.StatusCode,
		Event: a.Delivery.Event, Action: orNull(a.Delivery.Action),
	}
	if a.Delivery.InstallationID != 0 {
		v.InstallationID = &a.Delivery.InstallationID
	}
	if a.Delivery.RepositoryID != 0 {
		v.RepositoryID = &a.Delivery.RepositoryID
	}
	return encode(v)
}

// renderAttemptWhole adds what was sent and answered.
func (h *Hub) renderAttemptWhole(a *Attempt) raw {
	sent := map[string]string{}
	for name, values := range a.Delivery.Header() {
		sent[name] = values[0]
	}
	return renderAttempt(a).with(
		part{"url", encode(a.Delivery.to.url)},
		part{"request", object(part{"headers", encode(sent)}, part{"payload", a.Delivery.Payload})},
		part{"response", object(part{"headers", raw("{}")}, part{"payload", encode(a.Response)})},
	)
}
