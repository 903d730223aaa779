//go:build linux

package operate_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/store"
)

// deed is something that the engine carries out, and how everything must be after it,
// however the control plane has died meanwhile.
type deed struct {
	name string
	// ready makes what the deed needs; nil for nothing.
	ready func(*crashes)
	// begin asks for it. What needs nobody to ask for it is nil.
	begin func(*crashes) error
	// done says whether it is through, if that is not when no operation is unfinished.
	done func(*crashes) bool
	// updates is whether it gives the connector a new version.
	updates bool
	check   func(*crashes)
}

// crashes is a plant whose engine dies at the n-th moment of a deed.
type crashes struct {
	*plant
	plugin string
	other  model.ARN       // a second plugin
	c      model.Connector // runs before the deed
	tasks  int             // of c, when it runs
	made   model.ARN       // what the deed has created
	asked  model.ARN       // its operation, if it is shown
}

// TestCrash ends the engine at every other moment of one operation, with what it changes
// back; the integration tests do so at every moment of all.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, d := range deeds() {
		if d.name == "configuration that fails" {
			crashEverywhere(t, d, 2)
		}
	}
}

// crashEverywhere does a deed again and again, each time with a crash at another moment,
// so many after the last. The engine after it must come to the same end as if nothing had
// happened.
func crashEverywhere(t *testing.T, d deed, stride int) {
	t.Helper()
	points := 0
	for at := "first"; at != ""; points++ {
		at = crashOnce(t, d, points*stride)
	}
	t.Logf("%d crashes", points-1)
	if points < 2 {
		t.Error("it was never interrupted")
	}
}

// crashOnce does the deed with a crash at its n-th moment, and returns which that was.
// The 0th is between the request and the first step.
func crashOnce(t *testing.T, d deed, n int) (at string) {
	t.Helper()
	p := &crashes{plant: newPlant(t), tasks: 1}
	p.limits = operate.Limits{Settle: 50 * time.Millisecond, Running: 20 * time.Second}
	p.open(nil, nil)
	p.prepare(d)
	p.close()

	var engine atomic.Pointer[operate.Engine]
	died := make(chan string, 1)
	var moments atomic.Int32
	crash := func(kind string) {
		if int(moments.Add(1)) == n {
			engine.Load().Abandon()
			died <- kind
			runtime.Goexit()
		}
	}
	opened := make(chan struct{})
	p.moment = func(kind string) { <-opened; crash(kind) }
	p.open(func(op store.Operation) { crash("before " + op.Step) }, func(op store.Operation) { crash("after " + op.Step) })
	engine.Store(p.engine)
	close(opened)
	at = p.do(d, n, died)
	p.close()
	p.moment = nil
	p.open(nil, nil)
	p.rest(d, nil)
	p.check(d, at)
	p.end()
	return at
}

// do begins a deed and returns when it is through, or the engine has died.
func (p *crashes) do(d deed, n int, died <-chan string) (at string) {
	p.t.Helper()
	if n == 0 {
		p.engine.Abandon()
	}
	if d.begin != nil {
		if err := d.begin(p); err != nil {
			p.t.Fatal(err)
		}
	}
	if n == 0 {
		return "before the first step"
	}
	return p.rest(d, died)
}

// rest waits until there is nothing to do, or the engine has died.
func (p *crashes) rest(d deed, died <-chan string) (at string) {
	p.t.Helper()
	p.until("deed", func() (string, bool) {
		select {
		case at = <-died:
			return "", true
		default:
		}
		var unfinished []store.Operation
		err := p.store.View(func(tx *store.Tx) (err error) {
			unfinished, err = tx.Operations().Unfinished()
			return err
		})
		return fmt.Sprint(unfinished, err), err == nil && len(unfinished) == 0 && (d.done == nil || d.done(p))
	})
	return at
}

func (p *crashes) prepare(d deed) {
	p.t.Helper()
	p.upload("p.zip", zipOf(p.t, map[string]string{"README": "x"}))
	p.upload("text", []byte("no archive"))
	p.plugin = p.plant.plugin("p", "p.zip").ARN.String()
	p.c = p.create(p.request("c", p.plugin, p.sink(p.dir)))
	if p.c.State != model.ConnectorRunning {
		p.t.Fatalf("%+v", p.c.StateDescription)
	}
	if d.ready != nil {
		d.ready(p)
		p.c = p.settled(p.c.ARN)
	}
}

// sink returns the configuration of a connector that writes to a file in the directory.
func (p *crashes) sink(dir string) map[string]string {
	return map[string]string{"connector.class": sinkClass, "topics": "in", "file": filepath.Join(dir, "out.txt")}
}
