package logship

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/awsaccess/awsaccesstest"
	"github.com/millrace/millrace/internal/sigv4"
)

// cloud is the part of AWS that deliveries use, in this process and strict: a request
// that AWS would refuse fails the test.
type cloud struct {
	t       testing.TB
	group   string // of CloudWatch Logs, which exists
	refuse  string // an error code for all requests; "hang" for no answer
	status  int
	partial int // of the next batches of records, each second one fails
	oldest  time.Time

	mu      sync.Mutex
	streams map[string]bool
	lines   map[Kind][]string
	keys    []string
	calls   int
	last    time.Time // of the last request that was accepted
	batches []int
}

// newCloud also makes the environment have credentials and nothing else of AWS.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	awsaccesstest.Environment(t)
	return &cloud{group: "group", streams: map[string]bool{}, lines: map[Kind][]string{}}
}

func (c *cloud) connect(t testing.TB) *Services {
	t.Helper()
	c.t = t
	s, err := Connect(t.Context(), Access{Region: "eu-west-1", Transport: awsaccesstest.Transport{Handler: c}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer makes all requests from now on fail, "" for none.
func (c *cloud) answer(status int, code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status, c.refuse = status, code
}

func (c *cloud) delivered(k Kind) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.lines[k])
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		c.t.Errorf("read request: %v", err)
	}
	c.mu.Lock()
	refuse, status := c.refuse, c.status
	c.calls++
	c.mu.Unlock()
	service, operation := serviceOf(q)
	c.verify(q, service, body)
	switch {
	case refuse == "hang":
		<-q.Context().Done()
		return
	case refuse != "" && service == "s3":
		w.WriteHeader(status)
		_ = xml.NewEncoder(w).Encode(struct {
			XMLName xml.Name `xml:"Error"`
			Code    string
		}{Code: refuse})
		return
	case refuse != "":
		no(w, status, refuse)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = time.Now()
	switch operation {
	case "PutLogEvents":
		c.putEvents(w, body)
	case "CreateLogStream":
		c.createStream(w, body)
	case "PutRecordBatch":
		c.putRecords(w, body)
	case "PUT":
		c.putObject(q, body)
	default:
		c.t.Errorf("%s %s", service, operation)
	}
}

func serviceOf(q *http.Request) (service, operation string) {
	prefix, operation, _ := strings.Cut(q.Header.Get("X-Amz-Target"), ".")
	switch prefix {
	case "Logs_20140328":
		return "logs", operation
	case "Firehose_20150804":
		return "firehose", operation
	}
	return "s3", q.Method
}

func (c *cloud) verify(q *http.Request, service string, body []byte) {
	if service != "s3" && (q.Method != http.MethodPost || q.URL.Path != "/" || q.Header.Get("Content-Type") != "application/x-amz-json-1.1") {
		c.t.Errorf("%s %s, content type %q", q.Method, q.URL, q.Header.Get("Content-Type"))
	}
	sum := sha256.Sum256(body)
	v := sigv4.Verifier{Service: service, Secrets: map[string]string{awsaccesstest.AccessKey: awsaccesstest.Secret}}
	if _, err := v.Verify(q, hex.EncodeToString(sum[:])); err != nil {
		c.t.Errorf("%s: %v", service, err)
	}
}

func no(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": "no"})
}

func (c *cloud) read(body []byte, into any) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		c.t.Errorf("request %.200s: %v", body, err)
	}
}

type streamName struct{ LogGroupName, LogStreamName string }

func (c *cloud) createStream(w http.ResponseWriter, body []byte) {
	var q streamName
	c.read(body, &q)
	switch {
	case q.LogGroupName != c.group:
		no(w, 400, "ResourceNotFoundException")
	case c.streams[q.LogStreamName]:
		no(w, 400, "ResourceAlreadyExistsException")
	default:
		c.streams[q.LogStreamName] = true
	}
}

