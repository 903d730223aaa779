// Command licences tells under which licences the modules stand that are compiled
// into millrace, and fails when one is not permissive.
//
//	go run ./tools/licences           what is not permissive
//	go run ./tools/licences -list     one line for each module
//	go run ./tools/licences -texts    their licences and notices, to go with a binary
//
// Exit status: 0 all are permissive, 1 one is not, 2 it could not be found out.
//
// Floor: tools only. Connect: none.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	list := flag.Bool("list", false, "print one line for each module")
	texts := flag.Bool("texts", false, "print the licences and notices themselves")
	flag.Parse()
	os.Exit(run(*list, *texts, os.Stdout, os.Stderr))
}

func run(list, texts bool, out, errOut io.Writer) int {
	modules, err := listModules()
	if err != nil {
		fmt.Fprintln(errOut, "licences:", err)
		return 2
	}
	if texts {
		err = printTexts(out, modules)
	} else {
		err = printVerdicts(out, modules, list)
	}
	if err != nil {
		fmt.Fprintln(errOut, "licences:", err)
		return 1
	}
	return 0
}

func printVerdicts(out io.Writer, modules []module, list bool) error {
	refused := 0
	for _, m := range modules {
		v := m.verdict()
		switch {
		case v.refused != "":
			refused++
			fmt.Fprintf(out, "%s %s: %s: %s\n", m.path, m.version, v, v.refused)
		case list:
			fmt.Fprintf(out, "%s %s: %s\n", m.path, m.version, v)
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d modules may not be compiled in: do without them, or add a module under a weak copyleft licence to tools/licences/reviewed.txt when it is used unchanged", refused, len(modules))
	}
	fmt.Fprintf(out, "licences: %d modules are permissive\n", len(modules))
	return nil
}

func printTexts(out io.Writer, modules []module) error {
	std, err := standardLibrary()
	if err != nil {
		return err
	}
	for _, m := range append([]module{std}, modules...) {
		fmt.Fprintf(out, "==== %s %s\n", m.path, m.version)
		for _, text := range append(m.licences, m.notices...) {
			fmt.Fprintf(out, "\n%s\n", text)
		}
	}
	return nil
}
