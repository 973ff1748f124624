package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newPostmortemImport() *cobra.Command {
	var as, lang string
	var choice repositoryChoice
	c := &cobra.Command{
		Use:   "import FOLDER… | OWNER/REPO",
		Short: "Show what old postmortems would become, and change nothing",
		Long: "Import shows, for each incident that a team's documents tell of, what would be known of it,\n" +
			"what is missing, and the totals. It changes nothing, here or on GitHub. --format json has an\n" +
			"object a line for each incident, and last one of totals.\n" + whichFiles + "\n\n" +
			"OWNER/REPO is a repository on GitHub, unless there is a folder of that name here. Of it the\n" +
			"same files are read, from the default branch, and the issues, open or closed, that carry the\n" +
			"label of postmortems. At most " + strconv.Itoa(mostFiles) + " files and as many issues are read. It uses the App's settings\n" +
			"where they are set, else GITHUB_TOKEN.",
		Example: "  kintsugi postmortem import docs/postmortems\n  kintsugi postmortem import --format json --lang ja docs/postmortems\n" +
			"  kintsugi postmortem import acme/pay --path docs/postmortems",
		Args: arguments(cobra.MinimumNArgs(1)),
	}
	s := addSettings(c, server.AppSettings())
	c.Flags().StringVar(&choice.path, "path", "", "of a repository, the folder whose files are read (default: all)")
	c.Flags().StringVar(&choice.ref, "ref", "", "of a repository, the branch, tag or commit whose files are read (default: the default branch)")
	c.Flags().StringVar(&choice.label, "label", "", "of a repository, the label of the issues that are read (default: the policy's, which is \"postmortem\" without one)")
	answersIn(c, &lang)
	format(c, &as)
	c.RunE = func(c *cobra.Command, args []string) error {
		in, ok := words.Parse(lang)
		if !ok {
			return usage(c, wrongLanguage(lang))
		}
		var err error
		if choice.repo, err = repositoryIn(args); err != nil {
			return usage(c, err)
		}
		t := importTeller{incidentTeller: incidentTeller{in}, as: as}
		var lock sync.Mutex // documents are read several at a time
		var sum importTotals
		w := fileWork{command: c, lang: in, frame: frame{before: t.head()}, last: func(out io.Writer) error { return t.totals(out, sum) }}
		show := func(out io.Writer, file, content string) (bool, error) {
			incidents := inspect.Read(file, document.Read(content))
			lock.Lock()
			sum.count(incidents)
			lock.Unlock()
			for _, i := range incidents {
				if err := t.incident(out, i); err != nil {
					return false, err
				}
			}
			return false, nil
		}
		switch {
		case choice.repo != "":
			return importRepository(w, &t, choice, s.lookup, show)
		case choice != repositoryChoice{}:
			return usage(c, errors.New("--path, --ref and --label are for a repository on GitHub"))
		}
		return w.run(args, show)
	}
	return c
}

var repositoryForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$`)

// repositoryIn is the repository that the arguments name, or "" for folders: what
// is here is meant before what is on GitHub.
func repositoryIn(args []string) (string, error) {
	for _, arg := range args {
		if _, err := os.Stat(arg); err == nil || !repositoryForm.MatchString(arg) {
			continue
		}
		if len(args) > 1 {
			return "", fmt.Errorf("%s is no folder here: a repository on GitHub is read by itself", arg)
		}
		return arg, nil
	}
	return "", nil
}

// importRepository reads from GitHub instead of from folders.
func importRepository(w fileWork, t *importTeller, choice repositoryChoice, lookup func(string) string, show doer) error {
	ctx, errOut := engine.WithRank(w.command.Context(), engine.Background), w.command.ErrOrStderr()
	g, err := reachGitHub(ctx, lookup)
	if err != nil {
		return fmt.Errorf("%s is no folder here, and to read it from GitHub: %w", choice.repo, err)
	}
	done := progress(ctx, errOut, w.say("Asking GitHub …", "GitHubに問い合わせています …"))
	r, err := openRepository(ctx, g, choice)
	done()
	if errors.Is(err, errNoSuchChoice) {
		return usage(w.command, err)
	}
	if err != nil {
		return err
	}
	t.documents = r.documents
	done = progressOf(ctx, errOut, func() string {
		return fmt.Sprintf(w.say("%d of %d documents of %s read …", "%[3]s の文書を読んでいます（%[1]d/%[2]d） …"), r.finished.Load(), len(r.documents), r.repo)
	})
	defer done()
	return w.runOn(r.source(ctx), show)
}

// importTotals count what is known.
type importTotals struct {
	Documents   int `json:"documents"`
	Incidents   int `json:"incidents"`
	Started     int `json:"started"`
	Detected    int `json:"detected"`
	Resolved    int `json:"resolved"`
	TTD         int `json:"ttd"`
	TTR         int `json:"ttr"`
	Severity    int `json:"severity"`
	ActionItems int `json:"action_items"`
}

func (n *importTotals) count(incidents []inspect.Incident) {
	known := func(is bool, count *int) {
		if is {
			*count++
		}
	}
	n.Documents++
	n.Incidents += len(incidents)
	for _, i := range incidents {
		known(i.Started.Known(), &n.Started)
		known(i.Detected.Known(), &n.Detected)
		known(i.Resolved.Known(), &n.Resolved)
		known(i.TTD.Known, &n.TTD)
		known(i.TTR.Known, &n.TTR)
		known(i.Severity != "", &n.Severity)
		n.ActionItems += len(i.ActionItems)
	}
}

// importTeller shows what postmortems would become: a line with the figures,
// and one with the title, the place and what is missing.
type importTeller struct {
	incidentTeller
	as string
	// documents are those of a repository, none for files.
	documents map[string]repositoryDocument
}

// columns are the widths of the figures, in half-width characters.
var columns = []int{10, 8, 8, 8, 8, 10, 12, 5}

func (t importTeller) head() string {
	if t.as == "json" {
		return ""
	}
	if t.lang == words.Japanese {
		return aligned("日付", "重大度", "発生", "検知", "復旧", "TTD", "TTR", "対応策")
	}
	return aligned("date", "severity", "started", "detected", "resolved", "TTD", "TTR", "items")
}

// aligned writes cells in columns, for a terminal that shows Japanese twice as
// wide.
func aligned(cells ...string) string {
	var b strings.Builder
	for i, cell := range cells {
		wide := 0
		for _, r := range cell {
			wide++
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				wide++
			}
		}
		b.WriteString(cell + strings.Repeat(" ", max(1, columns[i]-wide+2)))
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

func (t importTeller) incident(out io.Writer, i inspect.Incident) error {
	missing := t.missing(i)
	if t.as == "json" {
		return writeJSON(out, struct {
			File        string            `json:"file"`
			Line        int               `json:"line"`
			Title       inspect.Text      `json:"title"`
			Severity    inspect.Text      `json:"severity"`
			Started     inspect.Milestone `json:"started"`
			Detected    inspect.Milestone `json:"detected"`
			Resolved    inspect.Milestone `json:"resolved"`
			TTD         inspect.Measure   `json:"ttd_seconds"`
			TTR         inspect.Measure   `json:"ttr_seconds"`
			ActionItems int               `json:"action_items"`
			Missing     []string          `json:"missing"`
		}{t.place(i), i.Line, i.Title, i.Severity, i.Started, i.Detected, i.Resolved, i.TTD, i.TTR, len(i.ActionItems), missing})
	}
	clock := func(m inspect.Milestone) string {
		if !m.Known() {
			return "—"
		}
		return m.At.Format("15:04")
	}
	date := "—"
	for _, m := range []inspect.Milestone{i.Resolved, i.Detected, i.Started} {
		if m.Known() {
			date = m.At.Format("2006-01-02")
		}
	}
	severity := dashed(i.Severity)
	if runes := []rune(severity); len(runes) > columns[1] {
		severity = string(runes[:columns[1]-1]) + "…"
	}
	text := aligned(date, severity, clock(i.Started), clock(i.Detected), clock(i.Resolved),
		measured(i.TTD, t.lang), measured(i.TTR, t.lang), fmt.Sprint(len(i.ActionItems)))
	text += fmt.Sprintf("  %s · %s", dashed(i.Title), oneLine(t.place(i)))
	if t.documents == nil {
		text += fmt.Sprintf(":%d", i.Line)
	}
	if len(missing) > 0 {
		text += t.say(" · missing: ", " · 不足: ") + strings.Join(missing, t.say(", ", "、"))
	}
	_, err := io.WriteString(out, printable(text+"\n"))
	return err
}

// place is where people find the document.
func (t importTeller) place(i inspect.Incident) string {
	if d, ok := t.documents[i.File]; ok {
		return d.url
	}
	return i.File
}

// missing are the things that are not known, in JSON by the names that inspect
// uses.
func (t importTeller) missing(i inspect.Incident) []string {
	all := []string{}
	add := func(isKnown bool, name, english, japanese string) {
		switch {
		case isKnown:
		case t.as == "json":
			all = append(all, name)
		default:
			all = append(all, t.say(english, japanese))
		}
	}
	add(i.Severity != "", "severity", "severity", "重大度")
	add(i.Started.Known(), "started", "started", "発生")
	add(i.Detected.Known(), "detected", "detected", "検知")
	add(i.Resolved.Known(), "resolved", "resolved", "復旧")
	hasTime := i.Started.Known() || i.Detected.Known() || i.Resolved.Known()
	add(!hasTime || i.Started.Zoned || i.Detected.Zoned || i.Resolved.Zoned, "time_zone", "zone", "タイムゾーン")
	add(len(i.ActionItems) > 0, "action_items", "action items", "対応策")
	return all
}

func (t importTeller) totals(out io.Writer, n importTotals) error {
	if t.as == "json" {
		return writeJSON(out, struct {
			Totals importTotals `json:"totals"`
		}{n})
	}
	_, err := fmt.Fprintf(out, t.say(`
Documents: %[2]d. Incidents: %[1]d. Known: severity %[3]d, started %[4]d, detected %[5]d, resolved %[6]d, TTD %[7]d, TTR %[8]d. Action items: %[9]d.
Nothing was changed. What each still lacks: kintsugi postmortem lint
`, `
文書%[2]d件に障害%[1]d件。分かったもの: 重大度 %[3]d、発生 %[4]d、検知 %[5]d、復旧 %[6]d、TTD %[7]d、TTR %[8]d。対応策は%[9]d件です。
何も変更していません。足りないものは kintsugi postmortem lint で確認できます。
`), n.Incidents, n.Documents, n.Severity, n.Started, n.Detected, n.Resolved, n.TTD, n.TTR, n.ActionItems)
	return err
}
