// Package topiclog is a topic used as a log with one reader: one of the worker's
// internal topics, or the offsets topic of a connector.
//
// Open creates or verifies the topic and reads it to its end; from then on one
// goroutine follows it and hands over each record in order. Writers wait for the
// acknowledgement of all replicas, and readers that need the latest state call
// ReadToEnd first. A topic that is deleted and created again is read from its
// beginning. While nothing happens, there is one fetch request a second.
//
// Floor 2. Connect: org.apache.kafka.connect.util.KafkaBasedLog.
package topiclog
