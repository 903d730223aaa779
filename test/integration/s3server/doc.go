// Package s3server runs S3 servers for integration tests: the one that is part of
// Millrace, in the test's own process and with every signature checked, and versitygw,
// a server of others, which checks signatures and the tags of parts.
//
// versitygw is built from the module in the directory versitygw, which is not part of
// Millrace's own, and kept in the cache directory. Where it cannot be built tests are
// skipped, or fail when MILLRACE_REQUIRE lists versitygw.
//
// Floor: tests only. Connect: Amazon S3.
package s3server
