package s3config_test

import (
	"encoding/base64"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
	"github.com/millrace/millrace/plugins/connectors/s3sink"
	"github.com/millrace/millrace/plugins/connectors/s3source"
)

const (
	assumeRole = "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider"
	session    = "s3.credentials.provider.sts.role.session.name"
)

// settings reads what both connectors have.
func settings(t *testing.T, def *config.Def, changes map[string]string) (s3store.Settings, error) {
	t.Helper()
	props := map[string]string{
		s3config.BucketName: "b", "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
		"flush.size": "3", objectstore.StorageClass: "io.confluent.connect.s3.storage.S3Storage",
	}
	maps.Copy(props, changes)
	v, err := def.Parse(props)
	if err != nil {
		t.Fatal(err)
	}
	return s3config.Settings(v, "usual")
}

func TestSettings(t *testing.T) {
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	for _, c := range []struct {
		changes map[string]string
		is      func(s s3store.Settings) bool
	}{
		{nil, func(s s3store.Settings) bool {
			return s.Bucket == "b" && s.Region == "us-west-2" && s.PathStyle && s.Attempts == 3 && s.Credentials.Kind == s3store.Default
		}},
		{map[string]string{s3config.PathStyle: "false", s3config.WANMode: "true", s3config.RetryBackoff: "9223372036854775807"}, func(s s3store.Settings) bool {
			return !s.PathStyle && s.Accelerate && s.Backoff > math.MaxInt64/2
		}},
		{map[string]string{s3config.AccessKeyID: " ID ", s3config.SecretAccessKey: "s"}, func(s s3store.Settings) bool {
			return s.Credentials == s3store.Credentials{Kind: s3store.Static, ID: "ID", Secret: "s"}
		}},
		{map[string]string{s3config.AccessKeyID: "ID"}, func(s s3store.Settings) bool { return s.Credentials.Kind == s3store.Default }},
		{map[string]string{s3config.CredentialsClass: assumeRole, s3config.RoleARN: "arn:x"}, func(s s3store.Settings) bool {
			return s.Credentials.Kind == s3store.AssumeRole && s.Credentials.Role == s3store.Role{ARN: "arn:x", SessionName: "usual"}
		}},
		{map[string]string{s3config.CredentialsClass: assumeRole, s3config.RoleARN: "arn:x", session: "own"}, func(s s3store.Settings) bool {
			return s.Credentials.Role.SessionName == "own"
		}},
		{map[string]string{s3config.ProxyURL: "http://proxy:1", s3config.ProxyUser: "u", s3config.ProxyPassword: "p"}, func(s s3store.Settings) bool {
			return s.Proxy == s3store.Proxy{URL: "http://proxy:1", User: "u", Password: "p"}
		}},
		{map[string]string{s3config.SSEName: "AES256", s3config.SSECustomerKey: key}, func(s s3store.Settings) bool { return len(s.Encryption.CustomerKey) == 32 }},
		{map[string]string{s3config.SSECustomerKey: "not for this"}, func(s s3store.Settings) bool { return s.Encryption.CustomerKey == nil }},
	} {
		for _, def := range []*config.Def{s3sink.Plugin.Config, s3source.Plugin.Config} {
			if s, err := settings(t, def, c.changes); err != nil || !c.is(s) {
				t.Errorf("%v: %+v, %v", c.changes, s, err)
			}
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for _, c := range []struct {
		key     string
		changes map[string]string
	}{
		{s3config.SSECustomerKey, map[string]string{s3config.SSEName: "AES256", s3config.SSECustomerKey: "short"}},
		{s3config.RoleARN, map[string]string{s3config.CredentialsClass: assumeRole}},
	} {
		for _, def := range []*config.Def{s3sink.Plugin.Config, s3source.Plugin.Config} {
			if _, err := settings(t, def, c.changes); err == nil || !strings.Contains(err.Error(), c.key) {
				t.Errorf("%v: %v", c.changes, err)
			}
		}
	}
}
