package incident

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Published is what other subjects may read of an incident: times, states and
// names, no texts. Times are RFC 3339 in UTC, durations seconds.
type Published struct {
	Confirmed    bool   `json:"confirmed"`
	NearMiss     bool   `json:"near_miss,omitempty"`
	Ended        string `json:"ended,omitempty"` // resolved, false-alarm, duplicate
	Severity     int    `json:"severity,omitempty"`
	Service      string `json:"service,omitempty"`
	Lead         string `json:"lead,omitempty"`
	Reporter     string `json:"reporter,omitempty"`
	Declared     string `json:"declared"`
	Started      string `json:"started,omitempty"`
	Detected     string `json:"detected,omitempty"`
	Acknowledged string `json:"acknowledged,omitempty"`
	Mitigated    string `json:"mitigated,omitempty"`
	Resolved     string `json:"resolved,omitempty"`
	TTD          *int64 `json:"ttd_seconds,omitempty"`
	TTA          *int64 `json:"tta_seconds,omitempty"`
	TTM          *int64 `json:"ttm_seconds,omitempty"`
	TTR          *int64 `json:"ttr_seconds,omitempty"`
	// Joined is the number of the incident that this one joined, and Reach what
	// was said of the impact, in the form of the command's values.
	Joined int      `json:"joined,omitempty"`
	Reach  []string `json:"reach,omitempty"`
}

func (t teller) summary() string {
	s := t.s
	at := func(m *milestone) string {
		if m == nil {
			return ""
		}
		return m.at.UTC().Format(time.RFC3339)
	}
	seconds := func(m metric) *int64 {
		if !m.isComplete || !s.measured() {
			return nil
		}
		n := int64(m.value.Seconds())
		return &n
	}
	p := Published{
		Confirmed: s.confirmed, NearMiss: s.nearMiss, Severity: s.level, Service: t.serviceOf(), Lead: s.lead,
		Ended:    [...]string{"", "resolved", "false-alarm", "duplicate"}[s.ended],
		Declared: at(s.declared), Started: at(s.started), Detected: at(s.detected),
		Acknowledged: at(s.acknowledged), Mitigated: at(s.mitigated), Resolved: at(s.resolved),
		TTD: seconds(s.ttd()), TTA: seconds(s.tta()), TTM: seconds(s.ttm()), TTR: seconds(s.ttr()),
	}
	if author := t.in.Observation.Issue.Author; !author.Bot {
		p.Reporter = author.Login
	}
	if p.Joined, _ = strconv.Atoi(s.original); s.ended != duplicate {
		p.Joined = 0
	}
	for _, a := range t.in.Acts {
		if a.Name == "reach" && a.Verdict == workflows.Done && p.Joined != 0 {
			p.Reach = append(p.Reach, a.Value)
		}
	}
	if t.isHidden() { // what others quote of it would be read by all
		p = Published{Confirmed: p.Confirmed, NearMiss: p.NearMiss, Ended: p.Ended, Lead: p.Lead, Reporter: p.Reporter, Declared: p.Declared, Joined: p.Joined}
	}
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return string(data)
}

// PublishedIn reads what an incident published; it is the zero value where that
// cannot be read.
func PublishedIn(text string) (p Published) {
	if json.Unmarshal([]byte(text), &p) != nil {
		return Published{}
	}
	return p
}
