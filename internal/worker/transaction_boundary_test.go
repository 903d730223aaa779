package worker

import (
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/store/state"
)

func TestPollBoundary(t *testing.T) {
	gate := make(chan struct{})
	x := newExactHost(t, batches(plain(1, 3), func(source.Transaction) []connect.Record {
		<-gate
		return span(4, 5)
	}).plugin(sourceClass))
	x.createTopic("out", 1)
	x.startSource(nil)
	x.awaitCommitted("out", sequence(1, 3))
	if n := x.stored(); n != 3 {
		t.Errorf("offset %d is stored, want 3", n)
	}
	close(gate)
	x.awaitCommitted("out", sequence(1, 5))
	if c, _ := x.worker.TaskCounts(sourceID); c.Records != 5 || c.Written != 5 || c.Commits < 2 {
		t.Errorf("counts are %+v", c)
	}
}

func TestIntervalBoundary(t *testing.T) {
	t.Run("commits while the task waits for records", func(t *testing.T) {
		x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
		x.createTopic("out", 1)
		x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", "100"))
		x.awaitCommitted("out", sequence(1, 3))
	})
	t.Run("by the flush interval of the worker", func(t *testing.T) {
		x := newExactHost(t, batches(plain(1, 3)).plugin(sourceClass))
		x.createTopic("out", 1)
		x.startSource(withBoundary("interval"))
		x.awaitCommitted("out", sequence(1, 3))
	})
	for _, test := range []struct {
		name string
		then func(x *exactHost)
	}{
		{"commits when the task stops", func(x *exactHost) { x.worker.StopTasks(sourceID) }},
		{"commits when the task is paused", func(x *exactHost) {
			x.worker.PauseTasks("src", true)
			x.await(sourceID, state.Paused)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExactHost(t, batches(plain(1, 3), plain(4, 6)).plugin(sourceClass))
			x.createTopic("out", 1)
			x.startSource(withBoundary("interval", "transaction.boundary.interval.ms", never))
			x.eventually("all is in Kafka", func() bool { return x.endOf("out") == 6 })
			if got := x.committedValues("out"); len(got) > 0 {
				t.Fatalf("committed are %v", got)
			}
			test.then(x)
			if got := x.committedValues("out"); !slices.Equal(got, sequence(1, 6)) {
				t.Fatalf("committed are %v", got)
			}
			if n := x.stored(); n != 6 {
				t.Errorf("offset %d is stored, want 6", n)
			}
		})
	}
}

func TestConnectorBoundary(t *testing.T) {
	for _, test := range []struct {
		name   string
		polls  []func(source.Transaction) []connect.Record
		want   []string
		offset int64
	}{
		{"commit after a record", []func(source.Transaction) []connect.Record{
			plain(1, 3),
			func(tx source.Transaction) []connect.Record {
				batch := span(4, 8)
				tx.CommitAfter(&batch[2])
				return batch
			},
		}, sequence(1, 6), 6},
		{"commit after a batch", []func(source.Transaction) []connect.Record{
			plain(1, 3),
			func(tx source.Transaction) []connect.Record {
				tx.CommitAfterBatch()
				return span(4, 5)
			},
			plain(6, 7),
		}, sequence(1, 5), 5},
		{"commit twice in a batch", []func(source.Transaction) []connect.Record{
			func(tx source.Transaction) []connect.Record {
				batch := span(1, 4)
				tx.CommitAfter(&batch[0])
				tx.CommitAfter(&batch[2])
				return batch
			},
		}, sequence(1, 3), 3},
		{"abort after a record", []func(source.Transaction) []connect.Record{
			plain(1, 3),
			func(tx source.Transaction) []connect.Record {
				batch := span(4, 8)
				tx.AbortAfter(&batch[1])
				tx.CommitAfter(&batch[4])
				return batch
			},
		}, sequence(6, 8), 8},
		{"abort after a batch", []func(source.Transaction) []connect.Record{
			func(tx source.Transaction) []connect.Record {
				tx.CommitAfterBatch()
				return span(1, 2)
			},
			func(tx source.Transaction) []connect.Record {
				tx.AbortAfterBatch()
				return span(3, 9)
			},
		}, sequence(1, 2), 9},
		{"abort of nothing", []func(source.Transaction) []connect.Record{
			func(tx source.Transaction) []connect.Record {
				tx.AbortAfterBatch()
				return nil
			},
			func(tx source.Transaction) []connect.Record {
				tx.CommitAfterBatch()
				return span(1, 2)
			},
		}, sequence(1, 2), 2},
		{"nothing asked for", []func(source.Transaction) []connect.Record{plain(1, 3)}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExactHost(t, batches(test.polls...).plugin(sourceClass))
			x.createTopic("out", 1)
			x.startSource(withBoundary("connector"))
			x.eventually("the task has polled all", func() bool {
				c, _ := x.worker.TaskCounts(sourceID)
				call := x.worker.TaskCall(sourceID)
				return c.Records >= test.offset && call != nil && call.Method == "Poll"
			})
			x.eventually("the offset is stored", func() bool { return x.stored() == test.offset })
			x.worker.StopTasks(sourceID) // aborts what is open
			if err := x.await(sourceID, state.Unassigned); err != nil {
				t.Fatal(err)
			}
			if got := x.committedValues("out"); !slices.Equal(got, test.want) {
				t.Errorf("committed are %v, want %v", got, test.want)
			}
			if n := x.stored(); n != test.offset {
				t.Errorf("offset %d is stored, want %d", n, test.offset)
			}
		})
	}
}

func TestConnectorBoundaryErrors(t *testing.T) {
	for _, test := range []struct {
		name, want string
		poll       func(source.Transaction) []connect.Record
	}{
		{"batch", "Connector requested both commit and abort of same transaction", func(tx source.Transaction) []connect.Record {
			tx.CommitAfterBatch()
			tx.AbortAfterBatch()
			return span(1, 2)
		}},
		{"record", "Connector requested both commit and abort of same record against topic/partition out/null", func(tx source.Transaction) []connect.Record {
			batch := span(1, 2)
			tx.CommitAfter(&batch[0])
			tx.AbortAfter(&batch[0])
			return batch
		}},
		{"foreign record", "1 records that are not in the batch", func(tx source.Transaction) []connect.Record {
			r := numbered("out", 1)
			tx.CommitAfter(&r)
			return span(1, 2)
		}},
		{"own offsets topic", "Source tasks may not produce to their own offsets topics when exactly-once support is enabled", func(source.Transaction) []connect.Record {
			return []connect.Record{numbered(workerOffsets, 1)}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := newExactHost(t, batches(test.poll).plugin(sourceClass))
			x.createTopic("out", 1)
			x.startSource(withBoundary("connector"))
			if err := x.await(sourceID, state.Failed); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the failure is %v, want %s", err, test.want)
			}
			if got := x.committedValues("out"); len(got) > 0 {
				t.Errorf("committed are %v", got)
			}
		})
	}
}
