//go:build integration

package msk

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect"
	"github.com/aws/aws-sdk-go-v2/service/kafkaconnect/types"
)

// resourceChecks are about worker configurations, plugins and tags.
func resourceChecks() []check {
	return []check{
		{"worker configuration", []int{3, 4, 5}, createWorkerConfiguration},
		{"worker configurations that are refused", []int{6, 7, 9, 11, 13, 14}, refuseWorkerConfigurations},
		{"worker configurations that are accepted", []int{8, 10, 12}, acceptWorkerConfigurations},
		{"plugin", []int{15, 16, 18, 19}, createPlugin},
		{"plugin without object", []int{17}, createPluginWithoutObject},
		{"tags", []int{52, 53, 54, 55}, tag},
	}
}

func emptyLists(s *stage) {
	c, err := s.sdk.ListConnectors(s.Context(), &kafkaconnect.ListConnectorsInput{})
	if err != nil || c.Connectors == nil || len(c.Connectors) != 0 || c.NextToken != nil {
		s.Errorf("connectors: %+v, %v", c, err)
	}
	p, err := s.sdk.ListCustomPlugins(s.Context(), &kafkaconnect.ListCustomPluginsInput{})
	if err != nil || p.CustomPlugins == nil || len(p.CustomPlugins) != 0 || p.NextToken != nil {
		s.Errorf("plugins: %+v, %v", p, err)
	}
	w, err := s.sdk.ListWorkerConfigurations(s.Context(), &kafkaconnect.ListWorkerConfigurationsInput{})
	if err != nil || w.WorkerConfigurations == nil || len(w.WorkerConfigurations) != 0 || w.NextToken != nil {
		s.Errorf("worker configurations: %+v, %v", w, err)
	}
}

func workerConfiguration(name, content string) *kafkaconnect.CreateWorkerConfigurationInput {
	return &kafkaconnect.CreateWorkerConfigurationInput{
		Name: &name, Description: aws.String("of a test"), PropertiesFileContent: aws.String(base64.StdEncoding.EncodeToString([]byte(content))),
	}
}

func (s *stage) newWorkerConfiguration(name, content string) *types.WorkerConfiguration {
	s.Helper()
	made, err := s.sdk.CreateWorkerConfiguration(s.Context(), workerConfiguration(name, content))
	if err != nil {
		s.Fatalf("create worker configuration %s: %v", name, err)
	}
	return &types.WorkerConfiguration{WorkerConfigurationArn: made.WorkerConfigurationArn, Revision: 1}
}

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// isARN checks the form of an ARN. rest is a regular expression.
func (s *stage) isARN(arn *string, rest string) {
	s.Helper()
	form := "^arn:aws:kafkaconnect:" + region + ":" + account + ":" + rest + "$"
	if !regexp.MustCompile(form).MatchString(aws.ToString(arn)) {
		s.Errorf("ARN %q is not like %s", aws.ToString(arn), form)
	}
}

func isRecent(t *time.Time) bool { return t != nil && time.Since(*t).Abs() < 10*time.Minute }

func createWorkerConfiguration(s *stage) {
	const content = "# a comment, ü\r\n" + converters
	in := workerConfiguration("first", content)
	made, err := s.sdk.CreateWorkerConfiguration(s.Context(), in)
	if err != nil {
		s.Fatal(err)
	}
	s.isARN(made.WorkerConfigurationArn, "worker-configuration/first/"+uuid+`-\d+`)
	if *made.Name != "first" || made.WorkerConfigurationState != types.WorkerConfigurationStateActive || made.LatestRevision.Revision != 1 ||
		!isRecent(made.CreationTime) || !isRecent(made.LatestRevision.CreationTime) {
		s.Errorf("created: %+v, %+v", made, made.LatestRevision)
	}
	got, err := s.sdk.DescribeWorkerConfiguration(s.Context(), &kafkaconnect.DescribeWorkerConfigurationInput{WorkerConfigurationArn: made.WorkerConfigurationArn})
	if err != nil {
		s.Fatal(err)
	}
	if r := got.LatestRevision; *r.PropertiesFileContent != *in.PropertiesFileContent || r.Revision != 1 || *got.Description != "of a test" {
		s.Errorf("described: %+v, %+v", got, r)
	}
	raw := get[map[string]any](s.T, s.plane, at("worker-configurations", made.WorkerConfigurationArn))
	if text, _ := raw["creationTime"].(string); !isoTime().MatchString(text) {
		s.Errorf("creationTime is %v", raw["creationTime"])
	}
	_, err = s.sdk.CreateWorkerConfiguration(s.Context(), in)
	refused[*types.ConflictException](s, "same name", err, "first")
}

