package readiness

import (
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The codes under which an argument was not understood.
const (
	whyVersion = "version"
	whyItem    = "item"
	whyLink    = "link"
	whyUntil   = "until"
	whyPast    = "past"
	whyReason  = "reason"
)

// mostReason is how many characters of a reason are kept, and mostWaived how long an
// exception lasts at most.
const (
	mostReason = 300
	mostWaived = 366 * 24 * time.Hour
)

// commands are what people may write. Roles are those of the table "Who may do what";
// the help comment and the command reference are made from this list.
func commands() []workflows.Command {
	maintain := workflows.RoleMaintain
	return []workflows.Command{
		{
			Name: "readiness", Aliases: []string{"リリース準備"}, Role: workflows.RoleTriage, Opening: true, LastCounts: true, Parse: asked, Explain: explain,
			Usage: words.Both("/readiness payments version:v1.2", "/リリース準備 payments version:v1.2"),
			Help: words.Both("look whether this service, in this version (a tag, a branch or a commit), is ready; `environment:production` says where it goes",
				"このサービスのこの版（タグ、ブランチ、コミット）をリリースできるか確かめます。`environment:production` で行き先も書けます"),
		},
		{
			Name: "done", Aliases: []string{"確認済み"}, Role: workflows.RoleWrite, Parse: confirmed, Explain: explain,
			Usage: words.Both("/done load-test https://…", "/確認済み load-test https://…"),
			Help:  words.Both("confirm an item of the checklist, with a link that shows it", "チェックリストの項目を、根拠のリンクを添えて確認します"),
		},
		{
			Name: "waive", Aliases: []string{"例外承認"}, Role: maintain, Parse: waived, Explain: explain,
			Usage: words.Both("/waive load-test until:2026-12-31 reason", "/例外承認 load-test until:2026-12-31 理由"),
			Help:  words.Both("except an item until the end of a day, with a reason; not by an author", "項目を期限つきの例外とします。理由が必要です。作成者にはできません"),
		},
		{
			Name: "ship-anyway", Aliases: []string{"このまま出す"}, Role: maintain, Parse: reasoned, Explain: explain,
			Usage: words.Both("/ship-anyway reason", "/このまま出す 理由"),
			Help:  words.Both("release this commit although it is not ready; it is recorded with its reason", "準備が整っていなくても、このコミットをリリースします。理由とともに記録します"),
		},
		{Name: "withdrawn", Role: workflows.RoleTriage, GestureOnly: true, Reporter: true},
		{Name: "taken-back", Role: workflows.RoleTriage, GestureOnly: true, Reporter: true},
	}
}

// wanted is what a review is of. Empty fields are the only service of the repository,
// its default branch, and no environment.
type wanted struct{ service, version, environment string }

// The value of /readiness: the three, with tabs between.
func (w wanted) value() string {
	return strings.TrimRight(strings.Join([]string{w.service, w.version, w.environment}, "\t"), "\t")
}

func wantedIn(value string) (w wanted) {
	part := append(strings.Split(value, "\t"), "", "", "")
	return wanted{part[0], part[1], part[2]}
}

// over is what was said before, as far as nothing else was said since.
func (w wanted) over(before wanted) wanted {
	for _, f := range []struct{ said, was *string }{{&w.service, &before.service}, {&w.version, &before.version}, {&w.environment, &before.environment}} {
		if *f.said == "" {
			*f.said = *f.was
		}
	}
	return w
}

var (
	version = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/@+-]{0,199}$`)
	field   = regexp.MustCompile(`(?i)(?:^|\s)(version|sha|branch|tag|版|environment|env|環境)[:：]\s*(\S+)`)
)

func isVersion(text string) bool { return version.MatchString(text) && !strings.Contains(text, "..") }

// asked reads what a review is of.
func asked(a workflows.Argument) (value, problem string) {
	said := strings.TrimSpace(words.Line(a.Text, 400))
	var w wanted
	for _, m := range field.FindAllStringSubmatch(said, -1) {
		switch strings.ToLower(m[1]) {
		case "environment", "env", "環境":
			w.environment = words.Line(m[2], 100)
		default:
			if w.version = width.Fold.String(m[2]); !isVersion(w.version) {
				return "", whyVersion
			}
		}
	}
	w.service = strings.TrimSpace(words.Line(field.ReplaceAllString(said, " "), 50))
	return w.value(), ""
}

var (
	itemID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)
	link   = regexp.MustCompile(`^https?://[^\s<>"` + "`" + `]{1,500}$`)
)

// first splits the first word off, and reads it as the name of an item.
func first(text string) (id, rest string, ok bool) {
	text = strings.TrimSpace(words.Line(text, 2*mostReason+600))
	end := strings.IndexFunc(text, unicode.IsSpace)
	if end < 0 {
		end = len(text)
	}
	id = strings.Trim(strings.ToLower(width.Fold.String(text[:end])), "`")
	return id, strings.TrimSpace(text[end:]), itemID.MatchString(id)
}

// confirmed reads an item and a link. The value is both, with a blank between.
func confirmed(a workflows.Argument) (value, problem string) {
	id, rest, ok := first(a.Text)
	if !ok {
		return "", whyItem
	}
	shown, _, _ := strings.Cut(rest, " ")
	if shown = strings.Trim(shown, "<>"); !link.MatchString(shown) {
		return "", whyLink
	}
	return id + " " + shown, ""
}

