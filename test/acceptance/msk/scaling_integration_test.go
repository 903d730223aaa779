//go:build integration

package msk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/s3server"
)

// calm are settings of workers with which no task waits for long for its share of the
// partitions, and what it has done counts soon.
const calm = converters + "offset.flush.interval.ms=250\nconsumer.heartbeat.interval.ms=200\n"

// quickly are flags with which minutes of autoscaling are seconds.
func quickly() []string {
	return []string{"--scaling-window", "2s", "--scaling-interval", "500ms", "--scaling-after-out", "2s", "--scaling-after-in", "2s"}
}

// TestScalingByCPU gives a sink more work than the CPUs of one worker, and of two, can do,
// for as long as it has fewer than three; then it has none.
func TestScalingByCPU(t *testing.T) {
	p := newPlane(t, quickly()...)
	s := &stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}
	s.plugin = s.newPlugin("files")
	const name = "busy"
	s.createWide(name, 6)
	in := s.input(name, s.toil(name))
	in.Capacity = autoscaled(3, 8, 15) // little, since others may have the CPUs of the machine
	in.WorkerConfiguration = s.newWorkerConfiguration(name, calm)
	arn, _ := s.run(in)
	l := s.begin(name)
	out := s.decided(name, 3)
	l.stop()
	s.noneMissing(l)
	all := append(out, s.decided(name, 1)[2:]...)
	want := []string{"1 2 CPU_ABOVE", "2 3 CPU_ABOVE", "3 2 CPU_BELOW", "2 1 CPU_BELOW"}
	var got []string
	for _, d := range all {
		t.Logf("after %.1f s: %d → %d, %s", d.At.Sub(l.began).Seconds(), d.From, d.To, d.Why)
		got = append(got, fmt.Sprint(d.From, d.To, " ", d.Reason))
		if !strings.HasPrefix(d.Why, "average CPU ") || !strings.Contains(d.Why, " workers over 2s is ") {
			t.Errorf("why: %s", d.Why)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("decisions %q, want %q", got, want)
	}
	s.startedOnce(arn, 2, out)
	s.latestIs(name, "AT_MINIMUM")
	if in, out := s.metric("BytesInPerSec", name), s.metric("BytesOutPerSec", name); in <= 0 || out != -1 {
		t.Errorf("a sink receives %g and sends %g bytes a second", in, out)
	}
	t.Logf("%d records, %d of them twice", l.made, l.twice)
	s.delete(arn)
}

func autoscaled(most, in, out int32) *types.Capacity {
	return &types.Capacity{AutoScaling: &types.AutoScaling{
		McuCount: 1, MinWorkerCount: 1, MaxWorkerCount: most,
		ScaleInPolicy: &types.ScaleInPolicy{CpuUtilizationPercentage: in}, ScaleOutPolicy: &types.ScaleOutPolicy{CpuUtilizationPercentage: out},
	}}
}

// createWide creates a topic with several partitions.
func (s *stage) createWide(topic string, partitions int32) {
	s.Helper()
	if _, err := s.admin.CreateTopic(s.Context(), partitions, 1, nil, topic); err != nil {
		s.Fatal(err)
	}
}

// transformations are enough that one record costs a sink much more than it costs the
// test and the brokers, which have the same CPUs.
const transformations = 80

// toil is the configuration of a sink that has a lot to do for each record and writes
// its id.
func (s *stage) toil(topic string) map[string]string {
	const transforms, format = "org.apache.kafka.connect.transforms.", "yyyy-MM-dd HH:mm:ss.SSS"
	config := map[string]string{
		"connector.class": fileSink, "topics": topic, "file": s.file(topic + ".out"),
		"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
		"transforms.id.type": transforms + "ExtractField$Value", "transforms.id.field": "id",
	}
	var chain []string
	for i := range transformations {
		alias := fmt.Sprint("t", i)
		chain = append(chain, alias)
		prefix := "transforms." + alias + "."
		config[prefix+"type"], config[prefix+"field"] = transforms+"TimestampConverter$Value", "t"
		config[prefix+"format"], config[prefix+"target.type"] = format, []string{"unix", "string"}[i%2]
	}
	config["transforms"] = strings.Join(append(chain, "id"), ",")
	return config
}

// load is work for a sink that writes the ids of its records to a file.
type load struct {
	*stage
	topic string
	began time.Time
	file  *os.File
	cut   []byte // of the last line that was read
	made  int    // records, with the ids from 0 on
	seen  []uint8
	whole int // ids that were seen
	twice int // lines with an id that was seen before

	ending context.CancelFunc
	ended  sync.WaitGroup
}

const (
	batch   = 1_000
	backlog = 20_000 // records that the sink has still to do
)

