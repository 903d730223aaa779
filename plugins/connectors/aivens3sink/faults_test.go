package aivens3sink_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// deliver puts what the task rewound to.
func (r *run) deliver(records []connect.Record) {
	r.Helper()
	rewound := r.task.Context.Rewound
	r.task.Context.Rewound = sink.Offsets{}
	var batch []connect.Record
	for _, x := range records {
		if from, ok := rewound[x.Consumed.TopicPartition()]; ok && x.Consumed.Offset >= from {
			batch = append(batch, x)
		}
	}
	r.put(batch...)
}

// TestFailedFlush: what cannot be written is delivered again; what could be is not.
func TestFailedFlush(t *testing.T) {
	for _, op := range []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"} {
		t.Run(op, func(t *testing.T) {
			r := start(t, 0)
			all := []connect.Record{record(0, 0, "a"), record(1, 0, "b"), record(0, 1, "c")}
			r.put(all...)
			r.store.Fail(s3sinktest.Fault{Op: op, Key: regexp.MustCompile("^t-0"), Count: 3, Status: 503, Code: "SlowDown"})
			r.commit(sink.Offsets{tp(1): 1})
			if want := (sink.Offsets{tp(0): 0}); !maps.Equal(r.task.Context.Rewound, want) {
				t.Errorf("rewound to %v", r.task.Context.Rewound)
			}
			r.deliver(all)
			r.commit(sink.Offsets{tp(0): 2, tp(1): 1})
			r.objects(map[string]string{"t-0-0": "YQ==\nYw==", "t-1-0": "Yg=="})
			if n := r.store.Uploads(t); n != 0 {
				t.Errorf("%d uploads are open", n)
			}
		})
	}
}

// TestFailedPart: a part fails while records are put.
func TestFailedPart(t *testing.T) {
	r := start(t, 0, "format.output.fields.value.encoding", "none")
	r.store.Fail(s3sinktest.Fault{Op: "UploadPart", Count: 3, Status: 0})
	large := strings.Repeat("x", 5<<20)
	all := []connect.Record{record(0, 0, "a"), record(1, 0, "b"), record(0, 1, large), record(0, 2, "c"), record(0, 3, "d")}
	r.put(all...)
	if want := (sink.Offsets{tp(0): 0}); !maps.Equal(r.task.Context.Rewound, want) || !r.task.Context.Paused[tp(0)] {
		t.Errorf("rewound to %v, paused: %v", r.task.Context.Rewound, r.task.Context.Paused)
	}
	r.commit(sink.Offsets{tp(1): 1})
	r.deliver(all)
	if r.task.Context.Paused[tp(0)] {
		t.Error("the partition still pauses")
	}
	r.commit(sink.Offsets{tp(0): 4, tp(1): 1})
	r.objects(map[string]string{"t-0-0": "a\n" + large + "\nc\nd", "t-1-0": "b"})
}

// TestLastingFailure: an error that does not pass fails the task.
func TestLastingFailure(t *testing.T) {
	r := over(t, s3sinktest.NewStore(t, false), 0)
	r.put(record(0, 0, "a"))
	r.commit(sink.Offsets{})
	if err := r.task.Put(); err == nil || connect.IsRetriable(err) || !strings.Contains(err.Error(), "bucket") {
		t.Errorf("error %v", err)
	}
}

// TestDeliveredAgain: records that the host delivers again, because it could not
// commit, do not stand twice in an object.
func TestDeliveredAgain(t *testing.T) {
	r := start(t, 0, "format.output.fields.value.encoding", "none")
	all := []connect.Record{record(0, 0, "a"), record(0, 1, "b"), record(0, 2, "c"), record(0, 3, "d")}
	r.put(all[:3]...)
	r.task.Rewind(tp(0))
	r.put(all...)
	r.commit(sink.Offsets{tp(0): 4})
	r.objects(map[string]string{"t-0-0": "a\nb\nc\nd"})
}

