// Package client calls a schema registry: it registers schemas and finds them by id,
// with the same requests and the same fail-over between addresses as Confluent's
// client.
//
// Floor 2. Connect: io.confluent.kafka.schemaregistry.client.SchemaRegistryClient.
package client
