// Package metrics shows what a worker does as Prometheus text.
//
// Nothing is counted here: a Registry asks its sources for samples when it is
// scraped, and names each attribute as the tools do that users have dashboards for
// (see Names). Stat, Meter, Ratio and Shares are for those who count: they are moved
// once per batch, hold a few dozen bytes and have Kafka's two windows of 30 seconds.
//
// Prometheus' own client library is not used: what it is for, counters that are moved
// per event and are described in advance, does not fit tables over samples in which
// one name has series with different labels.
//
// Floor 0. Connect: org.apache.kafka.connect.runtime.ConnectMetrics,
// ConnectMetricsRegistry and org.apache.kafka.common.metrics.stats.
package metrics
