package groupadmin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
)

// How often a request is made, and the pauses between: together some 15 seconds.
const (
	tries      = 20
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// persist does what needs the group's coordinator until there is one: the first
// request to a new cluster makes the brokers create the topic of all groups. The
// client does not wait for that.
func persist(ctx context.Context, do func() error) error {
	pause := firstPause
	for try := 1; ; try++ {
		err := do()
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		if try == tries || !moving(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-time.After(pause):
		}
		pause = min(2*pause, lastPause)
	}
}

// moving tells whether the group is on its way to another broker.
func moving(err error) bool {
	for _, code := range []error{kerr.CoordinatorNotAvailable, kerr.CoordinatorLoadInProgress, kerr.NotCoordinator} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}
