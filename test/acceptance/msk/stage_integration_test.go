//go:build integration

package msk

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

const (
	fileSource = "org.apache.kafka.connect.file.FileStreamSourceConnector"
	fileSink   = "org.apache.kafka.connect.file.FileStreamSinkConnector"

	converters = "key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.storage.StringConverter\n"
)

// stage is what a check has: a control plane with a plugin, and a client of the SDK.
type stage struct {
	*testing.T
	*plane
	sdk    *kafkaconnect.Client
	plugin *string // ARN
}

func (s *stage) newPlugin(name string) *string {
	s.Helper()
	made := s.createPlugin(name, pluginKey)
	s.awaitPlugin(made.CustomPluginArn, types.CustomPluginStateActive)
	return made.CustomPluginArn
}

func (s *stage) createPlugin(name, key string) *kafkaconnect.CreateCustomPluginOutput {
	s.Helper()
	made, err := s.sdk.CreateCustomPlugin(s.Context(), pluginInput(name, key))
	if err != nil {
		s.Fatalf("create plugin %s: %v", name, err)
	}
	return made
}

func pluginInput(name, key string) *kafkaconnect.CreateCustomPluginInput {
	return &kafkaconnect.CreateCustomPluginInput{
		Name: &name, ContentType: types.CustomPluginContentTypeZip, Description: aws.String("a description: ü"),
		Location: &types.CustomPluginLocation{S3Location: &types.S3Location{BucketArn: aws.String("arn:aws:s3:::" + bucket), FileKey: &key}},
	}
}

func (s *stage) awaitPlugin(arn *string, want types.CustomPluginState) (got *kafkaconnect.DescribeCustomPluginOutput) {
	s.Helper()
	millrace.Await(s.T, window, "plugin "+string(want), func() (err error) {
		got, err = s.sdk.DescribeCustomPlugin(s.Context(), &kafkaconnect.DescribeCustomPluginInput{CustomPluginArn: arn})
		if err == nil && got.CustomPluginState != want {
			err = fmt.Errorf("it is %s (%s)", got.CustomPluginState, reason(got.StateDescription))
		}
		return err
	})
	return got
}

func reason(d *types.StateDescription) string {
	if d == nil {
		return "no reason"
	}
	return aws.ToString(d.Code) + ": " + aws.ToString(d.Message)
}

// source returns a connector with one worker that writes the lines of the file NAME.txt
// to the topic NAME. The file is made with the lines.
func (s *stage) source(name string, lines ...string) *kafkaconnect.CreateConnectorInput {
	s.Helper()
	s.createTopic(s.T, name)
	s.appendLines(s.T, name+".txt", lines...)
	return s.input(name, map[string]string{
		"connector.class": fileSource, "tasks.max": "1", "file": s.file(name + ".txt"), "topic": name,
	})
}

func (s *stage) input(name string, config map[string]string) *kafkaconnect.CreateConnectorInput {
	return &kafkaconnect.CreateConnectorInput{
		ConnectorName: &name, KafkaConnectVersion: aws.String("3.7.x"), ConnectorDescription: aws.String("of a test"),
		Capacity:               provisioned(1),
		ConnectorConfiguration: config,
		KafkaCluster: &types.KafkaCluster{ApacheKafkaCluster: &types.ApacheKafkaCluster{
			BootstrapServers: &s.bootstrap, Vpc: &types.Vpc{Subnets: []string{"subnet-b", "subnet-a"}, SecurityGroups: []string{"sg-z", "sg-a"}},
		}},
		KafkaClusterClientAuthentication: &types.KafkaClusterClientAuthentication{AuthenticationType: types.KafkaClusterClientAuthenticationTypeNone},
		KafkaClusterEncryptionInTransit:  &types.KafkaClusterEncryptionInTransit{EncryptionType: types.KafkaClusterEncryptionInTransitTypePlaintext},
		Plugins:                          []types.Plugin{{CustomPlugin: &types.CustomPlugin{CustomPluginArn: s.plugin, Revision: 1}}},
		ServiceExecutionRoleArn:          aws.String("arn:aws:iam::" + account + ":role/connect"),
	}
}

func provisioned(workers int32) *types.Capacity {
	return &types.Capacity{ProvisionedCapacity: &types.ProvisionedCapacity{McuCount: 1, WorkerCount: workers}}
}

func (s *stage) create(in *kafkaconnect.CreateConnectorInput) *string {
	s.Helper()
	made, err := s.sdk.CreateConnector(s.Context(), in)
	if err != nil {
		s.Fatalf("create connector %s: %v", *in.ConnectorName, err)
	}
	return made.ConnectorArn
}

// run creates a connector and returns when it runs.
func (s *stage) run(in *kafkaconnect.CreateConnectorInput) (*string, *kafkaconnect.DescribeConnectorOutput) {
	s.Helper()
	arn := s.create(in)
	return arn, s.await(arn, types.ConnectorStateRunning)
}

func (s *stage) describe(arn *string) (*kafkaconnect.DescribeConnectorOutput, error) {
	return s.sdk.DescribeConnector(s.Context(), &kafkaconnect.DescribeConnectorInput{ConnectorArn: arn})
}

