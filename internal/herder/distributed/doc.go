// Package distributed is the herder of a worker in a group: configurations, offsets
// and statuses are in Kafka, the group's leader decides which worker runs what, and
// any worker answers requests or knows who can.
//
// One goroutine, the owner, has the herder's state. What happens comes to it as
// letters: assignments, records of the config topic, answers of connectors, timers.
// It never calls a connector, and never waits for one, for a topic or for another
// worker; that is done by others, who send it a letter. Reads are answered from
// snapshots without it.
//
// Floor 5. Connect: org.apache.kafka.connect.runtime.distributed.DistributedHerder.
package distributed
