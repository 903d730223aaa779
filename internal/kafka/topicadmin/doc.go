// Package topicadmin creates, describes and lists topics.
//
// It is used for the topics of source connectors, dead letter queues and the
// worker's internal topics. Errors say what was refused and how to mend it, and are
// told apart with errors.Is.
//
// Floor 2. Connect: org.apache.kafka.connect.util.TopicAdmin.
package topicadmin
