//go:build integration

package msk

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/test/integration/millrace"
)

// Members of enumerations that this version of the SDK does not name.
const (
	restartComplete = types.ConnectorOperationState("RESTART_COMPLETE")
	pauseComplete   = types.ConnectorOperationState("PAUSE_COMPLETE")
	resumeComplete  = types.ConnectorOperationState("RESUME_COMPLETE")

	restarting = types.ConnectorState("RESTARTING")
	paused     = types.ConnectorState("PAUSED")
)

// lifecycleChecks are about restarts and pauses.
func lifecycleChecks() []check {
	return []check{
		{"restart", []int{49}, restart},
		{"restart of failed tasks", []int{50}, restartFailed},
		{"pause", []int{69, 70, 71}, pause},
	}
}

func restart(s *stage) {
	arn, before := s.run(s.source("restarted", "a", "b"))
	s.awaitValues("restarted", "a", "b")
	got := s.send(s.T, request{line: "POST " + at("connectors", arn, "restart")})
	now, err := s.describe(arn)
	if err != nil || !slices.Contains([]types.ConnectorState{restarting, types.ConnectorStateRunning}, now.ConnectorState) {
		s.Errorf("%+v, %v", now, err)
	}
	if op := s.operation(got, restartComplete); op.ConnectorOperationType != "RESTART_CONNECTOR" || len(op.OperationSteps) != 0 {
		s.Errorf("operation: %+v", op)
	}
	if after := s.await(arn, types.ConnectorStateRunning); *after.CurrentVersion != *before.CurrentVersion {
		s.Errorf("the version has changed")
	}
	s.appendLines(s.T, "restarted.txt", "c")
	s.awaitValues("restarted", "a", "b", "c")
	s.delete(arn)
}

// restartFailed has a source with two tasks, one of which finds an offset that it does
// not understand.
func restartFailed(s *stage) {
	const name, key = "poisoned", `["poisoned",{"id":1}]`
	s.createOffsets("poisoned-offsets", key, `{"seqno":"none"}`)
	in := s.source(name)
	in.WorkerConfiguration = s.newWorkerConfiguration(name, converters+"offset.storage.topic=poisoned-offsets\n")
	in.ConnectorConfiguration = map[string]string{
		"connector.class": "org.apache.kafka.connect.tools.VerifiableSourceConnector", "tasks.max": "2", "topic": name, "throughput": "1",
	}
	arn, _ := s.run(in)
	s.awaitFailed(name, 1)
	before := s.statusRecords(arn)
	s.put(s.T, &kgo.Record{Topic: "poisoned-offsets", Key: []byte(key), Value: []byte(`{"seqno":5}`)})
	s.act("POST", arn, "restart?onlyFailedTasks=true", restartComplete)
	for _, task := range s.status(name).Tasks {
		if task.State != "RUNNING" {
			s.Errorf("task %d is %s: %s", task.ID, task.State, task.Trace)
		}
	}
	after := s.statusRecords(arn)
	for key, want := range map[string]bool{"status-connector-poisoned": false, "status-task-poisoned-0": false, "status-task-poisoned-1": true} {
		if before[key] == 0 || after[key] > before[key] != want {
			s.Errorf("%s has %d records, had %d", key, after[key], before[key])
		}
	}
	s.act("POST", arn, "restart?onlyFailedTasks=1", restartComplete)
	s.isBadRequest("onlyFailedTasks=maybe", s.send(s.T, request{line: "POST " + at("connectors", arn, "restart") + "?onlyFailedTasks=maybe"}))
	s.delete(arn)
}

// createOffsets creates a topic of offsets with a record.
func (s *stage) createOffsets(topic, key, value string) {
	s.Helper()
	compact := "compact"
	if _, err := s.admin.CreateTopic(s.Context(), 1, 1, map[string]*string{"cleanup.policy": &compact}, topic); err != nil {
		s.Fatal(err)
	}
	s.put(s.T, &kgo.Record{Topic: topic, Key: []byte(key), Value: []byte(value)})
}

