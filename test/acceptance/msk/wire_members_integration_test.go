//go:build integration

package msk

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// member is one of a request to create a connector.
type member struct {
	path     string
	of       string // its type
	required bool
}

func connectorMembers() []member {
	const cluster, logs = "kafkaCluster.apacheKafkaCluster", "logDelivery.workerLogDelivery"
	return []member{
		{"capacity", "object", true},
		{"capacity.provisionedCapacity", "object", false}, // there must be one of two
		{"capacity.provisionedCapacity.mcuCount", "int", true},
		{"capacity.provisionedCapacity.workerCount", "int", true},
		{"connectorConfiguration", "map", true},
		{"connectorDescription", "text", false},
		{"connectorName", "text", true},
		{"kafkaCluster", "object", true},
		{cluster, "object", true},
		{cluster + ".bootstrapServers", "text", true},
		{cluster + ".vpc", "object", true},
		{cluster + ".vpc.subnets", "texts", true},
		{cluster + ".vpc.securityGroups", "texts", false},
		{"kafkaClusterClientAuthentication", "object", true},
		{"kafkaClusterClientAuthentication.authenticationType", "text", true},
		{"kafkaClusterEncryptionInTransit", "object", true},
		{"kafkaClusterEncryptionInTransit.encryptionType", "text", true},
		{"kafkaConnectVersion", "text", true},
		{"logDelivery", "object", false},
		{logs, "object", true},
		{logs + ".cloudWatchLogs", "object", false},
		{logs + ".cloudWatchLogs.enabled", "bool", true},
		{logs + ".cloudWatchLogs.logGroup", "text", false},
		{logs + ".firehose", "object", false},
		{logs + ".firehose.enabled", "bool", true},
		{logs + ".firehose.deliveryStream", "text", false},
		{logs + ".s3", "object", false},
		{logs + ".s3.enabled", "bool", true},
		{logs + ".s3.bucket", "text", false},
		{logs + ".s3.prefix", "text", false},
		{"networkType", "text", false},
		{"plugins", "objects", true},
		{"plugins.0.customPlugin", "object", true},
		{"plugins.0.customPlugin.customPluginArn", "text", true},
		{"plugins.0.customPlugin.revision", "int", true},
		{"serviceExecutionRoleArn", "text", true},
		{"tags", "map", false},
		{"workerConfiguration", "object", false},
		{"workerConfiguration.workerConfigurationArn", "text", true},
		{"workerConfiguration.revision", "int", true},
	}
}

// wrongFor returns values that are not of the type.
func wrongFor(of string) []any {
	object, list := map[string]any{"a": map[string]any{}}, []any{map[string]any{}}
	return map[string][]any{
		"text":    {1, 1.5, true, list, object},
		"int":     {"1", 1.5, true, list, object, 1e30},
		"bool":    {"true", 1, list, object},
		"object":  {1, true, "{}", list},
		"map":     {1, true, "{}", list, object, map[string]any{"a": 1}, map[string]any{"a": nil}},
		"texts":   {1, true, "[]", object, []any{1}, []any{nil}, []any{""}},
		"objects": {1, true, "[]", object, []any{1}, []any{nil}},
	}[of]
}

// members takes each member away, and makes it what it must not be.
func members(s *stage) {
	good := s.connector("members")
	s.isRightButFor("as it should be", s.posted("connectors", good))
	s.isRightButFor("with unknown members", s.posted("connectors", good.with("capacity.colour", []int{1}).with("Tags", 1)))
	for _, m := range connectorMembers() {
		for _, nothing := range []any{missing{}, nil} {
			if m.path == "workerConfiguration" {
				continue // without it nothing would be wrong
			}
			got, what := s.posted("connectors", good.with(m.path, nothing)), fmt.Sprintf("%s is %v", m.path, nothing)
			switch {
			case m.required:
				s.names(what, got, m.path[strings.LastIndexByte(m.path, '.')+1:])
			case m.path == "capacity.provisionedCapacity":
				s.names(what, got, "exactly one")
			default:
				s.isRightButFor(what, got)
			}
		}
		for _, wrong := range wrongFor(m.of) {
			s.names(fmt.Sprintf("%s is %v", m.path, wrong), s.posted("connectors", good.with(m.path, wrong)), strings.Split(m.path, ".")[0])
		}
	}
}

