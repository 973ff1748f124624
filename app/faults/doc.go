// Package faults is the list of what may go wrong, each fault a named test
// against real processes: the real server in a child that is killed, stopped or
// starved, on each database, against a simulated GitHub over real sockets.
// After every fault the same six promises are checked (promises_test.go). A town
// is what a test has: the hub, a database, and the children by name. It holds
// tests only, which know the program from outside: by its sockets, its output
// and its database. It must not know how the program keeps a promise, so that
// no test passes because the program says so.
package faults
