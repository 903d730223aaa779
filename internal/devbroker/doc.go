// Package devbroker is a Kafka cluster in this process, for development and
// tests. It stands in for the brokers a Kafka Connect worker talks to.
//
// It runs kfake of the franz-go project and adds what a long-lived development
// broker needs: a data directory only one process opens, topics created
// automatically that survive a kill, compaction a kill cannot break, limits on
// what a connection may send, and errors a caller can recognise.
//
// What survives with a data directory:
//
//   - Clean stop: everything.
//   - Killed process: every acknowledged record, topic, topic configuration,
//     committed group offset and finished transaction. Open transactions are
//     aborted. A retry of a batch that was stored but not acknowledged before
//     the kill is stored again. Records removed by DeleteRecords since the last
//     clean start may come back, down to the beginning of their log segment.
//   - Power failure: the same with [Settings.Sync], otherwise what the
//     operating system had written.
//
// Without a data directory everything is in memory and grows with the data.
//
// Floor 0. Connect: none (Apache Kafka brokers on one machine).
package devbroker
