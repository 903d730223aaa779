package model

// LogDelivery says where the logs of a connector's workers go.
type LogDelivery struct {
	Worker WorkerLogDelivery `json:"workerLogDelivery"`
}

// WorkerLogDelivery names any of three destinations.
type WorkerLogDelivery struct {
	CloudWatchLogs *CloudWatchLogs `json:"cloudWatchLogs,omitempty"`
	Firehose       *Firehose       `json:"firehose,omitempty"`
	S3             *S3Logs         `json:"s3,omitempty"`
}

// CloudWatchLogs delivers logs to a log group.
type CloudWatchLogs struct {
	Enabled  bool   `json:"enabled"`
	LogGroup string `json:"logGroup,omitempty"`
}

// Firehose delivers logs to a delivery stream.
type Firehose struct {
	Enabled        bool   `json:"enabled"`
	DeliveryStream string `json:"deliveryStream,omitempty"`
}

// S3Logs delivers logs to objects below a prefix.
type S3Logs struct {
	Bucket  string `json:"bucket,omitempty"`
	Enabled bool   `json:"enabled"`
	Prefix  string `json:"prefix,omitempty"`
}

func (d *LogDelivery) check(p *problems) {
	if d == nil {
		return
	}
	const at = "logDelivery.workerLogDelivery."
	if logs := d.Worker.CloudWatchLogs; logs != nil {
		checkDestination(p, at+"cloudWatchLogs.logGroup", logs.Enabled, logs.LogGroup)
	}
	if stream := d.Worker.Firehose; stream != nil {
		checkDestination(p, at+"firehose.deliveryStream", stream.Enabled, stream.DeliveryStream)
	}
	if logs := d.Worker.S3; logs != nil {
		checkDestination(p, at+"s3.bucket", logs.Enabled, logs.Bucket)
		p.optional(at+"s3.prefix", logs.Prefix)
	}
}

func checkDestination(p *problems, member string, enabled bool, name string) {
	if enabled {
		p.required(member, name)
		return
	}
	p.optional(member, name)
}
