package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// fill FILE... replaces @NAME@ in files by the variable's value.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fill FILE...")
	}
	name := regexp.MustCompile(`@[A-Z0-9_]+@`)
	for _, file := range args {
		text := name.ReplaceAllStringFunc(ts.ReadFile(file), func(s string) string { return ts.Getenv(strings.Trim(s, "@")) })
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o644))
	}
}

// lines FILE FROM TO writes a file of numbered lines.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: lines FILE FROM TO")
	}
	from, err := strconv.Atoi(args[1])
	ts.Check(err)
	to, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b bytes.Buffer
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "line %d: \"quoted\" \\ and ü\n", i)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

// append FILE MORE adds one file to the end of another.
func appendTo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: append FILE MORE")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(f.Close())
}

// same FILE FEED checks that a file has every line of another, each once, in any
// order.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same FILE FEED")
	}
	got, want := split(ts.ReadFile(args[0])), split(ts.ReadFile(args[1]))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		ts.Fatalf("%s has %d lines, not the %d of %s:\n%.1000s", args[0], len(got), len(want), args[1], strings.Join(got, "\n"))
	}
}

func split(text string) []string {
	var list []string
	in := bufio.NewScanner(strings.NewReader(text))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		list = append(list, in.Text())
	}
	return list
}

// objects DIR FEED checks that the data directory of the demo has exactly one object
// for each line of a file: the right key, the line as a JSON string.
func objects(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: objects DIR FEED")
	}
	dir := filepath.Join(ts.MkAbs(args[0]), "s3", "my-destination-bucket", "topics", "my-example-topic", "partition=0")
	want := split(ts.ReadFile(args[1]))
	entries, err := os.ReadDir(dir)
	if err != nil && (len(want) > 0 || !os.IsNotExist(err)) {
		ts.Fatalf("%v", err)
	}
	if len(entries) != len(want) {
		ts.Fatalf("%d objects for %d lines", len(entries), len(want))
	}
	for i, line := range want {
		name := fmt.Sprintf("my-example-topic+0+%010d.json", i)
		raw, err := os.ReadFile(filepath.Join(dir, name))
		ts.Check(err)
		var got string
		if err := json.Unmarshal(raw, &got); err != nil || got != line || bytes.Count(raw, []byte("\n")) != 1 {
			ts.Fatalf("object %s holds %q, want the JSON string %q (%v)", name, raw, line, err)
		}
	}
}
