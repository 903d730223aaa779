package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/plugins/connectors/s3sink"
	"github.com/millrace/millrace/plugins/connectors/s3sink/s3sinktest"
)

// s3Case is one recorded run of the S3 sink.
type s3Case struct {
	ID, Title, Kind string
	Config          map[string]string `json:"connector_config"`
	Records         []s3Record        `json:"input_records"`
	Assignment      []string
	Clock           int64
	Faults          []s3Fault
	NoBucket        bool `json:"no_bucket"`
	Reporter        bool
	Steps           []s3Step
	Objects         []s3Object
	PreCommits      []s3Offsets                           `json:"preCommits"`
	Committed       map[string]int64                      `json:"committed_offsets"`
	Errors          []s3Error                             `json:"errors"`
	DLQ             []s3Error                             `json:"dlq"`
	Calls           []s3Call                              `json:"context_calls"`
	Requests        []s3Request                           `json:"requests"`
	ConfigErrors    map[string][]string                   `json:"config_errors"`
	ValidateError   *s3Error                              `json:"validate_exception"`
	StartError      *s3Error                              `json:"start_exception"`
	CreateTopics    map[string]int32                      `json:"create_topics"`
	Rounds          []s3Round                             `json:"rounds"`
	DLQRecords      []struct{ Headers map[string]string } `json:"dlq_records"`
}

type (
	s3Step struct {
		Op       string
		From, To *int
		MS       int64
		Fault    s3Fault
		Crash    bool
		Config   map[string]string `json:"connector_config"`
	}
	s3Fault struct {
		Op, Key, Code       string
		Skip, Count, Status int
	}
	s3Offsets struct {
		Step    int
		Offsets map[string]int64
	}
	s3Error struct {
		Step           int
		Op             string
		Topic          string
		Partition      int32
		Offset         int64
		Class, Message string
	}
	s3Call struct {
		Step   int
		Call   string
		TP     string
		Offset int64
		MS     int64
	}
	s3Request struct {
		Op, Key string
		Status  int
		Headers map[string]string
	}
	s3Round struct {
		RecordsTo int `json:"records_to"`
		Tasks     []struct {
			State string
			Trace []string
		}
		Committed map[string]int64 `json:"committed_offsets"`
	}
)

// s3Differences are cases in which Millrace differs on purpose, and why.
func s3Differences() map[string]string {
	return map[string]string{
		"fail-22":     "deliberate difference: no duplicates, the rewind goes to the start of the rotation",
		"tomb-07":     "deliberate difference: a topic called tombstone-x works",
		"validate-11": "deliberate difference: an empty region is an error of the key, not of the request",
		"validate-42": "deliberate difference: class names of AWS SDK v1 are accepted",
	}
}

// leftOut is returned for a case of another format, or with a deliberate difference.
type leftOut struct{ reason string }

func (l leftOut) Error() string { return "left out: " + l.reason }

func TestS3Sink(t *testing.T) {
	for _, area := range s3Areas(t) {
		t.Run(area, func(t *testing.T) {
			o, left := &outcome{}, map[string]int{}
			s3Cases(t, "s3/"+area, func(c *s3Case) {
				problem := c.run(t)
				if l, ok := problem.(leftOut); ok {
					left[l.reason]++
					return
				}
				o.add(&Case{ID: c.ID, Op: c.Title}, problem)
			})
			o.report(t, "s3/"+area)
			for reason, n := range left {
				fmt.Printf("s3/%s: %d more are left out: %s\n", area, n, reason)
			}
		})
	}
}

func s3Areas(t *testing.T) []string {
	files, err := filepath.Glob(filepath.Join(vectors(), "s3", "*.jsonl*"))
	if err != nil {
		t.Fatal(err)
	}
	var areas []string
	for _, f := range files {
		areas = append(areas, strings.TrimSuffix(strings.TrimSuffix(filepath.Base(f), ".gz"), ".jsonl"))
	}
	return areas
}

