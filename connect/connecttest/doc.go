// Package connecttest checks that a plugin keeps the promises of the SDK. There is
// one suite for each kind of plugin: fill in the struct and call Run from a test of
// yours.
//
//	func TestContract(t *testing.T) {
//		connecttest.Source{
//			Plugin: spool.Source,
//			Config: map[string]string{"topic": "letters", "directory": dir},
//			Feed:   func(t testing.TB, n int) { dropLetters(t, dir, n) },
//		}.Run(t)
//	}
//
// Run the test with the race detector, too: the suites call methods at the same time
// where a worker does.
//
// Host is what the suites run connectors in. Tests of your own can use it to run a
// task without Kafka.
//
// Floor 1. Connect: none; what a worker expects of a plugin.
package connecttest
