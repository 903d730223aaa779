// Package millrace runs workers for integration tests: the real binary, built once
// for a package's tests, as a child process that a test can kill, stop and start
// again, and a client of its REST API.
//
//	var binary millrace.Binary
//
//	func TestSomething(t *testing.T) {
//		w := binary.Worker(t, millrace.Settings{Bootstrap: kafka.Broker(t).Bootstrap()})
//		w.Start(t)
//		w.Create(t, "feed", map[string]string{"connector.class": …})
//		w.AwaitState(t, "feed", "RUNNING", 1)
//	}
//
// Floor: tests only. Connect: the bin/connect-standalone.sh script.
package millrace
