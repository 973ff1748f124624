package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/server"
	"github.com/kintsugi-app/kintsugi/app/web"
)

// readyTimeout is less than any orchestrator waits for an answer.
const readyTimeout = 4 * time.Second

func newReady() *cobra.Command {
	c := &cobra.Command{
		Use:   "ready",
		Short: "Ask the server on this machine whether it is ready",
		Long: "Ready asks the server that listens on this machine at " + server.Addr + " whether it takes\n" +
			"deliveries, and ends with 0 if so, else with 1. It is for health checks in a container\n" +
			"that holds no other program.",
		Args: arguments(cobra.NoArgs),
	}
	s := addSettings(c, server.AddrSettings())
	c.RunE = func(c *cobra.Command, _ []string) error {
		config, err := server.ReadAddr(s.lookup)
		if err != nil {
			return err
		}
		return askReady(c.Context(), c.OutOrStdout(), config)
	}
	return c
}

// askReady passes on what the server answers.
func askReady(ctx context.Context, out io.Writer, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost" // it listens on all
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+web.PathReady, http.NoBody)
	if err != nil {
		return err
	}
	// A proxy that the environment names is for GitHub, not for this machine.
	answer, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err != nil {
		return fmt.Errorf("nothing answers at %s: %w", addr, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, strings.TrimSpace(printable(string(body)))); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return errFound
	}
	return nil
}