// limits goes to the border of what is allowed, and beyond.
func limits(s *stage) {
	base := s.connector("limits")
	auto := func(members document) document {
		scaling := map[string]any{"mcuCount": 1, "minWorkerCount": 1, "maxWorkerCount": 4}
		for name, value := range members {
			scaling[name] = value
		}
		return document{"autoScaling": scaling}
	}
	percent := func(n int) document { return document{"cpuUtilizationPercentage": n} }
	reference := func(revision any) []any {
		return []any{document{"customPlugin": document{"customPluginArn": s.strange("custom-plugin"), "revision": revision}}}
	}
	for _, c := range []struct {
		path     string
		accepted []any
		refused  []any
	}{
		{"connectorName", texts("a", 127, 128), append(texts("a", 0, 129, 2000), "é", "a b", "a/b", "..", "-a", "a\n")},
		{"connectorDescription", append(texts("é", 0, 1024), "\u2028\"\\\n"), texts("é", 1025)},
		{"kafkaConnectVersion", []any{"2.7.1", "3.7.x", "9"}, []any{""}},
		{"networkType", []any{"IPV4", "DUAL"}, []any{"", "ipv4", "IPV6"}},
		{"kafkaClusterClientAuthentication.authenticationType", []any{"NONE"}, []any{"none", "SCRAM", ""}},
		{"kafkaClusterEncryptionInTransit.encryptionType", []any{"PLAINTEXT", "TLS"}, []any{"SSL", "tls", ""}},
		{"kafkaClusterClientAuthentication", nil, []any{document{"authenticationType": "IAM"}}}, // over PLAINTEXT
		{"capacity.provisionedCapacity.mcuCount", []any{1, 2, 4, 8}, []any{0, 3, 5, 6, 7, 9, 16, -1, 1 << 31, 1 << 40}},
		{"capacity.provisionedCapacity.workerCount", []any{1, 10}, []any{0, -1, 1 << 31}},
		{"capacity", []any{
			auto(nil), auto(document{"mcuCount": 8}), auto(document{"minWorkerCount": 4}), auto(document{"maxWorkerCount": 10}),
			auto(document{"maxAutoscalingTaskCount": 4}), auto(document{"maxAutoscalingTaskCount": math.MaxInt32}),
			auto(document{"scaleInPolicy": percent(1), "scaleOutPolicy": percent(100)}), auto(document{"scaleInPolicy": nil}),
		}, []any{
			document{},
			auto(document{"mcuCount": 3}), auto(document{"minWorkerCount": 0}), auto(document{"minWorkerCount": 5}),
			auto(document{"maxWorkerCount": 0}), auto(document{"maxAutoscalingTaskCount": 3}), auto(document{"maxAutoscalingTaskCount": 0}),
			auto(document{"maxAutoscalingTaskCount": -1}), auto(document{"scaleInPolicy": percent(0)}), auto(document{"scaleOutPolicy": percent(101)}),
			auto(document{"scaleOutPolicy": document{}}),
			document{"autoScaling": auto(nil)["autoScaling"], "provisionedCapacity": document{"mcuCount": 1, "workerCount": 1}},
		}},
		{"plugins", []any{reference(1), reference(math.MaxInt64)}, []any{
			[]any{}, append(reference(1), reference(1)...), reference(0), reference(-1), reference(9.3e18), []any{document{}},
		}},
		{"workerConfiguration.revision", []any{1, math.MaxInt64}, []any{0, -1}},
		{"serviceExecutionRoleArn", []any{"arn:aws:iam::1:role/path/r"}, []any{"", "arn:aws:iam::1:role/aws-service-role/kafkaconnect.amazonaws.com/AWSServiceRoleForKafkaConnect"}},
		{"connectorConfiguration.name", []any{"limits"}, []any{"other", ""}},
		{"connectorConfiguration", nil, []any{document{}, document{"topic": "t"}, document{"connector.class": ""}}},
		{"kafkaCluster.apacheKafkaCluster.vpc.securityGroups", []any{[]any{}}, nil},
		{"logDelivery.workerLogDelivery", []any{document{}}, []any{
			document{"s3": document{"enabled": true}}, document{"firehose": document{"enabled": true}}, document{"cloudWatchLogs": document{"enabled": true, "logGroup": ""}},
		}},
	} {
		for _, value := range c.accepted {
			s.isRightButFor(fmt.Sprintf("%s is %.40v", c.path, value), s.posted("connectors", base.with(c.path, value)))
		}
		for _, value := range c.refused {
			s.isBadRequest(fmt.Sprintf("%s is %.40v", c.path, value), s.posted("connectors", base.with(c.path, value)))
		}
	}
	known := base.with("workerConfiguration", missing{})
	s.names("11 workers", s.posted("connectors", known.with("capacity.provisionedCapacity.workerCount", 11)), "10")
	s.names("a plugin that is being made", s.posted("connectors", known.with("plugins.0.customPlugin.customPluginArn", s.failedPlugin())), "CREATE_FAILED")
}

func texts(letter string, lengths ...int) (all []any) {
	for _, n := range lengths {
		all = append(all, strings.Repeat(letter, n))
	}
	return all
}

