package model

import (
	"fmt"
	"strings"
	"testing"
)

func validConnector() CreateConnector {
	var r CreateConnector
	r.Name, r.KafkaConnectVersion, r.ServiceExecutionRoleARN = "orders", "3.7.x", "arn:aws:iam::1:role/r"
	r.Configuration = map[string]string{ConnectorClassKey: "C"}
	r.Capacity.Provisioned = &ProvisionedCapacity{1, 1}
	r.KafkaCluster.Apache = ApacheKafkaCluster{"b:9092", VPC{Subnets: []string{"subnet-1"}}}
	r.Authentication.Type, r.Encryption.Type = AuthenticationNone, EncryptionPlaintext
	r.Plugins = []Plugin{{CustomPluginRevision{"arn:p", 1}}}
	return r
}

// TestConnectorLimits changes one thing of a request that is right. An empty want
// says that it stays right.
func TestConnectorLimits(t *testing.T) {
	scaling := func(change func(*AutoScaling)) func(*CreateConnector) {
		return func(r *CreateConnector) {
			a := &AutoScaling{MCUCount: 1, MinWorkerCount: 1, MaxWorkerCount: 4}
			change(a)
			r.Capacity = Capacity{AutoScaling: a}
		}
	}
	const description, version, role = "connectorDescription must have at most 1024 characters", "kafkaConnectVersion", "serviceExecutionRoleArn"
	const nameSize, nameForm = "connectorName must have 1 to 128 characters", "connectorName must begin with a letter or a digit"
	for _, c := range []struct {
		name   string
		change func(*CreateConnector)
		want   string
	}{
		{"nothing", func(*CreateConnector) {}, ""},
		{"name of 128", func(r *CreateConnector) { r.Name = strings.Repeat("n", 128) }, ""},
		{"name of 129", func(r *CreateConnector) { r.Name = strings.Repeat("n", 129) }, nameSize},
		{"no name", func(r *CreateConnector) { r.Name = "" }, nameSize},
		{"name with all signs", func(r *CreateConnector) { r.Name = "0a.Z_-" }, ""},
		{"name with a hyphen first", func(r *CreateConnector) { r.Name = "-a" }, nameForm},
		{"name with a slash", func(r *CreateConnector) { r.Name = "a/b" }, nameForm},
		{"name with a letter of another script", func(r *CreateConnector) { r.Name = "é" }, nameForm},
		{"description of 1024", func(r *CreateConnector) { r.Description = strings.Repeat("é", 1024) }, ""},
		{"description of 1025", func(r *CreateConnector) { r.Description = strings.Repeat("d", 1025) }, description},
		{"no capacity", func(r *CreateConnector) { r.Capacity = Capacity{} }, "capacity must have exactly one of"},
		{"both capacities", func(r *CreateConnector) { r.Capacity.AutoScaling = &AutoScaling{} }, "capacity must have exactly one of"},
		{"0 MCU", func(r *CreateConnector) { r.Capacity.Provisioned.MCUCount = 0 }, "capacity.provisionedCapacity.mcuCount must be 1, 2, 4 or 8"},
		{"2 MCU", func(r *CreateConnector) { r.Capacity.Provisioned.MCUCount = 2 }, ""},
		{"3 MCU", func(r *CreateConnector) { r.Capacity.Provisioned.MCUCount = 3 }, "mcuCount must be 1, 2, 4 or 8"},
		{"4 MCU", func(r *CreateConnector) { r.Capacity.Provisioned.MCUCount = 4 }, ""},
		{"8 MCU", func(r *CreateConnector) { r.Capacity.Provisioned.MCUCount = 8 }, ""},
		{"9 MCU", func(r *CreateConnector) { r.Capacity.Provisioned.MCUCount = 9 }, "mcuCount must be 1, 2, 4 or 8"},
		{"no worker", func(r *CreateConnector) { r.Capacity.Provisioned.WorkerCount = 0 }, "workerCount must be at least 1"},
		{"scaling", scaling(func(*AutoScaling) {}), ""},
		{"scaling with 5 MCU", scaling(func(a *AutoScaling) { a.MCUCount = 5 }), "capacity.autoScaling.mcuCount must be 1, 2, 4 or 8"},
		{"scaling from 0", scaling(func(a *AutoScaling) { a.MinWorkerCount = 0 }), "minWorkerCount must be at least 1"},
		{"scaling nowhere", scaling(func(a *AutoScaling) { a.MinWorkerCount = 4 }), ""},
		{"scaling down", scaling(func(a *AutoScaling) { a.MinWorkerCount = 5 }), "maxWorkerCount must not be less than minWorkerCount"},
		{"scale in at 0", scaling(func(a *AutoScaling) { a.ScaleIn = &ScalePolicy{0} }), "scaleInPolicy.cpuUtilizationPercentage must be between 1 and 100"},
		{"scale in at 1", scaling(func(a *AutoScaling) { a.ScaleIn = &ScalePolicy{1} }), ""},
		{"scale out at 100", scaling(func(a *AutoScaling) { a.ScaleOut = &ScalePolicy{100} }), ""},
		{"scale out at 101", scaling(func(a *AutoScaling) { a.ScaleOut = &ScalePolicy{101} }), "scaleOutPolicy.cpuUtilizationPercentage must be between 1 and 100"},
		{"4 tasks", scaling(func(a *AutoScaling) { a.MaxTaskCount = 4 }), ""},
		{"3 tasks", scaling(func(a *AutoScaling) { a.MaxTaskCount = 3 }), "maxAutoscalingTaskCount must not be less than maxWorkerCount"},
		{"-1 tasks", scaling(func(a *AutoScaling) { a.MaxTaskCount = -1 }), "maxAutoscalingTaskCount must not be less than maxWorkerCount"},
		{"no class", func(r *CreateConnector) { r.Configuration = nil }, "connectorConfiguration must have connector.class"},
		{"own name", func(r *CreateConnector) { r.Configuration["name"] = "orders" }, ""},
		{"other name", func(r *CreateConnector) { r.Configuration["name"] = "other" }, "name must be the connector's name"},
		{"empty key", func(r *CreateConnector) { r.Configuration[""] = "x" }, "empty key"},
		{"no servers", func(r *CreateConnector) { r.KafkaCluster.Apache.BootstrapServers = "" }, "bootstrapServers is required"},
		{"no subnet", func(r *CreateConnector) { r.KafkaCluster.Apache.VPC.Subnets = nil }, "vpc.subnets must have at least one element"},
		{"empty subnet", func(r *CreateConnector) { r.KafkaCluster.Apache.VPC.Subnets = []string{""} }, "vpc.subnets must have elements of 1"},
		{"101 groups", func(r *CreateConnector) { r.KafkaCluster.Apache.VPC.SecurityGroups = make([]string, 101) }, "vpc.securityGroups must have at most 100"},
		{"no authentication", func(r *CreateConnector) { r.Authentication.Type = "" }, "authenticationType is required"},
		{"other authentication", func(r *CreateConnector) { r.Authentication.Type = "SCRAM" }, "authenticationType must be one of NONE, IAM"},
		{"other encryption", func(r *CreateConnector) { r.Encryption.Type = "tls" }, "encryptionType must be one of PLAINTEXT, TLS"},
		{"IAM in clear", func(r *CreateConnector) { r.Authentication.Type = AuthenticationIAM }, "encryptionType must be TLS"},
		{"IAM", func(r *CreateConnector) { r.Authentication.Type, r.Encryption.Type = AuthenticationIAM, EncryptionTLS }, ""},
		{"no version", func(r *CreateConnector) { r.KafkaConnectVersion = "" }, version + " is required"},
		{"long version", func(r *CreateConnector) { r.KafkaConnectVersion = strings.Repeat("v", 4097) }, version + " must have at most 4096"},
		{"dual network", func(r *CreateConnector) { r.NetworkType = NetworkDual }, ""},
		{"other network", func(r *CreateConnector) { r.NetworkType = "IPV6" }, "networkType must be one of IPV4, DUAL"},
		{"no plugin", func(r *CreateConnector) { r.Plugins = nil }, "plugins must have exactly one element"},
		{"2 plugins", func(r *CreateConnector) { r.Plugins = make([]Plugin, 2) }, "plugins must have exactly one element"},
		{"plugin without ARN", func(r *CreateConnector) { r.Plugins[0].Custom.ARN = "" }, "plugins[0].customPlugin.customPluginArn is required"},
		{"plugin revision 0", func(r *CreateConnector) { r.Plugins[0].Custom.Revision = 0 }, "plugins[0].customPlugin.revision must be at least 1"},
		{"no role", func(r *CreateConnector) { r.ServiceExecutionRoleARN = "" }, role + " is required"},
		{"service-linked role", func(r *CreateConnector) {
			r.ServiceExecutionRoleARN = "arn:aws:iam::1:role/aws-service-role/k/AWSServiceRoleForKafkaConnect"
		}, role + " must not be a service-linked role"},
		{"worker configuration", func(r *CreateConnector) { r.WorkerConfiguration = &WorkerConfigurationRevision{1, "arn:w"} }, ""},
		{"worker configuration 0", func(r *CreateConnector) { r.WorkerConfiguration = &WorkerConfigurationRevision{0, "arn:w"} }, "workerConfiguration.revision must be at least 1"},
		{"no logs", func(r *CreateConnector) { r.LogDelivery = &LogDelivery{} }, ""},
		{"disabled logs", func(r *CreateConnector) { r.LogDelivery = &LogDelivery{WorkerLogDelivery{S3: &S3Logs{}}} }, ""},
		{"logs to no bucket", func(r *CreateConnector) { r.LogDelivery = &LogDelivery{WorkerLogDelivery{S3: &S3Logs{Enabled: true}}} }, "s3.bucket is required"},
		{"logs to no group", func(r *CreateConnector) {
			r.LogDelivery = &LogDelivery{WorkerLogDelivery{CloudWatchLogs: &CloudWatchLogs{Enabled: true}}}
		}, "cloudWatchLogs.logGroup is required"},
		{"logs to no stream", func(r *CreateConnector) {
			r.LogDelivery = &LogDelivery{WorkerLogDelivery{Firehose: &Firehose{Enabled: true}}}
		}, "firehose.deliveryStream is required"},
		{"200 tags", func(r *CreateConnector) { r.Tags = manyTags(200) }, ""},
		{"201 tags", func(r *CreateConnector) { r.Tags = manyTags(201) }, "tags must have at most 200 elements"},
		{"tag key of 128", func(r *CreateConnector) { r.Tags = map[string]string{strings.Repeat("é", 128): ""} }, ""},
		{"tag key of 129", func(r *CreateConnector) { r.Tags = map[string]string{strings.Repeat("k", 129): ""} }, "tags: keys must have 1 to 128 characters"},
		{"empty tag key", func(r *CreateConnector) { r.Tags = map[string]string{"": "v"} }, "tags: keys must have 1 to 128 characters"},
		{"tag value of 256", func(r *CreateConnector) { r.Tags = map[string]string{"k": strings.Repeat("é", 256)} }, ""},
		{"tag value of 257", func(r *CreateConnector) { r.Tags = map[string]string{"k": strings.Repeat("v", 257)} }, "tags: values must have at most 256 characters"},
		{"reserved tag", func(r *CreateConnector) { r.Tags = map[string]string{"aws:x": "v"} }, "tags: keys must not begin with aws:"},
		{"tag of CloudFormation", func(r *CreateConnector) { r.Tags = map[string]string{"aws:cloudformation:stack-name": "v"} }, ""},
	} {
		r := validConnector()
		c.change(&r)
		check(t, c.name, r.Validate(), c.want)
	}
}

