package run

import "github.com/millrace/millrace/internal/pluginset"

// OwnVersion is Millrace's.
const OwnVersion = "0.1.0"

// Version is Millrace's own, with that of the Kafka Connect it equals.
const Version = OwnVersion + " (Kafka Connect " + pluginset.KafkaVersion + ")"
