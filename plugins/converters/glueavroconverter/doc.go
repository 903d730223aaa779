// Package glueavroconverter converts structs to Avro and back, with their schemas in
// the Glue Schema Registry of AWS: a byte 3, a byte that tells whether the rest is
// compressed, the id of the schema version in sixteen bytes, then Avro's binary
// encoding.
//
// As with the Java class, only structs can be written; values of any Avro schema can
// be read, with the schema that they were written with.
//
// Floor 3. Connect: com.amazonaws.services.schemaregistry.kafkaconnect.AWSKafkaAvroConverter.
package glueavroconverter