func isoTime() *regexp.Regexp { return regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`) }

func refuseWorkerConfigurations(s *stage) {
	for _, c := range []struct {
		name, content string
		words         []string
	}{
		{"no value converter", "key.converter=a\n", []string{"value.converter"}},
		{"key of the REST API", converters + "rest.port=1\n", []string{"rest.port"}},
		{"key of producers", converters + "producer.transactional.id=x\n", []string{"producer.transactional.id"}},
		{"three keys", converters + "group.id=x\nplugin.path=y\nsasl.mechanism=z\n", []string{"group.id", "plugin.path", "sasl.mechanism"}},
	} {
		_, err := s.sdk.CreateWorkerConfiguration(s.Context(), workerConfiguration("refused", c.content))
		refused[*types.BadRequestException](s, c.name, err, c.words...)
	}
	for _, c := range []struct {
		name   string
		change func(*kafkaconnect.CreateWorkerConfigurationInput)
	}{
		{"no base64", func(in *kafkaconnect.CreateWorkerConfigurationInput) {
			in.PropertiesFileContent = aws.String(converters)
		}},
		{"long name", func(in *kafkaconnect.CreateWorkerConfigurationInput) { in.Name = aws.String(strings.Repeat("n", 129)) }},
		{"long description", func(in *kafkaconnect.CreateWorkerConfigurationInput) {
			in.Description = aws.String(strings.Repeat("d", 1025))
		}},
	} {
		in := workerConfiguration("refused", converters)
		c.change(in)
		_, err := s.sdk.CreateWorkerConfiguration(s.Context(), in)
		refused[*types.BadRequestException](s, c.name, err)
	}
}

func acceptWorkerConfigurations(s *stage) {
	for name, content := range map[string]string{
		"producer": "producer.linger.ms=5\n",
		"consumer": "consumer.max.poll.interval.ms=1000\n",
		"offsets":  "offset.storage.topic=t\noffset.flush.interval.ms=1\n",
	} {
		s.newWorkerConfiguration("accepted-"+name, converters+content)
	}
}

func createPlugin(s *stage) {
	made := s.createPlugin("second", pluginKey)
	s.isARN(made.CustomPluginArn, "custom-plugin/second/"+uuid+`-\d+`)
	if made.CustomPluginState != types.CustomPluginStateCreating || made.Revision != 1 || *made.Name != "second" {
		s.Errorf("created: %+v", made)
	}
	got := s.awaitPlugin(made.CustomPluginArn, types.CustomPluginStateActive)
	r := got.LatestRevision
	if r == nil || r.ContentType != types.CustomPluginContentTypeZip || r.Revision != 1 || !isRecent(r.CreationTime) || *r.Location.S3Location.FileKey != pluginKey ||
		*r.FileDescription.FileMd5 != s.archiveMD5() || r.FileDescription.FileSize != int64(len(s.archive)) || *got.Description != "a description: ü" {
		s.Errorf("described: %+v, %+v", got, r)
	}
	_, err := s.sdk.CreateCustomPlugin(s.Context(), pluginInput("second", pluginKey))
	refused[*types.ConflictException](s, "same name", err, "second")
	s.isBadRequest("kind TAR", s.send(s.T, request{
		line: "POST /v1/custom-plugins",
		body: `{"name":"tar","contentType":"TAR","location":{"s3Location":{"bucketArn":"arn:aws:s3:::plugins","fileKey":"k"}}}`,
	}))
}

func createPluginWithoutObject(s *stage) {
	made := s.createPlugin("missing", "no-such-object.zip")
	got := s.awaitPlugin(made.CustomPluginArn, types.CustomPluginStateCreateFailed)
	if d := got.StateDescription; got.LatestRevision != nil || d == nil || aws.ToString(d.Code) == "" ||
		!strings.Contains(aws.ToString(d.Message), "no-such-object.zip") {
		s.Errorf("revision %+v, %s", got.LatestRevision, reason(d))
	}
	if _, err := s.sdk.DeleteCustomPlugin(s.Context(), &kafkaconnect.DeleteCustomPluginInput{CustomPluginArn: made.CustomPluginArn}); err != nil {
		s.Errorf("delete: %v", err)
	}
}

func tag(s *stage) {
	arn := s.newWorkerConfiguration("tagged", converters).WorkerConfigurationArn
	put := func(arn *string, tags map[string]string) error {
		_, err := s.sdk.TagResource(s.Context(), &kafkaconnect.TagResourceInput{ResourceArn: arn, Tags: tags})
		return err
	}
	if err := put(arn, map[string]string{"k": "v", "a c": "é", "x/y+z": "", "k2": "2"}); err != nil {
		s.Fatal(err)
	}
	if _, err := s.sdk.UntagResource(s.Context(), &kafkaconnect.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"k", "a c", "unknown"}}); err != nil {
		s.Fatal(err)
	}
	got, err := s.sdk.ListTagsForResource(s.Context(), &kafkaconnect.ListTagsForResourceInput{ResourceArn: arn})
	if v, ok := got.Tags["x/y+z"]; err != nil || len(got.Tags) != 2 || got.Tags["k2"] != "2" || !ok || v != "" {
		s.Errorf("tags: %v, %v", got, err)
	}
	refused[*types.NotFoundException](s, "unknown ARN", put(aws.String(*arn+"0"), map[string]string{"k": "v"}))
	refused[*types.BadRequestException](s, "long key", put(arn, map[string]string{strings.Repeat("k", 129): "v"}))
	many := map[string]string{}
	for i := range 201 {
		many[strconv.Itoa(i)] = ""
	}
	refused[*types.BadRequestException](s, "201 tags", put(arn, many))
}
