// Package s3sink is the sink connector for Amazon S3 and stores that speak its
// protocol. It takes the configurations of Confluent's connector and writes the
// same objects under the same names.
//
// What it does with records is in package objectstore; here are its configuration
// and what is particular to S3.
//
// Floor 3. Connect: io.confluent.connect.s3.S3SinkConnector.
package s3sink
