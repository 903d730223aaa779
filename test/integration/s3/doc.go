// Package s3 tests the S3 sink from end to end: workers in processes of their own, which
// read from a broker and write to S3 servers, while things go wrong.
//
// Floor: tests only. Connect: io.confluent.connect.s3.
package s3
