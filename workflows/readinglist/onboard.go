package readinglist

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// mostToRead is how many postmortems a newcomer gets.
const mostToRead = 8

// The questions of the form by which somebody asks for a newcomer's reading.
var (
	askedWho      = regexp.MustCompile(`(?m)^### (?:Who is new\?|新しく入る方)\s*\n+\s*(@\S+)`)
	askedServices = regexp.MustCompile(`(?m)^### (?:What will they work on\?|担当するサービス)\s*\n+\s*([^\n#]+)`)
)

// report reads the form.
func report(_, body string) []workflows.Said {
	who := askedWho.FindStringSubmatch(body)
	if who == nil {
		return nil
	}
	said := who[1]
	if services := askedServices.FindStringSubmatch(body); services != nil && !strings.HasPrefix(strings.TrimSpace(services[1]), "_No response_") {
		said += " " + strings.TrimSpace(services[1])
	}
	return []workflows.Said{{Command: "onboard", Argument: said}}
}

// onboards opens what newcomers are to read, each an issue of its own.
func onboards(in workflows.Input) (p workflows.Plan, asks []workflows.Ask) {
	asked := map[string]workflows.Act{}
	var order []string
	for _, a := range in.Acts {
		if a.Name == "onboard" && a.Verdict == workflows.Done {
			login, _, _ := strings.Cut(a.Value, " ")
			if _, known := asked[login]; !known {
				order = append(order, login)
			}
			asked[login] = a
		}
	}
	if len(order) == 0 {
		return p, nil
	}
	g := newGathering(in, policyOf(in.Policy).place(in.Observation.Subject.Repo))
	entries := g.entries()
	if g.asking() {
		return p, g.asks
	}
	var lines []string
	fromForm := true
	for _, login := range order {
		act := asked[login]
		services := strings.Fields(act.Value)[1:]
		chosen := list.Choose(entries, services, mostToRead)
		made, known := in.Made[keyReading+strings.ToLower(login)]
		person := in.Person(login)
		fromForm = fromForm && act.FromOpening() && known
		switch {
		case known && made.Number != 0:
			lines = append(lines, in.Say(fmt.Sprintf("Reading for %s: #%d", person, made.Number), fmt.Sprintf("%sの読書: #%d", person, made.Number)))
		case known && made.Refused != "":
			lines = append(lines, in.Say("GitHub did not take the issue for "+person+": ", person+"のIssueを作れませんでした: ")+words.Foreign(made.Refused).Inline(200))
			continue
		case len(chosen) == 0 && !known && !strings.EqualFold(g.here, in.Observation.Subject.Repo):
			there := words.Foreign(g.here).Inline(140)
			lines = append(lines, in.Say("The reading list is in "+there+", and nothing of it can be shown here. Write `/onboard` on an issue over there.",
				"読書リストは "+there+" にあり、ここには表示できません。そちらのIssueで `/オンボーディング` と書いてください。"))
			fromForm = false
			continue
		case len(chosen) == 0 && !known:
			lines = append(lines, in.Say("The reading list is empty so far. Once something is recommended, `/onboard` in a new comment opens the reading for "+person+".",
				"読書リストはまだ空です。推薦が載ったら、新しいコメントの `/オンボーディング` で"+person+"の読書を用意します。"))
			fromForm = false
			continue
		}
		p.Issues = append(p.Issues, readingOf(in, login, act.Author, chosen))
	}
	text := strings.Join(lines, "\n")
	if text == "" {
		return p, nil
	}
	p.Sections = []workflows.Section{{Key: name + ".readings", Text: text, Facts: text}}
	if in.Owner == name {
		p.Sections[0].Title = in.Say("A newcomer's reading", "新しく入った方の読書")
		if fromForm { // the form has done its work
			last := asked[order[len(order)-1]]
			p.State = &workflows.StateIntent{Reason: "completed", At: last.At, ActID: last.ID}
		}
	}
	return p, nil
}

// readingOf is the issue of a newcomer.
func readingOf(in workflows.Input, login, mentor string, entries []list.Entry) workflows.IssueIntent {
	var b strings.Builder
	b.WriteString(in.Say(counted(len(entries), "postmortem")+" to begin with. Tick what you have read, or write `/read 1` in a comment.\n\n",
		fmt.Sprintf("はじめに読む%d件です。読んだものにチェックを入れるか、`/読了 1` とコメントしてください。\n\n", len(entries))))
	for i := range entries {
		e := &entries[i]
		fmt.Fprintf(&b, "- [ ] %d. %s <!-- %s -->\n", i+1, e.Headline(in.Language), e.ID)
		if summary := e.Says(in.Language); summary != "" {
			b.WriteString("  " + summary + "\n")
		}
	}
	assignees := []string{login}
	if strings.EqualFold(login, mentor) {
		b.WriteString("\n## " + in.Say("Questions", "質問") + "\n\n" + in.Say("Write them here, as they come.\n", "気づいたときに、ここに書いてください。\n"))
	} else {
		assignees = append(assignees, mentor)
		b.WriteString("\n## " + in.Say("Questions to "+in.Person(mentor), in.Person(mentor)+"への質問") + "\n\n" + in.Say("Write them here, as they come; none is too small.\n", "気づいたときに、ここに書いてください。どんな小さなことでもかまいません。\n"))
	}
	title := in.Say("Reading for "+login, login+"さんの読書")
	return workflows.IssueIntent{
		Key: keyReading + strings.ToLower(login), Title: title, Body: b.String(),
		Labels: []workflows.Label{readingLabel()}, Assignees: assignees,
	}
}

