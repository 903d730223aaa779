package millrace

import (
	"fmt"
	"maps"
	"net"
	"testing"

	"github.com/millrace/millrace/test/integration/jvm"
	"github.com/millrace/millrace/test/integration/prerequisite"
)

// Java prepares a distributed worker of Apache Kafka Connect, which is not started
// yet and otherwise like those of Binary. It has the file connectors. Without a JDK
// the test is skipped, or fails where MILLRACE_REQUIRE names kafka.
func Java(t testing.TB, s Settings) *Worker {
	t.Helper()
	java, err := jvm.Java()
	if err != nil {
		prerequisite.Missing(t, "kafka", err)
	}
	jars, err := jvm.Jars(jvm.KafkaConnect)
	if err != nil {
		prerequisite.Missing(t, "kafka", err)
	}
	url := "http://127.0.0.1:" + freePort(t)
	s.Props = maps.Clone(s.Props)
	if s.Props == nil {
		s.Props = map[string]string{}
	}
	s.Props["listeners"] = url
	s.Props["plugin.discovery"] = "service_load" // the class path has what it needs
	w := newWorker(t, s, func(files []string) []string {
		p := jvm.Program{
			Java: java, Jars: []string{jars}, Class: "org.apache.kafka.connect.cli.ConnectDistributed", Args: files,
			Options: []string{"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=INFO"},
		}
		return p.CommandLine()
	})
	w.found = func([]byte) (string, bool) { return url, true }
	return w
}

func freePort(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
