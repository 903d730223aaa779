// Package sink is what a sink connector implements: it takes records from Kafka
// and brings them somewhere.
//
// A connector plans, its tasks work. All tasks of a connector are members of one
// consumer group, so Kafka divides the partitions of its topics among them.
//
// Delivery is at least once: the host commits a record's offset to Kafka only after
// the task said, in Flush or PreCommit, that everything up to it is safe.
//
// Floor 1. Connect: org.apache.kafka.connect.sink.
package sink
