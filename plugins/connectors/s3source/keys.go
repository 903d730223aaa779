package s3source

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
)

// Names of classes that configurations contain.
const (
	class           = "io.confluent.connect.s3.source.S3SourceConnector"
	formatPackage   = "io.confluent.connect.s3.format."
	jsonFormat      = formatPackage + "json.JsonFormat"
	bytesFormat     = formatPackage + "bytearray.ByteArrayFormat"
	avroFormat      = formatPackage + "avro.AvroFormat"
	parquetFormat   = formatPackage + "parquet.ParquetFormat"
	csvFormat       = formatPackage + "csv.CsvFormat"
	textFormat      = formatPackage + "string.StringFormat"
	cloudPackage    = "io.confluent.connect.cloud.storage.source.format.CloudStorage"
	cloudJSONFormat = cloudPackage + "JsonFormat"

	cloudBytesFormat = cloudPackage + "ByteArrayFormat"
	cloudAvroFormat  = cloudPackage + "AvroFormat"
)

// Keys of the group Connector.
const (
	mode           = "mode"
	formatClass    = "format.class"
	folders        = "folders"
	topicRegexes   = "topic.regex.list"
	onError        = "behavior.on.error"
	batchRecords   = "record.batch.max.size"
	batchObjects   = "task.batch.size"
	startTime      = "file.discovery.starting.timestamp"
	storeKeys      = "store.kafka.keys"
	storeHeaders   = "store.kafka.headers"
	license        = "confluent.license"
	licenseServers = "confluent.topic.bootstrap.servers"
	licenseTopic   = "confluent.topic"
	licenseCopies  = "confluent.topic.replication.factor"

	taskFrom   = "task.names.from"
	taskTo     = "task.names.to"
	taskNumber = "task.number"
	taskCount  = "task.count"
)

// Modes.
const (
	restoreMode = "RESTORE_BACKUP"
	genericMode = "GENERIC"
)

// newDef returns the keys of the connector.
func newDef() *config.Def {
	var all []config.Key
	all = append(all, connectorKeys()...)
	all = append(all, s3Keys()...)
	all = append(all, contentKeys()...)
	all = append(all, storageKeys()...)
	all = append(all, objectstore.PartitionerKeys()...)
	all = append(all, licenseKeys()...)
	return config.NewDef(append(all, shareKeys()...)...)
}

func connectorKeys() []config.Key {
	return objectstore.Grouped("Connector",
		config.Key{
			Name: mode, Type: config.StringType, Default: restoreMode, Validator: config.OneOfFold(restoreMode, genericMode), Importance: config.High,
			Display: "Mode", Doc: "RESTORE_BACKUP reads what the S3 sink wrote back to its topics and partitions; GENERIC reads any objects to the topics of topic.regex.list.",
		},
		config.Key{
			Name: formatClass, Type: config.Class, Required: true, Importance: config.High, Validator: objectstore.ClassOf(
				jsonFormat, avroFormat, parquetFormat, bytesFormat, textFormat, csvFormat, cloudJSONFormat, cloudAvroFormat, cloudBytesFormat),
			Display: "Format class", Doc: "How objects are read: JsonFormat, AvroFormat, ParquetFormat, ByteArrayFormat, StringFormat (lines of text) or CsvFormat.",
		},
		config.Key{
			Name: folders, Type: config.List, Default: "", Importance: config.Medium, Width: config.LongWidth,
			Display: "Folders", Doc: "What the names of the objects begin with, from the root of the bucket, instead of topics.dir.",
		},
		config.Key{
			Name: topicRegexes, Type: config.List, Default: "", Validator: routesValidator(), Importance: config.High, Width: config.LongWidth,
			Display: "Topic Regex List", Doc: "Mode GENERIC: entries topic:regex. An object goes to the topic of the first Java regular expression that its whole name fits; others are not read.",
		},
		config.Key{
			Name: onError, Type: config.StringType, Default: "fail", Validator: config.OneOfFold("fail", "ignore"), Importance: config.High, Width: config.ShortWidth,
			Display: "Behavior On Error", Doc: "What an object does that cannot be read: fail fails the task; ignore logs it and skips what is left of the object.",
		},
		config.Key{
			Name: batchRecords, Type: config.Int, Default: 200, Validator: config.AtLeast(1), Importance: config.Medium,
			Display: "Record Batch Max Size", Doc: "Most records that a task reads at a time.",
		},
		config.Key{
			Name: batchObjects, Type: config.Int, Default: 10, Validator: config.AtLeast(1), Importance: config.Medium,
			Display: "Task Batch Size", Doc: "Most objects that a task reads at a time.",
		},
		config.Key{
			Name: startTime, Type: config.Long, Default: 0, Validator: config.AtLeast(0), Importance: config.Medium,
			Display: "File Discovery Starting Timestamp", Doc: "Mode GENERIC: objects that were last modified before this time, in milliseconds since 1970, are not read.",
		},
		config.Key{
			Name: storeKeys, Type: config.Boolean, Default: false, Importance: config.Low,
			Display: "Store Kafka Record Keys", Doc: "Mode RESTORE_BACKUP: the sink stored keys, so an object is read when that with its keys is there. With false keys are restored where there are some.",
		},
		config.Key{
			Name: storeHeaders, Type: config.Boolean, Default: false, Importance: config.Low,
			Display: "Store Kafka Record Headers", Doc: "Mode RESTORE_BACKUP: the sink stored headers, so an object is read when that with its headers is there. With false headers are restored where there are some.",
		},
	)
}

// storageKeys are those of the sink without its storage.class. Names cannot be taken
// apart without delimiters.
func storageKeys() []config.Key {
	var keys []config.Key
	for _, k := range objectstore.StorageKeys("") {
		switch k.Name {
		case objectstore.StorageClass:
			continue
		case objectstore.DirectoryDelim, objectstore.FileDelim:
			k.Validator = config.NonEmpty()
		}
		keys = append(keys, k)
	}
	return objectstore.Grouped("Storage", keys...)
}

func licenseKeys() []config.Key {
	const ignored = "Accepted for compatibility: there is no license."
	return objectstore.Grouped("Confluent License",
		config.Key{Name: license, Type: config.PasswordType, Default: "", Importance: config.Low, Display: "License", Doc: ignored},
		config.Key{Name: licenseServers, Type: config.List, Default: "", Importance: config.Low, Display: "License Servers", Doc: ignored},
		config.Key{Name: licenseTopic, Type: config.StringType, Default: "_confluent-command", Importance: config.Low, Display: "License Topic", Doc: ignored},
		config.Key{Name: licenseCopies, Type: config.Int, Default: 3, Importance: config.Low, Display: "License Topic Replication", Doc: ignored},
	)
}

// shareKeys say what a task reads. The connector sets them.
func shareKeys() []config.Key {
	return objectstore.Grouped("Task",
		config.Key{Name: taskFrom, Type: config.StringType, Default: "", Importance: config.Low, Internal: true, Display: "From", Doc: "First name of the task's range, set by the connector."},
		config.Key{Name: taskTo, Type: config.StringType, Default: "", Importance: config.Low, Internal: true, Display: "To", Doc: "End of the task's range of names, set by the connector."},
		config.Key{Name: taskNumber, Type: config.Int, Default: 0, Importance: config.Low, Internal: true, Display: "Number", Doc: "Number of the task, set by the connector."},
		config.Key{Name: taskCount, Type: config.Int, Default: 1, Importance: config.Low, Internal: true, Display: "Tasks", Doc: "Number of tasks, set by the connector."},
	)
}
