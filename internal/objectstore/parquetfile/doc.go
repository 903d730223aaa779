// Package parquetfile writes records as Apache Parquet files, with the schema that
// Confluent's connectors give them: that of the record's Avro schema.
//
// A Connect schema is compiled once into a tree of nodes, which says what the
// columns of the file are and how a value gets there. Records are first appended
// to a spool, a byte slice as compact as Avro's binary form, so that an open file
// with few records costs little more than their bytes. When the spool is full, or
// the file ends, its records go through the columns of a writer, which compresses
// pages and holds them until the row group is complete. Only a file that is larger
// than a spool has a writer before its end.
//
// Floor 2. Connect: io.confluent.connect.s3.format.parquet.
package parquetfile
