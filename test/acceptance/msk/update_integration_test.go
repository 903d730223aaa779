//go:build integration

package msk

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/millrace"
)

// updateChecks are about UpdateConnector and the operations that it begins.
func updateChecks() []check {
	return []check{
		{"update of the configuration", []int{38, 39, 40, 41, 48, 54}, updateConfiguration},
		{"updates that are refused", []int{42, 43, 44}, refuseUpdates},
		{"update of the capacity", []int{45}, updateCapacity},
		{"update that is invalid", []int{46}, updateToInvalid},
		{"update that is changed back", []int{46}, updateToUnhealthy},
		{"update during an update", []int{47}, updateTwice},
		{"update of plugin and worker configuration", []int{68}, updateWorkerSetting},
	}
}

func (s *stage) update(arn, version *string, config map[string]string) (*kafkaconnect.UpdateConnectorOutput, error) {
	return s.sdk.UpdateConnector(s.Context(), &kafkaconnect.UpdateConnectorInput{ConnectorArn: arn, CurrentVersion: version, ConnectorConfiguration: config})
}

func updateConfiguration(s *stage) {
	arn, before := s.run(s.source("reconfigured", "a"))
	s.awaitValues("reconfigured", "a")
	s.createTopic(s.T, "reconfigured-2")
	want := maps.Clone(before.ConnectorConfiguration)
	want["topic"] = "reconfigured-2"
	started, err := s.update(arn, before.CurrentVersion, want)
	if err != nil || started.ConnectorState != types.ConnectorStateUpdating || *started.ConnectorArn != *arn {
		s.Fatalf("%+v, %v", started, err)
	}
	_, id, _ := strings.Cut(*arn, ":connector/")
	s.isARN(started.ConnectorOperationArn, "connector-operation/"+id+"/"+uuid)
	op := s.finish(started.ConnectorOperationArn)
	if op.ConnectorOperationState != types.ConnectorOperationStateUpdateComplete ||
		op.ConnectorOperationType != types.ConnectorOperationTypeUpdateConnectorConfiguration ||
		!maps.Equal(op.OriginConnectorConfiguration, before.ConnectorConfiguration) || !maps.Equal(op.TargetConnectorConfiguration, want) ||
		op.ErrorInfo != nil || !isRecent(op.CreationTime) || op.EndTime.Before(*op.CreationTime) || *op.ConnectorArn != *arn {
		s.Errorf("operation: %+v", op)
	}
	s.isSteps(op, types.ConnectorOperationStepStateCompleted)
	after, err := s.describe(arn)
	if err != nil || after.ConnectorState != types.ConnectorStateRunning ||
		!maps.Equal(after.ConnectorConfiguration, want) || *after.CurrentVersion == *before.CurrentVersion {
		s.Errorf("afterwards: %+v, %v", after, err)
	}
	s.appendLines(s.T, "reconfigured.txt", "b")
	s.awaitValues("reconfigured-2", "b")
	_, err = s.update(arn, before.CurrentVersion, want)
	refused[*types.BadRequestException](s, "old version", err)
	_, err = s.sdk.TagResource(s.Context(), &kafkaconnect.TagResourceInput{ResourceArn: started.ConnectorOperationArn, Tags: map[string]string{"k": "v"}})
	refused[*types.NotFoundException](s, "tag of an operation", err)
	s.listOperations(arn, after, started.ConnectorOperationArn)
	s.delete(arn)
}