// begin produces as fast as the sink consumes, until stop.
func (s *stage) begin(topic string) *load {
	s.Helper()
	l := &load{stage: s, topic: topic, began: time.Now()}
	var err error
	if l.file, err = os.OpenFile(s.file(topic+".out"), os.O_CREATE|os.O_RDONLY, 0o644); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = l.file.Close() })
	ctx, cancel := context.WithCancel(s.Context())
	l.ending = cancel
	l.ended.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for err := error(nil); ctx.Err() == nil; {
			if err = errors.Join(l.read(), l.produce()); err != nil {
				s.Error(err)
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	})
	return l
}

func (l *load) stop() {
	l.ending()
	l.ended.Wait()
}

// produce fills the backlog up.
func (l *load) produce() error {
	for l.made-l.whole < backlog {
		records := make([]*kgo.Record, batch)
		for i := range records {
			value := fmt.Appendf(nil, `{"id":%d,"t":"2026-01-02 03:04:05.%03d"}`, l.made, l.made%1000)
			records[i] = &kgo.Record{Topic: l.topic, Value: value, Partition: int32(l.made % 6)}
			l.made++
		}
		if err := l.kafka.ProduceSync(l.Context(), records...).FirstErr(); err != nil {
			return err
		}
	}
	return nil
}

// read takes in what the sink has written since.
func (l *load) read() error {
	text, err := io.ReadAll(l.file)
	if err != nil {
		return err
	}
	text = append(l.cut, text...)
	end := bytes.LastIndexByte(text, '\n') + 1
	for line := range bytes.Lines(text[:end]) {
		id, err := strconv.Atoi(string(bytes.TrimSuffix(line, []byte{'\n'})))
		if err != nil || id < 0 || id >= l.made {
			return fmt.Errorf("the sink has written %q", line)
		}
		l.note(id)
	}
	l.cut = slices.Clone(text[end:])
	return nil
}

func (l *load) note(id int) {
	if id >= len(l.seen) {
		l.seen = append(l.seen, make([]uint8, id+batch-len(l.seen))...)
	}
	if l.seen[id]++; l.seen[id] == 1 {
		l.whole++
	} else {
		l.twice++
	}
}

// noneMissing waits until all ids are there.
func (s *stage) noneMissing(l *load) {
	s.Helper()
	millrace.Await(s.T, window, "all records", func() error {
		if err := l.read(); err != nil {
			s.Fatal(err)
		}
		if l.whole < l.made {
			return fmt.Errorf("there are %d of %d", l.whole, l.made)
		}
		return nil
	})
}

// decision is one that changed the number of workers.
type decision struct {
	At          time.Time
	From, To    int
	Reason, Why string
}

type scaling struct {
	Workers   int
	Latest    *decision
	Decisions []decision
}

// decided waits until a connector shall have so many workers, has them, and has the tasks
// for them, and returns all decisions. It asks the workers only at the end, since the
// answers take CPU.
func (s *stage) decided(name string, workers int) []decision {
	s.Helper()
	var now scaling
	millrace.Await(s.T, window, fmt.Sprint(workers, " workers"), func() error {
		now = get[scaling](s.T, s.plane, "/scaling/"+name)
		if now.Workers != workers {
			return fmt.Errorf("it shall have %d workers; at last: %+v", now.Workers, now.Latest)
		}
		return nil
	})
	millrace.Await(s.T, window, fmt.Sprint("tasks of ", workers, " workers"), func() error {
		if running, on := s.metric("WorkerCount", name), s.tasksOf(name); int(running) != workers || !divided(on, workers) {
			return fmt.Errorf("it has %g workers, and tasks that are %v", running, on)
		}
		return nil
	})
	return now.Decisions
}

// tasksOf returns how many tasks are in a state on a worker.
func (s *stage) tasksOf(name string) map[string]int {
	s.Helper()
	now := get[struct {
		Tasks []struct {
			State  string
			Worker string `json:"worker_id"`
		}
	}](s.T, s.plane, "/connect/"+name+"/connectors/"+name+"/status")
	on := map[string]int{}
	for _, t := range now.Tasks {
		on[t.State+" on "+t.Worker]++
	}
	return on
}

// divided tells whether each of some workers runs two tasks.
func divided(on map[string]int, workers int) bool {
	for where, n := range on {
		if n != 2 || !strings.HasPrefix(where, "RUNNING ") {
			return false
		}
	}
	return len(on) == workers
}

// latestIs waits until nothing more is to be done for a reason.
func (s *stage) latestIs(name, reason string) {
	s.Helper()
	millrace.Await(s.T, window, reason, func() error {
		if now := get[scaling](s.T, s.plane, "/scaling/"+name); now.Latest == nil || now.Latest.Reason != reason {
			return fmt.Errorf("it is %+v", now.Latest)
		}
		return nil
	})
}

// metric returns what /metrics says about a connector, -1 for nothing.
func (s *stage) metric(metric, connector string) float64 {
	s.Helper()
	got := s.send(s.T, request{line: "GET /metrics"})
	for line := range strings.Lines(got.body) {
		if value, ok := strings.CutPrefix(line, metric+`{ConnectorName="`+connector+`"} `); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				s.Fatal(err)
			}
			return v
		}
	}
	return -1
}

