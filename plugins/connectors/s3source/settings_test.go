package s3source

import (
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore/s3config"
)

func parsed(t *testing.T, changes ...string) *config.Values {
	t.Helper()
	props := map[string]string{s3config.BucketName: "b", formatClass: jsonFormat}
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
	s, err := newSettings(parsed(t, folders, "b,a/,a/b/", s3config.PathStyle, "false", pollInterval, "9223372036854775807"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.prefixes, []string{"a/", "b/"}) || !s.layout.anywhere || s.interval < 0 || s.store.PathStyle {
		t.Errorf("%+v", s)
	}
	if s, err := newSettings(parsed(t, pathStyle, "false")); err != nil || s.store.PathStyle {
		t.Errorf("path style, %v", err)
	}
	for _, c := range []struct {
		key     string
		changes []string
	}{
		{s3config.SSECustomerKey, []string{s3config.SSEName, "AES256", s3config.SSECustomerKey, "short"}},
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
		{[]string{s3config.WANMode, "true"}, s3config.WANMode + " " + pathStyle},
		{[]string{s3config.WANMode, "true", s3config.PathStyle, "false"}, ""},
		{[]string{s3config.Region, " "}, s3config.Region},
		{[]string{"timezone", "Mars/X"}, "timezone"},
	} {
		props := map[string]string{s3config.BucketName: "b", formatClass: jsonFormat}
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
