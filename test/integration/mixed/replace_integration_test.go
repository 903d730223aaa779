//go:build integration

package mixed

import (
	"fmt"
	"testing"
)

// TestReplaceWorkerByWorker begins with two Java workers and one of ours, replaces
// the Java ones, and then goes back, while data flows. The leader's role goes from
// Java to ours to Java.
func TestReplaceWorkerByWorker(t *testing.T) {
	g := newGroup(t)
	j1 := g.start("java 1", true)
	j2 := g.start("java 2", true)
	m1 := g.start("millrace 1", false)
	for i, through := range []*member{j1, j2, m1, m1, j1, j2} {
		g.create(through, fmt.Sprintf("feed-%d", i))
	}
	stop := g.flow()
	defer stop()
	g.awaitBalance()
	if l := g.leader(); !l.java {
		t.Fatalf("%s leads", l.name)
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
		g.start(step.in, step.java)
		g.stop(step.out)
		g.awaitBalance()
		leader := g.leader()
		t.Logf("%s for %s: %s leads", step.in, step.out, leader.name)
		if step.out == "java 2" && leader.java {
			t.Errorf("%s leads, and is not even there", leader.name)
		}
		g.create(leader, "after-"+step.in[len(step.in)-1:]+fmt.Sprint(step.java))
		g.awaitBalance()
	}
	if l := g.leader(); !l.java {
		t.Errorf("%s leads, and is not even there", l.name)
	}
	stop()
	g.requireAll()
}
