// Package content reads the records that are in the bytes of an object, in the
// formats that the sinks for object stores write, and some more. It reads from a
// stream, and holds no more of it than a record, a block or, for Parquet, a page of
// each column.
//
// Floor 3. Connect: io.confluent.connect.cloud.storage.source.StorageObjectFormat.
package content
