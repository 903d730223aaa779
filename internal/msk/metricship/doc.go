// Package metricship brings the metrics of managed connectors to CloudWatch, under the
// names that Amazon MSK Connect has for them, each with the dimension ConnectorName. An
// [Exporter] asks for the metrics of all connectors from time to time and sends what it
// gets; it has nothing to do with where they come from. Nothing is exported unless one is
// started.
//
// Namespaces that begin with AWS/ belong to Amazon, which refuses metrics for them from
// others. So the namespace is another one than Amazon MSK Connect's AWS/KafkaConnect, and
// dashboards and alarms need it.
//
// Floor 6. Connect: none (the metrics of Amazon MSK Connect).
package metricship