// startedOnce checks how often tasks were started, with two for each worker: all of them
// once, and of each worker that came one more, which it took from another, and of each
// that went the one that it left.
func (s *stage) startedOnce(arn *string, perWorker int, out []decision) {
	s.Helper()
	most := out[len(out)-1].To
	want := most*perWorker + 2*(most-1)
	starts, sum := s.taskStarts(arn), 0
	for _, n := range starts {
		sum += n
	}
	s.Logf("%d task starts for %d tasks and %d changes of the number of workers: %v", sum, len(starts), 2*(most-1), starts)
	if len(starts) != most*perWorker || sum != want {
		s.Errorf("%d tasks were started %d times, want %d times: %v", len(starts), sum, want, starts)
	}
}

// taskStarts returns how often each task said that it runs.
func (s *stage) taskStarts(arn *string) map[string]int {
	s.Helper()
	_, id, _ := strings.Cut(*arn, ":connector/")
	starts := map[string]int{}
	s.eachRecord("__amazon_msk_connect_status_"+strings.Replace(id, "/", "_", 1), func(r *kgo.Record) {
		var status struct{ State string }
		if task, ok := strings.CutPrefix(string(r.Key), "status-task-"); ok && json.Unmarshal(r.Value, &status) == nil && status.State == "RUNNING" {
			starts[task]++
		}
	})
	return starts
}

// eachRecord reads a topic to its end.
func (s *stage) eachRecord(topic string, do func(*kgo.Record)) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), window)
	defer cancel()
	ends, err := s.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		s.Fatal(err)
	}
	left := map[int32]int64{}
	from := map[int32]kgo.Offset{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left[o.Partition], from[o.Partition] = o.Offset, kgo.NewOffset().AtStart()
		}
	})
	client, err := kgo.NewClient(kgo.SeedBrokers(s.bootstrap), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		s.Fatal(err)
	}
	defer client.Close()
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if ctx.Err() != nil {
			s.Fatalf("read %s: %v", topic, ctx.Err())
		}
		fetches.EachRecord(func(r *kgo.Record) {
			do(r)
			if r.Offset+1 >= left[r.Partition] {
				delete(left, r.Partition)
			}
		})
	}
}

// TestScalingByLag has a sink whose store is slow: its CPUs are idle, but what it has not
// written gets old. More tasks write more at the same time.
func TestScalingByLag(t *testing.T) {
	t.Parallel()
	p := newPlane(t, quickly()...)
	s := &stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}
	s.plugin = s.newPlugin("files")
	store := s3server.Embedded(t, func(r *http.Request) *devs3.Fault {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			return nil
		}
		return &devs3.Fault{Delay: 150 * time.Millisecond}
	})
	const (
		name, flush, partitions = "late", 50, 4
		records                 = 4000
	)
	s.createWide(name, partitions)
	config := store.Create(t, "archive")
	maps.Copy(config, map[string]string{
		"connector.class": "io.confluent.connect.s3.S3SinkConnector", "topics": name, "flush.size": strconv.Itoa(flush),
		"storage.class": "io.confluent.connect.s3.storage.S3Storage", "format.class": "io.confluent.connect.s3.format.bytearray.ByteArrayFormat",
		"value.converter": "org.apache.kafka.connect.converters.ByteArrayConverter", "schema.compatibility": "NONE",
		"millrace.autoscaling.target.lag.seconds": "1",
	})
	in := s.input(name, config)
	in.Capacity = autoscaled(2, 99, 100) // the CPUs are idle at any time
	in.WorkerConfiguration = s.newWorkerConfiguration(name, calm)
	arn, _ := s.run(in)
	began := time.Now()
	all := make([]*kgo.Record, records)
	for i := range all {
		all[i] = &kgo.Record{Topic: name, Partition: int32(i % partitions), Value: []byte(strconv.Itoa(i))}
	}
	if err := s.kafka.ProduceSync(t.Context(), all...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	out := s.decided(name, 2)
	decisions := s.decided(name, 1)
	if len(decisions) != 2 || decisions[0].Reason != "LAG_ABOVE" || decisions[1].Reason != "CPU_BELOW" || !strings.HasPrefix(decisions[0].Why, "average lag ") {
		t.Errorf("decisions %+v", decisions)
	}
	for _, d := range decisions {
		t.Logf("after %.1f s: %d → %d, %s", d.At.Sub(began).Seconds(), d.From, d.To, d.Why)
	}
	s.startedOnce(arn, 2, out)
	ids := map[string]int{}
	for _, key := range store.Keys(t, "archive") {
		for _, id := range strings.Fields(string(store.Object(t, "archive", key).Content)) {
			ids[id]++
		}
	}
	if len(ids) != records || slices.Max(slices.Collect(maps.Values(ids))) != 1 {
		t.Errorf("%d ids were written, want %d, each once", len(ids), records)
	}
	s.delete(arn)
}
