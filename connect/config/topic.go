package config

// TopicPartitions demands a number of partitions that a new topic can have; null
// is accepted.
func TopicPartitions() Validator {
	return positiveOrDefault("Positive number, or -1 to use the broker's default",
		"Number of partitions must be positive, or -1 to use the broker's default")
}

// TopicReplicationFactor demands a replication factor that a new topic can have;
// null is accepted.
func TopicReplicationFactor() Validator {
	return positiveOrDefault("Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
		"Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")
}

func positiveOrDefault(valid, reason string) Validator {
	return Valid(valid, func(key string, value any) error {
		f, ok := convertNumber(Double, value)
		if n, _ := f.(float64); ok && (n < -1 || n == 0) {
			return Invalid(key, value, reason)
		}
		return nil
	})
}