func (c *cloud) putEvents(w http.ResponseWriter, body []byte) {
	var q struct {
		streamName
		LogEvents []struct {
			Message   string
			Timestamp int64
		}
	}
	c.read(body, &q)
	if q.LogGroupName != c.group || !c.streams[q.LogStreamName] {
		no(w, 400, "ResourceNotFoundException")
		return
	}
	size, old, last := 0, 0, int64(0)
	for i, e := range q.LogEvents {
		size += len(e.Message) + 26
		if e.Message == "" || len(e.Message)+26 > 256<<10 || e.Timestamp < last {
			c.t.Errorf("event %d at %d after %d, %d bytes", i, e.Timestamp, last, len(e.Message))
		}
		last = e.Timestamp
		if time.UnixMilli(e.Timestamp).Before(c.oldest) {
			old++
			continue
		}
		c.lines[CloudWatch] = append(c.lines[CloudWatch], e.Message)
	}
	if n := len(q.LogEvents); n == 0 || n > 10_000 || size > 1<<20 || last-q.LogEvents[0].Timestamp > 24*time.Hour.Milliseconds() {
		c.t.Errorf("%d events of %d bytes over %d ms", n, size, last-q.LogEvents[0].Timestamp)
	}
	c.batches = append(c.batches, len(q.LogEvents))
	answer := map[string]any{"nextSequenceToken": "1"}
	if old > 0 {
		answer["rejectedLogEventsInfo"] = map[string]int{"tooOldLogEventEndIndex": old}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (c *cloud) putRecords(w http.ResponseWriter, body []byte) {
	var q struct {
		DeliveryStreamName string
		Records            []struct{ Data string }
	}
	c.read(body, &q)
	size := 0
	var answers []map[string]string
	failed := 0
	for i, r := range q.Records {
		data, err := base64.StdEncoding.DecodeString(r.Data)
		text, whole := strings.CutSuffix(string(data), "\n")
		if size += len(data); err != nil || !whole || len(data) > 1000<<10 {
			c.t.Errorf("record %d: %d bytes, %v", i, len(data), err)
		}
		if c.partial > 0 && i%2 == 1 {
			answers, failed = append(answers, map[string]string{"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "slow"}), failed+1
			continue
		}
		answers = append(answers, map[string]string{"RecordId": "1"})
		c.lines[Firehose] = append(c.lines[Firehose], text)
	}
	if n := len(q.Records); q.DeliveryStreamName != "stream" || n == 0 || n > 500 || size > 4<<20 {
		c.t.Errorf("%d records of %d bytes to %s", n, size, q.DeliveryStreamName)
	}
	c.partial = max(c.partial-1, 0)
	c.batches = append(c.batches, len(q.Records))
	_ = json.NewEncoder(w).Encode(map[string]any{"FailedPutCount": failed, "RequestResponses": answers})
}

func (c *cloud) putObject(q *http.Request, body []byte) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return
	}
	text, err := io.ReadAll(z)
	if err != nil || !bytes.HasSuffix(text, []byte("\n")) {
		c.t.Errorf("object %s: %v", q.URL.Path, err)
	}
	key := q.Host + q.URL.Path
	if slices.Contains(c.keys, key) {
		c.t.Errorf("object %s is overwritten", key)
	}
	c.keys = append(c.keys, key)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	c.lines[S3] = append(c.lines[S3], lines...)
	c.batches = append(c.batches, len(lines))
}

// writer writes a worker's log, and keeps it short as another component does.
type writer struct {
	t     testing.TB
	path  string
	parts int
	n     int
	pad   int // bytes in addition to each line
	lines []string
}

func (w *writer) append(text string) {
	f, err := os.OpenFile(w.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// write writes so many lines.
func (w *writer) write(n int) {
	var b strings.Builder
	for range n {
		w.n++
		l := fmt.Sprintf("[%s] INFO line %d%s (a.B:1)", time.Now().Format(timeLayout), w.n, strings.Repeat(".", w.pad))
		w.lines = append(w.lines, "[Worker-1] "+l)
		b.WriteString(l + "\n")
	}
	w.append(b.String())
}

func (w *writer) part(n int) string { return fmt.Sprintf("%s.%d", w.path, n) }

func (w *writer) age() {
	for n := w.parts - 1; n >= 1; n-- {
		if err := os.Rename(w.part(n), w.part(n+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.t.Fatal(err)
		}
	}
}

// cut copies the log and empties it.
func (w *writer) cut() {
	w.age()
	w.copy()
	if err := os.Truncate(w.path, 0); err != nil {
		w.t.Fatal(err)
	}
}

func (w *writer) copy() {
	raw, err := os.ReadFile(w.path)
	if err == nil {
		err = os.WriteFile(w.part(1), raw, 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// rename moves the log away.
func (w *writer) rename() {
	w.age()
	if err := os.Rename(w.path, w.part(1)); err != nil {
		w.t.Fatal(err)
	}
}
