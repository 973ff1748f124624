//go:build unix

package postgrestest

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// nobody is whom a server runs as that is started by root, which PostgreSQL
// refuses to be.
func nobody() (uid, gid int, needed bool) {
	if os.Geteuid() != 0 {
		return 0, 0, false
	}
	uid, gid = 65534, 65534
	if u, err := user.Lookup("nobody"); err == nil {
		uid, _ = strconv.Atoi(u.Uid)
		gid, _ = strconv.Atoi(u.Gid)
	}
	return uid, gid, true
}

// unprivileged lets a command run as nobody where we are root, and keeps the
// terminal's Ctrl-C from it.
func unprivileged(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if uid, gid, needed := nobody(); needed {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // ids of the system
	}
}

// hand gives files to whom the server runs as.
func hand(paths ...string) error {
	uid, gid, needed := nobody()
	for _, path := range paths {
		if !needed {
			break
		}
		if err := os.Chown(path, uid, gid); err != nil {
			return err
		}
	}
	return nil
}

func kill(pid int) error { return syscall.Kill(pid, syscall.SIGQUIT) }
