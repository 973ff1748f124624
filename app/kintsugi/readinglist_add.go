package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// addFlags are the facts of a postmortem elsewhere.
type addFlags struct {
	title, date, severity, summary string
	services                       []string
	words, characters              int
	private                        bool
	recommending
}

func newReadingListAdd() *cobra.Command {
	var a addFlags
	c := &cobra.Command{
		Use:   "add URL",
		Short: "List a postmortem that is elsewhere",
		Long: "Add takes a postmortem onto the list that is not in this repository, such as another\n" +
			"company's. Nothing is fetched: its facts are given. For one that is listed already it adds\n" +
			"what is given, such as another reason. It rewrites the files that the entry concerns.",
		Example: "  kintsugi reading-list add https://example.com/postmortem --title \"Search was down\" --date 2026-11-26 \\\n" +
			"    --reason response --because \"Who does what is clear at any time\" --by sato",
		Args: arguments(cobra.ExactArgs(1)),
	}
	n := listFlag(c)
	a.flags(c)
	c.Flags().StringVar(&a.title, "title", "", "what it is called")
	c.Flags().StringVar(&a.date, "date", "", "the day of the incident: YYYY-MM-DD, YYYY-MM or YYYY")
	c.Flags().StringVar(&a.severity, "severity", "", "its severity")
	c.Flags().StringVar(&a.summary, "summary", "", "what happened, in your own words")
	c.Flags().StringSliceVar(&a.services, "service", nil, "a service that it is about; may be given several times")
	c.Flags().IntVar(&a.words, "words", 0, "its length in words, for the time to read it")
	c.Flags().IntVar(&a.characters, "characters", 0, "its length in Japanese characters, for the time to read it")
	c.Flags().BoolVar(&a.private, "private", false, "not all readers of the list may read it: nothing but its place is kept")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if err := n.ready(); err != nil {
			return err
		}
		return n.add(a, args[0])
	}
	return c
}

var partOfDate = regexp.MustCompile(`^\d{4}(?:-\d{2}(?:-\d{2})?)?$`)

func (n *listNoun) add(a addFlags, url string) error {
	given, err := a.read(n)
	switch {
	case err != nil:
		return err
	case given == nil || given.Reason == "" || given.Because == (list.Told{}):
		return n.wrong("say why: --reason and --because are needed", "理由が必要です。--reasonと--becauseを書いてください")
	case !a.private && !list.IsWeb(url):
		return n.wrong("%.100q is no address: write one that begins with https://. Files are listed by kintsugi reading-list build", "%.100q はアドレスではありません。https://で始まるものを書いてください。ファイルはkintsugi reading-list buildで載せます", url)
	case a.words < 0 || a.characters < 0:
		return n.wrong("a length is not negative", "長さに負の数は書けません")
	case a.date != "" && !isDay(a.date):
		return n.wrong("--date is %.40q: write YYYY-MM-DD, YYYY-MM or YYYY", "--dateが%.40qです。YYYY-MM-DD、YYYY-MM、YYYYのどれかで書いてください", a.date)
	}
	entries, err := n.entriesIfAny()
	if err != nil {
		return err
	}
	now := clock.New().Now().UTC()
	var id string
	old := list.Find(entries, url)
	switch {
	case old != nil:
		id = old.ID
	case a.date != "":
		id = list.NewID(url, a.date)
	default:
		id = list.NewID(url, now.Format(time.DateOnly))
	}
	if old == nil && a.title == "" && !a.private {
		return n.wrong("--title is needed for what is not listed yet", "まだ載っていないものには--titleが必要です")
	}
	var after list.Entry
	err = n.update(id, func(e *list.Entry, listed bool) bool {
		if !listed {
			e.URL, e.Listed = url, now
		}
		a.fill(e)
		e.Recommend(*given)
		e.Changed = now
		after = *e
		return true
	})
	if err != nil {
		return err
	}
	title, _ := after.Title.In(n.in)
	said := fmt.Sprintf(n.say("listed: %s (%s)\n", "載せました: %s（%s）\n"), titleOr(title, url), after.ID)
	return n.print(said, shownEntry{after, after.Minutes()})
}

// fill puts the facts that were given into an entry.
func (a *addFlags) fill(e *list.Entry) {
	tell := func(text string, into *list.Told) {
		if text == "" {
			return
		}
		if words.Detect(text) == words.Japanese {
			into.Ja = text
			return
		}
		into.En = text
	}
	tell(a.title, &e.Title)
	tell(a.summary, &e.Summary)
	if a.date != "" {
		e.Date = a.date
	}
	if a.severity != "" {
		e.Severity = a.severity
	}
	if len(a.services) > 0 {
		e.Services = a.services
	}
	if a.words > 0 || a.characters > 0 {
		e.Words, e.Characters = a.words, a.characters
	}
	if a.private {
		e.State = list.Private
	}
}

// isDay: it is a day, a month or a year that there is.
func isDay(text string) bool {
	if !partOfDate.MatchString(text) {
		return false
	}
	_, err := time.Parse(time.DateOnly[:len(text)], text)
	return err == nil
}

// titleOr is a title on one line, or what stands in for it.
func titleOr(title, otherwise string) string {
	if title == "" {
		title = otherwise
	}
	return strings.Join(strings.Fields(title), " ")
}

// entriesIfAny are the entries of the list, none if there is no list yet.
func (n *listNoun) entriesIfAny() ([]list.Entry, error) {
	folder, err := openList(n.dir)
	if err != nil {
		return nil, err
	}
	defer folder.close()
	all, err := list.Entries(folder.there)
	return all, n.broken(errors.Join(err, folder.err))
}
