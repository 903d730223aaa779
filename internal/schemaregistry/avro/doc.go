// Package avro holds Avro schemas and the primitives of Avro's binary encoding.
// Schemas keep the order of their properties and print as the Java library prints
// them, because a schema registry tells schemas apart by that text.
//
// Floor 2. Connect: org.apache.avro.Schema.
package avro