// await waits until a connector is in a state. One that has failed stays so.
func (s *stage) await(arn *string, want types.ConnectorState) (got *kafkaconnect.DescribeConnectorOutput) {
	s.Helper()
	millrace.Await(s.T, window, "connector "+string(want), func() (err error) {
		if got, err = s.describe(arn); err != nil {
			return err
		}
		switch {
		case got.ConnectorState == want:
			return nil
		case got.ConnectorState == types.ConnectorStateFailed:
			s.Fatalf("connector %s is FAILED: %s", *got.ConnectorName, reason(got.StateDescription))
		}
		return fmt.Errorf("it is %s", got.ConnectorState)
	})
	return got
}

// delete deletes a connector and waits until it is gone.
func (s *stage) delete(arn *string) {
	s.Helper()
	got, err := s.sdk.DeleteConnector(s.Context(), &kafkaconnect.DeleteConnectorInput{ConnectorArn: arn})
	if err != nil || got.ConnectorState != types.ConnectorStateDeleting {
		s.Fatalf("delete connector: %+v, %v", got, err)
	}
	s.awaitGone("connector", func() error { _, err := s.describe(arn); return err })
}

// awaitGone waits until describe says that there is nothing.
func (s *stage) awaitGone(what string, describe func() error) {
	s.Helper()
	millrace.Await(s.T, window, "end of the "+what, func() error {
		err := describe()
		var gone *types.NotFoundException
		if errors.As(err, &gone) {
			return nil
		}
		return fmt.Errorf("describe says %v", err)
	})
}

// finish waits for the end of an operation.
func (s *stage) finish(arn *string) (got *kafkaconnect.DescribeConnectorOperationOutput) {
	s.Helper()
	millrace.Await(s.T, window, "end of an operation", func() (err error) {
		got, err = s.sdk.DescribeConnectorOperation(s.Context(), &kafkaconnect.DescribeConnectorOperationInput{ConnectorOperationArn: arn})
		if err == nil && got.EndTime == nil {
			err = fmt.Errorf("it is %s", got.ConnectorOperationState)
		}
		return err
	})
	return got
}

// act does with a connector what this version of the SDK cannot, as restart?onlyFailedTasks=true,
// and waits for its end.
func (s *stage) act(method string, arn *string, what string, want types.ConnectorOperationState) *kafkaconnect.DescribeConnectorOperationOutput {
	s.Helper()
	return s.operation(s.send(s.T, request{line: method + " " + at("connectors", arn, what)}), want)
}

// change updates a connector with a body that this version of the SDK cannot send.
func (s *stage) change(arn *string, version *string, body string) reply {
	s.Helper()
	return s.send(s.T, request{line: "PUT " + at("connectors", arn) + "?currentVersion=" + url.QueryEscape(*version), body: body})
}

// operation waits for the end of the operation that an answer names.
func (s *stage) operation(got reply, want types.ConnectorOperationState) *kafkaconnect.DescribeConnectorOperationOutput {
	s.Helper()
	started := decode[struct{ ConnectorOperationArn string }](s.T, got)
	if started.ConnectorOperationArn == "" {
		s.Fatalf("no operation in %s", got.body)
	}
	op := s.finish(&started.ConnectorOperationArn)
	if op.ConnectorOperationState != want {
		s.Errorf("operation %s is %s (%s), want %s", op.ConnectorOperationType, op.ConnectorOperationState, reason(op.ErrorInfo), want)
	}
	return op
}

// awaitValues waits until a topic has records with these values and no others, each once.
func (s *stage) awaitValues(topic string, want ...string) {
	s.Helper()
	once := map[string]int{}
	for _, value := range want {
		once[value] = 1
	}
	millrace.Await(s.T, window, fmt.Sprintf("%d records in %s", len(want), topic), func() error {
		if got := kafkabroker.Values(s.T, s.bootstrap, topic); !maps.Equal(got, once) {
			return fmt.Errorf("it has %v", got)
		}
		return nil
	})
}

// workers returns how many workers a connector has.
func (s *stage) workers(name string) int {
	s.Helper()
	return get[struct{ Workers int }](s.T, s.plane, "/scaling/"+name).Workers
}

// status is what the workers of a connector say about it.
type status struct {
	Connector struct{ State string }
	Tasks     []struct {
		ID           int
		State, Trace string
	}
}

func (s *stage) status(name string) status {
	s.Helper()
	return get[status](s.T, s.plane, "/connect/"+name+"/connectors/"+name+"/status")
}

// refused checks that an error is the exception T, with a message that has the words.
func refused[T interface {
	error
	ErrorMessage() string
}](s *stage, what string, err error, words ...string,
) {
	s.Helper()
	var want T
	if !errors.As(err, &want) {
		s.Errorf("%s: got %v, want %T", what, err, want)
		return
	}
	for _, word := range append(words, "") {
		if want.ErrorMessage() == "" || !strings.Contains(want.ErrorMessage(), word) {
			s.Errorf("%s: the message %q lacks %q", what, want.ErrorMessage(), word)
		}
	}
}

// isRefused checks an answer that no SDK has read.
func (s *stage) isRefused(what string, got reply, status int, kind string) {
	s.Helper()
	if got.status != status || got.kind != kind || got.message == "" {
		s.Errorf("%s: %d %s %s, want %d %s", what, got.status, got.kind, got.body, status, kind)
	}
}

const badRequest = "BadRequestException"

func (s *stage) isBadRequest(what string, got reply) {
	s.Helper()
	s.isRefused(what, got, http.StatusBadRequest, badRequest)
}

func contains(all []string, wanted ...string) bool {
	return !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(all, name) })
}
