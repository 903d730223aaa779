// Package devregistry is a schema registry for development and tests: the part of
// Confluent's REST API that converters and people with curl use, for Avro schemas
// without references, for Protobuf and for JSON Schema, kept in memory or in a file.
//
// Floor 2. Connect: io.confluent.kafka.schemaregistry.rest.
package devregistry
