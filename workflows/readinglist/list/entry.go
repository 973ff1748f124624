// Package list is the list of postmortems that are worth reading, for
// newcomers and reading clubs: what an entry is, how it is kept in files, how two
// writers' lists become one, and the pages, the feed and the choices that are made
// from it. It must not know where files are or who writes them: texts come in,
// texts go out.
package list

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Reason is why a postmortem is worth reading.
type Reason string

// The reasons, in the order of the page.
const (
	Learning     Reason = "learning"     // there is much to learn
	Architecture Reason = "architecture" // it explains how the system is built today
	Response     Reason = "response"     // it shows how to act during an incident
)

// Reasons are all reasons.
var Reasons = []Reason{Learning, Architecture, Response}

// ParseReason reads a reason as people name it in either language.
func ParseReason(name string) (Reason, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, r := range Reasons {
		if name == string(r) || name == r.name(words.Japanese) {
			return r, true
		}
	}
	return "", false
}

// State is what became of a postmortem since it was listed.
type State string

// The states.
const (
	Fine    State = ""
	Moved   State = "moved"
	Deleted State = "deleted"
	// Private is one whose readers are fewer than the list's: nothing of it is
	// kept but where it is.
	Private State = "private"
)

// Told is a text in one of the languages, or in both.
type Told struct {
	En string `json:"en,omitempty"`
	Ja string `json:"ja,omitempty"`
}

// Tell is a text in the language that it is written in.
func Tell(text string, in words.Language) Told {
	if in == words.Japanese {
		return Told{Ja: text}
	}
	return Told{En: text}
}

// In is the text in a language, else in the other one, and which that is.
func (t Told) In(lang words.Language) (string, words.Language) {
	if lang == words.Japanese && t.Ja != "" || t.En == "" && t.Ja != "" {
		return t.Ja, words.Japanese
	}
	return t.En, words.English
}

// Recommendation is what one person says for a postmortem. A label alone gives
// neither reason nor words.
type Recommendation struct {
	Reason  Reason    `json:"reason,omitempty"`
	Because Told      `json:"because,omitzero"`
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// Entry is a postmortem on the list.
type Entry struct {
	// ID stays whatever else changes. It begins with the day that the entry was
	// filed under, which is usually that of the incident.
	ID string `json:"id"`
	// URL is an address, or a path from the list's folder.
	URL      string `json:"url"`
	Title    Told   `json:"title,omitzero"`
	Severity string `json:"severity,omitempty"`
	// Date is the day of the incident, YYYY-MM-DD, or as much of it as is known.
	Date     string   `json:"date,omitempty"`
	Services []string `json:"services,omitempty"`
	// Words and Characters are how long the document is: words of languages that
	// write them apart, and characters of Japanese.
	Words       int              `json:"words,omitempty"`
	Characters  int              `json:"characters,omitempty"`
	Summary     Told             `json:"summary,omitzero"`
	Recommended []Recommendation `json:"recommended,omitempty"`
	State       State            `json:"state,omitempty"`
	MovedTo     string           `json:"moved_to,omitempty"`
	// Checked is the day on which the link was last looked at, if ever.
	Checked string `json:"checked,omitempty"`
	// Read says when a reading club read it.
	Read []Reading `json:"read,omitempty"`
	// Stale is what the postmortem cites and is no longer as it was.
	Stale []Stale `json:"stale,omitempty"`
	// Listed and Changed are when the entry came, and when it last changed.
	Listed  time.Time `json:"listed,omitzero"`
	Changed time.Time `json:"changed,omitzero"`
}

// reasons are those given for an entry, in the order of the page; none if there is
// but a label.
func (e *Entry) reasons() []Reason {
	return slices.DeleteFunc(slices.Clone(Reasons), func(r Reason) bool {
		return !slices.ContainsFunc(e.Recommended, func(given Recommendation) bool { return given.Reason == r })
	})
}

// Recommend adds what somebody says. Who has named the reason before has said it
// anew; a reason takes the place of that person's bare label.
func (e *Entry) Recommend(r Recommendation) {
	same := func(old Recommendation) bool { return old.By == r.By && (old.Reason == r.Reason || old.Reason == "") }
	at := slices.IndexFunc(e.Recommended, same)
	switch {
	case at >= 0:
		e.Recommended[at] = r
	case r.Reason == "" && slices.ContainsFunc(e.Recommended, func(old Recommendation) bool { return old.By == r.By }):
		// A label says nothing more.
	default:
		e.Recommended = append(e.Recommended, r)
	}
}

var (
	idForm   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-[a-z2-7]{8}$`)
	dateForm = regexp.MustCompile(`^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$`)
	webForm  = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s<>"\x60\\^{}|]*)?$`)
	scheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)
)

