// Package avrofile writes Avro object container files: a header with the schema,
// then blocks of records, each compressed by itself.
//
// Floor 2. Connect: org.apache.avro.file.DataFileWriter.
package avrofile
