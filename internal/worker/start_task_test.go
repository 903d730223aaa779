package worker

import (
	"maps"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/state"
)

func TestTooManyTasks(t *testing.T) {
	for enforce, want := range map[string]state.State{"true": state.Failed, "false": state.Running} {
		t.Run("enforce "+enforce, func(t *testing.T) {
			h := newHost(t, batches().plugin(sourceClass))
			err := h.worker.StartTask(TaskStart{
				ID: sourceID, Target: state.TargetStarted, Tasks: 3,
				Connector: map[string]string{"name": "src", "connector.class": sourceClass, "tasks.max": "2", "tasks.max.enforce": enforce},
			})
			if err != nil {
				t.Fatal(err)
			}
			failure := h.await(sourceID, want)
			if want == state.Failed && (failure == nil || !strings.HasPrefix(failure.Error(), "The connector src has generated 3 tasks, which is greater than 2,")) {
				t.Errorf("the failure is %v", failure)
			}
		})
	}
}

func TestPausedFromTheBeginning(t *testing.T) {
	var started atomic.Bool
	s := batches()
	s.start = func(source.Runtime) error {
		started.Store(true)
		return nil
	}
	h := newHost(t, s.plugin(sourceClass))
	props := map[string]string{"name": "src", "connector.class": sourceClass}
	if err := h.worker.StartTask(TaskStart{ID: sourceID, Connector: maps.Clone(props), Target: state.TargetPaused, Tasks: 1}); err != nil {
		t.Fatal(err)
	}
	h.await(sourceID, state.Paused)
	if started.Load() {
		t.Fatal("the task was started")
	}
	h.worker.PauseTasks("src", false)
	h.await(sourceID, state.Running)
	h.worker.StopTasks(sourceID)
	h.await(sourceID, state.Unassigned)
	started.Store(false)
	if err := h.worker.StartTask(TaskStart{ID: sourceID, Connector: props, Target: state.TargetPaused, Tasks: 1}); err != nil {
		t.Fatal(err)
	}
	h.await(sourceID, state.Paused)
	h.worker.StopTasks(sourceID)
	h.await(sourceID, state.Unassigned)
	if started.Load() {
		t.Error("a task that was stopped while it was paused was started")
	}
}
