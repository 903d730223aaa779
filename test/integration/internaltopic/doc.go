// Package internaltopic tests the stores in the worker's internal topics on a real
// broker: what the embedded one does not do, or might do differently.
//
// Floor: tests only. Connect: org.apache.kafka.connect.util.KafkaBasedLog and the
// stores on it.
package internaltopic