func manyTags(n int) map[string]string {
	tags := map[string]string{}
	for i := range n {
		tags[fmt.Sprint("k", i)] = "v"
	}
	return tags
}

// check wants one problem, whose text has want in it; or none.
func check(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != "" && (!IsCode(err, CodeBadRequest) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), ";")):
		t.Errorf("%s: error %v, want %s", name, err, want)
	}
}

func TestUpdateLimits(t *testing.T) {
	capacity := func(a *ScalePolicy) *Capacity {
		return &Capacity{AutoScaling: &AutoScaling{1, 1, 1, a, &ScalePolicy{80}, 0}}
	}
	configuration := map[string]string{ConnectorClassKey: "C"}
	worker := &WorkerConfigurationRevision{1, "arn:w"}
	for _, c := range []struct {
		name    string
		request UpdateConnector
		want    string
	}{
		{"configuration", UpdateConnector{Configuration: configuration}, ""},
		{"capacity", UpdateConnector{Capacity: capacity(&ScalePolicy{20})}, ""},
		{"plugins", UpdateConnector{Plugins: []Plugin{{CustomPluginRevision{"arn:p", 1}}}}, ""},
		{"worker configuration", UpdateConnector{WorkerConfiguration: worker}, ""},
		{"default", UpdateConnector{UseDefault: true, SkipHealth: true}, ""},
		{"nothing", UpdateConnector{SkipHealth: true}, "one of capacity, connectorConfiguration"},
		{"both", UpdateConnector{Configuration: configuration, UseDefault: true}, "together with the worker setting"},
		{"two worker configurations", UpdateConnector{WorkerConfiguration: worker, UseDefault: true}, "exclude each other"},
		{"no policy", UpdateConnector{Capacity: capacity(nil)}, "capacity.autoScaling.scaleInPolicy is required"},
		{"empty configuration", UpdateConnector{Configuration: map[string]string{}}, "must have connector.class"},
		{"no plugins", UpdateConnector{Plugins: []Plugin{}}, "exactly one element"},
		{"other name", UpdateConnector{Configuration: map[string]string{ConnectorClassKey: "C", "name": "x"}}, "name must be the connector's name"},
	} {
		c.request.ARN, c.request.CurrentVersion = ARN{Name: "orders"}, "K1"
		check(t, c.name, c.request.Validate(), c.want)
	}
	r := UpdateConnector{Configuration: configuration}
	check(t, "no version", r.Validate(), "currentVersion is required")
}

func TestPluginLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*CreateCustomPlugin)
		want   string
	}{
		{"nothing", func(*CreateCustomPlugin) {}, ""},
		{"JAR", func(r *CreateCustomPlugin) { r.ContentType = ContentJAR }, ""},
		{"TAR", func(r *CreateCustomPlugin) { r.ContentType = "TAR" }, "contentType must be one of JAR, ZIP"},
		{"no type", func(r *CreateCustomPlugin) { r.ContentType = "" }, "contentType is required"},
		{"name of 128", func(r *CreateCustomPlugin) { r.Name = strings.Repeat("n", 128) }, ""},
		{"name of 129", func(r *CreateCustomPlugin) { r.Name = strings.Repeat("n", 129) }, "name must have 1 to 128 characters"},
		{"description of 1025", func(r *CreateCustomPlugin) { r.Description = strings.Repeat("d", 1025) }, "description must have at most 1024"},
		{"no bucket", func(r *CreateCustomPlugin) { r.Location.S3.BucketARN = "" }, "bucketArn is required"},
		{"bucket by name", func(r *CreateCustomPlugin) { r.Location.S3.BucketARN = "plugins" }, "bucketArn must be the ARN of a bucket"},
		{"object as bucket", func(r *CreateCustomPlugin) { r.Location.S3.BucketARN = "arn:aws:s3:::plugins/p.zip" }, "bucketArn must be the ARN of a bucket"},
		{"queue as bucket", func(r *CreateCustomPlugin) { r.Location.S3.BucketARN = "arn:aws:sqs:::plugins" }, "bucketArn must be the ARN of a bucket"},
		{"key of 1024", func(r *CreateCustomPlugin) { r.Location.S3.FileKey = strings.Repeat("k", 1024) }, ""},
		{"key of 1025", func(r *CreateCustomPlugin) { r.Location.S3.FileKey = strings.Repeat("k", 1025) }, "fileKey must have 1 to 1024 bytes"},
		{"no key", func(r *CreateCustomPlugin) { r.Location.S3.FileKey = "" }, "fileKey must have 1 to 1024 bytes"},
		{"201 tags", func(r *CreateCustomPlugin) { r.Tags = manyTags(201) }, "at most 200"},
	} {
		r := CreateCustomPlugin{ContentType: ContentZIP, Name: "p", Location: PluginLocation{S3Location{"arn:aws:s3:::plugins", "p.zip", ""}}}
		c.change(&r)
		check(t, c.name, r.Validate(), c.want)
	}
	if got := (S3Location{BucketARN: "arn:aws-cn:s3:::b.c"}).Bucket(); got != "b.c" {
		t.Errorf("bucket %q", got)
	}
}

