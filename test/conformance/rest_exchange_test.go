package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// restRequest is a request as recorded; at most one of the bodies is set.
type restRequest struct {
	Method, Path string
	Headers      map[string]string
	Body         json.RawMessage
	Raw, Latin1  *string
	Repeat       []any `json:"repeat"`
	PathRepeat   []any `json:"path_repeat"`
}

// restAnswer is an answer as received.
type restAnswer struct {
	Status int
	Header http.Header
	Text   string
}

func (r *restRequest) text() (body string, given bool) {
	switch {
	case r.Body != nil:
		return string(r.Body), true
	case r.Raw != nil:
		return *r.Raw, true
	case r.Latin1 != nil:
		var b strings.Builder
		for _, c := range *r.Latin1 {
			b.WriteByte(byte(c))
		}
		return b.String(), true
	case len(r.Repeat) == 4:
		return fmt.Sprint(r.Repeat[0]) + repeated(r.Repeat[1], r.Repeat[2]) + fmt.Sprint(r.Repeat[3]), true
	}
	return "", false
}

func repeated(unit, count any) string {
	n, _ := count.(json.Number).Int64()
	return strings.Repeat(fmt.Sprint(unit), int(n))
}

// exchange sends a request on a connection of its own, byte by byte as recorded.
func (w *restWorker) exchange(r *restRequest) (*restAnswer, error) {
	conn, err := net.Dial("tcp", w.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(100 * time.Second))
	path := r.Path
	if len(r.PathRepeat) == 2 {
		path = strings.ReplaceAll(path, "<*>", repeated(r.PathRepeat[0], r.PathRepeat[1]))
	}
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", r.Method, path, w.address)
	for name, value := range r.Headers {
		fmt.Fprintf(&head, "%s: %s\r\n", name, value)
	}
	body, given := r.text()
	if given || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(body))
	}
	// A server may answer and close before it has read everything.
	_, _ = io.WriteString(conn, head.String()+"\r\n"+body)
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: r.Method})
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return &restAnswer{res.StatusCode, res.Header, string(text)}, err
}
