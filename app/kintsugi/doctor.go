package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/doctor"
	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/store"
)

func newDoctor() *cobra.Command {
	var as string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look over credentials, permissions, webhook, clock and database",
		Long: "Doctor looks over what Kintsugi needs: the App's credentials, the permissions and events\n" +
			"that it was granted, its webhook and the last deliveries, the clock, GitHub's limits and\n" +
			"the database. Of each it says whether it is well and if not what to do. It takes the\n" +
			"settings of kintsugi serve, changes nothing, shows no secret, and may run beside the\n" +
			"server. It ends with 0 if there is nothing to do, else with 1.",
		Args: arguments(cobra.NoArgs),
	}
	s := addSettings(c, server.DoctorSettings())
	format(c, &as)
	c.RunE = func(c *cobra.Command, _ []string) error {
		sources := doctorSources(s.lookup)
		done := progress(c.Context(), c.ErrOrStderr(), "Looking …")
		report := doctor.Examine(doctor.Gather(c.Context(), sources))
		done()
		if err := showReport(c.OutOrStdout(), as, report); err != nil {
			return err
		}
		if !report.Fine() {
			return errFound
		}
		return nil
	}
	return c
}

// doctorSources reads the settings as serve does; what is wrong with them is
// among the findings, and the rest is looked at all the same.
func doctorSources(lookup func(string) string) doctor.Sources {
	config, err := server.ReadDoctorSettings(lookup)
	sources := doctor.Sources{
		Clock: clock.New(), AppID: config.AppID, Secrets: config.WebhookSecrets, URL: config.GitHubURL,
		Database: func(ctx context.Context) (*store.Reader, error) {
			return store.OpenReader(ctx, config.DatabaseURL, config.AppID, clock.New(), store.Quota(config.DatabaseQuota))
		},
	}
	if err != nil {
		sources.Settings = strings.Split(githubapp.Redact(err.Error()), "\n")
	}
	config.Clock, config.Timeout, config.Version = sources.Clock, planTimeout, versionText()
	if config.AppID > 0 && len(config.PrivateKey) > 0 {
		// What keeps it from being made is among the settings already.
		sources.App, _ = server.NewApp(config)
	}
	return sources
}

func showReport(out io.Writer, as string, report doctor.Report) error {
	if as == "json" {
		return writeJSON(out, report)
	}
	_, err := io.WriteString(out, printable(githubapp.Redact(report.String())))
	return err
}