// mostAddress is how long an address or a path may be.
const mostAddress = 2000

// IsWeb reports whether an address is one of the web.
func IsWeb(address string) bool {
	return len(address) <= mostAddress && webForm.MatchString(address) && words.IsVisible(address)
}

// isPath reports whether an address is a path within a repository.
func isPath(address string) bool {
	return address != "" && len(address) <= mostAddress && words.IsVisible(address) && !scheme.MatchString(address) &&
		!strings.HasPrefix(address, "/") && !strings.ContainsAny(address, `\<>"`)
}

// fault says what is wrong with an entry, or nothing.
func (e *Entry) fault() (english, japanese string) {
	switch {
	case !idForm.MatchString(e.ID):
		return "the id is not of the form YYYY-MM-DD-xxxxxxxx", "idの形がYYYY-MM-DD-xxxxxxxxではありません"
	case !IsWeb(e.URL) && !isPath(e.URL):
		return "the url is neither an address that begins with https:// nor a path from this folder", "urlが、https://で始まるアドレスでも、このフォルダーからのパスでもありません"
	case e.Date != "" && !dateForm.MatchString(e.Date):
		return "the date is not of the form YYYY-MM-DD, YYYY-MM or YYYY", "dateの形がYYYY-MM-DD、YYYY-MM、YYYYのどれでもありません"
	case !slices.Contains([]State{Fine, Moved, Deleted, Private}, e.State):
		return "the state is none of moved, deleted and private", "stateが、moved、deleted、privateのどれでもありません"
	case e.MovedTo != "" && !IsWeb(e.MovedTo) && !isPath(e.MovedTo):
		return "moved_to is neither an address nor a path", "moved_toが、アドレスでもパスでもありません"
	}
	for _, r := range e.Read {
		if !dateForm.MatchString(r.Day) {
			return "a day in read is not of the form YYYY-MM-DD, YYYY-MM or YYYY", "readの日付の形がYYYY-MM-DD、YYYY-MM、YYYYのどれでもありません"
		}
	}
	for _, s := range e.Stale {
		if !slices.Contains([]Staleness{Renamed, Gone, MostlyRewritten}, s.How) {
			return "how something is stale is none of renamed, deleted and rewritten", "staleのhowが、renamed、deleted、rewrittenのどれでもありません"
		}
	}
	for _, r := range e.Recommended {
		if r.Reason != "" && !slices.Contains(Reasons, r.Reason) {
			return "a reason is none of learning, architecture and response", "reasonが、learning、architecture、responseのどれでもありません"
		}
	}
	return "", ""
}

// refused is why an entry cannot be written down: it could not be read again.
func (e *Entry) refused() error {
	english, japanese := e.fault()
	if english == "" {
		return nil
	}
	shown := words.Line(e.URL, mostTitle)
	return &Problem{File: dataFile(""), Line: 1, Column: 1, English: shown + " cannot be listed: " + english, Japanese: shown + " は載せられません: " + japanese}
}

// kept is an entry as it may be written down: without secrets, and of a private
// postmortem nothing but where it is.
func (e Entry) kept() Entry {
	if e.State == Private {
		bare := Entry{ID: e.ID, URL: e.URL, State: Private, Checked: e.Checked, Listed: e.Listed, Changed: e.Changed}
		for _, r := range e.Recommended {
			bare.Recommended = append(bare.Recommended, Recommendation{Reason: r.Reason, By: r.By, At: r.At})
		}
		return bare
	}
	line := func(t Told, most int) Told { return Told{words.Line(t.En, most), words.Line(t.Ja, most)} }
	e.Title, e.Summary, e.Severity = line(e.Title, mostTitle), line(e.Summary, mostSummary), words.Line(e.Severity, mostSeverity)
	e.Services = slices.Clone(e.Services)
	for i := range e.Services {
		e.Services[i] = words.Line(e.Services[i], mostName)
	}
	e.Read, e.Stale = keptReadings(e.Read), keptStale(e.Stale)
	e.Recommended = slices.Clone(e.Recommended)
	for i := range e.Recommended {
		e.Recommended[i].Because = line(e.Recommended[i].Because, mostBecause)
		e.Recommended[i].By = words.Line(e.Recommended[i].By, mostName)
	}
	return e
}

// keptOf are entries as they may be written down, by id.
func keptOf(entries []Entry) []Entry {
	all := make([]Entry, len(entries))
	for i := range entries {
		all[i] = entries[i].kept()
	}
	slices.SortFunc(all, byID)
	return all
}

// How much is kept of what people write, in characters.
const (
	mostTitle    = 200
	mostSummary  = mostEnglish * mostFirst / 100
	mostSeverity = 24
	mostBecause  = 300
	mostName     = 60
)
