// Package probe looks at a Kafka cluster, and at the S3 bucket of a connector, before the
// workers of a managed connector are started, so that what they would fail at is said at
// once and in plain words: whether the cluster can be reached, lets them in, and allows
// them their topics and groups; whether the bucket is there and may be written or read.
// It leaves nothing behind there.
//
// Floor 6. Connect: none (what a worker of Amazon MSK Connect finds out by failing).
package probe