// TestMergedTopics: partitions that a transformation makes one share objects, and
// their fate.
func TestMergedTopics(t *testing.T) {
	merged := func(partition int32, offset int64, value string) connect.Record {
		r := record(partition, offset, value)
		r.Topic, r.Partition = "m", 0
		return r
	}
	all := []connect.Record{merged(0, 5, "a"), merged(1, 3, "b"), merged(0, 6, "c")}
	r := start(t, 0, "format.output.fields.value.encoding", "none")
	r.put(all...)
	r.store.Fail(s3sinktest.Fault{Op: "CompleteMultipartUpload", Count: 3, Status: 500})
	r.task.Close(tp(0)) // the flush fails; 0 is lost, 1 must be delivered again
	r.put()
	if want := (sink.Offsets{tp(1): 3}); !maps.Equal(r.task.Context.Rewound, want) {
		t.Errorf("rewound to %v", r.task.Context.Rewound)
	}
	r.deliver(all)
	r.commit(sink.Offsets{tp(1): 4})
	r.objects(map[string]string{"m-0-3": "b"})
}

// TestFaults breaks requests at random until everything is written, with restarts in
// between, and looks whether each record is there.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ template, codec string }{
		{"{{topic}}-{{partition}}-{{start_offset}}", "gzip"},
		{"{{topic}}-{{partition}}-{{key}}-{{start_offset}}", "none"},
		{"{{key}}", "zstd"},
	} {
		for seed := range uint64(4) {
			faults(t, seed, c.template, c.codec)
		}
	}
}

func faults(t *testing.T, seed uint64, template, codec string) {
	t.Helper()
	const n = 40 // of each partition
	rnd := rand.New(rand.NewPCG(seed, 0))
	var log [2][]connect.Record
	for i := range int64(n) {
		for p := range int32(2) {
			log[p] = append(log[p], keyed(p, i, fmt.Sprintf("key%d-%d", p, i%7), fmt.Sprintf("r%d-%d", p, i)))
		}
	}
	committed, position := sink.Offsets{}, sink.Offsets{}
	store := s3sinktest.NewStore(t, true)
	config := []string{"file.name.template", template, "file.compression.type", codec, "format.output.fields.value.encoding", "none", "file.max.records", "0"}
	r := over(t, store, 0, config...)
	for committed[tp(0)] < n || committed[tp(1)] < n {
		if rnd.IntN(4) == 0 {
			ops := []string{"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"}
			store.Fail(s3sinktest.Fault{Op: ops[rnd.IntN(len(ops))], Skip: rnd.IntN(4), Count: rnd.IntN(6), Status: []int{0, 500, 503, 429}[rnd.IntN(4)]})
		}
		var batch []connect.Record
		for p := range int32(2) {
			from := position[tp(p)]
			to := min(n, from+rnd.Int64N(9))
			batch = append(batch, log[p][from:to]...)
			position[tp(p)] = to
		}
		r.put(batch...)
		switch rnd.IntN(5) {
		case 0: // a restart without a word
			r.task.Stop()
			r = over(t, store, 0, config...)
			position = maps.Clone(committed)
		case 1, 2:
			safe, err := r.task.Commit()
			if err != nil {
				t.Fatal(err)
			}
			maps.Copy(committed, safe)
		}
		maps.Copy(position, r.task.Context.Rewound)
		clear(r.task.Context.Rewound)
	}
	r.task.Stop()
	check(t, store, codec, log, template == "{{key}}")
}

// check looks for each record, or for the latest of each key.
func check(t *testing.T, store *s3sinktest.Store, codec string, log [2][]connect.Record, latest bool) {
	t.Helper()
	there := map[string]bool{}
	for _, content := range store.Objects(t) {
		for line := range strings.SplitSeq(inflate(t, codec, content), "\n") {
			there[line] = true
		}
	}
	for p := range log {
		seen := map[any]bool{}
		for _, x := range slices.Backward(log[p]) {
			if latest && seen[x.Key] {
				continue
			}
			seen[x.Key] = true
			if value := string(x.Value.([]byte)); !there[value] {
				t.Errorf("%s is lost", value)
			}
		}
	}
}
