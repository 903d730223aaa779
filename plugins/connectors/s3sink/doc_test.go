package s3sink

import (
	"flag"
	"testing"

	"github.com/millrace/millrace/internal/connectorconfig/connectorconfigtest"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

// TestPage compares the table in the user's page with the keys.
func TestPage(t *testing.T) {
	connectorconfigtest.Page(t, "../../../docs/connectors/s3.md", *update, connectorconfigtest.Table{Keys: Plugin.Config.Keys()})
}

func TestKeys(t *testing.T) {
	connectorconfigtest.Groups(t, Plugin.Config, "Connector,Schema,S3,Keys and Headers,Storage,Partitioner")
	if n := len(Plugin.Config.Keys()); n != 70 {
		t.Errorf("%d keys", n)
	}
}

// TestNotSupported: what is missing is refused by name, and nothing else.
func TestNotSupported(t *testing.T) {
	for _, c := range []struct {
		changes map[string]string
		key     string
	}{
		{nil, ""},
		{map[string]string{formatClass: avroFormat}, ""},
		{map[string]string{formatClass: parquetFormat}, ""},
		{map[string]string{storeKeys: "true"}, ""},
		{map[string]string{storeKeys: "true", keysFormat: jsonFormat}, ""},
		{map[string]string{storeHeaders: "true", headersFormat: parquetFormat}, ""},
		{map[string]string{objectstore.PartitionerClass: "com.acme.Own"}, objectstore.PartitionerClass},
		{map[string]string{s3config.CredentialsClass: "com.acme.Own"}, s3config.CredentialsClass},
		{map[string]string{s3config.CredentialsClass: "com.amazonaws.auth.DefaultAWSCredentialsProviderChain"}, ""},
	} {
		props := map[string]string{
			s3config.BucketName: "b", formatClass: jsonFormat, flushSize: "3", objectstore.StorageClass: storageClass,
		}
		for k, v := range c.changes {
			props[k] = v
		}
		r := Plugin.Config.Validate(props)
		(&connector{def: Plugin.Config}).Validate(props, r)
		for _, v := range r.Values {
			if wrong := len(v.Errors) > 0; wrong != (v.Name == c.key) {
				t.Errorf("%v: %s: %q", c.changes, v.Name, v.Errors)
			}
		}
	}
}
