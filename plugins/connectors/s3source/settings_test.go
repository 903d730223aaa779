package s3source

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

func parsed(t *testing.T, changes ...string) *config.Values {
	t.Helper()
	props := map[string]string{bucketName: "b", formatClass: jsonFormat}
	for i := 0; i+1 < len(changes); i += 2 {
		props[changes[i]] = changes[i+1]
	}
	v, err := newDef().Parse(props)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSettings(t *testing.T) {
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	s, err := newSettings(parsed(
		t, folders, "b,a/,a/b/", sseName, "AES256", sseCustomerKey, key, sinkPathStyle, "false", accessKeyID, " ID ", secretAccessKey, "s",
		proxyURL, "http://proxy:1", proxyUser, "u", proxyPassword, "p", pollInterval, "9223372036854775807",
	))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.prefixes, []string{"a/", "b/"}) || !s.layout.anywhere || s.interval < 0 {
		t.Errorf("%+v", s)
	}
	if x := s.store; len(x.Encryption.CustomerKey) != 32 || x.PathStyle || x.Credentials.Kind != s3store.Static || x.Credentials.ID != "ID" || x.Proxy.Password != "p" {
		t.Errorf("%+v", x)
	}
	role := []string{credentialsClass, "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider", credentialsPrefix + "sts.role.arn", "arn:x"}
	if s, err := newSettings(parsed(t, role...)); err != nil || s.store.Credentials.Role.ARN != "arn:x" || s.store.Credentials.Role.SessionName == "" {
		t.Errorf("%+v, %v", s.store.Credentials, err)
	}
	for _, c := range []struct {
		key     string
		changes []string
	}{
		{sseCustomerKey, []string{sseName, "AES256", sseCustomerKey, "short"}},
		{credentialsPrefix + "sts.role.arn", role[:2]},
		{formatClass, []string{formatClass, "java.lang.String"}},
		{topicRegexes, []string{mode, "generic"}},
	} {
		if _, err := newSettings(parsed(t, c.changes...)); err == nil || !strings.Contains(err.Error(), c.key) {
			t.Errorf("%v: %v", c.changes, err)
		}
	}
	if _, err := newShare(parsed(t, taskNumber, "2", taskCount, "2")); err == nil {
		t.Error("task 2 of 2")
	}
}

func TestFormats(t *testing.T) {
	for class, want := range map[string]string{
		jsonFormat:  ".json.gz .json",
		bytesFormat: ".bin.gz .bin",
		avroFormat:  ".avro",
		csvFormat:   ".csv.gz .csv",
		textFormat:  ".txt.gz .txt .json.gz .json .bin.gz .bin",

		cloudJSONFormat:  ".json.gz .json",
		cloudBytesFormat: ".bin.gz .bin",
		cloudAvroFormat:  ".avro",
		parquetFormat:    ".snappy.parquet .gz.parquet .zstd.parquet .lz4hadoop.parquet .lz4raw.parquet .br.parquet .lzo.parquet .parquet",
	} {
		s, err := newSettings(parsed(t, formatClass, class))
		var got []string
		for _, x := range s.layout.values {
			got = append(got, x.suffix)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v", class, got, err)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		changes []string
		want    string
	}{
		{nil, ""},
		{[]string{mode, "GENERIC"}, topicRegexes},
		{[]string{mode, "GENERIC", topicRegexes, "t:.*"}, ""},
		{[]string{wanMode, "true"}, wanMode + " " + pathStyle},
		{[]string{wanMode, "true", sinkPathStyle, "false"}, ""},
		{[]string{region, " "}, region},
		{[]string{"timezone", "Mars/X"}, "timezone"},
	} {
		props := map[string]string{bucketName: "b", formatClass: jsonFormat}
		for i := 0; i+1 < len(c.changes); i += 2 {
			props[c.changes[i]] = c.changes[i+1]
		}
		r := Plugin.Config.Validate(props)
		(&connector{}).Validate(props, r)
		var wrong []string
		for _, v := range r.Values {
			if len(v.Errors) > 0 {
				wrong = append(wrong, v.Name)
			}
		}
		if got := strings.Join(wrong, " "); got != c.want {
			t.Errorf("%v: errors at %s, want %s", c.changes, got, c.want)
		}
	}
}