// listOperations begins one more operation and lists both.
func (s *stage) listOperations(arn *string, now *kafkaconnect.DescribeConnectorOutput, first *string) {
	s.Helper()
	started, err := s.update(arn, now.CurrentVersion, now.ConnectorConfiguration)
	if err != nil {
		s.Fatal(err)
	}
	s.finish(started.ConnectorOperationArn)
	pages := kafkaconnect.NewListConnectorOperationsPaginator(s.sdk, &kafkaconnect.ListConnectorOperationsInput{ConnectorArn: arn, MaxResults: aws.Int32(1)})
	var got []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.Context())
		if err != nil || len(page.ConnectorOperations) != 1 {
			s.Fatalf("%+v, %v", page, err)
		}
		got = append(got, *page.ConnectorOperations[0].ConnectorOperationArn)
	}
	if want := []string{*started.ConnectorOperationArn, *first}; !slices.Equal(got, want) {
		s.Errorf("operations %v, want %v", got, want)
	}
	if raw := s.send(s.T, request{line: "GET " + at("connectors", arn, "operations")}); strings.Contains(raw.body, "operationSteps") {
		s.Errorf("the list has steps: %s", raw.body)
	}
}

// isSteps checks that there are the four steps of an update, all in a state.
func (s *stage) isSteps(op *kafkaconnect.DescribeConnectorOperationOutput, want types.ConnectorOperationStepState) {
	s.Helper()
	if len(op.OperationSteps) != 4 || op.OperationSteps[0].StepType != types.ConnectorOperationStepTypeInitializeUpdate ||
		op.OperationSteps[3].StepType != types.ConnectorOperationStepTypeFinalizeUpdate {
		s.Errorf("steps %+v", op.OperationSteps)
	}
	for _, step := range op.OperationSteps {
		if step.StepState != want {
			s.Errorf("step %s is %s", step.StepType, step.StepState)
		}
	}
}

func refuseUpdates(s *stage) {
	in := s.source("steadfast")
	in.WorkerConfiguration = s.newWorkerConfiguration("steadfast", converters)
	arn, before := s.run(in)
	const capacity = `"capacity":{"provisionedCapacity":{"mcuCount":1,"workerCount":1}}`
	configuration := fmt.Sprintf(`"workerConfiguration":{"workerConfigurationArn":%q,"revision":1}`, *in.WorkerConfiguration.WorkerConfigurationArn)
	for name, body := range map[string]string{
		"two things":               `{"connectorConfiguration":{"connector.class":"C"},` + capacity + `}`,
		"nothing":                  `{}`,
		"no body":                  ``,
		"both configurations":      `{` + configuration + `,"useDefaultWorkerConfiguration":true}`,
		"autoscaling, half of it":  `{"capacity":{"autoScaling":{"mcuCount":1,"minWorkerCount":1,"maxWorkerCount":2,"scaleOutPolicy":{"cpuUtilizationPercentage":80}}}}`,
		"number as a string":       `{"capacity":{"provisionedCapacity":{"mcuCount":"1","workerCount":1}}}`,
		"two plugins":              `{"plugins":[{"customPlugin":{"customPluginArn":"a","revision":1}},{"customPlugin":{"customPluginArn":"b","revision":1}}]}`,
		"configuration of numbers": `{"connectorConfiguration":{"connector.class":"C","tasks.max":1}}`,
	} {
		s.isBadRequest(name, s.change(arn, before.CurrentVersion, body))
	}
	s.isBadRequest("no version", s.send(s.T, request{line: "PUT " + at("connectors", arn), body: `{` + capacity + `}`}))
	s.changeClass(arn, before)
	if after := s.await(arn, types.ConnectorStateRunning); *after.CurrentVersion != *before.CurrentVersion ||
		!maps.Equal(after.ConnectorConfiguration, before.ConnectorConfiguration) {
		s.Errorf("it has changed: %+v", after)
	}
	s.delete(arn)
}

// changeClass tries to change connector.class, which is either refused or fails.
func (s *stage) changeClass(arn *string, before *kafkaconnect.DescribeConnectorOutput) {
	s.Helper()
	config := maps.Clone(before.ConnectorConfiguration)
	config["connector.class"] = fileSink
	started, err := s.update(arn, before.CurrentVersion, config)
	if err != nil {
		refused[*types.BadRequestException](s, "another class", err, "connector.class")
		return
	}
	if op := s.finish(started.ConnectorOperationArn); op.ConnectorOperationState != types.ConnectorOperationStateUpdateFailed {
		s.Errorf("another class: %s", op.ConnectorOperationState)
	}
}

