//go:build linux

package run_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// send sends a request that is signed when there is a secret.
func (p *plane) send(t *testing.T, method, path, secret string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.url+path, bytes.NewReader(nil))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		sum := sha256.Sum256(nil)
		keys := aws.Credentials{AccessKeyID: "key", SecretAccessKey: secret}
		if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, hex.EncodeToString(sum[:]), "kafkaconnect", "eu-west-1", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// connectAPI looks at the workers of the connector orders through the control plane.
func (p *plane) connectAPI(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		method, path, secret string
		status               int
	}{
		{"GET", "/connect/orders/connectors/orders/status", "secret", 200},
		{"GET", "/connect/orders/connectors?expand=info", "secret", 200},
		{"GET", "/connect/orders/connectors/none", "secret", 404},
		{"GET", "/connect/none/connectors", "secret", 404},
		{"GET", "/connect/orders/connectors/orders/status", "", 403},
		{"GET", "/connect/orders/connectors/orders/status", "wrong", 403},
		{"PUT", "/connect/orders/connectors/orders/pause", "secret", 403},
		{"DELETE", "/connect/orders/connectors/orders", "secret", 403},
		{"GET", "/scaling/orders", "secret", 200},
		{"GET", "/scaling/none", "secret", 404},
		{"GET", "/scaling/orders", "", 403},
		{"GET", "/metrics", "", 403},
	} {
		status, body := p.send(t, c.method, c.path, c.secret)
		if status != c.status || !json.Valid([]byte(body)) {
			t.Errorf("%s %s, secret %q: %d %s", c.method, c.path, c.secret, status, body)
		}
	}
	_, body := p.send(t, "GET", "/connect/orders/connectors/orders/status", "secret")
	var s struct{ Connector struct{ State string } }
	if err := json.Unmarshal([]byte(body), &s); err != nil || s.Connector.State != "RUNNING" {
		t.Errorf("%s, %v", body, err)
	}
	if status, body := p.send(t, "GET", "/metrics", "secret"); status != 200 || !strings.Contains(body, `WorkerCount{ConnectorName="orders"} 1`) {
		t.Errorf("metrics: %d %s", status, body)
	}
}
