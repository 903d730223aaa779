package api

import "github.com/millrace/millrace/internal/msk/model"

func decodeCreateConnector(o object, r *model.CreateConnector) {
	if capacity, ok := o.object("capacity"); ok {
		r.Capacity = decodeCapacity(capacity)
	}
	r.Configuration = o.textMap("connectorConfiguration")
	r.Description, r.Name = o.text("connectorDescription"), o.text("connectorName")
	r.KafkaCluster = decodeCluster(o.inner("kafkaCluster"))
	r.Authentication.Type = model.AuthenticationType(o.inner("kafkaClusterClientAuthentication").text("authenticationType"))
	r.Encryption.Type = model.EncryptionType(o.inner("kafkaClusterEncryptionInTransit").text("encryptionType"))
	r.KafkaConnectVersion = o.text("kafkaConnectVersion")
	r.LogDelivery = decodeLogDelivery(o)
	if r.NetworkType = model.NetworkType(o.text("networkType")); r.NetworkType == "" && o.has("networkType") {
		o.wrong("networkType", "IPV4 or DUAL")
	}
	r.Plugins = decodePlugins(o)
	r.ServiceExecutionRoleARN = o.text("serviceExecutionRoleArn")
	r.Tags = o.textMap("tags")
	r.WorkerConfiguration = decodeWorkerConfiguration(o)
}

func decodeUpdateConnector(o object, r *model.UpdateConnector) {
	if capacity, ok := o.object("capacity"); ok {
		c := decodeCapacity(capacity)
		r.Capacity = &c
	}
	r.Configuration = o.textMap("connectorConfiguration")
	r.Plugins = decodePlugins(o)
	r.WorkerConfiguration = decodeWorkerConfiguration(o)
	r.UseDefault, r.SkipHealth = o.bool("useDefaultWorkerConfiguration"), o.bool("skipHealthValidation")
}

func decodeCapacity(o object) (c model.Capacity) {
	if p, ok := o.object("provisionedCapacity"); ok {
		c.Provisioned = &model.ProvisionedCapacity{MCUCount: p.int("mcuCount"), WorkerCount: p.int("workerCount")}
	}
	if a, ok := o.object("autoScaling"); ok {
		c.AutoScaling = &model.AutoScaling{
			MCUCount:       a.int("mcuCount"),
			MinWorkerCount: a.int("minWorkerCount"),
			MaxWorkerCount: a.int("maxWorkerCount"),
			ScaleIn:        decodePolicy(a, "scaleInPolicy"),
			ScaleOut:       decodePolicy(a, "scaleOutPolicy"),
			MaxTaskCount:   a.int("maxAutoscalingTaskCount"),
		}
		if c.AutoScaling.MaxTaskCount == 0 && a.has("maxAutoscalingTaskCount") {
			a.wrong("maxAutoscalingTaskCount", "at least 1")
		}
	}
	return c
}

func decodePolicy(o object, name string) *model.ScalePolicy {
	if policy, ok := o.object(name); ok {
		return &model.ScalePolicy{CPUPercent: policy.int("cpuUtilizationPercentage")}
	}
	return nil
}

func decodeCluster(o object) (c model.KafkaCluster) {
	apache := o.inner("apacheKafkaCluster")
	vpc := apache.inner("vpc")
	c.Apache.BootstrapServers = apache.text("bootstrapServers")
	c.Apache.VPC = model.VPC{SecurityGroups: vpc.texts("securityGroups"), Subnets: vpc.texts("subnets")}
	return c
}

func decodeLogDelivery(o object) *model.LogDelivery {
	delivery, ok := o.object("logDelivery")
	if !ok {
		return nil
	}
	delivery.require("workerLogDelivery")
	worker := delivery.inner("workerLogDelivery")
	d := &model.LogDelivery{}
	if l, ok := worker.object("cloudWatchLogs"); ok {
		d.Worker.CloudWatchLogs = &model.CloudWatchLogs{Enabled: l.requiredBool("enabled"), LogGroup: l.text("logGroup")}
	}
	if l, ok := worker.object("firehose"); ok {
		d.Worker.Firehose = &model.Firehose{Enabled: l.requiredBool("enabled"), DeliveryStream: l.text("deliveryStream")}
	}
	if l, ok := worker.object("s3"); ok {
		d.Worker.S3 = &model.S3Logs{Bucket: l.text("bucket"), Enabled: l.requiredBool("enabled"), Prefix: l.text("prefix")}
	}
	return d
}

func decodePlugins(o object) []model.Plugin {
	list := o.objects("plugins")
	if list == nil {
		return nil
	}
	plugins := make([]model.Plugin, len(list))
	for i, element := range list {
		custom := element.inner("customPlugin")
		plugins[i].Custom = model.CustomPluginRevision{ARN: custom.text("customPluginArn"), Revision: custom.long("revision")}
	}
	return plugins
}

func decodeWorkerConfiguration(o object) *model.WorkerConfigurationRevision {
	if w, ok := o.object("workerConfiguration"); ok {
		return &model.WorkerConfigurationRevision{Revision: w.long("revision"), ARN: w.text("workerConfigurationArn")}
	}
	return nil
}
