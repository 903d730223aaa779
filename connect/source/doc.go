// Package source is what a source connector implements: it reads from somewhere
// and gives records to Kafka.
//
// A connector plans, its tasks work. The host validates the configuration, starts
// the Connector, asks it for the configurations of its tasks, and runs each Task in
// a goroutine of its own, here or on another worker.
//
// Delivery is at least once: the host stores a record's offset only after Kafka has
// the record and all before it of the same source partition.
//
// Floor 1. Connect: org.apache.kafka.connect.source.
package source
