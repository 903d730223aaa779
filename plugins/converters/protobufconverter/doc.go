// Package protobufconverter converts values to Protobuf and back, with their schemas
// in a schema registry: a byte 0, the id of the schema in four bytes, the indexes of
// the message within it, then Protobuf's wire format.
//
// Floor 3. Connect: io.confluent.connect.protobuf.ProtobufConverter.
package protobufconverter
