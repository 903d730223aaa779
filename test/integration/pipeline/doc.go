// Package pipeline tests whole pipelines: the real binary against a real Kafka
// broker, with connectors that read and write files, and objects in the embedded
// S3. Workers and brokers are killed on the way; what arrived is checked by the ids
// in the records.
//
// Floor: tests only. Connect: the system tests of connect.
package pipeline
