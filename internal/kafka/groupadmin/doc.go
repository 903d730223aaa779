// Package groupadmin reads, alters and deletes what consumer groups have committed.
//
// The worker does so for the groups of its sink connectors when a user asks for their
// offsets. Errors say what was refused, and are told apart with errors.Is.
//
// Floor 2. Connect: the consumer group requests of org.apache.kafka.clients.admin.Admin.
package groupadmin
