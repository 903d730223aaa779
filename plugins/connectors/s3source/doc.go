// Package s3source is the source connector for Amazon S3 and stores that speak its
// protocol. It takes the configurations of Confluent's connector, and reads back what
// the sink connector wrote (mode RESTORE_BACKUP), or any objects (mode GENERIC).
//
// What belongs together is a group: the objects of one Kafka partition within a
// folder. Their names sort by the offsets in them, and a group has a position, which
// is its source offset. The connector divides the groups it finds into ranges of
// names, one for each task. A task lists the names of its range each time that
// s3.poll.interval.ms is over, and reads what lies behind the positions.
//
// In mode GENERIC each object has an offset of its own, and belongs to the task that
// a hash of its name says.
//
// Floor 3. Connect: io.confluent.connect.s3.source.S3SourceConnector.
package s3source
