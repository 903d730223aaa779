package rest

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/workerconfig"
)

var update = flag.Bool("update", false, "write the answers into testdata")

// start opens a server on a free port over a herder.
func start(t *testing.T, h herder.Herder, change func(*Settings)) *Server {
	t.Helper()
	s := Settings{
		REST:   workerconfig.REST{Listeners: []workerconfig.Listener{{Protocol: "http", Host: "127.0.0.1"}}},
		Commit: "0123456789abcdef", Loggers: logs.New(logs.Settings{Out: io.Discard}),
	}
	if change != nil {
		change(&s)
	}
	srv, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	srv.Mount(h)
	return srv
}

// exchange sends a request byte by byte as written and returns the answer.
func exchange(t *testing.T, url, request, body string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head, headers, _ := strings.Cut(strings.TrimSpace(request), "\n")
	text := head + " HTTP/1.1\r\nHost: worker:8083\r\nConnection: close\r\n"
	if headers != "" {
		text += strings.ReplaceAll(headers, "\n", "\r\n") + "\r\n"
	}
	method, _, _ := strings.Cut(head, " ")
	if body != "" || method == "POST" || method == "PUT" || method == "PATCH" {
		text += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	if _, err := io.WriteString(conn, text+"\r\n"+body); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(got)
}

// show prints an answer: status, the headers that matter, body.
func show(res *http.Response, body string) string {
	var b strings.Builder
	fmt.Fprintln(&b, res.StatusCode)
	var names []string
	for name := range res.Header {
		if !slices.Contains([]string{"Date", "Content-Length", "Connection"}, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(res.Header.Values(name), " | "))
	}
	if body != "" {
		b.WriteString("|" + strings.ReplaceAll(body, "\n", "\n|") + "\n")
	}
	return b.String()
}

// TestExchanges replays testdata/*.txt: exchanges that begin with "=== title", then
// the request, its body in lines that begin with |, "---", and the answer.
func TestExchanges(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { replay(t, file) })
	}
}

func replay(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h := newFake()
	h.offsets = sourceOffsets
	srv := start(t, h, nil)
	var b bytes.Buffer
	parts := strings.Split(string(raw), "=== ")
	b.WriteString(parts[0])
	for _, part := range parts[1:] {
		title, rest, _ := strings.Cut(part, "\n")
		asked, want, _ := strings.Cut(rest, "---\n")
		request, body := splitBody(asked)
		res, answer := exchange(t, srv.URLs()[0], request, body)
		got := show(res, answer)
		if want = strings.TrimRight(want, "\n") + "\n"; !*update && got != want {
			t.Errorf("%s\n got %s\nwant %s", title, got, want)
		}
		fmt.Fprintf(&b, "=== %s\n%s---\n%s\n", title, asked, got)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func splitBody(asked string) (request, body string) {
	var head, lines []string
	for _, line := range strings.Split(strings.TrimSuffix(asked, "\n"), "\n") {
		if text, ok := strings.CutPrefix(line, "|"); ok {
			lines = append(lines, text)
		} else {
			head = append(head, line)
		}
	}
	return strings.Join(head, "\n"), strings.Join(lines, "\n")
}
