package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
	"github.com/kintsugi-app/kintsugi/workflows"
)

func newExplain() *cobra.Command {
	var as string
	var limit int
	c := &cobra.Command{
		Use:   "explain OWNER/REPO#NUMBER | OWNER/REPO/NAME",
		Short: "Tell what was done about an issue, and why, from the journal",
		Long: "Explain tells what the server did about an issue: by which deliveries each run was\n" +
			"woken, what it observed, asked and was answered, what followed and what was applied.\n" +
			"It reads the server's database, asks GitHub nothing, and may run beside the server.\n" +
			"The journal reaches back ten days. It quotes what people wrote: treat what is shown as\n" +
			"you treat the issue. What would be done now, kintsugi plan shows.",
		Example: "  kintsugi explain acme/pay#12\n  kintsugi explain --limit 3 https://github.com/acme/pay/issues/12",
		Args:    arguments(cobra.ExactArgs(1)),
	}
	s := addSettings(c, server.JournalSettings())
	c.Flags().IntVar(&limit, "limit", 20, "how many runs are told, the newest ones")
	format(c, &as)
	c.RunE = func(c *cobra.Command, args []string) error {
		// Any GitHub's address is taken: nothing is asked there.
		subject, err := readSubject(args[0], args[0])
		if err != nil {
			return usage(c, err)
		}
		if limit < 1 {
			return usage(c, fmt.Errorf("--limit is %d: write 1 or more", limit))
		}
		reader, err := openJournal(c.Context(), s.lookup)
		if err != nil {
			return err
		}
		defer reader.Close() //nolint:errcheck // nothing was written
		known, err := readStory(c.Context(), reader, subject.String(), limit)
		if err != nil {
			return err
		}
		return showStory(c.OutOrStdout(), as, known)
	}
	return c
}

// openJournal opens the database of the settings without changing it.
func openJournal(ctx context.Context, lookup func(string) string) (*store.Reader, error) {
	config, err := server.ReadJournalSettings(lookup)
	if err != nil {
		return nil, err
	}
	reader, err := store.OpenReader(ctx, config.DatabaseURL, config.AppID, clock.New())
	if err != nil {
		// The store's errors begin with the setting's name.
		return nil, &server.SettingError{Problem: err.Error(), Cause: err}
	}
	return reader, nil
}

// mostKnown is how many of the last deliveries, and of the subjects that fail,
// are looked through.
const mostKnown = 5000

// readStory collects what is known of a subject. GitHub does not tell upper
// from lower case in names, so a subject that differs in nothing else is it.
func readStory(ctx context.Context, reader *store.Reader, key string, limit int) (story, error) {
	s := story{Subject: key, At: clock.New().Now()}
	entries, err := reader.Entries(ctx, key, limit)
	if err != nil {
		return s, err
	}
	if len(entries) == 0 {
		recent, err := reader.RecentDeliveries(ctx, mostKnown)
		if err != nil {
			return s, err
		}
		if same := otherCase(recent, key); same != "" {
			return readStory(ctx, reader, same, limit)
		}
		return s, unknown(recent, key)
	}
	slices.Reverse(entries) // a tired person reads down
	for i, entry := range entries {
		s.Runs = append(s.Runs, tell(entry, i == len(entries)-1, s.At))
	}
	stuck, err := reader.Stuck(ctx, engine.SetAsideAfter, mostKnown)
	for _, t := range stuck {
		if t.Key == key {
			s.SetAside = &setAside{t.Failures, githubapp.Redact(t.Error), t.Due}
		}
	}
	return s, err
}

// otherCase is the subject of a delivery that is key but for its case.
func otherCase(recent []store.Received, key string) string {
	for _, d := range recent {
		for _, known := range d.Subjects {
			if known != key && strings.EqualFold(known, key) {
				return known
			}
		}
	}
	return ""
}

// unknown says why the journal may know nothing of a subject, and what to do.
func unknown(recent []store.Received, key string) error {
	near := map[string]int{}
	for _, d := range recent {
		for _, known := range d.Subjects {
			if known == key {
				return fmt.Errorf("%s was woken at %s by %s %s and has not been run since, or longer ago than the journal's ten days.\n"+
					"Does the server run, and is it ready (/readyz)? What it would do: kintsugi plan %s", key, stamp(d.ReceivedAt), d.Event, d.Action, key)
			}
			_, err := workflows.ParseSubject(known)
			if distance := levenshtein.ComputeDistance(strings.ToLower(known), strings.ToLower(key)); distance <= 4 && err == nil {
				near[known] = distance
			}
		}
	}
	text := fmt.Sprintf("the journal knows nothing of %s: nothing woke it in the last ten days, or it is spelt otherwise.\n", key)
	if len(near) > 0 {
		text += "It knows: " + strings.Join(nearest(near), ", ") + "\n"
	}
	return fmt.Errorf("%sWhat would be done now: kintsugi plan %s", text, key)
}

// nearest are the best few, the best first.
func nearest(near map[string]int) []string {
	list := slices.SortedFunc(maps.Keys(near), func(a, b string) int { return cmp.Or(near[a]-near[b], cmp.Compare(a, b)) })
	return list[:min(len(list), 5)]
}
