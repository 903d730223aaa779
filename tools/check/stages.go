package main

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// stage is one kind of check.
type stage struct {
	name, about string
	run         func(*job) error
}

// stages returns all of them, in the order in which they run: the quick ones first.
func stages() []stage {
	return []stage{
		{"format", "gofumpt has nothing to change", format},
		{"vet", "go vet, also of the integration tests", vet},
		{"staticcheck", "staticcheck, also of the integration tests", staticcheck},
		{"floors", "imports, package comments, sizes and names (tools/floors)", floors},
		{"licences", "what is compiled in may be given away (tools/licences)", licences},
		{"unit", "the tests beside the code, with the race detector", unit},
		{"scenario", "groups of workers in fake time, with the race detector", scenario},
		{"conformance", "the recorded behaviour of Kafka Connect", conformance},
		{"fuzz", "each fuzz target for a moment", fuzz},
		{"integration", "tests against Kafka itself (needs Java and Maven), S3 servers and AWS clients", integration},
	}
}

func format(j *job) error {
	lines, err := j.command("go", "tool", "gofumpt", "-l", ".")
	if err == nil && lines > 0 {
		err = errors.New("these files are not formatted; go tool gofumpt -w . does it")
	}
	return err
}

func vet(j *job) error {
	if _, err := j.command("go", "vet", "./..."); err != nil {
		return err
	}
	_, err := j.command("go", "vet", "-tags", integrationTag, "./...")
	return err
}

func staticcheck(j *job) error {
	_, err := j.command("go", "tool", "staticcheck", "-tags", integrationTag, "./...")
	return err
}

func floors(j *job) error {
	_, err := j.command("go", "run", "./tools/floors")
	return err
}

func licences(j *job) error {
	_, err := j.command("go", "run", "./tools/licences")
	return err
}

const (
	conformanceTests = "./test/conformance/..."
	scenarioTests    = "./test/scenario/..."

	// fakeLocksTag makes the Kafka client wait for its locks in a way that lets fake
	// time go on.
	fakeLocksTag = "synctests"
)

// unit runs all packages but those that have a stage of their own.
func unit(j *job) error {
	all, err := listPackages("./...")
	if err != nil {
		return err
	}
	own, err := listPackages(conformanceTests, scenarioTests)
	if err != nil {
		return err
	}
	beside := slices.DeleteFunc(all, func(p string) bool { return slices.Contains(own, p) })
	// vet has been run already.
	_, err = j.command("go", append([]string{"test", "-race", "-vet=off", "-timeout", "5m"}, beside...)...)
	return err
}

func scenario(j *job) error {
	_, err := j.command("go", "test", "-race", "-vet=off", "-tags", fakeLocksTag, "-timeout", "10m", scenarioTests)
	return err
}

func conformance(j *job) error {
	_, err := j.command("go", "test", "-race", "-vet=off", "-timeout", "10m", conformanceTests)
	return err
}

// fuzzRuns is enough to find what a change broke altogether; finding more is a job
// for longer runs. It is a number and not a time because go test reports "context
// deadline exceeded" when the time ends within a run or while it makes an input smaller.
const fuzzRuns = "3000x"

func fuzz(j *job) error {
	targets, err := fuzzTargets(".")
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range targets {
		_, err := j.command("go", "test", "-vet=off", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", fuzzRuns, "-fuzzminimizetime", "1x", t.dir)
		if err != nil {
			errs = append(errs, errors.New(t.name+" in "+t.dir))
		}
	}
	return errors.Join(errs...)
}

const (
	integrationTag = "integration"
	requireEnv     = "MILLRACE_REQUIRE"
)

func integration(j *job) error {
	dirs, err := taggedTests(".", integrationTag)
	if err != nil {
		return err
	}
	if missing := missingTools(); len(missing) > 0 && os.Getenv(requireEnv) == "" {
		j.skipped = strings.Join(missing, " and ") + " not installed"
		return nil
	}
	args := []string{"test", "-vet=off", "-tags", integrationTag, "-count=1", "-timeout", "10m", "-p", "1"}
	_, err = j.command("go", append(args, dirs...)...)
	return err
}

func missingTools() (missing []string) {
	for _, tool := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	return missing
}
