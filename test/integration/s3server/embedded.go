package s3server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/sigv4"
)

// Embedded starts the server that is part of Millrace, for as long as the test lasts. It
// asks fault, unless that is nil, before each request.
func Embedded(t testing.TB, fault func(*http.Request) *devs3.Fault) *Server {
	t.Helper()
	verify := &sigv4.Verifier{Service: "s3", Secrets: map[string]string{access: secret}}
	server, err := devs3.New(devs3.Settings{
		Dir: t.TempDir(), Fault: fault,
		Authenticate: func(r *http.Request) (devs3.ChunkCheck, error) {
			signature, err := verify.Verify(r, "")
			if err != nil {
				return nil, err
			}
			return signature.Chunk, nil
		},
	})
	if err != nil {
		t.Fatalf("start the embedded S3: %v", err)
	}
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		if err := server.Close(); err != nil {
			t.Errorf("stop the embedded S3: %v", err)
		}
	})
	return at(front.URL)
}
