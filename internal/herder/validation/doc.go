// Package validation checks connector configurations before they are used: the
// framework's keys, those of transformations, predicates and converters, overrides
// of client settings, and what the connector itself has to say.
//
// Floor 5. Connect: the validation of
// org.apache.kafka.connect.runtime.AbstractHerder.
package validation
