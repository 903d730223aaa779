// Package jvm runs Java programs for integration tests: it finds a JDK, keeps
// the jars of each program in a cache that Maven fills once, and starts main classes
// as processes that package process ends.
//
// Floor: tests only. Connect: the bin/kafka-run-class.sh script.
package jvm
