package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/engine"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func newDatabase() *cobra.Command {
	c := &cobra.Command{
		Use:   "database",
		Short: "Look at the server's database, or take it back for an older version",
	}
	c.AddCommand(newDatabaseStatus(), newDatabaseBack())
	return c
}

func newDatabaseStatus() *cobra.Command {
	var as string
	c := &cobra.Command{
		Use:   "status",
		Short: "Say which schema the database has, how large it is and what waits in it",
		Long:  "Status looks at the database and changes nothing. It may run beside the server.",
		Args:  arguments(cobra.NoArgs),
	}
	s := addSettings(c, server.JournalSettings())
	format(c, &as)
	c.RunE = func(c *cobra.Command, _ []string) error {
		reader, err := openJournal(c.Context(), s.lookup)
		if err != nil {
			return err
		}
		defer reader.Close() //nolint:errcheck // nothing was written
		is, err := readDatabase(c.Context(), reader)
		if err != nil {
			return err
		}
		return is.show(c.OutOrStdout(), as)
	}
	return c
}

// databaseStatus is what there is in a database.
type databaseStatus struct {
	App      int64  `json:"app"`
	Schema   int    `json:"schema"`
	Used     int64  `json:"used_bytes"`
	Free     *int64 `json:"free_bytes"`
	Due      int    `json:"due"`
	Leased   int    `json:"leased"`
	SetAside int    `json:"set_aside"`
	Pauses   int    `json:"pauses"`
}

func readDatabase(ctx context.Context, reader *store.Reader) (is databaseStatus, err error) {
	is.App = reader.App()
	var errs [5]error
	var room store.Room
	var pauses []store.Pause
	is.Schema, errs[0] = reader.Schema(ctx)
	room, errs[1] = reader.Room(ctx)
	is.Due, is.Leased, errs[2] = reader.Busy(ctx)
	is.SetAside, errs[3] = reader.SetAside(ctx, engine.SetAsideAfter)
	pauses, errs[4] = reader.Pauses(ctx)
	is.Used, is.Pauses = room.Used, len(pauses)
	if room.Free >= 0 {
		is.Free = &room.Free
	}
	return is, errors.Join(errs[:]...)
}

func (is databaseStatus) show(out io.Writer, as string) error {
	if as == "json" {
		return writeJSON(out, is)
	}
	free := ""
	if is.Free != nil {
		free = fmt.Sprintf(", and %.1f GiB are free on its disk", float64(*is.Free)/(1<<30))
	}
	_, err := fmt.Fprintf(out, `App %d, schema %d.
It takes %.1f MiB%s.
Subjects: %d due, %d being run, %d set aside after failing again and again.
Installations that GitHub wants nothing of at the moment: %d.
`, is.App, is.Schema, float64(is.Used)/(1<<20), free, is.Due, is.Leased, is.SetAside, is.Pauses)
	return err
}

func newDatabaseBack() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "back",
		Short: "Take the schema one step back, for an older version of Kintsugi",
		Long: "Back takes the schema of the database one step back, so that the version of Kintsugi\n" +
			"before this step can use it again. What only the newer version kept there is lost;\n" +
			"nothing that cannot be found again on GitHub, except that explain no longer knows what\n" +
			"was done before. Stop every server first: a newer one goes forward again when it starts.",
		Args: arguments(cobra.NoArgs),
	}
	s := addSettings(c, server.DatabaseSettings())
	c.Flags().BoolVar(&yes, "yes", false, "do it; without this nothing is changed")
	c.RunE = func(c *cobra.Command, _ []string) error {
		config, err := server.ReadJournalSettings(s.lookup)
		if err != nil {
			return err
		}
		if !yes {
			return usage(c, errors.New("this loses what only the newer schema keeps (docs/run.md says what that is):\nstop every server, and add --yes"))
		}
		from, to, err := store.Back(c.Context(), config.DatabaseURL)
		if err != nil {
			// The store's errors begin with the setting's name.
			return &server.SettingError{Problem: strings.TrimSpace(err.Error()), Cause: err}
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "The schema was %d and is %d. Start the older version now; this one would go forward again.\n", from, to)
		return err
	}
	return c
}
