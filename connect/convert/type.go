package convert

import "github.com/millrace/millrace/connect/config"

// TypeKey returns the declaration of converter.type, the first key of every
// converter that comes with Kafka Connect. The host sets it to the Role.
func TypeKey() config.Key {
	return config.Key{
		Name: "converter.type", Type: config.StringType, Required: true, Importance: config.Low,
		Validator: config.OneOf(string(Key), string(Value), string(Header)),
		Doc:       "What the converter is used for: keys, values or headers.",
	}
}
