// Package exactlyonce tests exactly-once source tasks of a worker on a real Kafka
// broker, whose transactions are stricter than those of the embedded one: fencing,
// expiry, and a broker that is killed in the middle of transactions.
//
// Floor: tests only. Connect: ExactlyOnceSourceIntegrationTest.
package exactlyonce
