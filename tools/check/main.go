// Command check runs every test that a change must pass, as CI does.
//
//	go run ./tools/check                    everything, until something fails
//	go run ./tools/check -only vet,unit     some stages
//	go run ./tools/check -keep-going        go on after a failure
//	go run ./tools/check -v                 show each command and all it says
//	go run ./tools/check -list              what the stages are
//
// It needs Go and nothing else. The integration stage also needs Java and Maven,
// and is left out where they are missing, unless MILLRACE_REQUIRE names what must be
// there.
//
// Exit status: 0 all is well, 1 a stage failed, 2 wrong usage.
//
// Floor: tools only. Connect: none.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	only                     string
	keepGoing, verbose, list bool
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "run only these `stages`, separated by commas")
	flag.BoolVar(&o.keepGoing, "keep-going", false, "go on after a stage that failed")
	flag.BoolVar(&o.verbose, "v", false, "show each command and all it says")
	flag.BoolVar(&o.list, "list", false, "list the stages")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "check: %q is not understood; stages are named with -only\n", flag.Arg(0))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, o, os.Stdout, isTerminal(os.Stdout))
	stop()
	os.Exit(code)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func run(ctx context.Context, o options, out io.Writer, live bool) int {
	chosen, err := choose(stages(), o.only)
	if err != nil {
		fmt.Fprintln(out, "check:", err)
		return 2
	}
	if o.list {
		for _, s := range chosen {
			fmt.Fprintf(out, "%-12s %s\n", s.name, s.about)
		}
		return 0
	}
	if err := toRoot(); err != nil {
		fmt.Fprintln(out, "check:", err)
		return 2
	}
	results := runStages(ctx, chosen, o, out, live)
	summarize(out, results)
	for _, r := range results {
		if r.err != nil {
			return 1
		}
	}
	return 0
}

// toRoot goes to the root of the module, so that ./... means all of it.
func toRoot() error {
	dir, err := output("go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	return os.Chdir(strings.TrimSpace(dir))
}

// choose returns the stages that only names, all for "".
func choose(all []stage, only string) (chosen []stage, err error) {
	if only == "" {
		return all, nil
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(only, ",") {
		wanted[strings.TrimSpace(name)] = true
	}
	var names []string
	for _, s := range all {
		names = append(names, s.name)
		if wanted[s.name] {
			chosen = append(chosen, s)
			delete(wanted, s.name)
		}
	}
	for name := range wanted {
		return nil, fmt.Errorf("there is no stage %q; there are %s", name, strings.Join(names, ", "))
	}
	return chosen, nil
}

// result is what became of a stage.
type result struct {
	name    string
	took    time.Duration
	cpu     time.Duration // of all processes of the stage
	err     error
	skipped string // why it was not run
}

func runStages(ctx context.Context, chosen []stage, o options, out io.Writer, live bool) (results []result) {
	failed := false
	for _, s := range chosen {
		if (failed && !o.keepGoing) || ctx.Err() != nil {
			results = append(results, result{name: s.name, skipped: "not run"})
			continue
		}
		p := newProgress(s.name, out, live, o.verbose)
		j := &job{ctx: ctx, progress: p}
		start := time.Now()
		err := s.run(j)
		r := result{name: s.name, took: time.Since(start), cpu: j.cpu, err: err, skipped: j.skipped}
		p.end(r)
		failed = failed || err != nil
		results = append(results, r)
	}
	return results
}

func summarize(out io.Writer, results []result) {
	fmt.Fprintln(out)
	total := result{name: "total"}
	fmt.Fprintf(out, "%-12s %8s %8s\n", "stage", "time", "CPU")
	for _, r := range results {
		total.took += r.took
		total.cpu += r.cpu
		fmt.Fprintf(out, "%-12s %7.1fs %7.1fs  %s\n", r.name, r.took.Seconds(), r.cpu.Seconds(), r)
	}
	fmt.Fprintf(out, "%-12s %7.1fs %7.1fs\n", total.name, total.took.Seconds(), total.cpu.Seconds())
}

func (r result) String() string {
	switch {
	case r.err != nil:
		return "FAILED: " + r.err.Error()
	case r.skipped != "":
		return "skipped: " + r.skipped
	}
	return "ok"
}
