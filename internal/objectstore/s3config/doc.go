// Package s3config is what Confluent's S3 connectors have in common in their
// configurations: the keys that say which bucket they use and how it is reached.
//
// Floor 2. Connect: io.confluent.connect.s3.S3SinkConnectorConfig and S3SourceConnectorConfig.
package s3config