func TestUntagLimits(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want string
	}{
		{"none", nil, ""},
		{"reserved", []string{"aws:x"}, ""},
		{"200", strings.Split(strings.Repeat("k,", 199)+"k", ","), ""},
		{"201", strings.Split(strings.Repeat("k,", 200)+"k", ","), "tagKeys must have at most 200 elements"},
		{"empty", []string{""}, "tagKeys: keys must have 1 to 128 characters"},
		{"129", []string{strings.Repeat("k", 129)}, "tagKeys: keys must have 1 to 128 characters"},
	} {
		r := UntagResource{Keys: c.keys}
		check(t, c.name, r.Validate(), c.want)
	}
}

// TestAllProblems checks that a request is told all that is wrong, within bounds.
func TestAllProblems(t *testing.T) {
	err := (&CreateConnector{}).Validate()
	want := "capacity must have exactly one of autoScaling and provisionedCapacity; connectorConfiguration must have connector.class; " +
		"connectorName must have 1 to 128 characters; kafkaCluster.apacheKafkaCluster.bootstrapServers is required; " +
		"kafkaCluster.apacheKafkaCluster.vpc.subnets must have at least one element; " +
		"kafkaClusterClientAuthentication.authenticationType is required; kafkaClusterEncryptionInTransit.encryptionType is required; " +
		"kafkaConnectVersion is required; plugins must have exactly one element; serviceExecutionRoleArn is required"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
	r := TagResource{Tags: manyTags(100)}
	for key := range r.Tags {
		r.Tags[key] = strings.Repeat("v", 257)
	}
	if err := r.Validate(); err == nil || strings.Count(err.Error(), ";") != 20 || !strings.HasSuffix(err.Error(), "; and 80 more") {
		t.Errorf("%v", err)
	}
}

func TestQuotas(t *testing.T) {
	q := DefaultQuotas()
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"10 workers", q.CheckWorkers(10, 50), ""},
		{"11 workers", q.CheckWorkers(11, 0), "a connector can have 10 workers, this one asks for 11"},
		{"61 workers", q.CheckWorkers(10, 51), "there can be 60 workers, 51 are in use and 10 more were asked for"},
		{"plugin 100", q.CheckCustomPlugins(99), ""},
		{"plugin 101", q.CheckCustomPlugins(100), "there can be 100 custom plugins"},
		{"worker configuration 100", q.CheckWorkerConfigurations(99), ""},
		{"worker configuration 101", q.CheckWorkerConfigurations(100), "there can be 100 worker configurations"},
	} {
		check(t, c.name, c.err, c.want)
	}
}
