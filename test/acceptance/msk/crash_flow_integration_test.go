//go:build integration

package msk

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/millrace"
)

// flow copies lines from a file to a topic, and from there to another file, with a client
// that changes its connectors meanwhile, but deletes none.
type flow struct {
	*client
	lines int
}

func (s *stage) startFlows(seed uint64) (flows []*flow) {
	s.Helper()
	converters := s.newWorkerConfiguration("flow", converters+"offset.flush.interval.ms=200\n")
	for i := range crashFlows {
		f := &flow{client: s.newClient(fmt.Sprint("flow", i), seed+uint64(i))}
		source := s.source(f.name)
		sink := s.input(f.name+"-out", map[string]string{"connector.class": fileSink, "tasks.max": "1", "topics": f.name, "file": s.file(f.name + ".out")})
		for _, in := range []*kafkaconnect.CreateConnectorInput{source, sink} {
			in.WorkerConfiguration = converters
			arn, _ := s.run(in)
			f.own[*in.ConnectorName] = *arn
		}
		flows = append(flows, f)
	}
	return flows
}

// work writes lines, and changes a connector now and then.
func (f *flow) work(end time.Time) {
	file, err := os.OpenFile(f.file(f.name+".txt"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		f.Error(err)
		return
	}
	defer file.Close()
	next := time.Now()
	for time.Now().Before(end) {
		if _, err := fmt.Fprintf(file, "line %d\n", f.lines); err != nil {
			f.Error(err)
			return
		}
		f.lines++
		time.Sleep(10 * time.Millisecond)
		if time.Now().After(next) {
			f.stir()
			next = time.Now().Add(time.Duration(f.dice.IntN(800)) * time.Millisecond)
		}
	}
}

func (f *flow) stir() {
	name := []string{f.name, f.name + "-out"}[f.dice.IntN(2)]
	arn := f.own[name]
	switch f.dice.IntN(5) {
	case 0:
		f.lifecycle("POST", arn, "restart")
	case 1:
		f.lifecycle("PUT", arn, "pause")
	case 2:
		f.lifecycle("PUT", arn, "resume")
	case 3:
		f.update(arn, capacity(1, 1+f.dice.Int32N(2)))
	case 4:
		now, err := f.describe(&arn)
		if !f.accepted("describe", err) {
			return
		}
		now.ConnectorConfiguration["errors.log.enable"] = fmt.Sprint(f.dice.IntN(2) == 0)
		f.update(arn, &kafkaconnect.UpdateConnectorInput{ConnectorConfiguration: now.ConnectorConfiguration})
	}
}

func capacity(mcus, workers int32) *kafkaconnect.UpdateConnectorInput {
	return &kafkaconnect.UpdateConnectorInput{Capacity: &types.CapacityUpdate{
		ProvisionedCapacity: &types.ProvisionedCapacityUpdate{McuCount: mcus, WorkerCount: workers},
	}}
}

// isComplete resumes what is paused and waits for every line.
func (f *flow) isComplete() {
	f.Helper()
	for _, arn := range f.own {
		now, err := f.describe(&arn)
		if err != nil {
			f.Fatal(err)
		}
		if now.ConnectorState == paused {
			f.act("PUT", &arn, "resume", resumeComplete)
		}
	}
	millrace.Await(f.T, window, "the lines of "+f.name, func() error {
		text, err := os.ReadFile(f.file(f.name + ".out"))
		if err != nil {
			return err
		}
		got := map[string]int{}
		for line := range strings.Lines(string(text)) {
			got[line]++
		}
		var missing []error
		for i := range f.lines {
			if line := fmt.Sprintf("line %d\n", i); got[line] == 0 {
				missing = append(missing, fmt.Errorf("%q is missing", line))
			}
		}
		if len(missing) == 0 {
			f.Logf("%s: %d lines, of which %d came again", f.name, f.lines, strings.Count(string(text), "\n")-f.lines)
		}
		return errors.Join(missing[:min(len(missing), 3)]...)
	})
}
