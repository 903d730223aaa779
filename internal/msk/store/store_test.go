package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/millrace/millrace/internal/msk/model"
)

func opened(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func arn(kind model.Kind, name string) model.ARN {
	return model.ARN{Partition: "aws", Region: "r", Account: "1", Kind: kind, Name: name, ID: model.NewID()}
}

func connector(name string) Connector {
	var c Connector
	c.ARN, c.Name, c.State, c.CreationTime = arn(model.KindConnector, name), name, model.ConnectorCreating, model.Now()
	c.Configuration = map[string]string{"password": "p"}
	return c
}

// update fails the test when the transaction fails.
func update(t *testing.T, s *Store, do func(*Tx) error) {
	t.Helper()
	if err := s.Update(do); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s *Store, do func(*Tx) error) {
	t.Helper()
	if err := s.View(do); err != nil {
		t.Error(err)
	}
}

func TestRecords(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	a := connector("a")
	a.Fleet, a.Invocation = []byte(`{"port":1}`), "call"
	update(t, s, func(tx *Tx) error { return tx.Connectors().Insert(a) })
	if err := s.Update(func(tx *Tx) error { return tx.Connectors().Insert(connector("a")) }); !errors.Is(err, ErrExists) {
		t.Errorf("same name: %v", err)
	}
	update(t, s, func(tx *Tx) error {
		a.State = model.ConnectorRunning
		return tx.Connectors().Replace(a)
	})
	view(t, s, func(tx *Tx) error {
		got, err := tx.Connectors().Find(a.ARN)
		if got.State != model.ConnectorRunning || got.Configuration["password"] != "p" || string(got.Fleet) != `{"port":1}` || got.Invocation != "call" {
			t.Errorf("%+v", got)
		}
		if named, err := tx.Connectors().Named("a"); err != nil || named.ARN != a.ARN {
			t.Errorf("%+v, %v", named, err)
		}
		return err
	})
	other := a
	other.ARN.ID = model.NewID()
	for name, do := range map[string]func(*Tx) error{
		"find another ID":    func(tx *Tx) error { _, err := tx.Connectors().Find(other.ARN); return err },
		"find another kind":  func(tx *Tx) error { _, err := tx.Plugins().Find(a.ARN); return err },
		"find another name":  func(tx *Tx) error { _, err := tx.Connectors().Named("b"); return err },
		"replace another ID": func(tx *Tx) error { return tx.Connectors().Replace(other) },
		"remove another ID":  func(tx *Tx) error { return tx.Connectors().Remove(other.ARN) },
		"revision":           func(tx *Tx) error { _, err := tx.Revision(a.ARN, 1); return err },
		"operation":          func(tx *Tx) error { _, err := tx.Operations().Find("x"); return err },
		"replace operation":  func(tx *Tx) error { return tx.Operations().Replace(Operation{ID: "x"}) },
	} {
		if err := s.Update(do); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRemove checks that everything of a resource goes with it, and nothing else.
func TestRemove(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	var kept, gone WorkerConfiguration
	kept.ARN, gone.ARN = arn(model.KindWorkerConfiguration, "kept"), arn(model.KindWorkerConfiguration, "gone")
	update(t, s, func(tx *Tx) error {
		for _, w := range []WorkerConfiguration{kept, gone} {
			op := Operation{ID: "op-" + w.ARN.Name, Target: w.ARN, Started: model.Now()}
			r := model.Revision{Content: "x"}
			r.Revision = 1
			err := errors.Join(tx.WorkerConfigurations().Insert(w), tx.PutRevision(w.ARN, r),
				tx.PutTags(w.ARN, map[string]string{"k": w.ARN.Name}), tx.Operations().Insert(op))
			if err != nil {
				return err
			}
		}
		return nil
	})
	update(t, s, func(tx *Tx) error { return tx.WorkerConfigurations().Remove(gone.ARN) })
	view(t, s, func(tx *Tx) error {
		if tags, err := tx.Tags(gone.ARN); err != nil || len(tags) != 0 {
			t.Errorf("tags %v, %v", tags, err)
		}
		if _, err := tx.Revision(gone.ARN, 1); !errors.Is(err, ErrNotFound) {
			t.Errorf("revision: %v", err)
		}
		if _, err := tx.Operations().Find("op-gone"); !errors.Is(err, ErrNotFound) {
			t.Errorf("operation: %v", err)
		}
		tags, err := tx.Tags(kept.ARN)
		if err != nil || !maps.Equal(tags, map[string]string{"k": "kept"}) {
			t.Errorf("kept tags %v, %v", tags, err)
		}
		r, err := tx.Revision(kept.ARN, 1)
		if err != nil || r.Content != "x" {
			t.Errorf("kept revision %v, %v", r, err)
		}
		ops, err := tx.Operations().Unfinished()
		if len(ops) != 1 || ops[0].ID != "op-kept" || tx.WorkerConfigurations().Count() != 1 {
			t.Errorf("kept operations %v", ops)
		}
		return err
	})
	update(t, s, func(tx *Tx) error { return tx.WorkerConfigurations().Insert(gone) })
}

func TestPages(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	var want []string
	for i := range 25 {
		name := fmt.Sprintf("%c%d", "xy"[i%2], i)
		update(t, s, func(tx *Tx) error { return tx.Connectors().Insert(connector(name)) })
		if i%2 == 0 {
			want = append(want, name)
		}
	}
	for _, size := range []int{1, 5, 12, 13, 100} {
		var got []string
		var after uint64
		for more := true; more; {
			view(t, s, func(tx *Tx) error {
				items, last, rest, err := tx.Connectors().Page("x", after, size)
				for _, c := range items {
					got = append(got, c.Name)
				}
				if len(items) > size || rest && len(items) < size {
					t.Errorf("%d items of %d, more: %v", len(items), size, rest)
				}
				after, more = last, rest
				return err
			})
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v", size, got)
		}
	}
	view(t, s, func(tx *Tx) error {
		all, err := tx.Connectors().All()
		if len(all) != 25 || all[24].Name != "x24" || tx.Connectors().Count() != 25 {
			t.Errorf("%d connectors, last %s", len(all), all[len(all)-1].Name)
		}
		return err
	})
}

func TestOperations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	s := opened(t, path)
	target := arn(model.KindConnector, "c")
	var ids []string
	begin := func(kind model.OperationType, ended bool) {
		o := model.NewOperation(kind, target)
		op := Operation{ID: o.ARN.Operation, Kind: OperationKind(kind), Target: target, Started: o.CreationTime, Shown: o}
		if ended {
			o.Succeed()
			op.Ended = o.EndTime
		}
		update(t, s, func(tx *Tx) error { return tx.Operations().Insert(op) })
		ids = append(ids, op.ID)
	}
	begin(model.OperationRestart, true)
	begin(model.OperationPause, false)
	update(t, s, func(tx *Tx) error {
		return tx.Operations().Insert(Operation{ID: "hidden", Kind: CreateConnector, Target: target, Started: model.Now()})
	})
	begin(model.OperationResume, true)
	update(t, s, func(tx *Tx) error {
		op, err := tx.Operations().Find(ids[1])
		op.Step, op.StepState = "stop workers", []byte(`{"worker":2}`)
		return errors.Join(err, tx.Operations().Replace(op))
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = opened(t, path)
	view(t, s, func(tx *Tx) error {
		ops, err := tx.Operations().Unfinished()
		if len(ops) != 2 || ops[0].ID != ids[1] || ops[0].Step != "stop workers" || string(ops[0].StepState) != `{"worker":2}` || ops[1].Kind != CreateConnector {
			t.Errorf("%+v", ops)
		}
		return err
	})
	page := func(before uint64) (got []string, last uint64, more bool) {
		view(t, s, func(tx *Tx) error {
			items, at, rest, err := tx.Operations().Page(target, before, 2)
			for _, op := range items {
				got = append(got, op.ID)
			}
			last, more = at, rest
			return err
		})
		return got, last, more
	}
	got, last, more := page(0)
	if !slices.Equal(got, []string{ids[2], ids[1]}) || !more {
		t.Errorf("first page %v, more %v", got, more)
	}
	if got, _, more = page(last); !slices.Equal(got, ids[:1]) || more {
		t.Errorf("second page %v, more %v", got, more)
	}
}

// TestPrune checks that old operations go, and none that has not ended.
func TestPrune(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	target := arn(model.KindConnector, "c")
	update(t, s, func(tx *Tx) error {
		for i := range keptOperations + 3 {
			op := Operation{ID: fmt.Sprint(i), Target: target, Started: model.Now(), Shown: &model.Operation{}}
			if i != 1 {
				op.Ended = model.Now()
			}
			if err := tx.Operations().Insert(op); err != nil {
				return err
			}
		}
		return nil
	})
	view(t, s, func(tx *Tx) error {
		items, _, _, err := tx.Operations().Page(target, 0, 2*keptOperations)
		if n := len(items); n != keptOperations+1 || items[n-1].ID != "1" || items[n-2].ID != "3" {
			t.Errorf("%d operations are kept, the oldest are %s and %s", n, items[n-1].ID, items[n-2].ID)
		}
		return err
	})
}

func TestRollback(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	stop := errors.New("stop")
	err := s.Update(func(tx *Tx) error {
		return errors.Join(tx.Connectors().Insert(connector("a")), stop)
	})
	if !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
	view(t, s, func(tx *Tx) error {
		if _, err := tx.Connectors().Named("a"); !errors.Is(err, ErrNotFound) {
			t.Errorf("record after a failed transaction: %v", err)
		}
		return nil
	})
}

func TestTooLarge(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	c := connector("a")
	c.Configuration["x"] = strings.Repeat("x", maxValue)
	if err := s.Update(func(tx *Tx) error { return tx.Connectors().Insert(c) }); err == nil || !strings.Contains(err.Error(), "bytes are more than") {
		t.Errorf("error %.200v", err)
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "db")
	s := opened(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := Open(path); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("twice: %v", err)
	}
	update(t, s, func(tx *Tx) error { return tx.bucket(metaBucket).Put([]byte("format"), []byte("2")) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), `it has format "2", this version knows "1"`) {
		t.Errorf("newer format: %v", err)
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a store\n", 2000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(text); err == nil {
		t.Error("no error for what is not a store")
	}
	if err := s.View(func(*Tx) error { return nil }); !errors.Is(err, bbolterrors.ErrDatabaseNotOpen) {
		t.Errorf("closed: %v", err)
	}
}

func TestDamagedValue(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "db"))
	c := connector("a")
	update(t, s, func(tx *Tx) error { return tx.Connectors().Insert(c) })
	update(t, s, func(tx *Tx) error { return tx.bucket(connectorsBucket).Put(number(1), []byte("{")) })
	err := s.View(func(tx *Tx) error { _, err := tx.Connectors().All(); return err })
	if err == nil || !strings.Contains(err.Error(), "read connectors") {
		t.Errorf("%v", err)
	}
	if err := s.View(func(tx *Tx) error { _, err := tx.Connectors().Find(c.ARN); return err }); err == nil {
		t.Error("no error for a damaged record")
	}
}
