// Command floors checks what neither the compiler nor a linter knows: that packages
// import only lower floors (the policy is floors.txt), say in their comment where
// they stand, have names that mean something, and stay small.
//
//	go run ./tools/floors
//
// Exit status: 0 all is well, 1 something is not, 2 it could not be found out.
//
// Floor: tools only. Connect: none.
package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"os"
	"slices"
)

//go:embed floors.txt
var policyText string

//go:embed exceptions.txt
var exceptionsText string

func main() { os.Exit(run(os.Stdout, os.Stderr)) }

func run(out, errOut io.Writer) int {
	packages, problems, err := checkTree(".")
	if err != nil {
		fmt.Fprintln(errOut, "floors:", err)
		return 2
	}
	for _, p := range problems {
		fmt.Fprintf(out, "%s\n    %s\n", p.text, p.fix)
	}
	if len(problems) > 0 {
		fmt.Fprintf(out, "floors: %d problems in %d packages\n", len(problems), packages)
		return 1
	}
	fmt.Fprintf(out, "floors: %d packages are in order\n", packages)
	return 0
}

// checkTree checks the module around dir.
func checkTree(dir string) (packages int, problems []problem, err error) {
	p, err := parsePolicy(policyText)
	if err != nil {
		return 0, nil, err
	}
	excepted, err := parseExceptions(exceptionsText)
	if err != nil {
		return 0, nil, err
	}
	root, tree, err := listTree(dir)
	if err != nil {
		return 0, nil, err
	}
	own := map[string]bool{}
	for _, one := range tree {
		own[one.path] = true
	}
	for _, one := range tree {
		found, err := p.checkSources(root, one)
		if err != nil {
			return 0, nil, err
		}
		problems = append(problems, p.checkImports(one, func(path string) bool { return own[path] })...)
		problems = append(problems, found...)
	}
	problems = excepted.filter(problems)
	slices.SortFunc(problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.subject, b.subject))
	})
	return len(tree), problems, nil
}
