package aivens3sink_test

import (
	"maps"
	"regexp"
	"testing"

	"github.com/millrace/millrace/internal/objectstore/s3store"
	"github.com/millrace/millrace/plugins/connectors/aivens3sink"
)

// TestUse looks at the names and keys by which a bucket is tried out.
func TestUse(t *testing.T) {
	for _, c := range []struct {
		change  map[string]string
		name    string // a regular expression
		guessed bool
		bucket  string
	}{
		{nil, `t-0-0\.gz`, false, "aws.s3.bucket.name"},
		{map[string]string{"aws.s3.bucket.name": "", "aws_s3_bucket": "old"}, `t-0-0\.gz`, false, "aws_s3_bucket"},
		{map[string]string{"aws.s3.prefix": "p/{{utc_date}}/"}, `p/\d{4}-\d\d-\d\d/t-0-0{20}\.gz`, false, "aws.s3.bucket.name"},
		{map[string]string{"file.name.template": "x/{{timestamp:unit=yyyy}}/{{topic}}-{{partition}}-{{start_offset:padding=true}}"}, `x/\d{4}/t-0-0{20}`, false, "aws.s3.bucket.name"},
		{map[string]string{"file.name.template": "x/{{key}}"}, `x/null`, false, "aws.s3.bucket.name"},
		{map[string]string{"transforms": "route"}, `t-0-0\.gz`, true, "aws.s3.bucket.name"},
	} {
		props := map[string]string{"topics": "t", "aws.s3.bucket.name": "bucket"}
		maps.Copy(props, c.change)
		maps.DeleteFunc(props, func(_, value string) bool { return value == "" })
		got, err := aivens3sink.Plugin.New().(s3store.User).Use(props)
		if err != nil || !regexp.MustCompile("^"+c.name+"$").MatchString(got.Name) || got.Guessed != c.guessed || got.Keys.Bucket != c.bucket || got.Reads != nil {
			t.Errorf("%v: %s, guessed %t, keys %+v, %v", c.change, got.Name, got.Guessed, got.Keys, err)
		}
	}
	if _, err := aivens3sink.Plugin.New().(s3store.User).Use(map[string]string{"topics": "t"}); err == nil {
		t.Error("there is a use without a bucket")
	}
}
