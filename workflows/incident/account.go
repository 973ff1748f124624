package incident

import (
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Name is the workflow's name: the owner of its subjects, under which they
// publish.
const Name = name

// KeyResolved is the key of the comment that ends an incident, to which others
// may add.
const KeyResolved = keyResolved

// Account is an incident as its postmortem takes it up. Texts are Markdown in the
// language of the issue, escaped, and notify nobody. Logins are plain.
type Account struct {
	// Title is what a person wrote, raw, without the prefix that declares.
	Title string
	// Confirmed, NearMiss and Hidden: Hidden ones concern personal data or a legal
	// duty where anybody can read, and the rest is then not to be told.
	Confirmed, NearMiss, Hidden bool
	// Resolved is when it was first said to be over, zero if never; IsOver that it
	// is so now, and as an incident: no false alarm and no duplicate.
	Resolved time.Time
	IsOver   bool
	// Severity is 1 to 4, 0 while undecided; Why is what decided it.
	Severity int
	Why      string
	Service  string
	// Reporter is empty where a bot reported.
	Lead, Comms, Scribe, Reporter string
	// Affected is how long customers felt it, as a sentence, or empty.
	Affected string
	Times    []Time
	Metrics  []Metric
	Timeline []Entry
	// Changes are what was deployed or released before it began.
	Changes []Entry
}

// Time is one of the milestones that are known.
type Time struct {
	// Name is the English word: started, detected, declared, acknowledged,
	// mitigated, reopened, resolved. Label is the word in the issue's language.
	Name, Label string
	At          time.Time
	// Source is a link; Detail says what was assumed, and by whom it was entered.
	Source, Detail string
}

// Metric is one of the four durations; Value is nil while one of its ends is not
// known. Formula names them.
type Metric struct {
	Name, Formula string
	Value         *time.Duration
}

// Entry is something that happened. Comment is the comment that it stands in,
// where it is a note, else 0.
type Entry struct {
	At         time.Time
	Link, Text string
	Comment    int64
}

// AccountOf replays an incident. The answers to what it asks complete the
// timeline; they are the same that the incident itself asks for.
func AccountOf(in workflows.Input) (Account, []workflows.Ask) {
	s := replay(in)
	asks := s.join(in)
	t := teller{in: in, s: s, policy: policyOf(in.Policy)}
	asks = append(asks, t.asks()...)
	a := Account{
		Title:     withoutPrefix(in.Observation.Issue.Title),
		Confirmed: s.confirmed, NearMiss: s.nearMiss, Hidden: t.isHidden(),
		IsOver:   s.ended == resolved && !s.nearMiss,
		Severity: s.level, Service: t.serviceOf(),
		Lead: s.lead, Comms: s.comms, Scribe: s.scribe,
		Affected: t.affected(),
	}
	if s.level > 0 {
		a.Why = t.person(s.by.Author)
		if !s.isSet {
			a.Why = s.row.In(in.Language, s.reach)
		}
	}
	if author := in.Observation.Issue.Author; !author.Bot {
		a.Reporter = author.Login
	}
	for _, h := range s.history {
		if h.act.Name == "resolved" && a.Resolved.IsZero() {
			a.Resolved = timed(h.act).at
		}
	}
	if s.resolved != nil {
		a.Resolved = s.resolved.at
	}
	names := []string{"started", "detected", "declared", "acknowledged", "mitigated", "reopened", "resolved"}
	for i, m := range t.named() {
		if m.milestone != nil {
			a.Times = append(a.Times, Time{Name: names[i], Label: m.label, At: m.at, Source: t.from(m.milestone), Detail: t.source(m.milestone)})
		}
	}
	for _, m := range []struct {
		metric
		formula string
	}{
		{s.ttd(), t.say("detected − started", "検知−発生")}, {s.tta(), t.say("acknowledged − reported", "対応開始−報告")},
		{s.ttm(), t.say("mitigated − started", "影響収束−発生")}, {s.ttr(), t.say("resolved − started", "復旧−発生")},
	} {
		one := Metric{Name: m.name, Formula: m.formula}
		if m.isComplete && s.measured() {
			one.Value = &m.value
		}
		a.Metrics = append(a.Metrics, one)
	}
	for _, e := range t.timeline() {
		a.Timeline = append(a.Timeline, Entry{At: e.at, Link: e.link, Text: e.text, Comment: e.note})
	}
	for _, e := range t.timelineChanges() {
		a.Changes = append(a.Changes, Entry{At: e.at, Link: e.link, Text: e.text})
	}
	return a, asks
}
