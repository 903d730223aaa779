// Package clientmeter counts what Kafka clients send, receive and are behind.
//
// Clients tell by hooks, once a request: bytes and connections are atomic counters,
// rates are left to whoever scrapes. Only the client of a worker's group, which asks
// for little, has rates of its own.
//
// Floor 2. Connect: the metrics of org.apache.kafka.common.network.Selector and of
// the consumer's fetches.
package clientmeter
