//go:build integration

package s3

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/probe"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
	"github.com/millrace/millrace/test/integration/s3server"
)

// connectors returns a configuration of each connector for a bucket.
func connectors(place map[string]string) map[string]map[string]string {
	const format = "io.confluent.connect.s3.format.json.JsonFormat"
	sink := map[string]string{
		"connector.class": "io.confluent.connect.s3.S3SinkConnector", "topics": "orders", "flush.size": "1",
		"storage.class": "io.confluent.connect.s3.storage.S3Storage", "format.class": format,
	}
	source := map[string]string{"connector.class": "io.confluent.connect.s3.source.S3SourceConnector", "format.class": format}
	maps.Copy(sink, place)
	maps.Copy(source, place)
	return map[string]map[string]string{"sink": sink, "source": source, "aiven": {
		"connector.class": "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector", "topics": "orders",
		"aws.s3.bucket.name": place["s3.bucket.name"], "aws.s3.endpoint": place["store.url"], "aws.s3.region": place["s3.region"],
		"aws.access.key.id": place["aws.access.key.id"], "aws.secret.access.key": place["aws.secret.access.key"],
	}}
}

// TestLook looks at buckets as the control plane does before there are workers.
func TestLook(t *testing.T) {
	stores := probe.NewStores(pluginset.New(builtin.Plugins()...), nil)
	for _, c := range []struct {
		name  string
		keys  [2]string // of sources and of the Confluent sink, and of the Aiven sink
		value string
		code  string
	}{
		{name: "all is well"},
		{"no bucket", [2]string{"s3.bucket.name", "aws.s3.bucket.name"}, "missing", model.ReasonBucketNotFound},
		{"wrong secret", [2]string{"aws.secret.access.key", "aws.secret.access.key"}, "mistyped-key", model.ReasonS3AccessDenied},
		{"unknown key", [2]string{"aws.access.key.id", "aws.access.key.id"}, "unknown", model.ReasonS3AccessDenied},
		{"nobody there", [2]string{"store.url", "aws.s3.endpoint"}, "http://127.0.0.1:1", model.ReasonS3Unreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachServer(t, func(t *testing.T, store *s3server.Server) {
				for name, config := range connectors(store.Create(t, "look")) {
					config["name"] = name
					for _, key := range c.keys {
						if _, set := config[key]; set {
							config[key] = c.value
						}
					}
					err := stores.Check(t.Context(), operate.StoreCheck{Configuration: config})
					requireCode(t, name, err, c.code)
				}
				if n := store.Uploads(t, "look"); n > 0 || len(store.Keys(t, "look")) > 0 {
					t.Errorf("%d uploads are left, and the objects %q", n, store.Keys(t, "look"))
				}
			})
		})
	}
}

func requireCode(t *testing.T, name string, err error, code string) {
	t.Helper()
	var f *operate.Failure
	switch {
	case err == nil && code == "":
	case !errors.As(err, &f) || f.Code != code:
		t.Errorf("%s: %v, want %q", name, err, code)
	case strings.Contains(f.Message, "mistyped-key"):
		t.Errorf("%s: the key is shown", name)
	default:
		t.Log(name+":", f.Code, f.Message)
	}
}

// TestLookAtRights has credentials with some rights only.
func TestLookAtRights(t *testing.T) {
	store := s3server.Versity(t)
	place := store.Create(t, "shared")
	elsewhere := connectors(place)["sink"]
	store.Put(t, "shared", "topics/orders/partition=0/orders+0+0000000000.json", "{}\n")
	stores := probe.NewStores(pluginset.New(builtin.Plugins()...), nil)
	const put, list, get = "s3:PutObject", "s3:ListBucket", "s3:GetObject"
	for _, c := range []struct {
		rights       []string
		sink, source string // what is lacking
	}{
		{[]string{get}, put, list},
		{[]string{put}, "", list},
		{[]string{put, list}, "", get},
		{[]string{list, get}, put, ""},
		{[]string{put, list, get}, "", ""},
	} {
		store.Admit(t, place, append(c.rights, "s3:AbortMultipartUpload")...)
		for name, config := range connectors(place) {
			config["name"] = name
			lacking := c.sink
			if name == "source" {
				lacking = c.source
			}
			err := stores.Check(t.Context(), operate.StoreCheck{Configuration: config})
			if lacking == "" && err != nil || lacking != "" && (err == nil || !strings.Contains(err.Error(), lacking+" is lacking")) {
				t.Errorf("%s with %v: %v", name, c.rights, err)
			}
		}
	}
	if n := store.Uploads(t, "shared"); n > 0 {
		t.Errorf("%d uploads are left", n)
	}
	elsewhere["name"], elsewhere["s3.region"] = "elsewhere", "eu-west-1"
	requireCode(t, "another region", stores.Check(t.Context(), operate.StoreCheck{Configuration: elsewhere}), model.ReasonBucketNotFound)
}
