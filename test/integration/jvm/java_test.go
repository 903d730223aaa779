package jvm

import (
	"errors"
	"testing"
)

func TestFeatureVersion(t *testing.T) {
	for banner, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15` + "\nOpenJDK Runtime Environment": 17,
		`java version "1.8.0_402"`:                                           8,
		`openjdk version "25" 2025-09-16`:                                    25,
		`openjdk version "26-ea" 2026-03-17`:                                 26,
		"Picked up JAVA_TOOL_OPTIONS: -Xmx1g\n" + `openjdk version "21.0.2"`: 21,
		"no version here":                                                    0,
		"":                                                                   0,
	} {
		if got := featureVersion(banner); got != want {
			t.Errorf("featureVersion(%q) = %d, want %d", banner, got, want)
		}
	}
}

func TestJavaMissing(t *testing.T) {
	t.Setenv("JAVA_HOME", t.TempDir())
	if _, err := Java(); !errors.Is(err, ErrMissing) {
		t.Errorf("with an empty JAVA_HOME: %v, want %v", err, ErrMissing)
	}
	t.Setenv("JAVA_HOME", "")
	t.Setenv("PATH", t.TempDir())
	if _, err := Java(); !errors.Is(err, ErrMissing) {
		t.Errorf("with an empty PATH: %v, want %v", err, ErrMissing)
	}
}
