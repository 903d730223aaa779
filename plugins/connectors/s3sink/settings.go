package s3sink

import (
	"math"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

const concurrency = 16 // uploads of a task at the same time

// storeSettings returns how to reach the bucket.
func storeSettings(v *config.Values) (s3store.Settings, error) {
	s, err := s3config.Settings(v, "millrace-s3-sink")
	s.MD5, s.Parallel, s.UserAgent = v.Bool(sendDigest), concurrency, "KafkaS3Connector/"+version
	s.ACL, s.Encryption.KMSKey = v.String(cannedACL), v.String(sseKMSKey)
	return s, err
}

// sinkSettings returns what to do with records; the bucket is still missing.
func sinkSettings(v *config.Values) (objectstore.Settings, error) {
	s := objectstore.Settings{
		Kind: "S3",
		Layout: objectstore.Layout{
			TopicsDir: v.String(objectstore.TopicsDir), Directory: v.String(objectstore.DirectoryDelim),
			File: v.String(objectstore.FileDelim), Width: v.Int(padWidth),
		},
		Compat: objectstore.CompatibilityOf(v.String(compatibility)),
		Gzip:   v.String(compressionType) == "gzip", GzipLevel: v.Int(compressionLevel),
		PartSize: v.Int(partSize), Concurrency: concurrency, BufferDir: v.String(bufferDir),
		RetryBackoff: millis(v.Long(retryBackoff)), MaxWrite: millis(v.Long(maxWrite)), ScanLimit: v.Int(scanLimit),
		OnlyNew: v.Bool(conditional) && v.Long(rotateSchedule) != -1 && !v.Bool(storeKeys) && !v.Bool(storeHeaders),
	}
	if s.Layout.Width == 0 {
		return s, config.Invalid(padWidth, "0", "an offset has at least one digit")
	}
	for _, set := range []func(*config.Values, *objectstore.Settings) error{setPartitioner, setFormats, setRotation, setNulls, setTagging} {
		if err := set(v, &s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func setPartitioner(v *config.Values, s *objectstore.Settings) (err error) {
	if s.Partitioner, s.Extractor, err = objectstore.Configured(v); err != nil {
		return err
	}
	if affix := v.String(schemaAffix); affix != "NONE" {
		s.Partitioner = &objectstore.SchemaPartitioner{
			Partitioner: s.Partitioner, Directory: s.Layout.Directory, Suffix: affix == "SUFFIX",
		}
	}
	return nil
}

func setFormats(v *config.Values, s *objectstore.Settings) (err error) {
	if s.Value, err = format(v, formatClass); err != nil {
		return err
	}
	if v.Bool(storeKeys) {
		if s.Keys, err = format(v, keysFormat); err != nil {
			return err
		}
	}
	if v.Bool(storeHeaders) {
		s.Headers, err = format(v, headersFormat)
	}
	return err
}

func format(v *config.Values, key string) (objectstore.Format, error) {
	switch name := v.String(key); name {
	case jsonFormat:
		return objectstore.JSONFormat{NumericDecimals: strings.EqualFold(v.String(decimalFormat), "NUMERIC")}, nil
	case bytesFormat:
		// The separator is not trimmed, as other values are.
		separator, given := v.Originals()[bytesSeparator]
		if !given {
			separator = "\n"
		}
		return objectstore.BytesFormat{Suffix: v.String(bytesExtension), Separator: separator}, nil
	case avroFormat:
		return avroFormatOf(v)
	case parquetFormat:
		return parquetFormatOf(v, key)
	default:
		return nil, config.Invalid(key, name, "the class is not a format of the S3 connector")
	}
}

func setRotation(v *config.Values, s *objectstore.Settings) error {
	s.Rotation = objectstore.Rotation{
		Records: v.Int(flushSize), Interval: v.Long(rotateInterval), OnPartitionChange: v.Bool(rotateOnChange),
		Schedule: millis(v.Long(rotateSchedule)), MaxOpenFiles: v.Int(maxOpenFiles),
	}
	if err := checkSchedule(v); err != nil || s.Rotation.Schedule <= 0 {
		return err
	}
	zone, err := dateformat.Zone(v.String(objectstore.Timezone))
	if err != nil {
		return config.Invalid(objectstore.Timezone, v.String(objectstore.Timezone), err.Error())
	}
	s.Rotation.Zone = zone
	return nil
}

func setNulls(v *config.Values, s *objectstore.Settings) error {
	s.Nulls = objectstore.Nulls{Report: v.Bool(reportNulls), Partition: v.String(tombstones)}
	switch strings.ToLower(v.String(onNull)) {
	case "ignore":
		s.Nulls.Behavior = objectstore.IgnoreNulls
	case "write":
		s.Nulls.Behavior = objectstore.WriteNulls
	default:
		s.Nulls.Behavior = objectstore.FailNulls
	}
	return nil
}

func setTagging(v *config.Values, s *objectstore.Settings) error {
	s.Tagging = objectstore.Tagging{
		Enabled: v.Bool(tagging), Fail: v.String(taggingError) == "fail",
		Attempts: v.Int(s3config.PartRetries), Backoff: millis(v.Long(s3config.RetryBackoff)),
	}
	for _, pair := range v.List(taggingPairs) {
		pieces := strings.Split(pair, ":")
		if len(pieces) < 2 {
			return config.Invalid(taggingPairs, pair, "it is not of the form key:value")
		}
		s.Tagging.Extra = append(s.Tagging.Extra, objectstore.Tag{Key: pieces[0], Value: pieces[1]})
	}
	return nil
}

// millis is a number of milliseconds, as long as a Duration can be.
func millis(n int64) time.Duration {
	if n > int64(math.MaxInt64/time.Millisecond) {
		return objectstore.NoLimit
	}
	return time.Duration(max(n, math.MinInt64/int64(time.Millisecond))) * time.Millisecond
}
