// Package subject is a schema registry as one converter sees it: under which subject
// the schemas of a topic's keys or values stand, with which of them a value is
// written, and with which one it was written. It has what the converters for Avro,
// Protobuf and JSON Schema share; how schemas and values look is theirs.
//
// Floor 2. Connect: io.confluent.kafka.serializers.AbstractKafkaSchemaSerDe.
package subject
