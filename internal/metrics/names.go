package metrics

import (
	"fmt"
	"slices"
	"strings"
)

// Names is a convention for the names of series.
type Names string

// The conventions of the tools that show Kafka Connect's metrics to Prometheus.
const (
	// Plain is kafka_connect_<group>_<attribute>, as Confluent's dashboards have it.
	Plain Names = "plain"
	// Exporter has groups without "-metrics" and "connect-", as the example
	// configuration of the JMX exporter and Strimzi's dashboards have it.
	Exporter Names = "exporter"
	// Reporter is as Plain, without "_total" and with "_info", as Strimzi's metrics
	// reporter has it.
	Reporter Names = "reporter"
)

// ParseNames reads a list of conventions, separated by commas.
func ParseNames(list string) ([]Names, error) {
	var all []Names
	for _, word := range strings.Split(list, ",") {
		n := Names(strings.TrimSpace(word))
		if !slices.Contains([]Names{Plain, Exporter, Reporter}, n) {
			return nil, fmt.Errorf("there are no names %q; choose among %s, %s and %s", word, Plain, Exporter, Reporter)
		}
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all, nil
}

// number returns the name of an attribute with a number, "" when the convention
// leaves it out.
func (n Names) number(group, attribute string) string {
	name := underscored(attribute)
	switch n {
	case Exporter:
		if !exported(group, attribute) {
			return ""
		}
		return exporterPrefix(group) + name
	case Reporter:
		name = strings.TrimSuffix(name, "_total")
	}
	return "kafka_connect_" + underscored(group) + "_" + name
}

// text returns the name of the series that has an attribute's words as a label, ""
// when the convention leaves it out.
func (n Names) text(group, attribute string) string {
	name := underscored(attribute)
	switch n {
	case Exporter:
		if group == groupTask && attribute != "status" || group == groupTransform || group == groupPredicate {
			return ""
		}
		return exporterPrefix(group) + name
	case Reporter:
		return "kafka_connect_" + underscored(group) + "_" + name + "_info"
	}
	return "kafka_connect_" + underscored(group)
}

// clientID is the label of a Kafka client's id.
func (n Names) clientID() string {
	if n == Exporter {
		return "clientid"
	}
	return "client_id"
}

// exporterPrefix strips a group's name.
func exporterPrefix(group string) string {
	if group == groupNetwork {
		return "kafka_connect_"
	}
	group = strings.TrimPrefix(strings.TrimSuffix(group, "-metrics"), "connect-")
	return "kafka_connect_" + underscored(group) + "_"
}

// exported tells which attributes of tasks the JMX exporter's example lets through.
func exported(group, attribute string) bool {
	if !slices.Contains([]string{groupTask, groupSource, groupSink, groupErrors}, group) {
		return true
	}
	return slices.ContainsFunc([]string{
		"total", "count", "ms", "ratio", "seq-no", "rate", "max", "avg",
		"failures", "requests", "timestamp", "logged", "errors", "retries", "skipped",
	}, func(end string) bool { return strings.HasSuffix(attribute, "-"+end) })
}

func underscored(s string) string { return strings.ReplaceAll(s, "-", "_") }
