// Package policy is what a client override policy implements: it decides which
// Kafka client settings a connector configuration may override.
//
// Floor 1. Connect: org.apache.kafka.connect.connector.policy.
package policy

// Client is a kind of Kafka client.
type Client string

// The clients that a connector can use.
const (
	Producer Client = "producer"
	Consumer Client = "consumer"
	Admin    Client = "admin"
)

// Request is one override that a connector configuration asks for.
type Request struct {
	Connector string // the connector's name
	Class     string // its class
	Sink      bool   // or source
	Client    Client
	Key       string // without the prefix "producer.override."
}

// Policy decides on overrides. It is safe for concurrent use.
type Policy interface {
	Allows(r Request) bool
}
