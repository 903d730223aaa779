package worker

import "sync/atomic"

// counts are what a task has done so far. They are moved once per batch where
// possible, and read by anybody.
type counts struct {
	records  atomic.Int64 // polled by a source task, consumed by a sink task
	written  atomic.Int64 // acknowledged by Kafka, put into the connector
	failures atomic.Int64 // failed attempts
	errors   atomic.Int64 // operations on records that ended in an error
	skipped  atomic.Int64 // records dropped by tolerance
	retries  atomic.Int64
	commits  atomic.Int64
	failed   atomic.Int64 // failed commits
	dlq      atomic.Int64 // records sent to the dead letter queue
	dlqLost  atomic.Int64 // of which Kafka refused, or nobody knows the bytes
	logged   atomic.Int64 // failures written to the log

	lastError atomic.Int64 // when a record failed, in milliseconds since 1970; 0 for never
}

// Counts is a snapshot of what a task has done.
type Counts struct {
	Records, Written, Failures, Errors, Skipped, Retries int64
	Commits, FailedCommits                               int64
	DeadLetters, DeadLettersLost                         int64
}

func (c *counts) snapshot() Counts {
	return Counts{
		Records: c.records.Load(), Written: c.written.Load(),
		Failures: c.failures.Load(), Errors: c.errors.Load(),
		Skipped: c.skipped.Load(), Retries: c.retries.Load(),
		Commits: c.commits.Load(), FailedCommits: c.failed.Load(),
		DeadLetters: c.dlq.Load(), DeadLettersLost: c.dlqLost.Load(),
	}
}
