package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

func newReadingListCandidates() *cobra.Command {
	c := &cobra.Command{
		Use:   "candidates FILE…",
		Short: "Show which postmortems look worth recommending, and why",
		Long: "Candidates reads postmortems and names those of which at least two things speak for the\n" +
			"same reason: causes told at length, what was learnt, a timeline that one can follow, drawings,\n" +
			"parts of the system named. It goes by what the text holds, never by who wrote it or how many\n" +
			"took part, and leaves out what is listed. Whether one is worth reading, people say.\n" + whichFiles,
		Example: "  kintsugi reading-list candidates postmortems",
		Args:    arguments(cobra.MinimumNArgs(1)),
	}
	n := listFlag(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if err := n.ready(); err != nil {
			return err
		}
		return n.candidates(args)
	}
	return c
}

// shownCandidate is a candidate as a line of JSON.
type shownCandidate struct {
	File    string        `json:"file"`
	Title   string        `json:"title"`
	Reasons []list.Reason `json:"reasons"`
	Signs   []shownSign   `json:"signs"`
	Minutes int           `json:"minutes"`
}

type shownSign struct {
	Reason list.Reason `json:"reason"`
	Text   string      `json:"text"`
}

func (n *listNoun) candidates(args []string) error {
	entries, err := n.entriesIfAny()
	if err != nil {
		return err
	}
	listed := map[string]bool{}
	for i := range entries {
		listed[entries[i].URL] = true
	}
	work := fileWork{command: n.command, lang: n.in}
	return work.run(args, func(out io.Writer, file, content string) (bool, error) {
		path, err := n.pathTo(file)
		if err != nil || listed[path] {
			return false, err
		}
		d := document.Read(content)
		incidents := inspect.Read(file, d)
		signs := list.Signs(d, incidents)
		reasons := list.Worthy(signs)
		if len(reasons) == 0 {
			return false, nil
		}
		e := list.Describe(path, file, d, time.Time{})
		return false, n.showCandidate(out, file, &e, reasons, signs)
	})
}

func (n *listNoun) showCandidate(out io.Writer, file string, e *list.Entry, reasons []list.Reason, signs []list.Sign) error {
	title, _ := e.Title.In(n.in)
	shown := shownCandidate{File: file, Title: title, Reasons: reasons, Signs: []shownSign{}, Minutes: e.Minutes()}
	var b strings.Builder
	fmt.Fprintf(&b, n.say("%s: %s (about %d min)\n", "%s: %s（約%d分）\n"), oneLine(file), title, e.Minutes())
	for _, r := range reasons {
		var because []string
		for _, s := range signs {
			if s.Reason == r {
				because = append(because, s.In(n.in))
				shown.Signs = append(shown.Signs, shownSign{r, s.In(n.in)})
			}
		}
		fmt.Fprintf(&b, "  %s: %s\n", r.Name(n.in), strings.Join(because, n.say("; ", "、")))
	}
	if n.as == "json" {
		return writeJSON(out, shown)
	}
	_, err := io.WriteString(out, printable(b.String()))
	return err
}

func newReadingListCoverage() *cobra.Command {
	var services []string
	c := &cobra.Command{
		Use:   "coverage [FILE…]",
		Short: "Show of which reasons, services and years the list says little",
		Long: fmt.Sprintf("Coverage counts the entries of the list by reason, service and year. Thin is what fewer than\n"+
			"%d speak of. With FILE it also counts the postmortems that there are, so that what has no more\n"+
			"to list is not called thin. It counts documents, never persons.", list.Thin),
		Example: "  kintsugi reading-list coverage --service payments --service search postmortems",
	}
	n := listFlag(c)
	c.Flags().StringSliceVar(&services, "service", nil, "a service that the list ought to speak of; may be given several times")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if err := n.ready(); err != nil {
			return err
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		var documents []list.Entry
		if len(args) > 0 {
			if documents, err = n.documents(args); err != nil {
				return err
			}
		}
		return n.showCoverage(list.Cover(entries, documents, services))
	}
	return c
}

// documents describes what is in files.
func (n *listNoun) documents(args []string) ([]list.Entry, error) {
	var lock sync.Mutex
	var all []list.Entry
	work := fileWork{command: n.command, lang: n.in}
	err := work.run(args, func(_ io.Writer, file, content string) (bool, error) {
		e := list.Describe(file, file, document.Read(content), time.Time{})
		lock.Lock()
		defer lock.Unlock()
		all = append(all, e)
		return false, nil
	})
	return all, err
}

func (n *listNoun) showCoverage(c list.Coverage) error {
	var b strings.Builder
	fmt.Fprintf(&b, n.say("%d entries\n", "%d件\n"), c.Entries)
	for _, group := range []struct {
		name   string
		shares []list.Share
	}{{n.say("reasons", "理由"), c.Reasons}, {n.say("services", "サービス"), c.Services}, {n.say("years", "年"), c.Years}} {
		if len(group.shares) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", group.name)
		for _, s := range group.shares {
			name := s.Name
			if r, ok := list.ParseReason(name); ok {
				name = r.Name(n.in)
			}
			fmt.Fprintf(&b, "  %s: %d", name, s.Entries)
			if s.Documents > 0 {
				fmt.Fprintf(&b, n.say(" of %d", "（全%d件中）"), s.Documents)
			}
			if s.Thin {
				b.WriteString(n.say(" · thin", " · 少ない"))
			}
			b.WriteString("\n")
		}
	}
	return n.print(b.String(), c)
}

