package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// initOptions are the flags of kintsugi init.
type initOptions struct {
	dir, lang, owner string
	label, nearMiss  string
	postmortem       string // its label
	notify           []string
	write            bool
}

func newInit() *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Show, then write, the issue forms and the policy of a repository",
		Long: "Init shows which files a checkout would receive: issue forms for incidents and near\n" +
			"misses, a plain text for phones, a template for postmortems, and a policy of a few\n" +
			"lines. It writes them only when told to, by --write or by answering y, and never\n" +
			"overwrites: what is there stays byte for byte. Templates of your own for incidents and\n" +
			"postmortems are taken over, with their labels.\n" +
			"Nothing is sent anywhere; you commit what was written.",
		Example: "  kintsugi init\n  kintsugi init --lang ja --owner acme --notify @tanaka,@acme/on-call --write",
		Args:    arguments(cobra.NoArgs),
	}
	flags := c.Flags()
	flags.StringVar(&o.dir, "dir", ".", "the checkout")
	flags.StringVar(&o.lang, "lang", "", "the language of the files and of this command, en or ja; by default the policy's, else en")
	flags.StringVar(&o.owner, "owner", "", "the account whose teams the policy gives as examples")
	flags.StringVar(&o.label, "label", "", "a label for incidents that you have already")
	flags.StringVar(&o.nearMiss, "near-miss-label", "", "a label for near misses that you have already")
	flags.StringVar(&o.postmortem, "postmortem-label", "", "a label for postmortems that you have already")
	flags.StringSliceVar(&o.notify, "notify", nil, "who is called, as @name or @organisation/team, separated by commas")
	flags.BoolVar(&o.write, "write", false, "write without asking")
	flags.BoolVar(&o.write, "yes", false, "the same as --write")
	c.RunE = func(c *cobra.Command, _ []string) error {
		root, err := openCheckout(o)
		if err != nil {
			return usage(c, err)
		}
		defer root.Close() //nolint:errcheck // files have been synced one by one
		return initialize(c, root, o)
	}
	return c
}

var account = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)

// openCheckout opens the folder, out of which nothing is then read or written.
func openCheckout(o initOptions) (*os.Root, error) {
	if _, ok := words.Parse(o.lang); o.lang != "" && !ok {
		return nil, fmt.Errorf("--lang is %.40q: write en or ja", o.lang)
	}
	if o.owner != "" && !account.MatchString(o.owner) {
		return nil, fmt.Errorf("--owner is %.60q, which is no account: write its name, such as acme", o.owner)
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("--dir is %q, which cannot be opened: %w", o.dir, cause(err))
	}
	if isCheckout(dir) {
		return root, nil
	}
	for up := filepath.Dir(dir); up != filepath.Dir(up); up = filepath.Dir(up) {
		if isCheckout(up) {
			root.Close() //nolint:errcheck // nothing was written
			return nil, fmt.Errorf("%s is a folder within the checkout %s, and GitHub reads these files at its top: kintsugi init --dir %s", dir, up, up)
		}
	}
	return root, nil
}

// isCheckout: .git is a folder, or a file where the folder is elsewhere.
func isCheckout(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// cause is why a file cannot be used, without its name, which the caller says.
func cause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}

// initialize looks, shows, and writes if it may.
func initialize(c *cobra.Command, root *os.Root, o initOptions) error {
	found, err := lookAround(root)
	if err != nil {
		return err
	}
	if found.policy != nil && (o.label != "" || o.nearMiss != "" || o.postmortem != "" || len(o.notify) > 0) {
		return usage(c, fmt.Errorf("%s is there already and stays: set --label, --near-miss-label, --postmortem-label and --notify in it", templates.Policy))
	}
	lay, err := layOut(found, o)
	if err != nil {
		return usage(c, err)
	}
	out := c.OutOrStdout()
	if _, err := io.WriteString(out, printable(lay.String())); err != nil {
		return err
	}
	if len(lay.files) > 0 {
		if err := clearWay(root, lay.files); err != nil {
			return err
		}
		if !o.write && !agrees(c.InOrStdin(), out, lay) {
			fmt.Fprint(out, lay.text(textNotWritten))
			return lay.ending()
		}
		if err := writeAll(root, lay, out); err != nil {
			return err
		}
	}
	fmt.Fprint(out, printable(lay.next()))
	return lay.ending()
}

// agrees asks, where somebody sits at a terminal.
func agrees(in io.Reader, out io.Writer, lay layout) bool {
	file, ok := in.(*os.File)
	if !ok {
		return false
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	fmt.Fprint(out, lay.text(textAsk))
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil {
		fmt.Fprintln(out) // nobody answered, which is no
	}
	return slices.Contains([]string{"y", "yes", "はい"}, strings.ToLower(strings.TrimSpace(answer)))
}
