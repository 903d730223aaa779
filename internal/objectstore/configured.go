package objectstore

import (
	"errors"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/dateformat"
)

// Configured returns the partitioner that a configuration asks for, and the
// extractor of times when it goes by time. Errors are those of the Java
// partitioners.
func Configured(v *config.Values) (Partitioner, Extractor, error) {
	directory := v.String(DirectoryDelim)
	clock := Clock{
		Duration: time.Duration(v.Long(PartitionDuration)) * time.Millisecond,
		Format:   v.String(PathFormat),
	}
	switch class := v.String(PartitionerClass); class {
	case DefaultPartitionerName:
		return DefaultPartitioner{}, nil, nil
	case FieldPartitionerName:
		return NewFieldPartitioner(v.List(PartitionFieldName), directory), nil, nil
	case timePartitionerName:
		if clock.Duration < 0 {
			return nil, nil, config.Invalid(PartitionDuration, v.Long(PartitionDuration), "Partition duration needs to be a positive.")
		}
	case hourlyPartitionerName:
		clock.Duration, clock.Format = time.Hour, HourlyFormat(directory)
	case dailyPartitionerName:
		clock.Duration, clock.Format = 24*time.Hour, DailyFormat(directory)
	default:
		return nil, nil, config.Invalid(PartitionerClass, class, "Class "+class+" is not a partitioner")
	}
	return byTime(v, clock, directory)
}

func byTime(v *config.Values, clock Clock, directory string) (Partitioner, Extractor, error) {
	if strings.TrimSpace(clock.Format) == "" || clock.Format == directory {
		return nil, nil, config.Invalid(PathFormat, clock.Format, "Path format cannot be empty.")
	}
	if directory != "" {
		clock.Format = strings.TrimSuffix(clock.Format, directory)
	}
	if clock.Language = v.String(Locale); strings.TrimSpace(clock.Language) == "" {
		return nil, nil, config.Invalid(Locale, clock.Language, "Locale cannot be empty.")
	}
	name := v.String(Timezone)
	if strings.TrimSpace(name) == "" {
		return nil, nil, config.Invalid(Timezone, name, "Timezone cannot be empty.")
	}
	var err error
	if clock.Zone, err = dateformat.Zone(name); err != nil {
		return nil, nil, config.Invalid(Timezone, name, err.Error())
	}
	x, err := extractor(v)
	if err != nil {
		return nil, nil, err
	}
	p, err := NewTimePartitioner(clock, x)
	if err != nil {
		e := config.Invalid(PathFormat, clock.Format, err.Error())
		e.Err = err
		return nil, nil, e
	}
	return p, x, nil
}

func extractor(v *config.Values) (Extractor, error) {
	switch name := v.String(TimestampExtractor); name {
	case "Wallclock", WallclockExtractor{}.Name():
		return WallclockExtractor{}, nil
	case "Record", RecordExtractor{}.Name():
		return RecordExtractor{}, nil
	case "RecordField", (*FieldExtractor)(nil).Name():
		return NewFieldExtractor(v.String(TimestampField)), nil
	default:
		return nil, &config.Error{
			Key: TimestampExtractor, Msg: "Invalid timestamp extractor: " + name,
			Err: errors.New("timestamp.extractor takes Wallclock, Record and RecordField; classes of one's own are not supported"),
		}
	}
}
