// Package pace limits how often something happens.
//
// Floor 0. Connect: org.apache.kafka.tools.ThroughputThrottler.
package pace

import (
	"context"
	"time"
)

// Pace spaces events evenly.
type Pace struct {
	every time.Duration // 0: unlimited
	next  time.Time
}

// New allows perSecond events; a number below 1 does not limit them.
func New(perSecond int64) Pace {
	if perSecond < 1 {
		return Pace{}
	}
	return Pace{every: time.Second / time.Duration(perSecond), next: time.Now()}
}

// Wait blocks until the next event is due; false means that ctx ended.
func (p *Pace) Wait(ctx context.Context) bool {
	if p.every == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(time.Until(p.next))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case now := <-timer.C:
		if p.next = p.next.Add(p.every); p.next.Before(now.Add(-time.Second)) {
			p.next = now // do not catch up on a long pause
		}
		return true
	}
}
