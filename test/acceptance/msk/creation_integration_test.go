//go:build integration

package msk

import (
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
)

// creationChecks are about the way of connectors to RUNNING, or to FAILED.
func creationChecks() []check {
	return []check{
		{"creation", []int{20, 21, 22, 23}, createConnector},
		{"creations that are refused", []int{24, 25, 26, 27, 28, 30, 32}, refuseConnectors},
		{"autoscaled", []int{29, 31}, createAutoscaled},
		{"brokers out of reach", []int{33, 51}, createUnreachable},
		{"brokers that do not answer", []int{51}, createHanging},
	}
}

func createConnector(s *stage) {
	in := s.source("created", "a", "b")
	in.Tags = map[string]string{"a": "1"}
	in.WorkerConfiguration = s.newWorkerConfiguration("created", converters)
	in.LogDelivery = &types.LogDelivery{WorkerLogDelivery: &types.WorkerLogDelivery{
		CloudWatchLogs: &types.CloudWatchLogsLogDelivery{Enabled: false, LogGroup: aws.String("group")},
	}}
	made, err := s.sdk.CreateConnector(s.Context(), in)
	if err != nil {
		s.Fatal(err)
	}
	s.isARN(made.ConnectorArn, "connector/created/"+uuid+`-\d+`)
	if made.ConnectorState != types.ConnectorStateCreating || *made.ConnectorName != "created" {
		s.Errorf("created: %+v", made)
	}
	got, err := s.describe(made.ConnectorArn)
	if err != nil {
		s.Fatal(err)
	}
	if !slices.Contains([]types.ConnectorState{types.ConnectorStateCreating, types.ConnectorStateRunning}, got.ConnectorState) {
		s.Errorf("at once it is %s", got.ConnectorState)
	}
	s.isEcho(got, in)
	s.isEcho(s.await(made.ConnectorArn, types.ConnectorStateRunning), in)
	id := (*made.ConnectorArn)[strings.LastIndexByte(*made.ConnectorArn, '/')+1:]
	for _, what := range []string{"configs", "offsets", "status"} {
		if name := "__amazon_msk_connect_" + what + "_created_" + id; !contains(s.topics(s.T), name) {
			s.Errorf("there is no topic %s", name)
		}
	}
	s.awaitValues("created", "a", "b")
	_, err = s.sdk.CreateConnector(s.Context(), in)
	refused[*types.ConflictException](s, "same name", err, "created")
	tags, err := s.sdk.ListTagsForResource(s.Context(), &kafkaconnect.ListTagsForResourceInput{ResourceArn: made.ConnectorArn})
	if err != nil || !maps.Equal(tags.Tags, in.Tags) {
		s.Errorf("tags: %+v, %v", tags, err)
	}
	s.delete(made.ConnectorArn)
}

// isEcho checks that all that was sent comes back.
func (s *stage) isEcho(got *kafkaconnect.DescribeConnectorOutput, in *kafkaconnect.CreateConnectorInput) {
	s.Helper()
	vpc, sent := got.KafkaCluster.ApacheKafkaCluster.Vpc, in.KafkaCluster.ApacheKafkaCluster.Vpc
	for what, same := range map[string]bool{
		"configuration":            maps.Equal(got.ConnectorConfiguration, in.ConnectorConfiguration),
		"description":              *got.ConnectorDescription == *in.ConnectorDescription,
		"version of Kafka Connect": *got.KafkaConnectVersion == *in.KafkaConnectVersion,
		"bootstrap servers":        *got.KafkaCluster.ApacheKafkaCluster.BootstrapServers == s.bootstrap,
		"subnets":                  slices.Equal(vpc.Subnets, sent.Subnets),
		"security groups":          slices.Equal(vpc.SecurityGroups, sent.SecurityGroups),
		"authentication":           *got.KafkaClusterClientAuthentication == types.KafkaClusterClientAuthenticationDescription{AuthenticationType: types.KafkaClusterClientAuthenticationTypeNone},
		"encryption":               *got.KafkaClusterEncryptionInTransit == types.KafkaClusterEncryptionInTransitDescription{EncryptionType: types.KafkaClusterEncryptionInTransitTypePlaintext},
		"capacity":                 got.Capacity.AutoScaling == nil && *got.Capacity.ProvisionedCapacity == types.ProvisionedCapacityDescription{McuCount: 1, WorkerCount: 1},
		"plugin":                   len(got.Plugins) == 1 && *got.Plugins[0].CustomPlugin.CustomPluginArn == *s.plugin && got.Plugins[0].CustomPlugin.Revision == 1,
		"worker configuration":     *got.WorkerConfiguration.WorkerConfigurationArn == *in.WorkerConfiguration.WorkerConfigurationArn,
		"logs":                     !got.LogDelivery.WorkerLogDelivery.CloudWatchLogs.Enabled && *got.LogDelivery.WorkerLogDelivery.CloudWatchLogs.LogGroup == "group",
		"role":                     *got.ServiceExecutionRoleArn == *in.ServiceExecutionRoleArn,
		"version":                  aws.ToString(got.CurrentVersion) != "",
		"network type":             got.NetworkType == types.NetworkTypeIpv4,
		"creation time":            isRecent(got.CreationTime),
		"no reason":                got.StateDescription == nil,
	} {
		if !same {
			s.Errorf("%s is not as it should be in %+v", what, got)
		}
	}
}