func s3Cases(t *testing.T, area string, yield func(*s3Case)) {
	file, reader := open(t, area)
	defer file.Close()
	lines := bufio.NewScanner(reader)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	for lines.Scan() {
		c := &s3Case{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatalf("%s: read case: %v", area, err)
		}
		if strings.Contains(c.ID, os.Getenv("MILLRACE_CASE")) {
			yield(c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func (c *s3Case) run(t *testing.T) (problem error) {
	if why := s3Differences()[c.ID]; why != "" {
		return leftOut{why}
	}
	if c.Kind == "validate" {
		return c.validate()
	}
	synctest.Test(t, func(t *testing.T) {
		s := newS3Run(t, c)
		if c.Kind == "e2e" {
			problem = s.endToEnd()
		} else {
			problem = s.task()
		}
	})
	return problem
}

// validate compares what validation and start of the connector say.
func (c *s3Case) validate() error {
	r := s3sink.Plugin.Config.Validate(c.Config)
	connector := s3sink.Plugin.New()
	connector.(sink.Validator).Validate(c.Config, r)
	got := map[string][]string{}
	for _, v := range r.Values {
		if len(v.Errors) > 0 {
			got[v.Name] = v.Errors
		}
	}
	want := maps.Clone(c.ConfigErrors)
	if want == nil {
		want = map[string][]string{}
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		return fmt.Errorf("errors %q, want %q", got, want)
	}
	err := connector.Start(context.Background(), sink.ConnectorRuntime{}, c.Config)
	switch {
	case c.StartError == nil && err != nil:
		return fmt.Errorf("start: %w", err)
	case c.StartError != nil && (err == nil || !sameText(c.StartError.Message, err.Error())):
		return fmt.Errorf("start: %v, want %s", err, c.StartError.Message)
	}
	return nil
}

// s3Run is a case while it runs.
type s3Run struct {
	*testing.T
	c      *s3Case
	store  *s3sinktest.Store
	worker *s3sinktest.Worker

	calls      []s3Call
	preCommits []s3Offsets
	reports    []s3Error
}

func newS3Run(t *testing.T, c *s3Case) *s3Run {
	s := &s3Run{T: t, c: c, store: s3sinktest.NewStore(t, !c.NoBucket)}
	s.worker = &s3sinktest.Worker{
		New: func() sink.Task {
			return s3sink.New(s3sink.Settings{Transport: s.store}).New().NewTask()
		},
		Props: maps.Clone(c.Config), Tolerant: c.Reporter,
	}
	s.worker.Props["store.url"] = "http://store"
	s.worker.Records = c.records(t)
	for _, name := range c.Assignment {
		s.worker.Partition = append(s.worker.Partition, s3Partition(name))
	}
	if len(c.Assignment) == 0 {
		for _, r := range s.worker.Records {
			if tp := r.Consumed.TopicPartition(); !slices.Contains(s.worker.Partition, tp) {
				s.worker.Partition = append(s.worker.Partition, tp)
			}
		}
	}
	for _, f := range c.Faults {
		s.store.Fail(f.fault())
	}
	return s
}

// task does the steps of a case and compares.
func (s *s3Run) task() error {
	s.setClock(s.c.Clock)
	err := s.worker.Start(s.Context())
	step := -1
	for i := 0; err == nil && i < len(s.c.Steps); i++ {
		step = i
		err = s.step(i, &s.c.Steps[i])
		s.collect(i)
	}
	problem := s.compareError(step, err)
	if err := s.worker.Stop(); err != nil && problem == nil {
		problem = err
	}
	if problem == nil {
		problem = s.compare()
	}
	return problem
}

func (s *s3Run) setClock(ms int64) {
	if d := time.Until(time.UnixMilli(ms)); ms > 0 && d > 0 {
		time.Sleep(d)
	}
}

func (s *s3Run) step(i int, step *s3Step) error {
	from, to := 0, len(s.worker.Records)
	if step.From != nil {
		from = *step.From
	}
	if step.To != nil {
		to = *step.To
	}
	switch ctx := s.Context(); step.Op {
	case "put":
		return s.worker.Put(ctx, from, to)
	case "redeliver":
		return s.worker.Redeliver(ctx, to)
	case "preCommit":
		offsets, err := s.worker.PreCommit(ctx)
		s.preCommits = append(s.preCommits, s3Offsets{i, s3Names(offsets)})
		return err
	case "advance":
		time.Sleep(time.Duration(step.MS) * time.Millisecond)
	case "clock":
		s.setClock(step.MS)
	case "fault":
		s.store.Fail(step.Fault.fault())
	case "close":
		return s.worker.Close(ctx)
	case "restart":
		if !step.Crash {
			if err := errors.Join(s.worker.Close(ctx), s.worker.Stop()); err != nil {
				return err
			}
		}
		maps.Copy(s.worker.Props, step.Config)
		return s.worker.Start(ctx)
	default:
		return fmt.Errorf("unknown step %s", step.Op)
	}
	return nil
}

// collect notes what the task asked for in a step.
func (s *s3Run) collect(step int) {
	w := s.worker
	for _, offsets := range w.Rewinds {
		for tp, offset := range offsets {
			s.calls = append(s.calls, s3Call{Step: step, Call: "offset", TP: tp.String(), Offset: offset})
		}
	}
	for _, d := range w.Retries {
		s.calls = append(s.calls, s3Call{Step: step, Call: "timeout", MS: d.Milliseconds()})
	}
	for _, r := range w.Reports {
		s.reports = append(s.reports, s3Error{
			Step: step, Topic: r.TP.Topic, Partition: r.TP.Partition, Offset: r.Offset,
			Class: javaerr.Class(r.Reason), Message: r.Reason.Error(),
		})
	}
	w.Rewinds, w.Retries, w.Reports = nil, nil, nil
}

// endToEnd does with one task what the recording did with a worker.
func (s *s3Run) endToEnd() error {
	s.worker.Tolerant = s.c.Config["errors.tolerance"] == "all" && s.c.Config["errors.deadletterqueue.topic.name"] != ""
	s.worker.Partition = nil
	for topic, n := range s.c.CreateTopics {
		for p := range n {
			s.worker.Partition = append(s.worker.Partition, connect.TopicPartition{Topic: topic, Partition: p})
		}
	}
	for i, round := range s.c.Rounds {
		err := s.worker.Start(s.Context())
		if err == nil {
			err = s.worker.Redeliver(s.Context(), round.RecordsTo)
		}
		s.collect(i)
		if problem := round.compare(err); problem != nil {
			return problem
		}
		if err == nil {
			if _, err := s.worker.PreCommit(s.Context()); err != nil {
				return err
			}
		}
		if err := s.worker.Stop(); err != nil {
			return err
		}
		if got := s3Names(s.worker.Committed); !maps.Equal(got, round.Committed) {
			return fmt.Errorf("round %d: committed %v, want %v", i, got, round.Committed)
		}
	}
	if len(s.reports) != len(s.c.DLQRecords) {
		return fmt.Errorf("%d records in the dead letter queue, want %d", len(s.reports), len(s.c.DLQRecords))
	}
	for i, r := range s.c.DLQRecords {
		if want := r.Headers["__connect.errors.exception.message"]; s.reports[i].Message != want {
			return fmt.Errorf("dead letter %q, want %q", s.reports[i].Message, want)
		}
	}
	if s.c.NoBucket {
		return nil
	}
	return s.compareObjects()
}

func (r *s3Round) compare(err error) error {
	for _, task := range r.Tasks {
		if (task.State == "FAILED") != (err != nil) {
			return fmt.Errorf("error %v, want state %s", err, task.State)
		}
		if err != nil && len(task.Trace) > 0 {
			if got, _, _ := strings.Cut(javaerr.Trace(err), "\n"); !sameText(task.Trace[0], got) {
				return fmt.Errorf("trace %q, want %q", got, task.Trace[0])
			}
		}
	}
	return nil
}

func (f *s3Fault) fault() s3sinktest.Fault {
	return s3sinktest.Fault{Op: f.Op, Key: pattern(f.Key), Skip: f.Skip, Count: f.Count, Status: f.Status, Code: f.Code}
}

func s3Partition(name string) connect.TopicPartition {
	i := strings.LastIndexByte(name, '-')
	tp := connect.TopicPartition{Topic: name[:i]}
	if _, err := fmt.Sscan(name[i+1:], &tp.Partition); err != nil {
		panic(malformed{err})
	}
	return tp
}

func s3Names(offsets sink.Offsets) map[string]int64 {
	named := map[string]int64{}
	for tp, offset := range offsets {
		named[tp.String()] = offset
	}
	return named
}
