// Package avroconverter converts values to Avro and back, with their schemas in a
// schema registry: a byte 0, the id of the schema in four bytes, then Avro's binary
// encoding.
//
// Floor 3. Connect: io.confluent.connect.avro.AvroConverter.
package avroconverter