// awaitFailed waits until all of two tasks run but one.
func (s *stage) awaitFailed(name string, id int) {
	s.Helper()
	millrace.Await(s.T, window, "one of two tasks to fail", func() error {
		now := s.status(name)
		for _, task := range now.Tasks {
			if want := map[bool]string{true: "FAILED", false: "RUNNING"}[task.ID == id]; task.State != want {
				return fmt.Errorf("task %d is %s", task.ID, task.State)
			}
		}
		if len(now.Tasks) != 2 {
			return fmt.Errorf("there are %d", len(now.Tasks))
		}
		return nil
	})
}

// statusRecords returns how many records the status topic of a connector has by key.
func (s *stage) statusRecords(arn *string) map[string]int {
	s.Helper()
	_, id, _ := strings.Cut(*arn, ":connector/")
	topic := "__amazon_msk_connect_status_" + strings.Replace(id, "/", "_", 1)
	ctx, cancel := context.WithTimeout(s.Context(), window)
	defer cancel()
	ends, err := s.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		s.Fatal(err)
	}
	left, from := 0, map[int32]kgo.Offset{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			left++
			from[o.Partition] = kgo.NewOffset().AtStart()
		}
	})
	client, err := kgo.NewClient(kgo.SeedBrokers(s.bootstrap), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		s.Fatal(err)
	}
	defer client.Close()
	counts := map[string]int{}
	for left > 0 {
		got := client.PollFetches(ctx)
		if ctx.Err() != nil {
			s.Fatalf("read %s: %v", topic, ctx.Err())
		}
		got.EachRecord(func(r *kgo.Record) {
			counts[string(r.Key)]++
			if end, _ := ends.Lookup(topic, r.Partition); r.Offset+1 == end.Offset {
				left--
			}
		})
	}
	return counts
}

func pause(s *stage) {
	arn, now := s.run(s.source("paused", "a"))
	s.awaitValues("paused", "a")
	if op := s.act("PUT", arn, "pause", pauseComplete); op.ConnectorOperationType != "PAUSE_CONNECTOR" {
		s.Errorf("operation: %+v", op)
	}
	s.await(arn, paused)
	s.isBadRequest("pause again", s.send(s.T, request{line: "PUT " + at("connectors", arn, "pause")}))
	s.isBadRequest("restart what is paused", s.send(s.T, request{line: "POST " + at("connectors", arn, "restart")}))
	const capacity = `"capacity":{"provisionedCapacity":{"mcuCount":2,"workerCount":1}}`
	s.isBadRequest("update what is paused", s.change(arn, now.CurrentVersion, `{`+capacity+`}`))
	s.operation(s.change(arn, now.CurrentVersion, `{`+capacity+`,"skipHealthValidation":true}`), types.ConnectorOperationStateUpdateComplete)
	if got := s.await(arn, paused); got.Capacity.ProvisionedCapacity.McuCount != 2 {
		s.Errorf("capacity %+v", got.Capacity.ProvisionedCapacity)
	}
	s.appendLines(s.T, "paused.txt", "b")
	if op := s.act("PUT", arn, "resume", resumeComplete); op.ConnectorOperationType != "RESUME_CONNECTOR" {
		s.Errorf("operation: %+v", op)
	}
	s.await(arn, types.ConnectorStateRunning)
	s.isBadRequest("resume again", s.send(s.T, request{line: "PUT " + at("connectors", arn, "resume")}))
	s.awaitValues("paused", "a", "b")
	s.delete(arn)
}

// awaitFile waits until a file has a content.
func (s *stage) awaitFile(name, want string) {
	s.Helper()
	millrace.Await(s.T, window, name, func() error {
		got, err := os.ReadFile(s.file(name))
		if err == nil && string(got) != want {
			err = fmt.Errorf("it has %q", got)
		}
		return err
	})
}
