package followup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

const dateLayout = time.DateOnly

// spec is what was said of an item, in a table, in a list or behind /follow-up. It
// is also the value of that command.
type spec struct {
	// Row is the number of an item that is there, 0 for a new one.
	Row   int    `json:"row,omitempty"`
	Title string `json:"title,omitempty"`
	// Owners are logins and ORG/TEAM, without "@".
	Owners []string `json:"owners,omitempty"`
	// Due is YYYY-MM-DD, or empty.
	Due  string `json:"due,omitempty"`
	Repo string `json:"repo,omitempty"`
	// Kind is one of the kinds below, or empty.
	Kind     string `json:"type,omitempty"`
	Priority string `json:"priority,omitempty"`
}

// The kinds of an item. An idea is kept on record, and nobody has to do it.
const (
	kindPrevent  = "prevent"
	kindMitigate = "mitigate"
	kindDetect   = "detect"
	kindProcess  = "process"
	kindIdea     = "idea"
)

// kinds are the words for them, in lower case.
var kinds = map[string]string{
	"prevent": kindPrevent, "prevention": kindPrevent, "preventive": kindPrevent, "予防": kindPrevent, "再発防止": kindPrevent, "恒久対応": kindPrevent,
	"mitigate": kindMitigate, "mitigation": kindMitigate, "緩和": kindMitigate, "軽減": kindMitigate, "影響緩和": kindMitigate,
	"detect": kindDetect, "detection": kindDetect, "検知": kindDetect, "監視": kindDetect,
	"process": kindProcess, "プロセス": kindProcess, "運用": kindProcess, "手順": kindProcess,
	"idea": kindIdea, "アイデア": kindIdea, "案": kindIdea,
}

// The names of what is said of an item, such as "due:2026-12-01".
var names = map[string]string{
	"due": "due", "期限": "due", "期日": "due",
	"repo": "repo", "repository": "repo", "リポジトリ": "repo",
	"type": "type", "kind": "type", "種別": "type",
	"priority": "priority", "優先度": "priority",
	"owner": "owner", "担当": "owner",
}

// mostOwners is how many people GitHub assigns; mostTitle and mostWhole how long a
// title, and all that is said of an item, may be.
const (
	mostOwners = 10
	mostTitle  = 256
	mostWhole  = 4_000
)

// read takes what is said of an item out of its text: who is to do it, and what
// stands behind a name and a colon. The rest is the title. Wrong is the word that
// could not be understood, if any.
func (s *spec) read(text string, ref time.Time, zone *time.Location) (wrong string) {
	var rest []string
	for word := range strings.FieldsSeq(text) {
		folded := width.Fold.String(word)
		bare := strings.TrimFunc(folded, func(r rune) bool { return strings.ContainsRune("()[],、。;", r) })
		if who, ok := ownerIn(bare); ok {
			s.Owners = append(s.Owners, who)
			continue
		}
		label, value, found := strings.Cut(bare, ":")
		what := names[strings.ToLower(label)]
		if !found || what == "" || value == "" {
			rest = append(rest, word)
			continue
		}
		if !s.set(what, value, ref, zone) {
			return word
		}
	}
	s.Title = words.Line(strings.Join(rest, " "), mostTitle)
	return ""
}

// set takes one thing that is said of an item; ok is false where it means nothing.
func (s *spec) set(what, value string, ref time.Time, zone *time.Location) (ok bool) {
	switch what {
	case "owner":
		who, ok := ownerIn(value)
		if ok {
			s.Owners = append(s.Owners, who)
		}
		return ok
	case "due":
		at, rest, err := moment.Ahead(value, ref, zone)
		if err != nil || rest != "" {
			return false
		}
		s.Due = at.Time.Format(dateLayout)
	case "repo":
		if !repository.MatchString(value) {
			return false
		}
		s.Repo = value
	case "type":
		s.Kind = kinds[strings.ToLower(value)]
		return s.Kind != ""
	case "priority":
		s.Priority = words.Line(value, 20)
	}
	return true
}

// ownerIn reads "@login" or "@org/team", also with さん behind it.
func ownerIn(word string) (who string, ok bool) {
	who, ok = strings.CutPrefix(strings.TrimSuffix(word, "さん"), "@")
	if !ok || !ownerName.MatchString("@"+who) {
		return "", false
	}
	if _, isPerson := words.Login(who); !isPerson && !strings.Contains(who, "/") {
		return "", false
	}
	return who, true
}

func (s spec) value() string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(data)
}

// hash stands for all that an item says but for where.
func (it item) hash() string {
	it.Repo = ""
	sum := sha256.Sum256([]byte(it.value() + it.whole))
	return hex.EncodeToString(sum[:5])
}

