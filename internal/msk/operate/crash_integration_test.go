//go:build linux && integration

package operate_test

import "testing"

// TestCrashes ends the engine at every moment of every operation.
func TestCrashes(t *testing.T) {
	for _, d := range deeds() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			crashEverywhere(t, d, 1)
		})
	}
}
