// Package kafkabroker runs a real Apache Kafka broker for integration tests: one
// process in KRaft mode that is broker and controller at once, with a plain, a
// TLS, a mutual TLS, a SASL and a SASL over TLS listener.
//
// Start gives a test a broker of its own. A Shared broker serves all tests of a
// package, which is what most want, since a start takes seconds:
//
//	var kafka = kafkabroker.NewShared()
//
//	func TestMain(m *testing.M) { os.Exit(kafka.Main(m)) }
//
//	func TestSomething(t *testing.T) { addr := kafka.Broker(t).Bootstrap() }
//
// Without Java 17 (or Maven, when the jars are not yet cached) tests are
// skipped, or fail when MILLRACE_REQUIRE lists kafka.
//
// Floor: tests only. Connect: the cluster that bootstrap.servers names.
package kafkabroker