func specIn(value string) (s spec) {
	if json.Unmarshal([]byte(value), &s) != nil {
		return spec{}
	}
	return s
}

// people are the owners that GitHub can assign, at most ten; more says how many
// were too many.
func (s spec) people() (logins []string, more int) {
	for _, o := range s.Owners {
		if !strings.Contains(o, "/") && !slices.ContainsFunc(logins, func(l string) bool { return strings.EqualFold(l, o) }) {
			logins = append(logins, o)
		}
	}
	more = max(0, len(logins)-mostOwners)
	return logins[:len(logins)-more], more
}

// item is something that is to be done: a row of the document, or what somebody
// asked for by a command.
type item struct {
	spec
	// whole is all that the row says, where the title is too short for it.
	whole string
	// number is the one that people use; mark stands for what it says.
	number int
	mark   string
	line   int // in the document, 0 for a command's
	done   bool
	// ref is an issue that the row names itself; its Repo is empty where there is none.
	ref workflows.Subject
	// dueSaid is a due date that could not be read as a day, named an owner that is
	// no account.
	dueSaid, named string
	// by is who asked for it by a command, nil for nobody.
	by *workflows.Act
}

// rowItem is an item of the document.
func rowItem(row inspect.ActionItem, here string, ref time.Time, zone *time.Location) item {
	it := item{line: row.Line, done: row.Done}
	it.read(row.Text, ref, zone)
	if it.Title == "" {
		it.Title = words.Line(row.Text, mostTitle)
	}
	if full := words.Line(row.Text, mostWhole); len(full) > len(it.Title) && strings.HasSuffix(it.Title, "…") {
		it.whole = full
	}
	if kind := kinds[strings.ToLower(strings.TrimSpace(string(row.Type)))]; kind != "" {
		it.Kind = kind
	}
	if p := words.Line(string(row.Priority), 20); p != "" {
		it.Priority = p
	}
	if repo := strings.Trim(string(row.Repo), " `"); repository.MatchString(repo) {
		it.Repo = repo
	}
	for _, word := range strings.FieldsFunc(string(row.Owner), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",、/・&", r) && r != '/' }) {
		if who, ok := ownerIn(width.Fold.String(strings.Trim(word, "()`"))); ok && !slices.Contains(it.Owners, who) {
			it.Owners = append(it.Owners, who)
		} else if !ok {
			it.named = words.Line(string(row.Owner), 60)
		}
	}
	if day, err := time.Parse(dateLayout, string(row.Due)); err == nil {
		it.Due = day.Format(dateLayout)
	} else if it.Due == "" {
		it.dueSaid = words.Line(string(row.Due), 40)
	}
	it.ref = referenceIn(row, here)
	it.mark = printOf(it.Title)
	return it
}

// printOf is a fingerprint of what an item says: letters and digits alone, so that
// it stays when a comma is added.
func printOf(title string) string {
	kept := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, width.Fold.String(title))
	sum := sha256.Sum256([]byte(kept))
	return hex.EncodeToString(sum[:5])
}

var (
	issueAddress = regexp.MustCompile(`^https?://[^/\s]+/([A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+)/issues/([1-9]\d{0,8})\b`)
	shortForm    = regexp.MustCompile(`(?:^|[\s(（\[])([A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+)?#([1-9]\d{0,8})\b`)
)

// referenceIn is the issue that a row names: by its address, or as #88.
func referenceIn(row inspect.ActionItem, here string) workflows.Subject {
	m := issueAddress.FindStringSubmatch(string(row.URL))
	for _, text := range []string{string(row.Ticket), row.Text} {
		if m == nil {
			m = shortForm.FindStringSubmatch(text)
		}
	}
	if m == nil {
		return workflows.Subject{}
	}
	repo := m[1]
	if repo == "" {
		repo = here
	}
	n, _ := strconv.Atoi(m[2])
	return workflows.Subject{Repo: repo, Number: n}
}

// likeness says how much two titles have in common, from 0 to 1, by their pairs of
// neighbouring characters (Dice's coefficient).
func likeness(a, b string) float64 {
	pairs := func(text string) map[string]int {
		runes := []rune(strings.ToLower(width.Fold.String(text)))
		found := map[string]int{}
		for i := range len(runes) - 1 {
			found[string(runes[i:i+2])]++
		}
		return found
	}
	of, other := pairs(a), pairs(b)
	total, same := 0, 0
	for pair, n := range of {
		total += n
		same += min(n, other[pair])
	}
	for _, n := range other {
		total += n
	}
	if total == 0 {
		return 0
	}
	return 2 * float64(same) / float64(total)
}
