// Package emulate holds the program to a second opinion: the simulation of
// GitHub that others wrote for npm under this name, pinned in
// tools/package.json. Its tests start that simulation and the real binary as
// processes, play an incident as people would over REST, and look at what
// stands there at rest. Where the simulation differs from GitHub, proxy_test.go
// says how and makes it good, or the test shows that the program degrades as
// promised. It must not know anything of the program but its settings, its
// routes and its texts, nor share code with it: a second opinion that is told
// what to think is none.
package emulate