var until = regexp.MustCompile(`(?i)(?:^|\s)(?:until|期限)\s*[:：]?`)

// waived reads an item, the last day and a reason. The value is the three, with blanks
// between, the day as YYYY-MM-DD.
func waived(a workflows.Argument) (value, problem string) {
	id, rest, ok := first(a.Text)
	if !ok {
		return "", whyItem
	}
	at := until.FindStringIndex(rest)
	if at == nil {
		return "", whyUntil
	}
	day, after, err := lastDay(rest[at[1]:], a)
	if p, ok := errors.AsType[*moment.Problem](err); ok && p.Kind == moment.Past || err == nil && day.Time.Sub(a.At) > mostWaived {
		return "", whyPast
	}
	if err != nil {
		return "", whyUntil
	}
	reason := words.Line(strings.TrimSpace(rest[:at[0]]+" "+after), mostReason)
	if utf8.RuneCountInString(reason) < 2 {
		return "", whyReason
	}
	return id + " " + day.Time.In(a.Policy.TimeZone).Format(time.DateOnly) + " " + reason, ""
}

// lastDay reads the day that a text begins with: its first word, or as much as makes one,
// such as "31 December".
func lastDay(text string, a workflows.Argument) (day moment.Appointment, rest string, err error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if day, left, err := moment.Ahead(word, a.At, a.Policy.TimeZone); err == nil && left == "" {
		return day, rest, nil
	}
	return moment.Ahead(text, a.At, a.Policy.TimeZone)
}

// reasoned keeps a reason.
func reasoned(a workflows.Argument) (value, problem string) {
	reason := words.Line(strings.TrimSpace(a.Text), mostReason)
	if utf8.RuneCountInString(reason) < 2 {
		return "", whyReason
	}
	return reason, ""
}

func explain(problem string, typed words.Foreign, lang words.Language) string {
	of := map[string]map[words.Language]string{
		whyVersion: words.Both("I could not read which version %s means. Please write a tag, a branch or a commit without blanks, like `/readiness payments version:v1.2`, in a new comment.",
			"%s からは版を読み取れませんでした。タグ、ブランチ、コミットを `/リリース準備 payments version:v1.2` のように、新しいコメントに書いてください。"),
		whyItem: words.Both("I could not read which item %s is about. Please begin with its name, like `/done load-test https://…`, in a new comment; the names stand in the list above.",
			"%s からは項目を読み取れませんでした。`/確認済み load-test https://…` のように、項目の名前から新しいコメントに書いてください。名前は上の一覧にあります。"),
		whyLink: words.Both("I found no link in %s. Please add one that shows it, like `/done load-test https://…`, in a new comment.",
			"%s にリンクが見つかりませんでした。根拠のリンクを添えて `/確認済み load-test https://…` のように、新しいコメントに書いてください。"),
		whyUntil: words.Both("I found no last day in %s. Please write it like `/waive load-test until:2026-12-31 reason`, in a new comment.",
			"%s に期限が見つかりませんでした。`/例外承認 load-test until:2026-12-31 理由` のように、新しいコメントに書いてください。"),
		whyPast: words.Both("The day in %s is past, or more than a year away. Please write a nearer one, like `until:2026-12-31`, in a new comment.",
			"%s の期限は、過ぎているか1年より先です。`until:2026-12-31` のような近い日を、新しいコメントに書いてください。"),
		whyReason: words.Both("A reason is missing. Please write it again with one, in a new comment, so that whoever reads this later understands.",
			"理由がありません。あとで読む方のために、理由を添えて、新しいコメントに書き直してください。"),
	}[problem]
	return strings.Replace(of[lang], "%s", typed.Inline(60), 1)
}

// The questions of the form.
var (
	answered = map[string]*regexp.Regexp{
		"service":     regexp.MustCompile(`(?m)^### (?:Service|サービス)\s*\n+\s*([^\n#]+)`),
		"version":     regexp.MustCompile(`(?m)^### (?:Version|版)[^\n]*\n+\s*([^\n#]+)`),
		"environment": regexp.MustCompile(`(?m)^### (?:Environment|環境)[^\n]*\n+\s*([^\n#]+)`),
	}
	noResponse = "_No response_"
)

// wantedOf reads the form, which is also that of the reviews that the App opens.
func wantedOf(body string) (w wanted, ok bool) {
	get := func(question string) string {
		m := answered[question].FindStringSubmatch(body[:min(len(body), 20_000)])
		if m == nil || strings.HasPrefix(m[1], noResponse) {
			return ""
		}
		ok = true
		return strings.Trim(words.Line(strings.TrimSpace(m[1]), 200), "`")
	}
	w = wanted{service: words.Line(get("service"), 50), version: get("version"), environment: words.Line(get("environment"), 100)}
	if w.version != "" && !isVersion(w.version) {
		w.version = ""
	}
	return w, ok
}

// report reads the form; in an issue with another title it says nothing.
func report(heading, body string) []workflows.Said {
	w, ok := wantedOf(body)
	if !ok || !opening.MatchString(heading) {
		return nil
	}
	said := w.service
	if w.version != "" {
		said += " version:" + w.version
	}
	if w.environment != "" {
		said += " environment:" + w.environment
	}
	return []workflows.Said{{Command: "readiness", Argument: strings.TrimSpace(said)}}
}
