// Package predicates holds the predicates that come with Kafka Connect, under the
// same class names: they decide which records a transformation is applied to.
//
// Floor 3. Connect: org.apache.kafka.connect.transforms.predicates.
package predicates
