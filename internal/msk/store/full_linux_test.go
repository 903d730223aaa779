package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
)

// smallDisk mounts a file system of its own for the test.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a file system that can be filled cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill takes all space that is left and returns the file that has it.
func fill(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return path
}

// TestFullDisk fills the disk again and again. What was acknowledged must be there, what
// was not must not, and the file must be whole.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "4m")
	path := filepath.Join(dir, "db")
	s := opened(t, path)
	var stored, refused []string
	insert := func() error {
		c := connector(fmt.Sprintf("c%d", len(stored)+len(refused)))
		c.Configuration["value"] = strings.Repeat("v", 1000*(1+len(stored)%40))
		err := s.Update(func(tx *Tx) error { return tx.Connectors().Insert(c) })
		if err == nil {
			stored = append(stored, c.Name)
		} else {
			refused = append(refused, c.Name)
		}
		return err
	}
	for range 8 {
		for range 5 {
			if err := insert(); err != nil {
				t.Fatal(err)
			}
		}
		filler := fill(t, dir)
		failures := 0
		for range 200 {
			if err := insert(); err == nil {
				continue // of space that the file had
			} else if !errors.Is(err, ErrNotWritten) || !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("on a full disk: %v", err)
			}
			if failures++; failures == 5 {
				break
			}
		}
		if failures == 0 {
			t.Fatal("the disk was never full")
		}
		same(t, s, stored, refused)
		// A start on a full disk must be possible: it may be what makes space.
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = opened(t, path)
		same(t, s, stored, refused)
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Errorf("the file is damaged: %v", err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	t.Logf("%d changes were stored, %d refused", len(stored), len(refused))
}

// same compares the connectors that are there with those that should be.
func same(t *testing.T, s *Store, stored, refused []string) {
	t.Helper()
	view(t, s, func(tx *Tx) error {
		all, err := tx.Connectors().All()
		if len(all) != len(stored) {
			t.Fatalf("%d connectors, want %d", len(all), len(stored))
		}
		for i, c := range all {
			if c.Name != stored[i] {
				t.Errorf("connector %d is %s, want %s", i, c.Name, stored[i])
			}
		}
		for _, name := range refused {
			if _, err := tx.Connectors().Named(name); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s, which was refused: %v", name, err)
			}
		}
		return err
	})
}

// TestFullDiskOpen makes a store where there is not space enough for all of it at first.
func TestFullDiskOpen(t *testing.T) {
	dir := smallDisk(t, "1m")
	path, refusals := filepath.Join(dir, "db"), 0
	for free := int64(0); free <= 128<<10; free += 4 << 10 {
		filler := fill(t, dir)
		info, err := os.Stat(filler)
		if err == nil {
			err = os.Truncate(filler, info.Size()-free)
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, err := Open(path); err == nil {
			_ = s.Close()
		} else if refusals++; !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("%d bytes: %v", free, err)
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		s := opened(t, path)
		update(t, s, func(tx *Tx) error { return tx.Connectors().Insert(connector("a")) })
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
			t.Errorf("%d bytes: %v", free, left)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if refusals == 0 {
		t.Error("there was always space")
	}
}