// box is an entry of a reading or an agenda.
var box = regexp.MustCompile(`(?m)^\s*- \[([ xX])\] .*<!-- (\d{4}-\d{2}-\d{2}-[a-z2-7]{8}) -->\s*$`)

// boxes are the entries of a text by their ids, in order, and which are ticked.
func boxes(body string) (ids []string, ticked map[string]bool) {
	ticked = map[string]bool{}
	for _, m := range box.FindAllStringSubmatch(body, -1) {
		if !slices.Contains(ids, m[2]) {
			ids = append(ids, m[2])
		}
		ticked[m[2]] = ticked[m[2]] || m[1] != " "
	}
	return ids, ticked
}

// reading shows a newcomer, and whoever looks after them, how far they have come. It
// reminds nobody.
func reading(in workflows.Input) workflows.Decision {
	ids, read := boxes(in.Observation.Issue.Body)
	for _, a := range in.Acts {
		if a.Name != "read" || a.Verdict != workflows.Done {
			continue
		}
		numbers := strings.Fields(a.Value)
		if len(numbers) == 0 { // the next one
			if i := slices.IndexFunc(ids, func(id string) bool { return !read[id] }); i >= 0 {
				read[ids[i]] = true
			}
		}
		for _, typed := range numbers {
			if n, err := strconv.Atoi(typed); err == nil && n >= 1 && n <= len(ids) {
				read[ids[n-1]] = true
			}
		}
	}
	done, next := 0, 0
	for i, id := range ids {
		switch {
		case read[id]:
			done++
		case next == 0:
			next = i + 1
		}
	}
	p := workflows.Plan{Comments: in.HelpComments(keyHelp, helped(in.Acts), "")}
	section := workflows.Section{Key: name, Title: in.Say(fmt.Sprintf("Reading · %d of %d read", done, len(ids)), fmt.Sprintf("読書 · %d件中%d件", len(ids), done))}
	switch {
	case !in.Observation.Issue.Open:
	case len(ids) == 0:
		section.Text = in.Say("I find no list in the text above any more.", "本文に一覧が見つかりません。")
	case next == 0:
		section.Text = in.Say("All are read. Close this issue when there are no questions left.", "すべて読み終わりました。質問がなくなったら、このIssueを閉じてください。")
	default:
		section.Text = in.Say(fmt.Sprintf("**Next**: number %d. When it is read, tick its box or write `/read %d`.", next, next),
			fmt.Sprintf("**次の一歩**: %d番です。読んだらチェックを入れるか、`/読了 %d` とコメントしてください。", next, next))
	}
	if done > 0 || len(in.Acts) > 0 { // an untouched reading needs no comment of ours
		p.Sections = []workflows.Section{section}
	}
	return workflows.Decision{Plan: p}
}

// absolute gives entries that are paths within the list's repository their addresses,
// as far as it is known where that repository is on the web.
func (g *gathering) absolute(entries []list.Entry) []list.Entry {
	entries = slices.Clone(entries)
	root, _, known := strings.Cut(g.Observation.Issue.URL, "/"+g.Observation.Subject.Repo+"/")
	for i := range entries {
		for _, address := range []*string{&entries[i].URL, &entries[i].MovedTo} {
			if known && *address != "" && !list.IsWeb(*address) {
				*address = root + "/" + g.here + "/blob/HEAD" + escapedPath(path.Join("/", g.own.Folder, *address)) // "../" ends at the root
			}
		}
	}
	return entries
}

// escapedPath is a path as an address has it.
func escapedPath(file string) string {
	var b strings.Builder
	for _, c := range []byte(file) {
		if c == '/' || c == '-' || c == '.' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// unescapedPath is the path that an address has; what is escaped wrongly stays.
func unescapedPath(address string) string {
	return escape.ReplaceAllStringFunc(address, func(code string) string {
		n, _ := strconv.ParseUint(code[1:], 16, 8) // as the pattern says
		return string([]byte{byte(n)})
	})
}

var escape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
