package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// restRequest is a request as recorded; at most one of the bodies is set.
type restRequest struct {
	Method     string             `json:"method"`
	Path       string             `json:"path"`
	Headers    map[string]*string `json:"headers"` // null: a header that is not sent
	Listener   string             `json:"listener"`
	Body       json.RawMessage    `json:"body"`
	Raw        *string            `json:"raw"`
	Latin1     *string            `json:"latin1"`
	Repeat     *[4]any            `json:"repeat"`      // prefix, unit, count, suffix
	PathRepeat *[2]any            `json:"path_repeat"` // unit and count of <*>
}

// restAnswer is an answer as received.
type restAnswer struct {
	Status int
	Header http.Header
	Text   string
}

// json returns the body of an answer that says it is JSON.
func (a *restAnswer) json() (any, error) {
	if !strings.Contains(a.Header.Get("Content-Type"), "json") {
		return nil, fmt.Errorf("the body is not JSON: %.300s", a.Text)
	}
	v, err := decodeBody([]byte(a.Text))
	if err != nil {
		return nil, fmt.Errorf("body %.300s: %w", a.Text, err)
	}
	return v, nil
}

func (r *restRequest) text() (body string, given bool, err error) {
	switch {
	case r.Body != nil:
		return string(r.Body), true, nil
	case r.Raw != nil:
		return *r.Raw, true, nil
	case r.Latin1 != nil:
		body, err = latin1(*r.Latin1)
		return body, true, err
	case r.Repeat != nil:
		middle, err := repeated(r.Repeat[1], r.Repeat[2])
		return fmt.Sprint(r.Repeat[0]) + middle + fmt.Sprint(r.Repeat[3]), true, err
	}
	return "", false, nil
}

func latin1(text string) (string, error) {
	b := make([]byte, 0, len(text))
	for _, c := range text {
		if c > 0xff {
			return "", fmt.Errorf("%q is no character of ISO-8859-1", c)
		}
		b = append(b, byte(c))
	}
	return string(b), nil
}

func repeated(unit, count any) (string, error) {
	n, err := strconv.Atoi(fmt.Sprint(count))
	if err != nil || n < 0 {
		return "", fmt.Errorf("repeat %v times", count)
	}
	return strings.Repeat(fmt.Sprint(unit), n), nil
}

// bytes is the request as it goes over the wire to a host.
func (r *restRequest) bytes(host string) (string, error) {
	path := r.Path
	if r.PathRepeat != nil {
		part, err := repeated(r.PathRepeat[0], r.PathRepeat[1])
		if err != nil {
			return "", err
		}
		path = strings.ReplaceAll(path, "<*>", part)
	}
	body, given, err := r.text()
	if err != nil {
		return "", err
	}
	closing, length := "close", strconv.Itoa(len(body))
	headers := map[string]*string{"Host": &host, "Connection": &closing}
	if given || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH" {
		headers["Content-Length"] = &length
	}
	maps.Copy(headers, r.Headers)
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\n", r.Method, path)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if value := headers[name]; value != nil {
			fmt.Fprintf(&head, "%s: %s\r\n", name, *value)
		}
	}
	return head.String() + "\r\n" + body, nil
}

// send sends a request on a connection of its own, byte by byte as recorded.
func (r *restRequest) send(address string) (*restAnswer, error) {
	request, err := r.bytes(address)
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(100 * time.Second))
	// A server may answer and close before it has read everything.
	_, _ = io.WriteString(conn, request)
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: r.Method})
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return &restAnswer{res.StatusCode, res.Header, string(text)}, err
}
