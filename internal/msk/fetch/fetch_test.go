package fetch

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

func location(key, version string) model.S3Location {
	return model.S3Location{BucketARN: "arn:aws:s3:::plugins", FileKey: key, ObjectVersion: version}
}

func TestFetch(t *testing.T) {
	dir := t.TempDir()
	content := bytes.Repeat([]byte("0123456789"), 100)
	if err := os.MkdirAll(filepath.Join(dir, "plugins", "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"d/p.zip", "denied", "cut"} {
		if err := os.WriteFile(filepath.Join(dir, "plugins", name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var cuts atomic.Int32
	server, err := devs3.New(devs3.Settings{Dir: dir, Fault: func(r *http.Request) *devs3.Fault {
		if strings.HasSuffix(r.URL.Path, "/denied") {
			return &devs3.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		if strings.HasSuffix(r.URL.Path, "/odd") {
			return &devs3.Fault{Status: http.StatusBadRequest, Code: "InvalidBucketName"}
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	// The connection breaks twice in the middle of the object.
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cut") && cuts.Add(1) <= 2 {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(content[:500])
			panic(http.ErrAbortHandler)
		}
		server.ServeHTTP(w, r)
	}))
	defer web.Close()
	for name, c := range map[string]struct {
		from model.S3Location
		most int64
		code string
		part string
	}{
		"there":     {location("d/p.zip", ""), 1000, "", ""},
		"broken":    {location("cut", ""), 1000, "", ""},
		"too large": {location("d/p.zip", ""), 999, model.ReasonInvalidPluginFile, "s3://plugins/d/p.zip has more than the 999 bytes"},
		"missing":   {location("d/q.zip", ""), 1000, model.ReasonObjectNotFound, "s3://plugins/d/q.zip does not exist (NoSuchKey)"},
		"bucket":    {model.S3Location{BucketARN: "arn:aws:s3:::none", FileKey: "p.zip"}, 1000, model.ReasonObjectNotFound, "NoSuchBucket"},
		"version":   {location("d/p.zip", "3/L4"), 1000, model.ReasonObjectNotFound, "check objectVersion"},
		"no name":   {model.S3Location{BucketARN: "arn:aws:s3:::UPPER", FileKey: "odd"}, 1000, model.ReasonObjectNotFound, "InvalidBucketName"},
		"denied":    {location("denied", ""), 1000, model.ReasonS3AccessDenied, "need s3:GetObject"},
	} {
		for _, keys := range []string{"key", ""} { // with none, requests are not signed
			t.Setenv("AWS_ACCESS_KEY_ID", keys)
			t.Setenv("AWS_SECRET_ACCESS_KEY", keys)
			t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "none"))
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
			cuts.Store(0)
			f, err := os.Create(filepath.Join(t.TempDir(), "f"))
			if err != nil {
				t.Fatal(err)
			}
			err = New(Settings{Endpoint: web.URL}).Fetch(t.Context(), c.from, f, c.most)
			got, _ := os.ReadFile(f.Name())
			_ = f.Close()
			var failure *operate.Failure
			switch {
			case c.code == "":
				if err != nil || !bytes.Equal(got, content) {
					t.Errorf("%s: %d bytes, %v", name, len(got), err)
				}
			case !errors.As(err, &failure) || failure.Code != c.code || !strings.Contains(failure.Message, c.part):
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestVersion looks at the request: the embedded S3 has no versions.
func TestVersion(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	var asked string
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path + "?" + r.URL.Query().Get("versionId")
		_, _ = w.Write([]byte("x"))
	}))
	defer web.Close()
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := New(Settings{Endpoint: web.URL}).Fetch(t.Context(), location("k", "v1"), f, 10); err != nil || asked != "/plugins/k?v1" {
		t.Errorf("%s, %v", asked, err)
	}
}
