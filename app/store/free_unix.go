//go:build linux || darwin

package store

import "syscall"

// freeBytes is the room left for us on the filesystem of dir, or -1.
func freeBytes(dir string) int64 {
	var at syscall.Statfs_t
	if err := syscall.Statfs(dir, &at); err != nil {
		return -1
	}
	return int64(at.Bavail) * int64(at.Bsize) //nolint:gosec,unconvert // sizes differ by system, and no disk is that large
}
