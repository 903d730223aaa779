// Package jvm runs Java programs for integration tests: it finds a JDK, keeps
// the jars of each program in a cache that Maven fills once, and starts and ends
// Java processes that never outlive the test process on Linux.
//
// Floor: tests only. Connect: the bin/kafka-run-class.sh script.
package jvm
