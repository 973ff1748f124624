package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kintsugi-app/kintsugi/app/server"
)

// settings are flags that stand for environment variables. A flag that is given
// wins over the variable.
type settings struct {
	flags map[string]*string
	given func(flag string) bool
	names map[string]string // of the flags, by variable
}

// addSettings gives a command the flags of these settings and lists in its help
// the variables that have none.
func addSettings(c *cobra.Command, list []server.Setting) *settings {
	s := &settings{flags: map[string]*string{}, given: c.Flags().Changed, names: map[string]string{}}
	var secrets strings.Builder
	for _, setting := range list {
		if setting.Flag == "" {
			fmt.Fprintf(&secrets, "  %-28s %s\n", setting.Name, setting.Help)
			continue
		}
		s.names[setting.Name] = setting.Flag
		s.flags[setting.Name] = c.Flags().String(setting.Flag, setting.Default, setting.Help+" ["+setting.Name+"]")
		if setting.Name == server.Pause {
			c.Flags().Lookup(setting.Flag).NoOptDefVal = "true"
		}
	}
	c.Long += "\n\nEach flag can be set by the variable named beside it. Secrets are taken from the\nenvironment or a file only:\n" + secrets.String()
	return s
}

// lookup is the value of a setting, from its flag, else from the environment.
func (s *settings) lookup(name string) string {
	if flag, ok := s.names[name]; ok && s.given(flag) {
		return *s.flags[name]
	}
	return os.Getenv(name)
}
