//go:build unix

package jvm

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
)

func TestInstallOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "jars", "set")
	var fills atomic.Int32
	var callers errgroup.Group
	for range 8 {
		callers.Go(func() error {
			got, err := install(dir, func(partial string) error {
				fills.Add(1)
				return os.WriteFile(filepath.Join(partial, "a.jar"), nil, 0o600)
			})
			if err != nil {
				return err
			}
			_, err = os.Stat(filepath.Join(got, "a.jar"))
			return err
		})
	}
	if err := callers.Wait(); err != nil {
		t.Error(err)
	}
	if n := fills.Load(); n != 1 {
		t.Errorf("filled %d times, want once", n)
	}
}

func TestInstallAfterFailure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	broken := errors.New("no network")
	if _, err := install(dir, func(partial string) error {
		return errors.Join(broken, os.WriteFile(filepath.Join(partial, "half.jar"), nil, 0o600))
	}); !errors.Is(err, broken) {
		t.Fatalf("error %v, want %v", err, broken)
	}
	if isDir(dir) {
		t.Error("an incomplete set is in place")
	}
	// As after a kill in the middle of a download.
	if err := os.MkdirAll(filepath.Join(dir+".partial", "rest"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := install(dir, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("the set holds %v (error %v), want nothing", entries, err)
	}
}

func TestJarsWithoutMaven(t *testing.T) {
	t.Setenv(CacheEnv, t.TempDir())
	t.Setenv("PATH", t.TempDir())
	if _, err := Jars(KafkaBroker); !errors.Is(err, ErrMissing) {
		t.Errorf("error %v, want %v", err, ErrMissing)
	}
	if _, err := Jars("unheard-of"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unknown set: error %v, want %v", err, fs.ErrNotExist)
	}
}

func TestJarsFromMaven(t *testing.T) {
	cache, bin := t.TempDir(), t.TempDir()
	t.Setenv(CacheEnv, cache)
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	script := "#!/bin/sh\nfor a; do case $a in -DoutputDirectory=*) touch \"${a#*=}/kafka.jar\";; esac; done\n"
	if err := os.WriteFile(filepath.Join(bin, "mvn"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := Jars(KafkaBroker)
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := filepath.Glob(filepath.Join(cache, "jars", "broker-*", "kafka.jar")); len(found) != 1 || filepath.Dir(found[0]) != dir {
		t.Errorf("jars at %v, want one below %s", found, dir)
	}
	if err := os.Remove(filepath.Join(bin, "mvn")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if again, err := Jars(KafkaBroker); err != nil || again != dir {
		t.Errorf("cached set: %s, error %v, want %s", again, err, dir)
	}
}
