// Package assign divides connectors and tasks among the workers of a group. It is
// what the leader computes in a rebalance: Eager, which deals everything out
// anew, and Cooperative, which leaves work where it is and remembers between
// rebalances what it gave and took. Nothing here reads a clock, the network or a
// store.
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.distributed.EagerAssignor,
// IncrementalCooperativeAssignor.
package assign
