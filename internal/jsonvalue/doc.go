// Package jsonvalue is how values of Connect's types stand in JSON, as far as every
// JSON converter has it so: primitive and logical types, and the names of fields.
//
// Floor 2. Connect: what org.apache.kafka.connect.json.JsonConverter and
// io.confluent.connect.json.JsonSchemaData have in common.
package jsonvalue
