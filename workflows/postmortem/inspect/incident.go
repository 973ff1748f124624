// Package inspect says what a postmortem says, whoever wrote it: when the
// incident started, was detected, acknowledged, mitigated and resolved, what
// times to detect and repair the document states and what its times give, its
// title, severity, sections and action items. It reads English and Japanese in
// any layout. In doubt it says nothing: a wrong time is worse than none. It must
// not know any template, team or author, and it judges nothing; that is lint's.
package inspect

import (
	"encoding/json"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Incident is one incident that a document tells of. In JSON what is unknown is
// null.
type Incident struct {
	File  string `json:"file"`
	Index int    `json:"index"` // counted from 0 within the file
	Line  int    `json:"line"`  // where it begins, counted from 1

	Title    Text           `json:"title"`
	Language words.Language `json:"language"`
	Severity Text           `json:"severity"`

	Started      Milestone `json:"started"`
	Detected     Milestone `json:"detected"`
	Acknowledged Milestone `json:"acknowledged"`
	Mitigated    Milestone `json:"mitigated"`
	Resolved     Milestone `json:"resolved"`
	// TimeZone is the zone of the milestones as the document names it, such as
	// "JST" or "America/Denver", also where it leaves the offset in doubt.
	TimeZone Text `json:"time_zone"`

	// Metrics are the stated ones, and the computed where none is stated.
	Metrics
	Stated   Metrics `json:"stated"`
	Computed Metrics `json:"computed"`

	ActionItems []ActionItem `json:"action_items"`
	Sections    []Section    `json:"sections"`

	// Timeline holds what the document tells with a time, in its order.
	Timeline []Entry `json:"-"`
}

// Milestone is a time that the document gives, or the zero value.
type Milestone struct {
	// At is in the zone that the document names, and in UTC where it leaves the
	// zone in doubt: then only its wall clock means anything.
	At    time.Time
	Zoned bool
	// Line is where the time stands, counted from 1.
	Line   int
	Source Source
}

// Known reports whether the document gives the time.
func (m Milestone) Known() bool { return m.Source != Unknown }

// MarshalJSON writes RFC 3339 where the zone is known, else the wall clock to the
// minute, else null.
func (m Milestone) MarshalJSON() ([]byte, error) {
	switch {
	case !m.Known():
		return []byte("null"), nil
	case m.Zoned:
		return json.Marshal(m.At.Format(time.RFC3339))
	}
	return json.Marshal(m.At.Format("2006-01-02T15:04"))
}

// Source is the kind of place where something was read, the less trusted first.
type Source int

// The sources.
const (
	Unknown Source = iota
	Prose          // a sentence
	Chronicle
	Range // "from 10:02 to 11:15"
	Field // a name and its value: a list of key events, a table, front matter
)

// Metrics are the four durations of an incident.
type Metrics struct {
	TTD Measure `json:"ttd_seconds"`
	TTA Measure `json:"tta_seconds"`
	TTM Measure `json:"ttm_seconds"`
	TTR Measure `json:"ttr_seconds"`
}

// Measure is a duration, in JSON its seconds, or the zero value, in JSON null.
type Measure struct {
	Known    bool
	Duration time.Duration
	// Approximate says that the document itself says "about" or "約".
	Approximate bool
	// Line is where it is stated, counted from 1; 0 for a computed one.
	Line int
}

// MarshalJSON writes the seconds, or null.
func (m Measure) MarshalJSON() ([]byte, error) {
	if !m.Known {
		return []byte("null"), nil
	}
	return json.Marshal(int64(m.Duration / time.Second))
}

// Text is what a document says in words; empty, and null in JSON, where it says
// nothing.
type Text string

// MarshalJSON writes the text, or null.
func (t Text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// Entry is something that happened at a time.
type Entry struct {
	// Line is where the time stands, counted from 1.
	Line int
	// At is as in Milestone; it is zero where the entry leaves its day in doubt.
	At    time.Time
	Zoned bool
	// Written is the time as written, Text what happened.
	Written, Text string
}

// ActionItem is something that somebody is to do.
type ActionItem struct {
	Text  string `json:"text"`
	Owner Text   `json:"owner"`
	// Due is as written, or YYYY-MM-DD where it can be read as a day.
	Due  Text `json:"due"`
	URL  Text `json:"url"`
	Done bool `json:"done"`
	Line int  `json:"line"`
	// Type, Priority, Repo and Ticket are what the columns of a table say that are
	// called so.
	Type     Text `json:"-"`
	Priority Text `json:"-"`
	Repo     Text `json:"-"`
	Ticket   Text `json:"-"`
}

// Section is a heading and what it is for.
type Section struct {
	// Kind is the name of the section in our own template, such as "timeline",
	// or empty where none corresponds.
	Kind    Text   `json:"kind"`
	Heading string `json:"heading"`
	Level   int    `json:"level"`
	Line    int    `json:"line"`
	// Empty says that nothing was written under it.
	Empty bool `json:"empty"`
}
