//go:build linux

package operate_test

import (
	"maps"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
)

// TestBuckets creates and updates a connector with a bucket that is there, and with others.
func TestBuckets(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	config := func(bucket string) map[string]string {
		return map[string]string{
			"connector.class": "io.confluent.connect.s3.S3SinkConnector", "topics": "in", "flush.size": "1", "tasks.max": "1",
			"s3.bucket.name": bucket, "s3.region": "us-east-1", "store.url": p.s3,
			"storage.class": "io.confluent.connect.s3.storage.S3Storage", "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
		}
	}
	begin := time.Now()
	lost := p.create(p.request("lost", plugin, config("gone")))
	took(t, "a missing bucket", begin)
	if lost.State != model.ConnectorFailed {
		t.Errorf("%s", lost.State)
	}
	explained(t, "creation", lost.StateDescription, model.ReasonBucketNotFound, "bucket gone does not exist", "s3.bucket.name", "create it")
	if n := len(p.fleet.Workers(lost.ARN.Name + "_" + lost.ARN.ID)); n > 0 {
		t.Errorf("there are %d workers", n)
	}

	c := p.create(p.request("kept", plugin, config("plugins")))
	if c.State != model.ConnectorRunning {
		t.Fatalf("%s, %+v", c.State, c.StateDescription)
	}
	now, op := p.update(c, model.UpdateConnector{Configuration: config("gone")})
	if op.State != model.OperationUpdateFailed || stepsOf(op) != "COMPLETED FAILED CANCELLED CANCELLED" {
		t.Errorf("%s, steps %s", op.State, stepsOf(op))
	}
	explained(t, "update", op.ErrorInfo, model.ReasonBucketNotFound, "bucket gone does not exist")
	if now.State != model.ConnectorRunning || now.CurrentVersion != c.CurrentVersion || !maps.Equal(now.Configuration, config("plugins")) {
		t.Errorf("%s, %v", now.State, now.Configuration)
	}
	secret := config("${file:/none:bucket}")
	if _, op = p.update(c, model.UpdateConnector{Configuration: secret}); op.ErrorInfo != nil && op.ErrorInfo.Code == model.ReasonBucketNotFound {
		t.Errorf("a reference: %+v", op.ErrorInfo)
	}
}
