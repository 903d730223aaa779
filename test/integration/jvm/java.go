package jvm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// ErrMissing says that a tool which the machine lacks (a JDK, Maven) is needed.
var ErrMissing = errors.New("not installed")

const (
	minimumJava   = 17
	versionWindow = 30 * time.Second
)

// Java returns the path of the java command of JAVA_HOME or, when that is not
// set, of PATH. The error is an ErrMissing when there is none or when it is
// older than Java 17.
func Java() (string, error) {
	path, err := findJava()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), versionWindow)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", path, err)
	}
	if v := featureVersion(string(out)); v < minimumJava {
		return "", fmt.Errorf("java %d or later: %w (%s is version %d)", minimumJava, ErrMissing, path, v)
	}
	return path, nil
}

func findJava() (string, error) {
	home := os.Getenv("JAVA_HOME")
	name := "java"
	if home != "" {
		name = filepath.Join(home, "bin", "java")
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("java: %w (%w)", ErrMissing, err)
	}
	return path, nil
}

// featureVersion reads the feature number (8, 17, 21) out of what
// "java -version" prints; 0 when it is not there.
func featureVersion(banner string) int {
	m := regexp.MustCompile(`version "(?:1\.)?(\d+)`).FindStringSubmatch(banner)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}