func (s *stage) failedPlugin() string {
	made := s.createPlugin("failed", "no-such-object")
	s.awaitPlugin(made.CustomPluginArn, "CREATE_FAILED")
	return *made.CustomPluginArn
}

// updateBodies sends bodies that no connector can be updated with, and some that it could
// if there were one.
func updateBodies(s *stage) {
	arn := s.strange("connector")
	policies := document{"scaleInPolicy": document{"cpuUtilizationPercentage": 20}, "scaleOutPolicy": document{"cpuUtilizationPercentage": 80}}
	auto := func(without string) document {
		scaling := document{"mcuCount": 1, "minWorkerCount": 1, "maxWorkerCount": 2, "scaleInPolicy": policies["scaleInPolicy"], "scaleOutPolicy": policies["scaleOutPolicy"]}
		return document{"capacity": document{"autoScaling": scaling.with(without, missing{})}}
	}
	provisioned := document{"provisionedCapacity": document{"mcuCount": 1, "workerCount": 1}}
	configuration := document{"connector.class": fileSource}
	reference := document{"workerConfigurationArn": s.strange("worker-configuration"), "revision": 1}
	for _, c := range []struct {
		name  string
		body  document
		words []string // of the exception; nil for a right body
	}{
		{"capacity", document{"capacity": provisioned}, nil},
		{"configuration", document{"connectorConfiguration": configuration, "skipHealthValidation": true}, nil},
		{"autoscaling", auto("none"), nil},
		{"worker setting", document{"capacity": provisioned, "workerConfiguration": reference, "useDefaultWorkerConfiguration": false}, nil},
		{"nothing", document{}, []string{"one of"}},
		{"null", document{"capacity": nil, "connectorConfiguration": nil}, []string{"one of"}},
		{"only an option", document{"skipHealthValidation": true}, []string{"one of"}},
		{"unknown", document{"colour": "red"}, []string{"one of"}},
		{"two things", document{"connectorConfiguration": configuration, "capacity": provisioned}, []string{"together"}},
		{"configuration and default", document{"connectorConfiguration": configuration, "useDefaultWorkerConfiguration": true}, []string{"together"}},
		{"worker configuration and default", document{"workerConfiguration": reference, "useDefaultWorkerConfiguration": true}, []string{"exclude"}},
		{"no capacity", document{"capacity": document{}}, []string{"exactly one"}},
		{"no policy in", auto("scaleInPolicy"), []string{"scaleInPolicy"}},
		{"no policy out", auto("scaleOutPolicy"), []string{"scaleOutPolicy"}},
		{"no MCU", auto("mcuCount"), []string{"mcuCount"}},
		{"no plugins", document{"plugins": []any{}}, []string{"exactly one"}},
		{"plugin without revision", document{"plugins": []any{document{"customPlugin": document{"customPluginArn": *s.plugin}}}}, []string{"revision"}},
		{"plugins of another type", document{"plugins": "p"}, []string{"plugins"}},
		{"worker configuration without ARN", document{"workerConfiguration": document{"revision": 1}}, []string{"workerConfigurationArn"}},
		{"another name", document{"connectorConfiguration": configuration.with("name", "other")}, []string{"name"}},
		{"no class", document{"connectorConfiguration": document{"topic": "t"}}, []string{"connector.class"}},
		{"a number in the configuration", document{"connectorConfiguration": configuration.with("a", 1)}, []string{"connectorConfiguration"}},
		{"an option of another type", document{"connectorConfiguration": configuration, "skipHealthValidation": "true"}, []string{"skipHealthValidation"}},
	} {
		got := s.change(&arn, new("KVERSION"), c.body.String())
		if c.words == nil {
			s.isRightButFor(c.name, got)
			continue
		}
		s.names(c.name, got, c.words...)
	}
	s.names("no version", s.change(&arn, new(""), document{"capacity": provisioned}.String()), "currentVersion")
}

// retries checks that the retry of a call is answered as the call was, and another call of
// the same kind is not.
func retries(s *stage) {
	body := document{"name": "retried", "propertiesFileContent": encode(converters)}
	send := func(id string, body document) reply {
		return s.send(s.T, request{line: configureLine, body: body.String(), header: []string{"Amz-Sdk-Invocation-Id", id, "Amz-Sdk-Request", "attempt=2; max=3"}})
	}
	first := send("id", body)
	made := decode[struct{ CreationTime time.Time }](s.T, first)
	if again := send("id", body); again.body != first.body || made.CreationTime.IsZero() {
		s.Errorf("first %s, then %s", first.body, again.body)
	}
	for name, got := range map[string]reply{
		"another id": send("other", body), "no id": send("", body), "another body": send("id", body.with("description", "other")),
	} {
		s.isRefused(name, got, 409, "ConflictException")
	}
}