// nextFlags are what next is given.
type nextFlags struct {
	services []string
	count    int
	newcomer bool
	// read is what the club read, on which day, and where it wrote notes.
	read, on, notes string
}

// How many next names, for a club and for a newcomer.
const (
	forClub     = 3
	forNewcomer = 8
)

func newReadingListNext() *cobra.Command {
	var f nextFlags
	c := &cobra.Command{
		Use:   "next",
		Short: "Say what the reading club or a newcomer reads next, or note what was read",
		Long: "Next names what was read least, so that nothing comes again until everything was read; of\n" +
			"that first what is about the club's services, then what has another reason than the last,\n" +
			"then what most speaks for. --newcomer names what somebody new reads first instead, by turns\n" +
			"of the reasons. --read notes that one was read, and changes the list.",
		Example: "  kintsugi reading-list next --service payments\n  kintsugi reading-list next --newcomer --service payments\n  kintsugi reading-list next --read 2026-11-26-k3v9x2ab --on 2026-12-01 \\\n    --notes https://github.com/acme/club/issues/7",
		Args:    arguments(cobra.NoArgs),
	}
	n := listFlag(c)
	c.Flags().StringSliceVar(&f.services, "service", nil, "a service that the club or the newcomer looks after; may be given several times")
	c.Flags().IntVar(&f.count, "count", forClub, fmt.Sprintf("how many to name (for a newcomer %d)", forNewcomer))
	c.Flags().BoolVar(&f.newcomer, "newcomer", false, "name what a newcomer reads first")
	c.Flags().StringVar(&f.read, "read", "", "the id or the address of what was read")
	c.Flags().StringVar(&f.on, "on", "", "when it was read, YYYY-MM-DD (default: today, UTC)")
	c.Flags().StringVar(&f.notes, "notes", "", "the address of what the club wrote down")
	c.RunE = func(_ *cobra.Command, _ []string) error {
		if err := n.ready(); err != nil {
			return err
		}
		if f.count < 1 {
			return n.wrong("--count is %d: write 1 or more", "--countが%dです。1以上を書いてください", f.count)
		}
		if f.on != "" && (len(f.on) != len(time.DateOnly) || !isDay(f.on)) {
			return n.wrong("--on is %.40q: write YYYY-MM-DD", "--onが%.40qです。YYYY-MM-DDの形で書いてください", f.on)
		}
		if f.notes != "" && !list.IsWeb(f.notes) {
			return n.wrong("--notes is %.100q: write an address that begins with https://", "--notesが%.100qです。https://で始まるアドレスを書いてください", f.notes)
		}
		entries, err := n.entries()
		if err != nil {
			return err
		}
		if f.read != "" {
			return n.noteRead(entries, f)
		}
		next := list.Next
		if f.newcomer {
			next = list.Choose
			if !c.Flags().Changed("count") {
				f.count = forNewcomer
			}
		}
		for i, e := range next(entries, f.services, f.count) {
			if err := n.showNext(i+1, &e); err != nil {
				return err
			}
		}
		return nil
	}
	return c
}

func (n *listNoun) showNext(place int, e *list.Entry) error {
	title, _ := e.Title.In(n.in)
	var facts []string
	for _, fact := range []string{e.Severity, e.Date} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if e.Minutes() > 0 {
		facts = append(facts, fmt.Sprintf(n.say("about %d min", "約%d分"), e.Minutes()))
	}
	facts = append(facts, fmt.Sprintf(n.say("read %d times", "読んだ回数 %d"), len(e.Read)))
	text := fmt.Sprintf("%d. %s\n   %s\n   %s · %s\n", place, titleOr(title, e.URL), strings.Join(facts, " · "), e.ID, oneLine(e.URL))
	return n.print(text, shownEntry{*e, e.Minutes()})
}

// noteRead notes on which day an entry was read. The same day counts once.
func (n *listNoun) noteRead(entries []list.Entry, f nextFlags) error {
	at := slices.IndexFunc(entries, func(e list.Entry) bool { return e.ID == f.read })
	found := list.Find(entries, f.read)
	if at >= 0 {
		found = &entries[at]
	}
	if found == nil {
		return n.wrong("%.100q is not on the list: write the id or the address that `next` shows", "%.100q は一覧にありません。nextが表示するidかアドレスを書いてください", f.read)
	}
	now := clock.New().Now().UTC()
	if f.on == "" {
		f.on = now.Format(time.DateOnly)
	}
	var after list.Entry
	err := n.update(found.ID, func(e *list.Entry, listed bool) bool {
		before := slices.Clone(e.Read)
		if e.WasRead(f.on, f.notes); !slices.Equal(before, e.Read) {
			e.Changed = now
		}
		after = *e
		return listed
	})
	if err != nil {
		return err
	}
	title, _ := after.Title.In(n.in)
	return n.print(fmt.Sprintf(n.say("read on %s: %s\n", "%sに読みました: %s\n"), f.on, titleOr(title, after.URL)), shownEntry{after, after.Minutes()})
}
