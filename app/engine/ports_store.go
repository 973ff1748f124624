package engine

import (
	"context"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Hint is what the store remembers about a subject. All of it may be lost.
type Hint struct {
	// Cursor is GitHub's time of the last comment seen, new or edited.
	Cursor time.Time `json:"cursor,omitzero"`
	// LastComment is the highest comment id seen.
	LastComment int64 `json:"last_comment,omitempty"`
	// Status and Seq are id and sequence number of the status comment.
	Status int64 `json:"status,omitempty"`
	Seq    int64 `json:"seq,omitempty"`
	// StatusGone is how often a person deleted the status comment, and GoneAt
	// the cursor at the last time: what was said after that is new.
	StatusGone int       `json:"status_gone,omitempty"`
	GoneAt     time.Time `json:"gone_at,omitzero"`
	// Watch is until when a late write of our own may still appear.
	Watch time.Time `json:"watch,omitzero"`
	// Accepted is what an observation could not explain after several looks,
	// so that the next run does not wait for it again.
	Accepted string `json:"accepted,omitempty"`
	// Looks counts the runs that found the observation incomplete.
	Looks int `json:"looks,omitempty"`
	// Heard is when a person last wrote a comment.
	Heard time.Time `json:"heard,omitzero"`
	// Patchy counts the runs in a row that went on without what only helps.
	Patchy int `json:"patchy,omitempty"`
	// Whole is when an aggregate was last looked at as a whole, by our clock. Looked:
	// what was found then was not acted upon, because the policy said mode: observe.
	Whole  time.Time `json:"whole,omitzero"`
	Looked bool      `json:"looked,omitempty"`
	// Once are the keys of what an aggregate opened last and does not open again.
	Once []string `json:"once,omitempty"`
	// Checks are the check runs that an aggregate planned last, by key, and Words what
	// deployments that wait were told last, by run and environment.
	Checks map[string]workflows.Made `json:"checks,omitempty"`
	Words  map[string]Word           `json:"words,omitempty"`
}

// Word is what a deployment that waits was told last.
type Word struct {
	Hash string `json:"h"`
	// Waits is how often it was told why it still waits.
	Waits int `json:"n,omitempty"`
	// Refused is when GitHub would not have it.
	Refused time.Time `json:"no,omitzero"`
}

// Claim is the exclusive right to run one subject, until LeaseUntil, as long as
// Epoch is the subject's.
type Claim struct {
	Key        string
	Epoch      int64
	WakeSeq    int64
	LeaseUntil time.Time
	// Attempts is how many runs in a row did not go through, and Excused how
	// many of those were no failure.
	Attempts, Excused int
	// Unfinished is true where the claim before this one never finished: its
	// process died, or lost its lease, and a write of it may still land.
	Unfinished bool
	// Expect is the highest comment id that a delivery announced, or 0.
	Expect int64
	// Rank is the highest of the wakes that this run answers, and of the due
	// time that it keeps.
	Rank Rank
	Hint Hint
	// Told are the subjects that told this one something, sorted, since a run that
	// saw them last went through.
	Told []string
	// Published is the hash of the summary that neighbours were woken for;
	// empty means unknown.
	Published string
}

// Outcome is how a run ended, applied in one transaction that does nothing and
// returns ErrLeaseLost unless the epoch is still the claim's.
type Outcome struct {
	// Due is when to look again; zero for never. If the subject was woken
	// during the run it is due at once, whatever Due says.
	Due time.Time
	// Rank is that of the due time, and stays with a subject that is not due.
	Rank Rank
	// Failed counts as an attempt and leaves wakes unanswered; it resets to
	// zero otherwise. Error is kept for people to read.
	Failed bool
	// Excused, of one that Failed: it was put off until a time that was
	// stated, which is no failure. It resets with the attempts.
	Excused bool
	Error   string
	Hint    Hint
	// Published and Wake: the new hash, and the keys woken with it.
	Published string
	Wake      []string
	// Tell is who is told what.
	Tell []Telling
	// Forget are the intents whose result is in the record.
	Forget []string
	// Entry is what the journal keeps of the run; nil keeps nothing.
	Entry *Entry
}

// Telling is that an aggregate learns of a subject that published something else, or,
// without one, that something happened. It becomes due at Due at the latest (zero: at
// once), and stays due at the time at which the first telling made it so.
type Telling struct {
	Aggregate, Subject string
	Due                time.Time
}

// Entry is what one run saw, decided and did, in lines for people to read. It
// may hold text of the subject, so it is shown to nobody but the operators.
type Entry struct {
	At time.Time `json:"at"`
	// Ended is zero while the run is under way, and stays so if its process
	// died.
	Ended time.Time `json:"ended,omitzero"`
	Rank  Rank      `json:"rank"`
	// Owner is the workflow that looks after the subject, or empty.
	Owner string `json:"owner,omitempty"`
	// Observed is the subject as it was found; Asked the questions that rules
	// had and GitHub's answers; Why the acts with their verdicts.
	Observed []string `json:"observed,omitempty"`
	Asked    []string `json:"asked,omitempty"`
	Why      []string `json:"why,omitempty"`
	// Plan is what should be true, Did what was written to make it so.
	Plan  string   `json:"plan,omitempty"`
	Did   []string `json:"did,omitempty"`
	Error string   `json:"error,omitempty"`
	// PutOff: what it was to do waits for what Error says, a limit for one.
	PutOff bool      `json:"put_off,omitempty"`
	Due    time.Time `json:"due,omitzero"`
}

// Intent is a create that was begun: its key on the subject and when.
type Intent struct {
	Key string
	At  time.Time
}

// Queue says who is due and gives out the exclusive right to run it. It holds
// no rules. Times are the clock's. Keys of subjects are OWNER/REPO#N, those of
// aggregates OWNER/REPO/NAME; others ("sweep/12") are the engine's own chores.
type Queue interface {
	// Wake makes subjects due now and raises their wake sequence, and their
	// rank where it is lower.
	Wake(ctx context.Context, rank Rank, keys ...string) error
	// Claim takes a subject that is due and not leased, with a new epoch: of
	// those of the highest rank the one due longest. Subjects of the accounts
	// in full (Account of their key) are passed over. ok is false where there
	// is none, and next is then when the earliest becomes due (zero for
	// never).
	Claim(ctx context.Context, lease time.Duration, full []string) (claim Claim, next time.Time, ok bool, err error)
	// Renew extends the lease of a claim that is still its own, else
	// ErrLeaseLost.
	Renew(ctx context.Context, c Claim, lease time.Duration) (until time.Time, err error)
	// Finish ends the claim: a second one is ErrLeaseLost. Where the run did not fail,
	// what its claim was Told is done with; what was told during the run stays, and
	// makes the subject due whatever its Due says.
	Finish(ctx context.Context, c Claim, o Outcome) error
	// Peek is the hint of a subject, claimed or not; zero where there is none.
	Peek(ctx context.Context, key string) (Hint, error)
}

// Ledger keeps the creates that were begun, so that one whose answer is lost
// is looked for before it is tried again.
type Ledger interface {
	// Born is when this store was made.
	Born(ctx context.Context) (time.Time, error)
	// Begin puts an intent on disk; ErrLeaseLost unless the epoch is still
	// the claim's. Beginning again renews its time.
	Begin(ctx context.Context, c Claim, key string) error
	// Intents are those of the claim's subject; Drop forgets one at once, or
	// returns ErrLeaseLost.
	Intents(ctx context.Context, c Claim) ([]Intent, error)
	Drop(ctx context.Context, c Claim, key string) error
}

// Journal keeps what runs did, for a while.
type Journal interface {
	// Note keeps the entry of a run that is about to write, so that what a run
	// was about is known even if it never ends; Finish replaces it by the
	// Outcome's. ErrLeaseLost unless the epoch is still the claim's.
	Note(ctx context.Context, c Claim, e Entry) error
}

// Account is whose share of the workers a key counts for: the owner of a
// subject's repository; all sweeps together are one.
func Account(key string) string {
	account, _, _ := strings.Cut(key, "/")
	return account
}

// Marks remembers how far a sweep came.
type Marks interface {
	Mark(ctx context.Context, name string) (time.Time, error)
	SetMark(ctx context.Context, name string, at time.Time) error
}
