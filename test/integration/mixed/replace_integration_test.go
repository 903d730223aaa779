//go:build integration

package mixed

import (
	"fmt"
	"os"
	"testing"

	"github.com/millrace/millrace/test/integration/cluster"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

var (
	kafka  = kafkabroker.NewShared()
	binary millrace.Binary
)

func TestMain(m *testing.M) { os.Exit(binary.Main(kafka.Main(m))) }

// TestReplaceWorkerByWorker begins with two Java workers and one of ours, replaces
// the Java ones, and then goes back, while data flows. The leader's role goes from
// Java to ours to Java.
func TestReplaceWorkerByWorker(t *testing.T) {
	g := cluster.New(t, &binary, kafka.Broker(t).Bootstrap(), nil)
	j1 := g.Start("java 1", true)
	j2 := g.Start("java 2", true)
	m1 := g.Start("millrace 1", false)
	for i, through := range []*cluster.Member{j1, j2, m1, m1, j1, j2} {
		g.Create(through, fmt.Sprintf("feed-%d", i))
	}
	stop := g.Flow()
	defer stop()
	g.AwaitBalance()
	if l := g.Leader(); !l.Java {
		t.Fatalf("%s leads", l.Name)
	}
	for _, step := range []struct {
		out, in string
		java    bool
	}{
		{"java 1", "millrace 2", false},
		{"java 2", "millrace 3", false},
		{"millrace 1", "java 3", true},
		{"millrace 2", "java 4", true},
		{"millrace 3", "java 5", true},
	} {
		g.Start(step.in, step.java)
		g.Stop(step.out)
		g.AwaitBalance()
		leader := g.Leader()
		t.Logf("%s for %s: %s leads", step.in, step.out, leader.Name)
		if step.out == "java 2" && leader.Java {
			t.Errorf("%s leads, and is not even there", leader.Name)
		}
		g.Create(leader, "after-"+step.in[len(step.in)-1:]+fmt.Sprint(step.java))
		g.AwaitBalance()
	}
	if l := g.Leader(); !l.Java {
		t.Errorf("%s leads, and is not even there", l.Name)
	}
	stop()
	g.RequireAll()
}
