// Package jsondata converts between Connect's data and JSON described by JSON Schema:
// schemas both ways, and values from and to JSON text along a plan that is made once
// for a schema.
//
// JSON Schema is read as drafts 4 to 7 have it, and as far as the same words go, as
// 2019-09 and 2020-12. What Connect's schemas cannot say is refused: schemas that
// contain themselves or allow any value, not, if and const of parts.
//
// Floor 2. Connect: io.confluent.connect.json.JsonSchemaData.
package jsondata
