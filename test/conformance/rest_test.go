package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// scenario is a sequence of recorded REST exchanges.
type scenario struct {
	Name     string            `json:"scenario"`
	Profile  string            `json:"profile"`
	Title    string            `json:"title"`
	Steps    []json.RawMessage `json:"steps"` // may name values that earlier steps save
	Cleanup  []string          `json:"cleanup"`
	Requires []string          `json:"requires"` // test-plugins, which are built in
	Needs    string            `json:"needs"`    // admin or second: a listener
}

// TestREST replays recorded exchanges against workers of our own, which are
// configured as those of the recording: each profile has its own cluster.
func TestREST(t *testing.T) {
	profiles := restProfiles(t)
	var all sync.WaitGroup
	for name, scenarios := range profiles {
		// Replaying is mostly waiting: go test's limit of parallel tests is too low.
		all.Go(func() {
			t.Run(name, func(t *testing.T) { replayProfile(t, name, scenarios) })
		})
	}
	all.Wait()
}

func replayProfile(t *testing.T, name string, scenarios []*scenario) {
	p := startProfile(t, name, scenarios)
	r := &replay{listeners: p.listeners, dir: p.dir, vars: p.variables()}
	passed := 0
	for _, s := range scenarios {
		passed += r.play(t, s)
	}
	fmt.Printf("rest/%s: %d scenarios, %d steps passed\n", name, len(scenarios), passed)
}

// restProfiles reads the scenarios of all files, by profile.
func restProfiles(t *testing.T) map[string][]*scenario {
	t.Helper()
	profiles := map[string][]*scenario{}
	for _, area := range restAreas(t) {
		profile, _, _ := strings.Cut(filepath.Base(area), "-")
		for _, s := range readScenarios(t, area) {
			if s.Profile != profile {
				t.Errorf("%s: %s is a scenario of profile %q", area, s.Name, s.Profile)
			}
			if strings.Contains(area+"/"+s.Name, os.Getenv("MILLRACE_CASE")) {
				profiles[profile] = append(profiles[profile], s)
			}
		}
	}
	return profiles
}

func restAreas(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectors(), "rest", "*.jsonl*"))
	if err != nil {
		t.Fatal(err)
	}
	var areas []string
	for _, f := range files {
		name, _, _ := strings.Cut(filepath.Base(f), ".jsonl")
		areas = append(areas, filepath.Join("rest", name))
	}
	return slices.Compact(areas)
}

func readScenarios(t *testing.T, area string) []*scenario {
	t.Helper()
	file, reader := open(t, area)
	defer file.Close()
	lines := bufio.NewScanner(reader)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	var scenarios []*scenario
	for lines.Scan() {
		s := &scenario{}
		if err := decodeStrictly(lines.Bytes(), s); err != nil {
			t.Fatalf("%s: read scenario: %v", area, err)
		}
		if slices.ContainsFunc(s.Requires, func(r string) bool { return r != "test-plugins" }) {
			t.Errorf("%s: %s requires %q, which is unknown", area, s.Name, s.Requires)
		}
		scenarios = append(scenarios, s)
	}
	if err := lines.Err(); err != nil {
		t.Fatalf("%s: read scenarios: %v", area, err)
	}
	return scenarios
}

// decodeStrictly fails for fields that the value does not have.
func decodeStrictly(raw []byte, value any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	d.UseNumber()
	return d.Decode(value)
}
