// Package membership keeps a worker in its Connect group: it finds the
// coordinator, joins, takes its assignment, sends heartbeats and leaves; when the
// worker is the leader it assigns the work of all.
//
// One goroutine owns a member's state. It goes through rebalances, each of which
// is: prepare (with the eager protocol, everything stops), join, assign (the
// leader), sync, complete. Heartbeats go on in every part of that, also while the
// worker stops what it runs. What the herder wants lies in a letter box until the
// goroutine comes by.
//
// Beyond Kafka Connect: a worker that is stopped hands over. It joins once more to
// say that it is leaving, and the leader, if it is of this program, gives its work
// to others in that same round instead of keeping it for its return. Members that
// hand over also look for a rebalance more often than every heartbeat interval.
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.distributed.WorkerCoordinator,
// WorkerGroupMember, org.apache.kafka.clients.consumer.internals.AbstractCoordinator.
package membership
