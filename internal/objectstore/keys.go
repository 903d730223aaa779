package objectstore

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/dateformat"
)

// Keys of the groups Storage and Partitioner, the same for every store.
const (
	StorageClass       = "storage.class"
	TopicsDir          = "topics.dir"
	StoreURL           = "store.url"
	DirectoryDelim     = "directory.delim"
	FileDelim          = "file.delim"
	PartitionerClass   = "partitioner.class"
	PartitionFieldName = "partition.field.name"
	PartitionDuration  = "partition.duration.ms"
	PathFormat         = "path.format"
	Locale             = "locale"
	Timezone           = "timezone"
	TimestampExtractor = "timestamp.extractor"
	TimestampField     = "timestamp.field"
)

// The partitioners, by the names that configurations call them.
const (
	partitionerPackage     = "io.confluent.connect.storage.partitioner."
	DefaultPartitionerName = partitionerPackage + "DefaultPartitioner"
	FieldPartitionerName   = partitionerPackage + "FieldPartitioner"
	timePartitionerName    = partitionerPackage + "TimeBasedPartitioner"
	hourlyPartitionerName  = partitionerPackage + "HourlyPartitioner"
	dailyPartitionerName   = partitionerPackage + "DailyPartitioner"
)

// Grouped puts keys into a group, in their order.
func Grouped(group string, keys ...config.Key) []config.Key {
	for i := range keys {
		keys[i].Group, keys[i].Order = group, i
	}
	return keys
}

// ClassOf demands one of these class names. A class of Java itself exists too,
// though it is of another kind, which only the start of a task finds out, as in
// Connect.
func ClassOf(names ...string) config.Validator {
	return config.Valid("one of "+strings.Join(names, ", "), func(key string, value any) error {
		name, ok := value.(string)
		if !ok || strings.HasPrefix(name, "java.") {
			return nil
		}
		for _, known := range names {
			if name == known {
				return nil
			}
		}
		return config.Invalid(key, value, "Class "+name+" could not be found.")
	})
}

// StorageKeys are the keys of the group Storage. class is the only storage class.
func StorageKeys(class string) []config.Key {
	return Grouped("Storage",
		config.Key{
			Name: StorageClass, Type: config.Class, Required: true, Importance: config.High, Width: config.NoWidth,
			Display: "Storage Class", Validator: ClassOf(class), Doc: "The kind of store: " + class + ".",
		},
		config.Key{
			Name: TopicsDir, Type: config.StringType, Default: "topics", Importance: config.High,
			Display: "Topics Directory", Doc: "First part of the name of every object. Blank leaves it out.",
		},
		config.Key{
			Name: StoreURL, Type: config.StringType, Importance: config.High,
			Display: "Store URL", Doc: "Endpoint of the store, when it is not that of the cloud provider. https:// is assumed.",
		},
		config.Key{
			Name: DirectoryDelim, Type: config.StringType, Default: "/", Importance: config.Medium,
			Display: "Directory Delimiter", Doc: "What stands between the directories in object names.",
		},
		config.Key{
			Name: FileDelim, Type: config.StringType, Default: "+", Importance: config.Medium,
			Display: "File Delimiter", Doc: "What stands between topic, partition and offset in object names.",
		},
	)
}

// PartitionerKeys are the keys of the group Partitioner.
func PartitionerKeys() []config.Key {
	return Grouped("Partitioner",
		config.Key{
			Name: PartitionerClass, Type: config.Class, Default: DefaultPartitionerName, Importance: config.High, Width: config.LongWidth,
			Display: "Partitioner Class", Dependents: []string{PartitionFieldName, PartitionDuration, PathFormat, Locale, Timezone},
			Validator: ClassOf(DefaultPartitionerName, FieldPartitionerName, timePartitionerName, hourlyPartitionerName, dailyPartitionerName),
			Doc:       "How records are divided among objects: as in Kafka (DefaultPartitioner), by fields of the value, or by time.",
		},
		config.Key{
			Name: PartitionFieldName, Type: config.List, Default: "", Importance: config.Medium, Validator: fieldNames(),
			Display: "Partition Field Name", Doc: "Fields of the value that FieldPartitioner partitions by, dotted when nested.",
		},
		config.Key{
			Name: PartitionDuration, Type: config.Long, Default: -1, Importance: config.Medium,
			Display: "Partition Duration (ms)", Doc: "Length of a partition of TimeBasedPartitioner, in milliseconds.",
		},
		config.Key{
			Name: PathFormat, Type: config.StringType, Default: "", Importance: config.Medium, Width: config.LongWidth,
			Display: "Path Format", Doc: "Joda-Time pattern that TimeBasedPartitioner writes the time by, such as 'year'=YYYY/'month'=MM.",
		},
		config.Key{
			Name: Locale, Type: config.StringType, Default: "", Importance: config.Medium,
			Display: "Locale", Doc: "Language of month and day names. The partitioners by time require it.",
		},
		config.Key{
			Name: Timezone, Type: config.StringType, Default: "", Importance: config.Medium, Validator: zoneName(),
			Display: "Timezone", Doc: "Time zone of the partitioners by time and of rotate.schedule.interval.ms, which require it.",
		},
		config.Key{
			Name: TimestampExtractor, Type: config.StringType, Default: "Wallclock", Importance: config.Medium,
			Display: "Timestamp Extractor", Doc: "Which time of a record counts: Wallclock (now), Record (its timestamp), RecordField (a field of its value).",
		},
		config.Key{
			Name: TimestampField, Type: config.StringType, Default: "timestamp", Importance: config.Medium,
			Display: "Timestamp Field", Doc: "Field of the value that RecordField takes the time from, dotted when nested.",
		},
	)
}

func fieldNames() config.Validator {
	return config.Valid("field names, dotted when nested", func(key string, value any) error {
		list, _ := value.([]string)
		for _, name := range list {
			if name == "" {
				return config.Invalid(key, name, "Field name cannot be null or empty")
			}
			for part := range strings.SplitSeq(name, ".") {
				if strings.TrimSpace(part) == "" {
					return config.Invalid(key, name, "Field name cannot contain an empty or whitespace-only path segment")
				}
			}
		}
		return nil
	})
}

func zoneName() config.Validator {
	return config.Valid("a time zone such as Europe/Madrid, UTC or +05:30", func(key string, value any) error {
		name, _ := value.(string)
		if name == "" {
			return nil
		}
		if _, err := dateformat.Zone(name); err != nil {
			return config.Invalid(key, name, err.Error())
		}
		return nil
	})
}