func updateCapacity(s *stage) {
	in := s.source("grown", "a")
	in.Capacity = provisioned(2)
	arn, before := s.run(in)
	started, err := s.sdk.UpdateConnector(s.Context(), &kafkaconnect.UpdateConnectorInput{
		ConnectorArn: arn, CurrentVersion: before.CurrentVersion,
		Capacity: &types.CapacityUpdate{ProvisionedCapacity: &types.ProvisionedCapacityUpdate{McuCount: 1, WorkerCount: 3}},
	})
	if err != nil {
		s.Fatal(err)
	}
	op := s.finish(started.ConnectorOperationArn)
	if op.ConnectorOperationState != types.ConnectorOperationStateUpdateComplete || op.ConnectorOperationType != types.ConnectorOperationTypeUpdateWorkerSetting ||
		op.OriginWorkerSetting.Capacity.ProvisionedCapacity.WorkerCount != 2 || op.TargetWorkerSetting.Capacity.ProvisionedCapacity.WorkerCount != 3 {
		s.Errorf("operation: %+v (%s)", op, reason(op.ErrorInfo))
	}
	s.isSteps(op, types.ConnectorOperationStepStateCompleted)
	after := s.await(arn, types.ConnectorStateRunning)
	if n := s.workers("grown"); n != 3 || after.Capacity.ProvisionedCapacity.WorkerCount != 3 || *after.CurrentVersion == *before.CurrentVersion {
		s.Errorf("%d workers, described as %+v", n, after.Capacity.ProvisionedCapacity)
	}
	s.appendLines(s.T, "grown.txt", "b")
	s.awaitValues("grown", "a", "b")
	s.delete(arn)
}

// unchanged checks that a connector is as it was, after an operation that did not succeed.
func (s *stage) unchanged(arn *string, before *kafkaconnect.DescribeConnectorOutput, op *kafkaconnect.DescribeConnectorOperationOutput) {
	s.Helper()
	if op.ErrorInfo == nil || aws.ToString(op.ErrorInfo.Code) == "" || aws.ToString(op.ErrorInfo.Message) == "" {
		s.Errorf("no reason in %+v", op)
	}
	if !slices.ContainsFunc(op.OperationSteps, func(o types.ConnectorOperationStep) bool {
		return o.StepState == types.ConnectorOperationStepStateFailed
	}) {
		s.Errorf("no step has failed: %+v", op.OperationSteps)
	}
	after, err := s.describe(arn)
	if err != nil || after.ConnectorState != types.ConnectorStateRunning || *after.CurrentVersion != *before.CurrentVersion ||
		!maps.Equal(after.ConnectorConfiguration, before.ConnectorConfiguration) {
		s.Errorf("afterwards: %+v, %v", after, err)
	}
}

func updateToInvalid(s *stage) {
	arn, before := s.run(s.source("valid", "a"))
	bad := maps.Clone(before.ConnectorConfiguration)
	delete(bad, "topic")
	bad["tasks.max"] = "none"
	started, err := s.update(arn, before.CurrentVersion, bad)
	if err != nil {
		s.Fatal(err)
	}
	op := s.finish(started.ConnectorOperationArn)
	if op.ConnectorOperationState != types.ConnectorOperationStateUpdateFailed || !strings.Contains(reason(op.ErrorInfo), "tasks.max") {
		s.Errorf("operation: %s, %s", op.ConnectorOperationState, reason(op.ErrorInfo))
	}
	s.unchanged(arn, before, op)
	s.appendLines(s.T, "valid.txt", "b")
	s.awaitValues("valid", "a", "b")
	s.delete(arn)
}

