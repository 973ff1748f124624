// Command kintsugi is the program as people run it: one noun a file, each a
// thin layer over a package that does the work. It reads flags and environment,
// writes to the terminal and chooses the exit code. It must not know how
// anything is done.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // images without a shell have no zones either

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/githubapp"
	"github.com/kintsugi-app/kintsugi/app/server"
)

// The exit codes, on which scripts rely.
const (
	fine     = 0
	findings = 1 // something was found, is not ready, or did not work
	misuse   = 2 // wrong usage or broken input
)

// version is set when the program is built, by -ldflags "-X main.version=…".
var version string

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process around it.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	errOut = &inTurn{to: errOut}
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	return exitCode(root.ExecuteContext(ctx), errOut)
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "kintsugi",
		Short: "Incidents on GitHub, from the first report to what was learnt",
		Long: "Kintsugi looks after incidents that people open as GitHub issues: it calls whoever is\n" +
			"on call, guides the response and measures it.\n\n" +
			"See it work on this machine, with nothing to set up:  kintsugi sandbox",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(usage)
	root.AddCommand(newServe(), newSandbox(), newPlan(), newExplain(), newDoctor(), newDatabase(), newReady(), newInit(), newSetup(), newVersion())
	root.AddCommand(newPolicy(), newIncident(), newPostmortem(), newFollowUp(), newReadingList(), newReadiness())
	root.SetHelpCommand(newHelp())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.HasSubCommands() && !c.Runnable() {
			c.RunE = needsVerb
		}
	}
	return root
}

// newHelp is cobra's help, except that it does not call it fine to be asked
// about a command that there is not.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = fmt.Errorf("unknown command %q for %q", rest[0], about.CommandPath())
			}
			if err != nil {
				return usage(c.Root(), err)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// needsVerb is a noun without its verb, which says what there is, or with a
// word that is no verb of its.
func needsVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	return usage(c, fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()))
}

// usageError is a command that was written wrongly.
type usageError struct {
	command string
	cause   error
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%v\nSee `%s --help`.", e.cause, e.command)
}

func (e *usageError) Unwrap() error { return e.cause }

func usage(c *cobra.Command, err error) error { return &usageError{c.CommandPath(), err} }

// arguments lets a check of arguments end in the exit code for wrong usage.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usage(c, err)
		}
		return nil
	}
}

// errFound ends a command that has already said what is wrong.
var errFound = errors.New("found something")

// exitCode prints what went wrong, without a secret in it, and says how the
// process ends.
func exitCode(err error, errOut io.Writer) int {
	var wrong *usageError
	var setting *server.SettingError
	switch {
	case err == nil:
		return fine
	case errors.Is(err, errFound):
		return findings
	}
	fmt.Fprintln(errOut, "kintsugi: "+printable(strings.ReplaceAll(githubapp.Redact(err.Error()), "\n", "\n  ")))
	if errors.As(err, &wrong) || errors.As(err, &setting) || strings.HasPrefix(err.Error(), "unknown command") {
		return misuse
	}
	return findings
}

// format is the flag that chooses how a command answers, in text, JSON or
// whatever else it has.
func format(c *cobra.Command, into *string, others ...string) {
	all := append([]string{"text", "json"}, others...)
	last := len(all) - 1
	choice := strings.Join(all[:last], ", ") + " or " + all[last]
	c.Flags().StringVar(into, "format", "text", "how to answer: "+choice)
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		if !slices.Contains(all, *into) {
			return usage(c, fmt.Errorf("--format is %.40q: write %s", *into, choice))
		}
		return nil
	}
}

// versionText is the version that was built in, else what Go noted.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
