package conformance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/api"
)

// mskCase is a request that a client of MSK Connect sent, and an answer that it
// understood.
type mskCase struct {
	ID, Client, Operation string
	Request               struct {
		Method, Path, Query, Body string
		Headers                   map[string]string
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
}

// TestMSK sends what AWS' clients sent to our API. The operations behind it must get
// what the clients meant, and what they answer must come out as it was recorded.
func TestMSK(t *testing.T) {
	area := filepath.Join("msk", "requests")
	if found, _ := filepath.Glob(filepath.Join(vectors(), area+".jsonl*")); len(found) == 0 {
		t.Skip("there are no requests to the MSK Connect API")
	}
	service := &mskService{}
	server := httptest.NewServer(api.New(service, api.Options{}))
	defer server.Close()
	passed, failed := 0, 0
	for _, c := range readMSK(t, area) {
		service.play(c)
		problem := c.send(server.URL, service)
		if problem != nil {
			failed++
			t.Errorf("%s: %v", c.ID, problem)
			continue
		}
		passed++
	}
	fmt.Printf("msk: %d requests, %d passed, %d failed\n", passed+failed, passed, failed)
}

func readMSK(t *testing.T, area string) (all []*mskCase) {
	t.Helper()
	file, reader := open(t, area)
	defer file.Close()
	lines := bufio.NewScanner(reader)
	lines.Buffer(make([]byte, 0, 1<<20), 64<<20)
	for lines.Scan() {
		c := &mskCase{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatalf("%s: read request: %v", area, err)
		}
		if strings.Contains(area+"/"+c.ID, os.Getenv("MILLRACE_CASE")) {
			all = append(all, c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatalf("%s: read requests: %v", area, err)
	}
	return all
}

// send replays the exchange and returns what is wrong with it.
func (c *mskCase) send(address string, service *mskService) error {
	target := address + c.Request.Path
	if c.Request.Query != "" {
		target += "?" + c.Request.Query
	}
	r, err := http.NewRequest(c.Request.Method, target, strings.NewReader(c.Request.Body))
	if err != nil {
		return err
	}
	for name, value := range c.Request.Headers {
		if name != "Host" && name != "Content-Length" {
			r.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if service.operation == "" && c.Response.Status == http.StatusBadRequest {
		return c.checkRefusal(resp, body)
	}
	if err := c.checkRequest(service); err != nil {
		return err
	}
	return c.checkResponse(resp, body)
}

// checkRefusal is for requests that do not come as far as the operation. Their
// messages are our own.
func (c *mskCase) checkRefusal(resp *http.Response, body []byte) error {
	var e struct{ Message string }
	if err := json.Unmarshal(body, &e); err != nil || e.Message == "" {
		return fmt.Errorf("refused with %s", body)
	}
	return c.checkHeaders(resp, body)
}

// checkRequest compares what the operation got with what was sent.
func (c *mskCase) checkRequest(service *mskService) error {
	query, err := url.ParseQuery(c.Request.Query)
	if err != nil {
		return err
	}
	if service.operation != c.Operation || service.arn != c.arn() {
		return fmt.Errorf("operation %s on %q, want %s on %q", service.operation, service.arn, c.Operation, c.arn())
	}
	if len(query)+len(service.query) > 0 && !reflect.DeepEqual(service.query, query) {
		return fmt.Errorf("query %v, want %v", service.query, query)
	}
	if c.Request.Body == "" {
		return nil
	}
	got, err := json.Marshal(service.body)
	if err != nil {
		return err
	}
	return sameJSON("request", got, []byte(c.Request.Body))
}

// arn returns the ARN in the path.
func (c *mskCase) arn() string {
	segments := strings.Split(c.Request.Path, "/")
	if len(segments) < 4 {
		return ""
	}
	arn, _ := url.PathUnescape(segments[3])
	return arn
}

func (c *mskCase) checkResponse(resp *http.Response, body []byte) error {
	if err := c.checkHeaders(resp, body); err != nil {
		return err
	}
	return sameJSON("response", body, c.Response.Body)
}

func (c *mskCase) checkHeaders(resp *http.Response, body []byte) error {
	if resp.StatusCode != c.Response.Status {
		return fmt.Errorf("status %d, want %d: %s", resp.StatusCode, c.Response.Status, body)
	}
	for name, value := range c.Response.Headers {
		got := resp.Header.Get(name)
		// Dates and request ids differ from one time to the next.
		if got == "" || name != "Date" && name != "x-amzn-RequestId" && got != value {
			return fmt.Errorf("header %s is %q, want %q", name, got, value)
		}
	}
	return nil
}

func sameJSON(what string, got, want []byte) error {
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		return fmt.Errorf("%s %s: %w", what, got, err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		return fmt.Errorf("recorded %s %s: %w", what, want, err)
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Errorf("%s\n      got  %s\n      want %s", what, got, want)
	}
	return nil
}
