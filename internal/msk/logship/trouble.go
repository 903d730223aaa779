package logship

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/millrace/millrace/internal/awsaccess"
)

func (d *delivery) count(accepted, dropped int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.Lines += int64(accepted)
	d.status.Dropped += int64(dropped)
}

// failed notes a failure and returns how long to wait.
func (d *delivery) failed(err error) time.Duration {
	if errors.Is(err, errCut) {
		return lookEvery
	}
	d.failures++
	err = awsaccess.Explain(err)
	d.mu.Lock()
	before := d.status.Err
	d.status.Err = err
	if before == nil {
		d.status.Failing = time.Now()
	}
	d.mu.Unlock()
	if before == nil || before.Error() != err.Error() {
		d.log.Warn("The log of a worker cannot be delivered", "err", err)
	}
	bound := min(maxBackoff, minBackoff<<min(d.failures-1, 10))
	return bound/2 + rand.N(bound/2+1)
}

// recovered notes that a batch was sent after failures.
func (d *delivery) recovered() {
	if d.failures == 0 {
		return
	}
	d.failures = 0
	d.mu.Lock()
	since, dropped := d.status.Failing, d.status.Dropped
	d.status.Failing, d.status.Err = time.Time{}, nil
	d.mu.Unlock()
	d.log.Info("The log of a worker is delivered again", "after", time.Since(since), "dropped", dropped)
}
