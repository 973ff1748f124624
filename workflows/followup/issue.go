package followup

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// intent is the issue that an item becomes.
func (b *board) intent(c *card) workflows.IssueIntent {
	people, _ := c.people()
	title := c.Title
	if b.isHushed(c.repo) {
		title = b.Say("Follow-up ", "フォローアップ ") + fmt.Sprintf("%d · %s", c.number, b.Observation.Subject)
	}
	return workflows.IssueIntent{
		Key: c.key, Repo: b.elsewhere(c.repo), Title: title, Body: b.body(c),
		Labels: []workflows.Label{b.policy.label()}, Assignees: people, Child: !b.Observation.Issue.Pull, Patient: true, Hash: c.hash(),
	}
}

// isHushed: what stands here in private may not be told there, where anybody reads.
func (b *board) isHushed(repo string) bool {
	return b.Observation.Private && b.elsewhere(repo) != "" && !b.Facts[workflows.PlaceAsk{Repo: repo}].Place.Private
}

// body is what the issue says: where it comes from and by when it is due. It is
// read back by factsIn.
func (b *board) body(c *card) string {
	var lines []string
	add := func(label, value string) {
		if value != "" {
			lines = append(lines, "- "+label+": "+value)
		}
	}
	hushed := b.isHushed(c.repo)
	add(b.Say("Postmortem", "ポストモーテム"), b.reference(b.Observation.Subject.Number, c.repo)+b.place(c, hushed))
	incident := ""
	if b.a.Incident != 0 {
		incident = b.reference(b.a.Incident, c.repo)
		if b.a.About.Severity > 0 && !hushed {
			incident += fmt.Sprintf(" · SEV%d", b.a.About.Severity)
		}
	}
	add(b.Say("Incident", "障害"), incident)
	add(b.Say("Type", "種別"), b.kindName(c.Kind))
	if c.Priority != "" && !hushed {
		add(b.Say("Priority", "優先度"), words.Foreign(c.Priority).Plain(20))
	}
	add(b.Say("Team", "担当チーム"), c.team())
	add(b.Say("Due", "期限"), or(c.Due, b.promised()))
	text := strings.Join(lines, "\n")
	if c.whole != "" && !hushed {
		text = words.Foreign(c.whole).Block() + "\n\n" + text
	}
	if c.by != nil && !hushed {
		text = b.Say("Asked for by "+b.Person(c.by.Author)+" in ", b.Person(c.by.Author)+"の") + "[" + b.Say("this comment", "コメント") + "](" + c.by.Link(b.Observation.Issue.URL) + ")" + b.Say(".", "より。") + "\n\n" + text
	}
	return text + "\n\n" + b.Say(
		"Close this when it is done: the postmortem shows it.\n<sub>A new day: `/postpone 2027-01-15 reason` · not to be done after all: `/wont-do reason` · no reminders: `/quiet`</sub>",
		"終わったら閉じてください。ポストモーテムに反映されます。\n<sub>期限の延期は `/延期 2027-01-15 理由` · やらないことにしたら `/やらない 理由` · お知らせを止めるには `/静かに`</sub>")
}

// reference is an issue of the postmortem's repository as it is written in another.
func (b *board) reference(number int, in string) string {
	if b.elsewhere(in) == "" {
		return "#" + strconv.Itoa(number)
	}
	return workflows.Subject{Repo: b.Observation.Subject.Repo, Number: number}.String()
}

// place links to the very line, where there is one to link to: that of a file. An
// issue's lines have no addresses.
func (b *board) place(c *card, hushed bool) string {
	if b.a.Path == "" || b.a.Commit == "" || c.line == 0 || hushed {
		return ""
	}
	web, _, ok := strings.Cut(b.Observation.Issue.URL, "/"+b.Observation.Subject.Repo+"/")
	if !ok {
		return ""
	}
	path := strings.NewReplacer("%", "%25", " ", "%20", "?", "%3F", "#", "%23", "(", "%28", ")", "%29").Replace(b.a.Path)
	return fmt.Sprintf(" · [%s](%s/%s/blob/%s/%s?plain=1#L%d)", b.Say(fmt.Sprintf("line %d", c.line), fmt.Sprintf("%d行目", c.line)), web, b.Observation.Subject.Repo, b.a.Commit, path, c.line)
}

// team names teams among the owners, which GitHub cannot assign, without calling
// them.
func (c *card) team() string {
	var teams []string
	for _, o := range c.Owners {
		if strings.Contains(o, "/") {
			teams = append(teams, words.Foreign(o).Inline(140))
		}
	}
	return strings.Join(teams, ", ")
}

// promised is the day by which the policy has it, or "".
func (b *board) promised() string {
	days := b.policy.Within.of(b.a.About.Severity)
	if days == 0 {
		return ""
	}
	from := b.a.Accepted
	if from.IsZero() {
		from = b.Now
	}
	return b.Policy.NextWorkingDay(from.In(b.Policy.TimeZone), days).Format(dateLayout)
}

func (b *board) kindName(kind string) string { return KindName(kind, b.Language) }

// KindName is what people call a kind of item, or nothing for none.
func KindName(kind string, lang words.Language) string {
	said, ok := map[string]map[words.Language]string{
		kindPrevent: words.Both("prevent", "予防"), kindMitigate: words.Both("mitigate", "緩和"), kindDetect: words.Both("detect", "検知"),
		kindProcess: words.Both("process", "プロセス"), kindIdea: words.Both("idea", "アイデア"),
	}[kind]
	if !ok {
		return ""
	}
	return said[lang]
}

// Kind reads what people call a kind, in either language.
func Kind(word string) (kind string, ok bool) {
	kind, ok = kinds[strings.ToLower(width.Fold.String(strings.TrimSpace(word)))]
	return kind, ok
}

// issueFacts is what the body of a follow-up says. People may change it.
type issueFacts struct {
	due      string // YYYY-MM-DD, or ""
	kind     string
	severity int
}

var factLine = regexp.MustCompile(`^- (Due|期限|Type|種別|Incident|障害): (.{1,200})$`)

func factsIn(body string) (f issueFacts) {
	for line := range strings.Lines(body[:min(len(body), 20_000)]) {
		m := factLine.FindStringSubmatch(strings.TrimRight(line, "\r\n "))
		if m == nil {
			continue
		}
		switch m[1] {
		case "Due", "期限":
			if day, err := time.Parse(dateLayout, m[2]); err == nil {
				f.due = day.Format(dateLayout)
			}
		case "Type", "種別":
			f.kind = kinds[strings.ToLower(m[2])]
		default:
			if _, sev, ok := strings.Cut(m[2], " · SEV"); ok {
				f.severity, _ = strconv.Atoi(sev)
			}
		}
	}
	return f
}
