// Package protocol writes and reads what the members of a Connect group tell
// each other through Kafka: a worker's metadata when it joins, and the
// assignment that the leader gives to each worker. It knows the eager form
// (version 0) and the incremental cooperative form (versions 1 and 2, which
// differ in their number only).
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.distributed.ConnectProtocol,
// IncrementalCooperativeConnectProtocol, ConnectProtocolCompatibility.
package protocol
