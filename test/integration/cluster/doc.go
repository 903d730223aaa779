// Package cluster runs groups of workers for integration tests, and file sources that
// are always being written to, whose lines are counted at the end.
//
// Floor: tests only. Connect: a cluster of connect-distributed workers.
package cluster
