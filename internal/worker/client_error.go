package worker

// clientError is a Kafka client that cannot be made of its configuration.
type clientError struct {
	msg string
	err error
}

func newClientError(what string, err error) error {
	if err == nil {
		return nil
	}
	return &clientError{what, err}
}

// Error has Kafka's words; the cause is behind it.
func (e *clientError) Error() string { return e.msg }

// Unwrap returns what is wrong with the configuration.
func (e *clientError) Unwrap() error { return e.err }

// JavaClass returns the exception of Kafka's clients.
func (e *clientError) JavaClass() string { return "org.apache.kafka.common.KafkaException" }

const (
	noProducer = "Failed to construct kafka producer"
	noConsumer = "Failed to construct kafka consumer"
	noAdmin    = "Failed to create new KafkaAdminClient"
)
