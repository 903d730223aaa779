package aivens3sink

import (
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

const (
	defaultTemplate = "{{topic}}-{{partition}}-{{start_offset}}"
	defaultRegion   = "us-east-1"
	defaultBackoff  = 5 * time.Second
	concurrency     = 16 // requests of a task at the same time
	leastMemory     = 64 << 20
)

// plan is what a task does with records.
type plan struct {
	grouping grouping
	name     *template
	timed    bool // the time is in names
	clock    clock
	old      *oldNames // nil: names are those of the template
	limit    int       // of records in an object, 0 for none
	format   format
	stream   objectstore.Compression // of whole objects
	partSize int
	backoff  time.Duration
	memory   int // bytes of records that are kept
}

// clock tells the time in names.
type clock struct {
	zone  *time.Location
	event bool // that of the record
}

// oldNames are names as they were before there were templates.
type oldNames struct {
	prefix *template
	clock  clock
	suffix string
}

// read reads a configuration.
func read(def *config.Def, props map[string]string) (*config.Values, error) {
	v, err := def.Parse(props)
	if err != nil {
		return nil, err
	}
	if wrong := relations(v); len(wrong) > 0 {
		return nil, wrong[0]
	}
	return v, nil
}

// relations checks keys against each other.
func relations(v *config.Values) []*config.Error {
	var wrong []*config.Error
	fail := func(key, format string, args ...any) { wrong = append(wrong, config.Errorf(key, format, args...)) }
	if !v.IsSet(bucketName) && !v.IsSet(oldBucketName) {
		fail(bucketName, "Neither %s nor %s properties have been set", bucketName, oldBucketName)
	}
	if v.IsSet(roleARN) && v.IsSet(roleSession) && !v.IsSet(region) && v.String(stsEndpoint) != globalSTS {
		fail(region, "%s should be specified together with %s", region, stsEndpoint)
	}
	if !v.Bool(outputEnvelope) && len(v.List(outputFields)) != 1 { // the old spelling does not count
		fail(outputFields, "When %s is false, %s must contain only one field", outputEnvelope, outputFields)
	}
	if _, kind, err := nameOf(templateText(v)); err == nil && kind.latest() && v.Int(maxRecords) > 1 {
		fail(maxRecords, "When %s is %s, %s must be either 1 or not set", nameTemplate, templateText(v), maxRecords)
	}
	if text := either(v, prefix, oldPrefix); text != "" {
		if t, err := parseTemplate(text); err != nil {
			wrong = append(wrong, config.Invalid(prefix, text, err.Error()))
		} else if err := t.check(); err != nil {
			wrong = append(wrong, config.Invalid(prefix, text, err.Error()))
		}
	}
	return wrong
}

// either returns the text of a key, or of its old spelling.
func either(v *config.Values, key, old string) string {
	if v.IsSet(key) {
		return v.String(key)
	}
	return v.String(old)
}

// fieldsOf returns the fields that are written.
func fieldsOf(v *config.Values) []string {
	list := v.List(outputFields)
	if list == nil {
		list = v.List(oldOutputFields)
	}
	if list == nil {
		return []string{"value"}
	}
	fields := slices.Clone(list)
	for i := range fields {
		fields[i] = strings.ToLower(fields[i])
	}
	return fields
}

func typeOf(v *config.Values) string { return strings.ToLower(v.String(outputType)) }

// compressionOf returns how objects are compressed; for Parquet it is how its pages
// are, which only the new key says.
func compressionOf(v *config.Values) string {
	name := either(v, compression, oldCompression)
	switch {
	case typeOf(v) == "parquet" && !v.IsSet(compression):
		return "none"
	case name == "":
		return "gzip"
	}
	return strings.ToLower(name)
}

// ending is what names end with unless a template says it.
func ending(v *config.Values) string {
	suffix := map[string]string{"gzip": ".gz", "snappy": ".snappy", "zstd": ".zst"}[compressionOf(v)]
	if typeOf(v) == "avro" {
		return ".avro" + suffix
	}
	return suffix
}

func templateText(v *config.Values) string {
	if v.IsSet(nameTemplate) {
		return v.String(nameTemplate)
	}
	return defaultTemplate + ending(v)
}

// planOf returns what a configuration asks for.
func planOf(v *config.Values) (*plan, error) {
	p := &plan{limit: v.Int(maxRecords), partSize: v.Int(partSize), backoff: defaultBackoff}
	if v.IsSet(kafkaBackoff) {
		p.backoff = millis(v.Long(kafkaBackoff))
	}
	p.memory = max(leastMemory, 2*p.partSize)
	if typeOf(v) != "parquet" {
		p.stream = map[string]objectstore.Compression{
			"gzip": objectstore.Gzip, "snappy": objectstore.Snappy, "zstd": objectstore.Zstd,
		}[compressionOf(v)]
	}
	var err error
	if p.name, p.grouping, err = nameOf(templateText(v)); err != nil {
		return nil, config.Invalid(nameTemplate, templateText(v), err.Error())
	}
	p.timed = p.name.has(varTimestamp)
	if p.clock, err = clockOf(v, nameZone, nameTime); err != nil {
		return nil, err
	}
	if p.old, err = oldNamesOf(v); err != nil {
		return nil, err
	}
	p.format, err = formatOf(v)
	return p, err
}

func clockOf(v *config.Values, zone, source string) (clock, error) {
	z, err := dateformat.Zone(v.String(zone))
	if err != nil {
		return clock{}, config.Invalid(zone, v.String(zone), err.Error())
	}
	return clock{z, strings.EqualFold(v.String(source), "event")}, nil
}

// oldNamesOf returns nil when there is no prefix.
func oldNamesOf(v *config.Values) (*oldNames, error) {
	text := either(v, prefix, oldPrefix)
	if text == "" {
		return nil, nil
	}
	t, err := parseTemplate(text)
	if err != nil {
		return nil, config.Invalid(prefix, text, err.Error())
	}
	t = t.bind(varTopic, varPartition, varOffset, varTimestamp, varUTCDate, varLocalDate)
	for i := range t.parts {
		if t.parts[i].name == varPartition {
			t.parts[i].value = "" // is never padded here
		}
	}
	c, err := clockOf(v, oldZone, oldTime)
	return &oldNames{t, c, ending(v)}, err
}

// millis is a number of milliseconds, a day at most.
func millis(n int64) time.Duration { return time.Duration(min(n, mostBackoff)) * time.Millisecond }

// storeOf returns how to reach the bucket.
func storeOf(v *config.Values) (s3store.Settings, s3store.Tuning) {
	s := s3store.Settings{
		Bucket: either(v, bucketName, oldBucketName), Region: either(v, region, oldRegion),
		Endpoint: either(v, endpoint, oldEndpoint), Credentials: credentialsOf(v),
		Attempts: v.Int(s3Attempts), Backoff: millis(v.Long(s3Backoff)), Expect: true,
		Parallel: concurrency, UserAgent: "AivenKafkaConnectS3/" + version,
	}
	s.PathStyle = s.Endpoint != ""
	if s.Region == "" {
		s.Region = defaultRegion
	}
	t := s3store.Tuning{
		MaxBackoff: millis(v.Long(s3MaxBackoff)), ServerSide: v.String(sseAlgorithm),
		Session: time.Duration(v.Int(roleDuration)) * time.Second,
	}
	if e := v.String(stsEndpoint); e != globalSTS {
		t.STSEndpoint = e
	}
	return s, t
}

// credentialsOf says where credentials come from: a role goes first, then keys, then
// the class.
func credentialsOf(v *config.Values) s3store.Credentials {
	if v.IsSet(roleARN) && v.IsSet(roleSession) {
		return s3store.Credentials{Kind: s3store.AssumeRole, Role: s3store.Role{
			ARN: v.String(roleARN), ExternalID: v.String(roleExternal), SessionName: v.String(roleSession),
		}}
	}
	for _, pair := range [...][2]string{{accessKeyID, secretAccessKey}, {oldAccessKeyID, oldSecretAccessKey}} {
		if v.IsSet(pair[0]) && v.IsSet(pair[1]) {
			return s3store.Credentials{Kind: s3store.Static, ID: v.Password(pair[0]).Reveal(), Secret: v.Password(pair[1]).Reveal()}
		}
	}
	kind, _ := s3store.KindOf(v.String(credentialsClass))
	return s3store.Credentials{Kind: kind}
}
