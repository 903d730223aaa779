// Package jsonschemaconverter converts values to JSON and back, with their JSON
// Schemas in a schema registry: a byte 0, the id of the schema in four bytes, then
// JSON text.
//
// Floor 3. Connect: io.confluent.connect.json.JsonSchemaConverter.
package jsonschemaconverter
