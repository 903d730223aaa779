package s3source

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/plugins/connectors/s3source/content"
)

// settings are what a configuration says.
type settings struct {
	store    s3store.Settings
	layout   layout
	prefixes []string // of all names, in order; none is within another
	generic  bool
	routes   []route
	value    func(key string) extension // mode GENERIC
	since    time.Time
	interval time.Duration
	records  int // at a time
	objects  int // at a time
	ignore   bool
	required [3]bool
}

const userAgent = "KafkaS3SourceConnector/1"

func newSettings(v *config.Values) (s settings, err error) {
	if s.store, err = storeSettings(v); err != nil {
		return s, err
	}
	f := formatsOf(v)
	extensions, format := f.of(v.String(formatClass))
	if format == nil {
		return s, config.Invalid(formatClass, v.String(formatClass), "the class is not a format of the S3 source connector")
	}
	s.layout = layout{
		directory: v.String(objectstore.DirectoryDelim), file: v.String(objectstore.FileDelim),
		values: extensions, sides: f.sides(),
	}
	s.value = func(key string) extension { return extension{format: format, gzip: strings.HasSuffix(key, ".gz")} }
	if dir := v.String(objectstore.TopicsDir); strings.TrimSpace(dir) != "" {
		s.layout.topicsDir = dir + s.layout.directory
	}
	s.prefixes, s.layout.anywhere = []string{s.layout.topicsDir}, false
	if list := v.List(folders); len(list) > 0 {
		s.prefixes, s.layout.anywhere = prefixesOf(list, s.layout.directory), true
	}
	s.generic = strings.EqualFold(v.String(mode), genericMode)
	if s.routes, err = routesOf(topicRegexes, v.List(topicRegexes)); err == nil && s.generic && len(s.routes) == 0 {
		err = config.Errorf(topicRegexes, needsRoutes)
	}
	s.since = time.UnixMilli(v.Long(startTime))
	s.interval = time.Duration(min(v.Long(pollInterval), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
	s.records, s.objects = v.Int(batchRecords), v.Int(batchObjects)
	s.ignore = strings.EqualFold(v.String(onError), "ignore")
	s.required[keys], s.required[headers] = v.Bool(storeKeys), v.Bool(storeHeaders)
	return s, err
}

// prefixesOf returns what the names of objects in folders begin with.
func prefixesOf(list []string, delimiter string) []string {
	var all []string
	for _, f := range list {
		if !strings.HasSuffix(f, delimiter) {
			f += delimiter
		}
		all = append(all, f)
	}
	slices.Sort(all)
	var kept []string
	for _, f := range all {
		if n := len(kept); n == 0 || !strings.HasPrefix(f, kept[n-1]) {
			kept = append(kept, f)
		}
	}
	return kept
}

func formatsOf(v *config.Values) *formats {
	// The separator is not trimmed, as other values are.
	separator, given := v.Originals()[bytesSeparator]
	if !given {
		separator = "\n"
	}
	avro := avrodata.Settings{
		Enhanced: v.Bool(enhancedAvro), MetaData: v.Bool(connectMeta), OptionalMapKeys: v.Bool(optionalMapKeys), FlattenSingletons: true,
	}
	null := strings.ToUpper(v.String(csvNull))
	return &formats{
		bytesSuffix: v.String(bytesExtension), bytes: content.Bytes{Separator: separator},
		avro: content.Avro{Settings: avro}, parquet: content.Parquet{Settings: avro},
		csv: content.CSV{
			Separator: byte(v.Int(csvSeparator)), Quote: byte(v.Int(csvQuote)), Escape: byte(v.Int(csvEscape)),
			Header: v.Bool(csvHeader), SkipLines: v.Int(csvSkip), Latin1: strings.EqualFold(v.String(csvCharset), "ISO-8859-1"),
			NullUnquoted: null == "EMPTY_SEPARATORS" || null == "BOTH", NullQuoted: null == "EMPTY_QUOTES" || null == "BOTH",
		},
	}
}

// storeSettings returns how to reach the bucket.
func storeSettings(v *config.Values) (s3store.Settings, error) {
	s, err := s3config.Settings(v, "millrace-s3-source")
	s.UserAgent, s.PathStyle = userAgent, s.PathStyle && v.Bool(pathStyle)
	return s, err
}

// share is what one of the tasks reads.
type share struct {
	from, to      string // mode RESTORE_BACKUP
	number, count int    // mode GENERIC
}

func newShare(v *config.Values) (share, error) {
	// Names are taken as they are, blanks included.
	s := share{v.Originals()[taskFrom], v.Originals()[taskTo], v.Int(taskNumber), v.Int(taskCount)}
	if s.count < 1 || s.number < 0 || s.number >= s.count {
		return s, config.Errorf(taskNumber, "%s must be from 0 to %s - 1", taskNumber, taskCount)
	}
	return s, nil
}

// finder returns what finds the objects of a share.
func (s *settings) finder(part share, bucket lister, offsets source.OffsetReader) finder {
	if s.generic {
		return &generic{
			layout: &s.layout, offsets: offsets, bucket: bucket, prefixes: s.prefixes, routes: s.routes, since: s.since,
			value: s.value, number: uint64(part.number), count: uint64(part.count),
		}
	}
	return &restore{
		layout: &s.layout, offsets: offsets, bucket: bucket, prefixes: s.prefixes, from: part.from, to: part.to,
		required: s.required, positions: map[string]*position{},
	}
}
