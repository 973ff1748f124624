package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/server"
)

func newServe() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the GitHub App: receive webhooks and look after incidents",
		Long: "Serve runs the GitHub App until it is told to stop (SIGTERM or Ctrl-C); what is in\n" +
			"flight is then finished or handed back. It refuses to start rather than run\n" +
			"half-configured, and says which setting is wrong.\n\n" +
			"Routes: POST /webhooks/github, GET /healthz (alive), /readyz (ready), /metrics,\n" +
			"and /reading-list/OWNER/REPO/ for each list of --reading-lists, open to whoever reaches the\n" +
			"server: nobody is asked to log in.",
		Args: arguments(cobra.NoArgs),
	}
	s := addSettings(c, server.ServeSettings())
	c.RunE = func(c *cobra.Command, _ []string) error {
		config, err := server.ReadSettings(s.lookup)
		if err := errors.Join(err, server.Misspelt(os.Environ())); err != nil {
			return err
		}
		config.Version, config.Clock, config.LogTo = versionText(), clock.New(), c.ErrOrStderr()
		return server.Run(c.Context(), config)
	}
	return c
}
