package awsaccesstest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
)

func TestEnvironment(t *testing.T) {
	t.Setenv("AWS_PROFILE", "own")
	Environment(t)
	if os.Getenv("AWS_PROFILE") != "" || os.Getenv("AWS_ACCESS_KEY_ID") != AccessKey {
		t.Error("the environment has something else")
	}
}

func TestTransport(t *testing.T) {
	client := &http.Client{Transport: Transport{http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil || q.URL.Path == "/hang" {
			<-q.Context().Done()
			return
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, q.Method+" "+q.Host+" "+string(body))
	})}}
	answer, err := client.Get("https://s.example/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusTeapot || string(body) != "GET s.example " {
		t.Errorf("%d %q, %v", answer.StatusCode, body, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://s.example/hang", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := client.Do(q); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", answer, err)
		_ = answer.Body.Close()
	}
}
