package run

import "github.com/millrace/millrace/internal/pluginset"

// Version is Millrace's own, with that of the Kafka Connect it equals.
const Version = "0.1.0 (Kafka Connect " + pluginset.KafkaVersion + ")"
