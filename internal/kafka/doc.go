// Package kafka turns the properties of Java clients into franz-go clients.
//
// ProducerOptions, ConsumerOptions and AdminOptions read the properties that a
// Kafka producer, consumer or admin client would be given and return the options of
// a kgo client that behaves the same, with what the caller has to apply itself.
// SourceProducerProps and its siblings assemble those properties from the
// configurations of the worker and the connector.
//
// A value that the Java client would refuse is a *config.Error with Kafka's words.
// What has no counterpart here is an error when leaving it out would change what is
// written, read or protected, and a warning otherwise.
//
// Floor 2. Connect: org.apache.kafka.clients, ConnectUtils and the client
// configuration methods of org.apache.kafka.connect.runtime.Worker.
package kafka
