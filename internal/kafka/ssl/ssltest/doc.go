// Package ssltest makes certificates and key stores for tests.
//
// Floor 2. Connect: org.apache.kafka.test.TestSslUtils.
package ssltest
