package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// sweepTime is how long killed processes may take to go.
const sweepTime = 10 * time.Second

// sweep kills what is left of the processes of a worker that has none: what it started,
// and what an interrupted driver started.
func sweep(ctx context.Context, dir string) error {
	found, err := findMarked(dir)
	if err != nil {
		return fmt.Errorf("look for processes of a worker: %w", err)
	}
	return killAll(ctx, found)
}

// killAll kills processes and returns when they are gone.
func killAll(ctx context.Context, all []marked) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	for _, m := range all {
		if err := kill(ctx, m.identity); err != nil {
			return fmt.Errorf("stop process %d, which is left of a worker: %w", m.PID, err)
		}
	}
	return nil
}

func kill(ctx context.Context, id identity) error {
	p, err := adopt(started{Identity: id})
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = p.handle.Release() }()
	if err := p.signal(os.Kill); err != nil {
		return err
	}
	if err := p.wait(ctx); err != nil {
		return err
	}
	reap(id.PID)
	return nil
}
