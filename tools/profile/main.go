// Command profile is millrace that writes a CPU profile of itself: cmd/millrace/default.pgo
// is made of such profiles. Its first argument is the file.
//
// Floor: tools only. Connect: none.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"
	_ "time/tzdata"

	"github.com/millrace/millrace"
)

func main() { os.Exit(run()) }

func run() int {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: profile FILE COMMAND [ARGUMENT…]\n\nexample: profile w2.prof standalone worker.properties connector.properties")
		return 2
	}
	f, err := os.Create(os.Args[1])
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		return 1
	}
	code := millrace.Main(append([]string{"millrace"}, os.Args[2:]...))
	pprof.StopCPUProfile()
	if err := f.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		return 1
	}
	return code
}
