// Package logship delivers the logs of workers to CloudWatch Logs, Amazon S3 and
// Firehose. A [Shipper] follows the log file of one worker, which another component
// keeps short, and has a delivery for each destination, which has a position of its own.
//
// # The file is the buffer
//
// A delivery holds no lines while it waits: what was not accepted is read again. So the
// memory is bounded by the batches that are being sent, of which there are at most
// [Access.Parallel] per service for all shippers together. When a destination does not
// accept lines for long, the oldest are passed over and counted before rotation takes
// them away, and a line in their place says how many they were.
//
// # Rotation
//
// A file is told by how it begins, not by its name or its number. When the file at the
// path begins differently, or is shorter than what was read of it, the delivery goes on
// in FILE.1, FILE.2 and so on, where the same beginning is, and then in all newer ones.
// This holds for files that are renamed and for those that are copied and truncated, and
// after a restart as well.
//
// # Positions
//
// A position is stored when the destination has accepted everything before it. After a
// crash in between, one batch is delivered twice.
//
// # Lines
//
// Every line has the id of its worker in front: [Worker-ID] [TIME] LEVEL MESSAGE
// (LOGGER:LINE), and [Worker-ID] alone in front of the further lines of a message. What
// is secret was taken out by the worker.
//
// Floor 6. Connect: none (the log delivery of Amazon MSK Connect).
package logship
