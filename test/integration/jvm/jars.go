package jvm

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Set names a group of jars: the file poms/NAME.xml of this package, whose
// runtime dependencies the group is.
type Set string

// KafkaBroker is the class path of an Apache Kafka broker and its storage tool.
const KafkaBroker Set = "broker"

// KafkaConnect is the class path of an Apache Kafka Connect worker with the file
// connectors.
const KafkaConnect Set = "connect"

// CacheEnv names the environment variable with the cache directory; the default
// is the directory millrace in the user's cache directory.
const CacheEnv = "MILLRACE_CACHE"

const (
	mavenGoal   = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
	mavenWindow = 10 * time.Minute
)

//go:embed poms/*.xml
var poms embed.FS

// Jars returns a directory that holds the jars of set and nothing else. The
// first call on a machine has Maven download them and blocks for that long, as
// do calls of other processes meanwhile; later calls cost nothing. A change of
// the pom makes a new directory. The error is an ErrMissing when Maven is needed
// and absent. The caller must not write to the directory.
func Jars(set Set) (string, error) {
	pom, err := poms.ReadFile("poms/" + string(set) + ".xml")
	if err != nil {
		return "", fmt.Errorf("find the pom of jar set %s: %w", set, err)
	}
	root, err := cacheDir()
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("%s-%x", set, sha256.Sum256(pom))[:len(set)+13]
	return install(filepath.Join(root, "jars", name), func(dir string) error {
		return copyDependencies(pom, dir)
	})
}

func cacheDir() (string, error) {
	if dir := os.Getenv(CacheEnv); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory (set %s): %w", CacheEnv, err)
	}
	return filepath.Join(dir, "millrace"), nil
}

// install returns dir, which fill has filled: at most one process does so at a
// time, and dir appears under its name only when it is complete.
func install(dir string, fill func(dir string) error) (string, error) {
	if isDir(dir) {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("make the jar cache: %w", err)
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if isDir(dir) {
		return dir, nil
	}
	return dir, fillAndRename(dir, fill)
}

func fillAndRename(dir string, fill func(dir string) error) error {
	partial := dir + ".partial"
	// What a killed process left behind is ours to remove: we hold the lock.
	if err := os.RemoveAll(partial); err != nil {
		return fmt.Errorf("remove an incomplete jar set: %w", err)
	}
	if err := os.Mkdir(partial, 0o755); err != nil {
		return fmt.Errorf("make a jar directory: %w", err)
	}
	if err := fill(partial); err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	if err := os.Rename(partial, dir); err != nil {
		return fmt.Errorf("put a jar set into place: %w", err)
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// lock takes the lock file at path, waiting for whoever holds it. The system
// releases it when the process ends, however it ends.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the jar cache's lock: %w", err)
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the jar cache: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

func copyDependencies(pom []byte, dir string) error {
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("maven: %w (%w)", ErrMissing, err)
	}
	work, err := os.MkdirTemp("", "millrace-pom-")
	if err != nil {
		return fmt.Errorf("make a directory for the pom: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	file := filepath.Join(work, "pom.xml")
	if err := os.WriteFile(file, pom, 0o644); err != nil {
		return fmt.Errorf("write the pom: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), mavenWindow)
	defer cancel()
	cmd := exec.CommandContext(ctx, maven, "-q", "-B", "-f", file, mavenGoal,
		"-DincludeScope=runtime", "-DoutputDirectory="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("have maven download jars: %w\n%s", err, out)
	}
	return nil
}
