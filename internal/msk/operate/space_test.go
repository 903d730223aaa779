package operate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// TestPatience has a deletion that does not succeed for long: it is tried ever more
// rarely, says so once, and succeeds when it can.
func TestPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, EngineSettings{})
		defer b.engine.Close()
		c := b.running("c")
		b.fleet.set(nil, func(context.Context, string) error { return errNever })
		begin := time.Now()
		if _, err := b.DeleteConnector(t.Context(), model.DeleteConnector{ARN: c.ARN}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Second)
		synctest.Wait()
		want := []time.Duration{0, 2 * time.Second, 6 * time.Second, 14 * time.Second, 30 * time.Second, 60 * time.Second, 90 * time.Second}
		if got := b.fleet.times(fleetName(c.ARN), begin); !slices.Equal(got, want) {
			t.Errorf("tries after %v, want %v", got, want)
		}
		b.fleet.set(nil, func(context.Context, string) error { return nil })
		time.Sleep(lastWait)
		synctest.Wait()
		if state := b.state(c.ARN); state != "" {
			t.Errorf("it is %s", state)
		}
		_ = b.engine.Close()
		if n := bytes.Count(b.log.Bytes(), []byte("cannot go on")); n != 1 {
			t.Errorf("%d messages:\n%s", n, b.log)
		}
	})
}

// TestNoSpace has workers that cannot be started, changed or changed back for want of
// space: operations wait for it, and none fails.
func TestNoSpace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, EngineSettings{Limits: Limits{Undo: time.Minute}})
		defer b.engine.Close()
		full := func(context.Context, string) error {
			return &os.PathError{Op: "write", Path: "/secret/place", Err: syscall.ENOSPC}
		}
		b.fleet.set(full, nil)
		made, err := b.CreateConnector(t.Context(), b.request("new"))
		if err != nil {
			t.Fatal(err)
		}
		c := b.running("old")
		updated, err := b.UpdateConnector(t.Context(), b.larger(c))
		if err != nil {
			t.Fatal(err)
		}
		operation := func() model.Operation {
			op, err := b.DescribeConnectorOperation(t.Context(), updated.Operation)
			if err != nil {
				t.Error(err)
			}
			return op
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if b.state(made.ARN) != model.ConnectorCreating || operation().State != model.OperationUpdateInProgress {
			t.Errorf("on a full disk: %s, %s", b.state(made.ARN), operation().State)
		}
		// There is space, but nothing to answer: both fail, and the one cannot be
		// changed back when the disk is full again.
		b.fleet.set(func(context.Context, string) error {
			b.fleet.set(full, nil)
			return Failed(model.ReasonNoWorkers, "none")
		}, nil)
		time.Sleep(time.Hour)
		b.fleet.set(func(context.Context, string) error { return Failed(model.ReasonNoWorkers, "none") }, nil)
		time.Sleep(time.Hour)
		synctest.Wait()
		if op := operation(); b.state(made.ARN) != model.ConnectorFailed || op.State != model.OperationRollbackFailed {
			t.Errorf("in the end: %s, %s", b.state(made.ARN), op.State)
		}
		for _, arn := range []model.ARN{made.ARN, c.ARN} {
			if c, err := b.DescribeConnector(t.Context(), arn); err != nil || strings.Contains(fmt.Sprint(c.StateDescription), "secret") {
				t.Errorf("%+v, %v", c.StateDescription, err)
			}
		}
	})
}

// TestPluginTooLarge has a plugin's file that does not fit: that is no reason to wait.
func TestPluginTooLarge(t *testing.T) {
	t.Parallel()
	cause := &os.PathError{Op: "write", Path: "/secret/place", Err: syscall.ENOSPC}
	err := tooLarge(&Failure{Code: model.ReasonUnknown, Message: cause.Error(), Err: cause})
	if got := reason(err); noSpace(err) || !strings.Contains(got.Message, "no space for the file of the plugin") || strings.Contains(got.Message, "secret") {
		t.Errorf("%+v", got)
	}
	if err := tooLarge(errNever); !errors.Is(err, errNever) {
		t.Error(err)
	}
}

// TestUnwritten checks what clients are told of changes that could not be stored.
func TestUnwritten(t *testing.T) {
	t.Parallel()
	write := func(err error) error {
		return fmt.Errorf("%w: %w", store.ErrNotWritten, &os.PathError{Op: "write", Path: "/secret/place", Err: err})
	}
	for part, err := range map[string]error{"is full": write(syscall.ENOSPC), "cannot write": write(syscall.EIO)} {
		var known *model.Error
		got := unwritten(err)
		if !errors.As(got, &known) || known.Code != model.CodeServiceUnavailable || !strings.Contains(known.Message, part) || strings.Contains(known.Message, "secret") {
			t.Errorf("%v", got)
		}
		if !strings.Contains(got.Error(), "secret") {
			t.Error("the log does not have the cause")
		}
	}
	if err := unwritten(errNever); !errors.Is(err, errNever) || unwritten(nil) != nil {
		t.Error(err)
	}
}
