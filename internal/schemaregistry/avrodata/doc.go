// Package avrodata translates between Connect's data model and Avro's: schemas in
// both directions, and values straight between slots of structs and Avro's binary
// encoding, by plans that are compiled once for a schema. Which schema comes out,
// with its names, unions and connect.* properties, is what AvroData makes of it, so
// that a schema registry sees the schema that it has.
//
// Floor 2. Connect: io.confluent.connect.avro.AvroData.
package avrodata
