// Package msk drives the control plane of the real program with the clients that people
// have for Amazon MSK Connect: the Go SDK, boto3, the AWS CLI, Terraform, and plain HTTP.
// Kafka and S3 are those that are part of Millrace, in the test's own process; the
// workers of managed connectors are real ones. Everything stays on the loopback
// interface.
//
// testdata/conformance.txt lists what the API must do, line by line; a check of
// [TestConformance], or a test of its own, is behind every line.
//
// boto3 and the AWS CLI come from PyPI, in the versions of testdata/requirements.txt, and
// are kept in the cache directory. Where they cannot be installed their tests are
// skipped, or fail when MILLRACE_REQUIRE lists awsclients. Terraform is used where it is
// on the PATH and TF_PLUGIN_DIR names a mirror with the provider hashicorp/aws; it is
// terraform in MILLRACE_REQUIRE.
//
// MILLRACE_MEASURE=1 runs [TestMeasures], which prints how long operations take and how
// much memory the processes have.
//
// Floor: tests only. Connect: Amazon MSK Connect.
package msk
