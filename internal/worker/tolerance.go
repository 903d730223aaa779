package worker

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/connectorconfig"
)

// Stage is where a record failed, in Connect's spelling.
type Stage string

// The stages.
const (
	TransformStage Stage = "TRANSFORMATION"
	KeyStage       Stage = "KEY_CONVERTER"
	ValueStage     Stage = "VALUE_CONVERTER"
	HeaderStage    Stage = "HEADER_CONVERTER"
	PutStage       Stage = "TASK_PUT"
	ProduceStage   Stage = "KAFKA_PRODUCE"
)

// failure is a record that could not be handled.
type failure struct {
	stage    Stage
	class    string            // of the plugin that failed
	consumed *connect.Consumed // the record of a sink task
	source   *connect.Record   // the record of a source task, before transformation
	err      error
}

// reporter tells somebody of a failure.
type reporter interface {
	report(ctx context.Context, f *failure) error
}

// tolerance decides what becomes of records that fail. It is called only for those,
// so the way of a good record knows nothing of it.
type tolerance struct {
	errors    connectorconfig.Errors
	reporters []reporter
	counts    *counts
}

// handle retries a failed step while that makes sense. When it does not help, the
// record is reported, and dropped if errors.tolerance allows; then handled is
// false. The error is fatal to the task.
func (t *tolerance) handle(ctx context.Context, f failure, again func() error) (handled bool, fatal error) {
	t.counts.failures.Add(1)
	if f.err = t.retry(ctx, f.err, again); f.err == nil {
		return true, nil
	}
	if connect.IsRetriable(f.err) {
		t.counts.failures.Add(1) // as Connect counts what it gives up
	}
	return false, t.give(ctx, &f)
}

// give reports a failure and says whether the task can go on.
func (t *tolerance) give(ctx context.Context, f *failure) error {
	t.counts.lastError.Store(time.Now().UnixMilli())
	if f.stage != PutStage && f.stage != ProduceStage || !t.errors.TolerateAll {
		t.counts.errors.Add(1)
	}
	for _, r := range t.reporters {
		if err := r.report(ctx, f); err != nil {
			return err
		}
	}
	if !t.errors.TolerateAll {
		return &connect.Error{Msg: "Tolerance exceeded in error handler", Err: f.err}
	}
	if f.stage != PutStage {
		t.counts.skipped.Add(1)
	}
	return nil
}

const firstRetryDelay = 300 * time.Millisecond

// retry repeats a step that failed with a retriable error until it succeeds, its
// time is up or the task stops. It returns the last error.
func (t *tolerance) retry(ctx context.Context, err error, again func() error) error {
	deadline := time.Now().Add(t.errors.RetryTimeout)
	forever := t.errors.RetryTimeout < 0
	for n := 0; connect.IsRetriable(err) && (forever || time.Now().Before(deadline)); n++ {
		delay := t.delay(n)
		if !forever {
			delay = min(delay, time.Until(deadline))
		}
		if !sleep(ctx, delay) {
			return err
		}
		t.counts.retries.Add(1)
		if err = again(); err != nil {
			t.counts.failures.Add(1)
		}
	}
	return err
}

// delay doubles from 300 ms; beyond the maximum it is random below it, as in
// Connect.
func (t *tolerance) delay(n int) time.Duration {
	limit := max(t.errors.RetryDelayMax, time.Millisecond)
	if n > 30 || firstRetryDelay<<n > limit {
		return rand.N(limit)
	}
	return firstRetryDelay << n
}

// sleep waits; it returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
