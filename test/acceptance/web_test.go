package acceptance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

const maxAnswer = 64 << 20

// call [-within DURATION] METHOD URL STATUS [BODY] makes a request and writes the
// answer to the standard output. BODY is a file, or JSON text. STATUS - is any;
// "none" means that no answer shall come within the duration.
func call(ts *testscript.TestScript, neg bool, args []string) {
	limit := patience
	if len(args) > 2 && args[0] == "-within" {
		d, err := time.ParseDuration(args[1])
		ts.Check(err)
		limit, args = d, args[2:]
	}
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: call [-within DURATION] METHOD URL STATUS [BODY]")
	}
	var body string
	if len(args) == 4 {
		if body = args[3]; !strings.HasPrefix(body, "{") {
			body = ts.ReadFile(body)
		}
	}
	begun := time.Now()
	status, answer, err := request(limit, args[0], args[1], body)
	ts.Logf("%s after %v", status, time.Since(begun).Round(time.Millisecond))
	switch {
	case err != nil && errors.Is(err, context.DeadlineExceeded) && args[2] == "none":
		return
	case err != nil:
		ts.Fatalf("%v", err)
	case args[2] != "-" && args[2] != status:
		ts.Fatalf("answer %s, want %s: %s", status, args[2], answer)
	}
	_, err = fmt.Fprintf(ts.Stdout(), "%s\n", answer)
	ts.Check(err)
}

func request(limit time.Duration, method, url, body string) (status string, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return "", nil, err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return strconv.Itoa(res.StatusCode), answer, err
}

// await FILE|URL PATTERN waits until a file or the answer to GET matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE|URL PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	var seen []byte
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(20 * time.Millisecond) {
		if strings.HasPrefix(args[0], "http://") {
			_, seen, err = request(patience, http.MethodGet, args[0], "")
		} else {
			seen, err = os.ReadFile(ts.MkAbs(args[0]))
		}
		if err == nil && pattern.Match(seen) {
			return
		}
	}
	ts.Fatalf("%s does not match %s after %v (%v):\n%s", args[0], args[1], patience, err, bytes.TrimSpace(seen[max(0, len(seen)-4000):]))
}
