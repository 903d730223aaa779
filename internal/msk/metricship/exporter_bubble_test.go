package metricship

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/millrace/millrace/internal/awsaccess/awsaccesstest"
	"github.com/millrace/millrace/internal/sigv4"
)

// cloud is CloudWatch as far as metrics go, in this process and strict.
type cloud struct {
	t testing.TB

	mu      sync.Mutex
	code    string // of an error, for all requests
	metrics []string
	sizes   []int
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	raw, err := io.ReadAll(q.Body)
	if err != nil {
		c.t.Error(err)
	}
	c.check(q, raw)
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	body := cbor.Map{}
	c.mu.Lock()
	code := c.code
	c.mu.Unlock()
	if code != "" {
		w.WriteHeader(http.StatusBadRequest)
		body = cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#" + code), "message": cbor.String("no")}
	} else {
		c.put(raw, q.Header.Get("Content-Encoding"))
	}
	_, _ = w.Write(cbor.Encode(body))
}

func (c *cloud) check(q *http.Request, body []byte) {
	if q.Method != http.MethodPost || q.URL.Path != "/service/GraniteServiceVersion20100801/operation/PutMetricData" ||
		q.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" || q.Header.Get("Content-Type") != "application/cbor" {
		c.t.Errorf("%s %s %v", q.Method, q.URL, q.Header)
	}
	sum := sha256.Sum256(body)
	v := sigv4.Verifier{Service: "monitoring", Secrets: map[string]string{awsaccesstest.AccessKey: awsaccesstest.Secret}}
	if _, err := v.Verify(q, hex.EncodeToString(sum[:])); err != nil {
		c.t.Error(err)
	}
}

func (c *cloud) put(body []byte, encoding string) {
	if encoding == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(z)
		}
		if err != nil {
			c.t.Error(err)
		}
	}
	v, err := cbor.Decode(body)
	if err != nil {
		c.t.Error(err)
		return
	}
	q := v.(cbor.Map)
	data := q["MetricData"].(cbor.List)
	if len(q) != 2 || len(data) == 0 || len(data) > 1000 {
		c.t.Errorf("request of %d metrics: %v", len(data), q)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sizes = append(c.sizes, len(data))
	for _, d := range data {
		c.metrics = append(c.metrics, fmt.Sprint(q["Namespace"], " ", text(d.(cbor.Map))))
	}
}

func text(d cbor.Map) string {
	dimension := d["Dimensions"].(cbor.List)[0].(cbor.Map)
	var at float64
	switch v := d["Timestamp"].(*cbor.Tag).Value.(type) {
	case cbor.Float64:
		at = float64(v)
	case cbor.Uint:
		at = float64(v)
	}
	return fmt.Sprintf("%v=%v %v %v %v %v", dimension["Name"], dimension["Value"], d["MetricName"], d["Value"], d["Unit"], at)
}

func TestExport(t *testing.T) {
	awsaccesstest.Environment(t)
	synctest.Test(t, func(t *testing.T) {
		sky := &cloud{t: t}
		e, err := Start(t.Context(), Settings{Region: "eu-west-1", Transport: awsaccesstest.Transport{Handler: sky}, Read: func(context.Context) []Snapshot {
			return []Snapshot{
				{"one", time.Now(), map[Metric]float64{WorkerCount: 2, CPUUtilization: 12.5, SinkRecordReadRate: math.NaN(), RebalanceTimeAvg: math.Inf(1), "Other": 1}},
				{"", time.Now(), map[Metric]float64{WorkerCount: 1}},
				{"none", time.Now(), nil},
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Second) // fake time
		e.Stop()
		e.Stop()
		want := []string{
			"Millrace/KafkaConnect ConnectorName=one CpuUtilization 12.5 Percent 9.4668486e+08",
			"Millrace/KafkaConnect ConnectorName=one WorkerCount 2 Count 9.4668486e+08",
		}
		if !slices.Equal(sky.metrics, want) {
			t.Errorf("metrics %q, want %q", sky.metrics, want)
		}
		if accepted, dropped := e.Sent(); accepted != 2 || dropped != 0 {
			t.Errorf("sent %d, dropped %d", accepted, dropped)
		}
	})
}

func TestManyConnectors(t *testing.T) {
	awsaccesstest.Environment(t)
	synctest.Test(t, func(t *testing.T) {
		sky := &cloud{t: t}
		all := map[Metric]float64{}
		for i, m := range Metrics() {
			if _, ok := m.unit(); !ok {
				t.Errorf("%s has no unit", m)
			}
			all[m] = float64(i)
		}
		e, err := Start(t.Context(), Settings{Region: "eu-west-1", Namespace: "x", Every: time.Hour, Transport: awsaccesstest.Transport{Handler: sky}, Read: func(context.Context) (list []Snapshot) {
			for i := range 120 {
				list = append(list, Snapshot{fmt.Sprint("c", i), time.Now(), all})
			}
			return list
		}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(90 * time.Minute) // fake time
		e.Stop()
		if !slices.Equal(sky.sizes, []int{1000, 1000, 280}) || len(all) != 19 {
			t.Errorf("requests of %v metrics", sky.sizes)
		}
	})
}

// TestTrouble: values that are not accepted are dropped, and it is said once.
func TestTrouble(t *testing.T) {
	awsaccesstest.Environment(t)
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		sky := &cloud{t: t, code: "AccessDeniedException"}
		e, err := Start(t.Context(), Settings{
			Region: "eu-west-1", Transport: awsaccesstest.Transport{Handler: sky}, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Read: func(context.Context) []Snapshot {
				return []Snapshot{{"one", time.Now(), map[Metric]float64{WorkerCount: 2}}}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10*time.Minute + time.Second) // fake time
		synctest.Wait()
		sky.mu.Lock()
		sky.code = ""
		sky.mu.Unlock()
		time.Sleep(5 * time.Minute)
		e.Stop()
		if accepted, dropped := e.Sent(); accepted != 5 || dropped != 10 {
			t.Errorf("sent %d, dropped %d", accepted, dropped)
		}
		if text := log.String(); strings.Count(text, "\n") != 2 || !strings.Contains(text, "AccessDeniedException: no") || !strings.Contains(text, "again") {
			t.Errorf("log %s", text)
		}
	})
}

func TestStart(t *testing.T) {
	awsaccesstest.Environment(t)
	read := func(context.Context) []Snapshot { return nil }
	for want, s := range map[string]Settings{
		"nothing to read":          {Region: "x"},
		"AWS/KafkaConnect is":      {Region: "x", Read: read, Namespace: "AWS/KafkaConnect"},
		"no AWS region is set":     {Read: read},
		"export metrics: load the": {Read: read, Region: "x"},
	} {
		if strings.Contains(want, "load the") {
			t.Setenv("AWS_CA_BUNDLE", "no-such-file")
		}
		_, err := Start(t.Context(), s)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
		t.Setenv("AWS_CA_BUNDLE", "")
	}
}
