// Package objectstore writes Kafka records as objects: what sink connectors for
// Amazon S3 and for stores like it have in common. A Sink keeps a writer for each
// assigned partition; a writer appends records, already formatted, to open files
// (one for each encoded partition, with its keys and headers beside it) and
// rotates: it uploads all its files and only then lets the offset move.
//
// What is delivered exactly once, and why:
//
//   - An object is named after the offset of its first record, so records that
//     are delivered again make the same objects again.
//   - Objects of a partition become visible in order. Uploads run at the same
//     time, but each one completes only after all before it in its partition.
//   - An offset is handed out only when everything before it is complete.
//   - After an error that may pass, the consumer goes back to the first record of
//     the failed rotation, and identical objects are written again.
//
// Floor 2. Connect: io.confluent.connect.storage and the TopicPartitionWriter of
// the sinks built on it.
package objectstore