func refuseConnectors(s *stage) {
	configuration := s.newWorkerConfiguration("refused-revision", converters)
	configuration.Revision = 2
	scaling := func(change func(*types.AutoScaling)) *types.Capacity {
		a := &types.AutoScaling{McuCount: 1, MinWorkerCount: 1, MaxWorkerCount: 4}
		change(a)
		return &types.Capacity{AutoScaling: a}
	}
	mcu := func(n int32) *types.Capacity {
		return &types.Capacity{ProvisionedCapacity: &types.ProvisionedCapacity{McuCount: n, WorkerCount: 1}}
	}
	create := func(change func(*kafkaconnect.CreateConnectorInput)) error {
		in := s.input("refused", map[string]string{"connector.class": fileSource, "file": "f", "topic": "t"})
		change(in)
		_, err := s.sdk.CreateConnector(s.Context(), in)
		return err
	}
	for name, change := range map[string]func(*kafkaconnect.CreateConnectorInput){
		"both capacities": func(in *kafkaconnect.CreateConnectorInput) {
			in.Capacity.AutoScaling = scaling(func(*types.AutoScaling) {}).AutoScaling
		},
		"no capacity": func(in *kafkaconnect.CreateConnectorInput) { in.Capacity = &types.Capacity{} },
		"3 MCU":       func(in *kafkaconnect.CreateConnectorInput) { in.Capacity = mcu(3) },
		"0 MCU":       func(in *kafkaconnect.CreateConnectorInput) { in.Capacity = mcu(0) },
		"two plugins": func(in *kafkaconnect.CreateConnectorInput) { in.Plugins = append(in.Plugins, in.Plugins[0]) },
		"no plugin":   func(in *kafkaconnect.CreateConnectorInput) { in.Plugins = []types.Plugin{} },
		"too few tasks": func(in *kafkaconnect.CreateConnectorInput) {
			in.Capacity = scaling(func(a *types.AutoScaling) { a.MaxAutoscalingTaskCount = 3 })
		},
		"IAM in plaintext": func(in *kafkaconnect.CreateConnectorInput) {
			in.KafkaClusterClientAuthentication.AuthenticationType = types.KafkaClusterClientAuthenticationTypeIam
		},
		"no class":     func(in *kafkaconnect.CreateConnectorInput) { delete(in.ConnectorConfiguration, "connector.class") },
		"another name": func(in *kafkaconnect.CreateConnectorInput) { in.ConnectorConfiguration["name"] = "other" },
	} {
		refused[*types.BadRequestException](s, name, create(change))
	}
	for name, change := range map[string]func(*kafkaconnect.CreateConnectorInput){
		"unknown plugin": func(in *kafkaconnect.CreateConnectorInput) {
			in.Plugins[0].CustomPlugin.CustomPluginArn = aws.String(*s.plugin + "0")
		},
		"unknown revision": func(in *kafkaconnect.CreateConnectorInput) { in.WorkerConfiguration = configuration },
	} {
		refused[*types.NotFoundException](s, name, create(change))
	}
}

func createAutoscaled(s *stage) {
	in := s.source("autoscaled")
	in.Capacity = &types.Capacity{AutoScaling: &types.AutoScaling{McuCount: 8, MinWorkerCount: 1, MaxWorkerCount: 4, MaxAutoscalingTaskCount: 15}}
	arn, got := s.run(in)
	a := got.Capacity.AutoScaling
	if a == nil || a.ScaleInPolicy.CpuUtilizationPercentage != 20 ||
		a.ScaleOutPolicy.CpuUtilizationPercentage != 80 || a.MaxAutoscalingTaskCount != 15 || a.MaxWorkerCount != 4 {
		s.Errorf("capacity %+v", a)
	}
	if n := s.workers("autoscaled"); n != 1 {
		s.Errorf("%d workers", n)
	}
	effective := get[map[string]string](s.T, s.plane, "/connect/autoscaled/connectors/autoscaled/config")
	if effective["tasks.max"] != "15" || got.ConnectorConfiguration["tasks.max"] != "1" {
		s.Errorf("tasks.max is %s, and %s is described", effective["tasks.max"], got.ConnectorConfiguration["tasks.max"])
	}
	s.delete(arn)
}

// unusable returns a connector whose brokers are at an address.
func (s *stage) unusable(name, brokers string) *kafkaconnect.CreateConnectorInput {
	in := s.input(name, map[string]string{"connector.class": fileSource, "file": "f", "topic": "t"})
	in.KafkaCluster.ApacheKafkaCluster.BootstrapServers = &brokers
	return in
}

func createUnreachable(s *stage) {
	const nobody = "127.0.0.1:1"
	arn := s.create(s.unusable("unreachable", nobody))
	got := s.await(arn, types.ConnectorStateFailed)
	if d := got.StateDescription; d == nil || aws.ToString(d.Code) != "ConnectionError.BootstrapUnreachable" || !strings.Contains(aws.ToString(d.Message), nobody) {
		s.Errorf("reason: %s", reason(d))
	}
	s.isBadRequest("restart what has failed", s.send(s.T, request{line: "POST " + at("connectors", arn, "restart")}))
	s.delete(arn)
}

// createHanging has a broker that accepts connections and says nothing.
func createHanging(s *stage) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	defer silent.Close()
	arn := s.create(s.unusable("hanging", silent.Addr().String()))
	s.isBadRequest("restart what is being created", s.send(s.T, request{line: "POST " + at("connectors", arn, "restart")}))
	_, err = s.sdk.DeleteConnector(s.Context(), &kafkaconnect.DeleteConnectorInput{ConnectorArn: arn})
	refused[*types.BadRequestException](s, "delete what is being created", err, "CREATING")
	_ = silent.Close()
	if got := s.await(arn, types.ConnectorStateFailed); aws.ToString(got.StateDescription.Code) == "" {
		s.Errorf("reason: %s", reason(got.StateDescription))
	}
	s.delete(arn)
}
