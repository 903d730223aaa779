// Package connect is the heart of the plugin SDK: the record that connectors,
// converters and transforms hand to each other, its headers, and the errors that
// tell the host what to do.
//
// To write a plugin you need this package and those below it:
//
//	connect/data       schemas and values
//	connect/config     declaring and reading configuration
//	connect/source     source connectors and their tasks
//	connect/sink       sink connectors and their tasks
//	connect/convert    converters between bytes and values
//	connect/transform  transformations and predicates
//	connect/provider   configuration providers
//	connect/policy     client override policies
//	connect/plugin     announcing a plugin
//	connect/connecttest  contract suites for your tests
//
// Floor 1. Connect: org.apache.kafka.connect.connector, .header, .errors.
package connect
