// Package protodata translates between Connect's data model and Protobuf's: schemas
// in both directions, and values straight between slots of structs and Protobuf's
// wire format, by plans that are compiled once for a schema. Which schema comes out,
// with its names, numbers, unions and parameters, is what ProtobufData makes of it,
// so that a schema registry sees the schema that it has.
//
// Floor 2. Connect: io.confluent.connect.protobuf.ProtobufData.
package protodata
