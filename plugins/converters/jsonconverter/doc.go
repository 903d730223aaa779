// Package jsonconverter converts values to JSON and back, with or without their
// schema beside them.
//
// With schemas, a document is an envelope of schema and payload. The text of a
// schema that comes again is not parsed again: it leads to a plan, which decodes
// the payload straight into the slots of a struct and encodes structs the other
// way. Without schemas, objects become a data.Map that stays JSON text until
// somebody looks into it.
//
// What is read is decided once more, slowly, whenever the quick way meets
// something unusual: first the whole document must be JSON, then the payload is
// converted in the order of its schema, so that the error is the one that Kafka
// Connect would report.
//
// Floor 3. Connect: org.apache.kafka.connect.json.JsonConverter.
package jsonconverter
