// Package aivens3sink is Aiven's sink connector for Amazon S3: it takes the
// configurations of that connector and writes objects of the same names, with the
// same content.
//
// A template for names decides which records share an object. With topic, partition
// and start_offset in it, objects are streams: records are encoded as they come, and
// full parts are sent at once. With key in it and no start_offset, an object holds
// the latest record of a key and stays in memory until it is written. Everything is
// written when the host asks for offsets, or when it has become too much for memory.
//
// Floor 3. Connect: io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector.
package aivens3sink
