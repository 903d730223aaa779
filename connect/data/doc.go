// Package data is the model of what a record carries: schemas, structs, maps and
// the logical types Decimal, Date, Time and Timestamp.
//
// A value is an any holding one of
//
//	nil                                     the null value
//	int8 int16 int32 int64                  integers
//	float32 float64 bool string []byte      other primitives
//	[]any                                   ARRAY
//	*Map                                    MAP
//	*Struct                                 STRUCT
//	Decimal                                 logical Decimal
//	Instant                                 logical Date, Time and Timestamp
//	*big.Int                                integers beyond 64 bits, without schema only
//
// A record without schema holds the same types, except that Decimal and Instant
// then have no meaning of their own to most converters.
//
// Schemas are immutable once built and are meant to be shared: build a schema
// once and use it for every record, because equal pointers are the fast path of
// every comparison in Millrace.
//
// Floor 1. Connect: org.apache.kafka.connect.data.
package data