// updateToUnhealthy makes the task of a sink fail.
func updateToUnhealthy(s *stage) {
	s.createTopic(s.T, "healthy")
	arn, before := s.run(s.input("healthy", map[string]string{"connector.class": fileSink, "tasks.max": "1", "topics": "healthy", "file": s.file("healthy.out")}))
	bad := maps.Clone(before.ConnectorConfiguration)
	bad["file"] = s.file("no such directory/healthy.out")
	started, err := s.update(arn, before.CurrentVersion, bad)
	if err != nil {
		s.Fatal(err)
	}
	op := s.finish(started.ConnectorOperationArn)
	if op.ConnectorOperationState != types.ConnectorOperationStateRollbackComplete {
		s.Errorf("operation: %s, %s", op.ConnectorOperationState, reason(op.ErrorInfo))
	}
	s.unchanged(arn, before, op)
	s.produce(s.T, "healthy", "a")
	s.awaitFile("healthy.out", "a\n")
	s.delete(arn)
}

// updateTwice begins an update while another one is in progress. The first may be over
// on a machine that is slow at the wrong moment; then it tries again.
func updateTwice(s *stage) {
	arn, _ := s.run(s.source("busy"))
	millrace.Await(s.T, window, "an update that is refused because of another", func() error {
		now := s.await(arn, types.ConnectorStateRunning)
		started, err := s.update(arn, now.CurrentVersion, now.ConnectorConfiguration)
		if err != nil {
			s.Fatal(err)
		}
		_, err = s.update(arn, now.CurrentVersion, now.ConnectorConfiguration)
		refused[*types.BadRequestException](s, "second update", err)
		s.finish(started.ConnectorOperationArn)
		if err == nil || !strings.Contains(err.Error(), "UPDATING") {
			return fmt.Errorf("the second update got %v", err)
		}
		return nil
	})
	s.delete(arn)
}

func updateWorkerSetting(s *stage) {
	arn, now := s.run(s.source("resettled", "a"))
	plugin := s.newPlugin("third")
	configuration := s.newWorkerConfiguration("resettled", converters+"offset.flush.interval.ms=5000\n")
	for _, c := range []struct {
		body string
		good func(*kafkaconnect.DescribeConnectorOutput) bool
	}{
		{fmt.Sprintf(`{"plugins":[{"customPlugin":{"customPluginArn":%q,"revision":1}}]}`, *plugin), func(d *kafkaconnect.DescribeConnectorOutput) bool {
			return *d.Plugins[0].CustomPlugin.CustomPluginArn == *plugin && d.WorkerConfiguration == nil
		}},
		{fmt.Sprintf(`{"workerConfiguration":{"workerConfigurationArn":%q,"revision":1}}`, *configuration.WorkerConfigurationArn), func(d *kafkaconnect.DescribeConnectorOutput) bool {
			return d.WorkerConfiguration != nil && *d.WorkerConfiguration.WorkerConfigurationArn == *configuration.WorkerConfigurationArn
		}},
		{`{"useDefaultWorkerConfiguration":true}`, func(d *kafkaconnect.DescribeConnectorOutput) bool { return d.WorkerConfiguration == nil }},
	} {
		op := s.operation(s.change(arn, now.CurrentVersion, c.body), types.ConnectorOperationStateUpdateComplete)
		if op.ConnectorOperationType != types.ConnectorOperationTypeUpdateWorkerSetting {
			s.Errorf("%s: %s", c.body, op.ConnectorOperationType)
		}
		after := s.await(arn, types.ConnectorStateRunning)
		if !c.good(after) || *after.CurrentVersion == *now.CurrentVersion {
			s.Errorf("%s: afterwards %+v", c.body, after)
		}
		now = after
	}
	s.appendLines(s.T, "resettled.txt", "b")
	s.awaitValues("resettled", "a", "b")
	s.delete(arn)
}
