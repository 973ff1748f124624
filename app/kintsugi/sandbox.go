package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/sandbox"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func newSandbox() *cobra.Command {
	var o sandbox.Options
	var lang string
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "See it work: the real app against a simulated GitHub, and a story",
		Long: "Sandbox runs the real app over real HTTP against a simulated GitHub, with nothing\n" +
			"to set up, and plays a story on it: an incident from the first report to the end.\n" +
			"Each step is checked through the simulated GitHub's own API. Then it stays up with\n" +
			"a page to look around and go on; --exit ends after the story.",
		Example: "  kintsugi sandbox\n  kintsugi sandbox --lang ja\n  kintsugi sandbox --exit --format json",
		Args:    arguments(cobra.NoArgs),
	}
	c.Flags().BoolVar(&o.Exit, "exit", false, "end after the story; exit code 1 if a step failed")
	c.Flags().StringVar(&lang, "lang", "", "the story's language, en or ja; by default en, and both with --exit")
	c.Flags().StringVar(&o.Addr, "addr", "127.0.0.1:0", "where the page is served")
	format(c, &o.Format)
	c.RunE = func(c *cobra.Command, _ []string) error {
		switch one, ok := words.Parse(lang); {
		case ok:
			o.Languages = []words.Language{one}
		case lang != "":
			return usage(c, fmt.Errorf("--lang is %.40q: write en or ja", lang))
		case o.Exit:
			o.Languages = []words.Language{words.English, words.Japanese}
		}
		if !canListen(c.Context(), o.Addr) {
			return usage(c, fmt.Errorf("--addr is %.60q, which is no address or is in use: write HOST:PORT, such as 127.0.0.1:8700", o.Addr))
		}
		o.Out, o.Version = c.OutOrStdout(), versionText()
		err := sandbox.Run(c.Context(), o)
		if errors.Is(err, sandbox.ErrStory) {
			return errFound // each step has said what was wrong
		}
		return err
	}
	return c
}

// canListen tries an address before the story begins, which would only end there.
func canListen(ctx context.Context, addr string) bool {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
