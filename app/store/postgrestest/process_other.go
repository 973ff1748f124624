//go:build !unix

package postgrestest

import "os/exec"

// Elsewhere no server is started: binaries finds none.
func unprivileged(*exec.Cmd) {}

func hand(...string) error { return errNone }

func kill(int) error { return errNone }
