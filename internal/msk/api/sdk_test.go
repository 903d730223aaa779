package api

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
	"github.com/aws/smithy-go"
)

const (
	accessKey = "AKIAIOSFODNN7EXAMPLE"
	secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

func secrets() map[string]string { return map[string]string{accessKey: secretKey} }

func client(url string) *kafkaconnect.Client {
	return kafkaconnect.New(kafkaconnect.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(url),
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, "session token"),
		Retryer:      retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond }),
	})
}

func properties(text string) *string {
	return aws.String(base64.StdEncoding.EncodeToString([]byte(text)))
}

const converters = "key.converter=a\nvalue.converter=b\n"

// made is what a test of the SDK begins with.
type made struct {
	*kafkaconnect.Client
	plugin, workers *string
}

func prepare(t *testing.T) made {
	t.Helper()
	c := client(newServer(t, Options{Secrets: secrets(), Region: "us-east-1"}).URL)
	p, err := c.CreateCustomPlugin(t.Context(), &kafkaconnect.CreateCustomPluginInput{
		Name: aws.String("p"), ContentType: types.CustomPluginContentTypeZip, Description: aws.String("ü"),
		Location: &types.CustomPluginLocation{S3Location: &types.S3Location{BucketArn: aws.String("arn:aws:s3:::b"), FileKey: aws.String("p.zip")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := c.CreateWorkerConfiguration(t.Context(), &kafkaconnect.CreateWorkerConfigurationInput{
		Name: aws.String("w"), PropertiesFileContent: properties(converters),
	})
	if err != nil {
		t.Fatal(err)
	}
	return made{c, p.CustomPluginArn, w.WorkerConfigurationArn}
}

func (m made) input(name string) *kafkaconnect.CreateConnectorInput {
	return &kafkaconnect.CreateConnectorInput{
		ConnectorName:          aws.String(name),
		Capacity:               &types.Capacity{ProvisionedCapacity: &types.ProvisionedCapacity{McuCount: 1, WorkerCount: 1}},
		ConnectorConfiguration: map[string]string{"connector.class": "C", "password": "p"},
		KafkaCluster: &types.KafkaCluster{ApacheKafkaCluster: &types.ApacheKafkaCluster{
			BootstrapServers: aws.String("b-1:9098"), Vpc: &types.Vpc{Subnets: []string{"subnet-b", "subnet-a"}, SecurityGroups: []string{}},
		}},
		KafkaClusterClientAuthentication: &types.KafkaClusterClientAuthentication{AuthenticationType: types.KafkaClusterClientAuthenticationTypeIam},
		KafkaClusterEncryptionInTransit:  &types.KafkaClusterEncryptionInTransit{EncryptionType: types.KafkaClusterEncryptionInTransitTypeTls},
		KafkaConnectVersion:              aws.String("3.7.x"),
		Plugins:                          []types.Plugin{{CustomPlugin: &types.CustomPlugin{CustomPluginArn: m.plugin, Revision: 1}}},
		ServiceExecutionRoleArn:          aws.String("arn:aws:iam::123456789012:role/r"),
		WorkerConfiguration:              &types.WorkerConfiguration{WorkerConfigurationArn: m.workers, Revision: 1},
		Tags:                             map[string]string{"a": "1"},
	}
}

func (m made) create(t *testing.T, name string) *string {
	t.Helper()
	out, err := m.CreateConnector(t.Context(), m.input(name))
	if err != nil {
		t.Fatal(err)
	}
	return out.ConnectorArn
}

// isKind checks that an SDK turns the error into its own type.
func isKind[T error](t *testing.T, name string, err error, _ T) {
	t.Helper()
	var want T
	if !errors.As(err, &want) || want.Error() == "" {
		t.Errorf("%s: %v", name, err)
	}
}

func TestSDKConnector(t *testing.T) {
	m := prepare(t)
	ctx := t.Context()
	arn := m.create(t, "c")
	d, err := m.DescribeConnector(ctx, &kafkaconnect.DescribeConnectorInput{ConnectorArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	vpc := d.KafkaCluster.ApacheKafkaCluster.Vpc
	if d.ConnectorState != types.ConnectorStateRunning || !slices.Equal(vpc.Subnets, []string{"subnet-b", "subnet-a"}) || vpc.SecurityGroups == nil ||
		d.ConnectorConfiguration["password"] != "p" || time.Since(*d.CreationTime) > time.Minute || d.NetworkType != types.NetworkTypeIpv4 || d.StateDescription != nil {
		t.Errorf("%+v", d)
	}
	u, err := m.UpdateConnector(ctx, &kafkaconnect.UpdateConnectorInput{
		ConnectorArn: arn, CurrentVersion: d.CurrentVersion,
		Capacity: &types.CapacityUpdate{AutoScaling: &types.AutoScalingUpdate{
			McuCount: 2, MinWorkerCount: 1, MaxWorkerCount: 3, MaxAutoscalingTaskCount: 4,
			ScaleInPolicy: &types.ScaleInPolicyUpdate{CpuUtilizationPercentage: 15}, ScaleOutPolicy: &types.ScaleOutPolicyUpdate{CpuUtilizationPercentage: 75},
		}},
	})
	if err != nil || u.ConnectorState != types.ConnectorStateUpdating {
		t.Fatalf("%+v, %v", u, err)
	}
	o, err := m.DescribeConnectorOperation(ctx, &kafkaconnect.DescribeConnectorOperationInput{ConnectorOperationArn: u.ConnectorOperationArn})
	if err != nil || o.ConnectorOperationState != types.ConnectorOperationStateUpdateComplete || len(o.OperationSteps) != 4 || o.EndTime == nil ||
		o.OriginWorkerSetting.Capacity.ProvisionedCapacity.WorkerCount != 1 || o.TargetWorkerSetting.Capacity.AutoScaling.MaxAutoscalingTaskCount != 4 {
		t.Errorf("%+v, %v", o, err)
	}
	_, err = m.UpdateConnector(ctx, &kafkaconnect.UpdateConnectorInput{
		ConnectorArn: arn, CurrentVersion: d.CurrentVersion, ConnectorConfiguration: map[string]string{"connector.class": "C"},
	})
	isKind(t, "old version", err, &types.BadRequestException{})
	l, err := m.ListConnectorOperations(ctx, &kafkaconnect.ListConnectorOperationsInput{ConnectorArn: arn})
	if err != nil || len(l.ConnectorOperations) != 1 || *l.ConnectorOperations[0].ConnectorOperationArn != *u.ConnectorOperationArn {
		t.Errorf("%+v, %v", l, err)
	}
	gone, err := m.DeleteConnector(ctx, &kafkaconnect.DeleteConnectorInput{ConnectorArn: arn})
	if err != nil || gone.ConnectorState != types.ConnectorStateDeleting {
		t.Errorf("%+v, %v", gone, err)
	}
	_, err = m.DescribeConnector(ctx, &kafkaconnect.DescribeConnectorInput{ConnectorArn: arn})
	isKind(t, "after deletion", err, &types.NotFoundException{})
}

func TestSDKErrors(t *testing.T) {
	m := prepare(t)
	ctx := t.Context()
	m.create(t, "c")
	_, err := m.CreateConnector(ctx, m.input("c"))
	isKind(t, "same name", err, &types.ConflictException{})
	bad := m.input("d")
	bad.Capacity.ProvisionedCapacity.McuCount = 3
	_, err = m.CreateConnector(ctx, bad)
	isKind(t, "3 MCU", err, &types.BadRequestException{})
	unknown := m.input("d")
	unknown.Plugins[0].CustomPlugin.CustomPluginArn = aws.String(*m.plugin + "0")
	_, err = m.CreateConnector(ctx, unknown)
	isKind(t, "unknown plugin", err, &types.NotFoundException{})
	_, err = m.DescribeConnector(ctx, &kafkaconnect.DescribeConnectorInput{ConnectorArn: m.plugin})
	isKind(t, "ARN of a plugin", err, &types.NotFoundException{})
	_, err = m.DescribeConnector(ctx, &kafkaconnect.DescribeConnectorInput{ConnectorArn: aws.String("no ARN/at all?")})
	isKind(t, "no ARN", err, &types.BadRequestException{})
	_, err = m.ListConnectors(ctx, &kafkaconnect.ListConnectorsInput{NextToken: aws.String("garbage")})
	isKind(t, "garbage token", err, &types.BadRequestException{})
	_, err = m.ListConnectors(ctx, &kafkaconnect.ListConnectorsInput{MaxResults: aws.Int32(101)})
	isKind(t, "page too large", err, &types.BadRequestException{})
	_, err = m.DeleteCustomPlugin(ctx, &kafkaconnect.DeleteCustomPluginInput{CustomPluginArn: m.plugin})
	isKind(t, "plugin in use", err, &types.BadRequestException{})
	_, err = m.CreateWorkerConfiguration(ctx, &kafkaconnect.CreateWorkerConfigurationInput{
		Name: aws.String("x"), PropertiesFileContent: properties("group.id=x\nplugin.path=y\nsasl.mechanism=z"),
	})
	isKind(t, "denied keys", err, &types.BadRequestException{})
	_, err = m.TagResource(ctx, &kafkaconnect.TagResourceInput{ResourceArn: aws.String("arn:aws:kafka:us-east-1:1:cluster/c/i"), Tags: map[string]string{}})
	isKind(t, "tag of another service", err, &types.NotFoundException{})
}

func TestSDKPages(t *testing.T) {
	m := prepare(t)
	ctx := t.Context()
	want := []string{"a.b", "a-c", "a_d"}
	for _, name := range append(want, "b") {
		m.create(t, name)
	}
	pages := kafkaconnect.NewListConnectorsPaginator(m.Client, &kafkaconnect.ListConnectorsInput{MaxResults: aws.Int32(1), ConnectorNamePrefix: aws.String("a")})
	var got []string
	n := 0
	for ; pages.HasMorePages(); n++ {
		p, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Connectors {
			got = append(got, *c.ConnectorName)
		}
	}
	if n != 3 || !slices.Equal(got, want) {
		t.Errorf("%d pages: %v", n, got)
	}
	none, err := m.ListConnectors(ctx, &kafkaconnect.ListConnectorsInput{ConnectorNamePrefix: aws.String("a b/")})
	if err != nil || len(none.Connectors) != 0 || none.Connectors == nil || none.NextToken != nil {
		t.Errorf("%+v, %v", none, err)
	}
	p, err := m.ListCustomPlugins(ctx, &kafkaconnect.ListCustomPluginsInput{})
	if err != nil || len(p.CustomPlugins) != 1 || p.CustomPlugins[0].LatestRevision.FileDescription.FileSize != 3_000_000_000 {
		t.Errorf("%+v, %v", p, err)
	}
	w, err := m.ListWorkerConfigurations(ctx, &kafkaconnect.ListWorkerConfigurationsInput{NamePrefix: aws.String("w")})
	if err != nil || len(w.WorkerConfigurations) != 1 || w.WorkerConfigurations[0].LatestRevision.Revision != 1 {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestSDKTags(t *testing.T) {
	m := prepare(t)
	ctx := t.Context()
	for _, arn := range []*string{m.create(t, "c"), m.plugin, m.workers} {
		if _, err := m.TagResource(ctx, &kafkaconnect.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"b c": "é", "x/y": ""}}); err != nil {
			t.Fatal(err)
		}
		if _, err := m.UntagResource(ctx, &kafkaconnect.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"b c", "a", "+&="}}); err != nil {
			t.Fatal(err)
		}
		l, err := m.ListTagsForResource(ctx, &kafkaconnect.ListTagsForResourceInput{ResourceArn: arn})
		if _, ok := l.Tags["x/y"]; err != nil || len(l.Tags) != 1 || !ok {
			t.Errorf("%v, %v", l, err)
		}
	}
}

func TestSDKWorkerConfiguration(t *testing.T) {
	m := prepare(t)
	ctx := t.Context()
	d, err := m.DescribeWorkerConfiguration(ctx, &kafkaconnect.DescribeWorkerConfigurationInput{WorkerConfigurationArn: m.workers})
	if err != nil || *d.LatestRevision.PropertiesFileContent != *properties(converters) || d.WorkerConfigurationState != types.WorkerConfigurationStateActive {
		t.Errorf("%+v, %v", d, err)
	}
	gone, err := m.DeleteWorkerConfiguration(ctx, &kafkaconnect.DeleteWorkerConfigurationInput{WorkerConfigurationArn: m.workers})
	if err != nil || gone.WorkerConfigurationState != types.WorkerConfigurationStateDeleting {
		t.Errorf("%+v, %v", gone, err)
	}
	_, err = m.DescribeWorkerConfiguration(ctx, &kafkaconnect.DescribeWorkerConfigurationInput{WorkerConfigurationArn: m.workers})
	isKind(t, "after deletion", err, &types.NotFoundException{})
	p, err := m.DescribeCustomPlugin(ctx, &kafkaconnect.DescribeCustomPluginInput{CustomPluginArn: m.plugin})
	if err != nil || p.CustomPluginState != types.CustomPluginStateActive || *p.Description != "ü" || *p.LatestRevision.Location.S3Location.FileKey != "p.zip" {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := m.DeleteCustomPlugin(ctx, &kafkaconnect.DeleteCustomPluginInput{CustomPluginArn: m.plugin}); err != nil {
		t.Error(err)
	}
}

// TestSDKRetries answers a call with a failure although it was done: the retry gets
// what the call had got.
func TestSDKRetries(t *testing.T) {
	s := newServer(t, Options{Secrets: secrets()})
	var calls atomic.Int32
	lossy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			s.handler.ServeHTTP(httptest.NewRecorder(), r)
			w.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.handler.ServeHTTP(w, r)
	}))
	defer lossy.Close()
	in := &kafkaconnect.CreateWorkerConfigurationInput{Name: aws.String("w"), PropertiesFileContent: properties(converters)}
	if _, err := client(lossy.URL).CreateWorkerConfiguration(t.Context(), in); err != nil || calls.Load() != 2 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
	_, err := client(lossy.URL).CreateWorkerConfiguration(t.Context(), in)
	isKind(t, "another call", err, &types.ConflictException{})
}

func TestSDKCredentials(t *testing.T) {
	s := newServer(t, Options{Secrets: map[string]string{accessKey: "another secret"}})
	_, err := client(s.URL).ListConnectors(context.Background(), &kafkaconnect.ListConnectorsInput{})
	var problem smithy.APIError
	if !errors.As(err, &problem) || problem.ErrorCode() != "InvalidSignatureException" {
		t.Errorf("%v", err)
	}
}
