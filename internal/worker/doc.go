// Package worker runs connectors and tasks.
//
// A connector or task is one goroutine that owns it and calls its methods; the
// worker and its herder only leave messages. So a plugin that hangs harms nobody
// else: what it hangs in, and since when, can be asked for, and after the time for
// a graceful stop it is abandoned, its Kafka clients closed.
//
//	source task: poll → transform → convert → produce → acks → flights → offset commit
//	exactly once: poll → transform → convert → produce, with the offsets, in a transaction
//	sink task:   fetch → convert → transform → put → preCommit → group commit
//
// Floor 4. Connect: org.apache.kafka.connect.runtime.Worker, WorkerConnector,
// WorkerSourceTask, ExactlyOnceWorkerSourceTask, WorkerSinkTask and runtime.errors.
package worker
