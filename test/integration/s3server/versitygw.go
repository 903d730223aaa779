package s3server

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/prerequisite"
	"github.com/millrace/millrace/test/integration/process"
)

// Requirement is the name of versitygw in MILLRACE_REQUIRE.
const Requirement = "versitygw"

// CacheEnv names the environment variable with the cache directory; the default is the
// directory millrace in the user's cache directory.
const CacheEnv = "MILLRACE_CACHE"

const (
	command     = "github.com/versity/versitygw/cmd/versitygw"
	home        = "test/integration/s3server/versitygw" // of its module, in Millrace's
	buildWindow = 15 * time.Minute
	startWindow = 30 * time.Second
	stopGrace   = 10 * time.Second
)

// Versity starts versitygw, for as long as the test lasts. The first call on a machine
// builds it, which takes minutes.
func Versity(t testing.TB) *Server {
	t.Helper()
	path, err := build(t.Context())
	if err != nil {
		prerequisite.Missing(t, Requirement, err)
	}
	address := freeAddress(t)
	dir := t.TempDir()
	for _, name := range []string{"data", "metadata", "users"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	users := fmt.Sprintf(`{"accessAccounts":{%q:{"access":%[1]q,"secret":%q,"role":"user"}}}`, guest, guestSecret)
	if err := os.WriteFile(filepath.Join(dir, "users", "users.json"), []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--access", access, "--secret", secret, "--region", region, "--port", address,
		"--keep-alive", "--quiet", "--iam-dir", filepath.Join(dir, "users"), "posix", "--sidecar", filepath.Join(dir, "metadata"), filepath.Join(dir, "data"))
	cmd.Stdout, cmd.Stderr = log, log
	p, err := process.Start(cmd)
	if err != nil {
		t.Fatalf("start versitygw: %v", err)
	}
	t.Cleanup(func() {
		_, err := p.Stop(stopGrace)
		if err = errors.Join(err, log.Close()); err != nil {
			t.Errorf("stop versitygw: %v", err)
		}
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("log of versitygw:\n%s", text)
		}
	})
	s := at("http://" + address)
	s.await(t, p)
	return s
}

// await returns when the server answers.
func (s *Server) await(t testing.TB, p *process.Process) {
	t.Helper()
	millrace.Await(t, startWindow, "versitygw", func() error {
		select {
		case <-p.Exited():
			t.Fatalf("versitygw has ended: %v", p.Err())
		default:
		}
		answer, err := http.Get(s.url)
		if err != nil {
			return err
		}
		return answer.Body.Close()
	})
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// build returns the path of the program, which it builds unless it is in the cache.
func build(ctx context.Context) (string, error) {
	root, err := output(ctx, "", "list", "-m", "-f", "{{.Dir}}", "github.com/millrace/millrace")
	if err != nil {
		return "", err
	}
	module := filepath.Join(root, filepath.FromSlash(home))
	sums, err := os.ReadFile(filepath.Join(module, "go.sum"))
	if err != nil {
		return "", fmt.Errorf("find the module of versitygw: %w", err)
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "versitygw", fmt.Sprintf("%x", sha256.Sum256([]byte(runtime.Version()+string(sums))))[:12])
	path := filepath.Join(dir, "versitygw")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the cache of versitygw: %w", err)
	}
	// Whoever else builds it at the same time makes the same file.
	partial := fmt.Sprintf("%s.%d", path, os.Getpid())
	ctx, cancel := context.WithTimeout(ctx, buildWindow)
	defer cancel()
	if _, err := output(ctx, module, "build", "-trimpath", "-ldflags", "-s -w", "-o", partial, command); err != nil {
		return "", errors.Join(err, os.RemoveAll(partial))
	}
	return path, os.Rename(partial, path)
}

func cacheDir() (string, error) {
	if dir := os.Getenv(CacheEnv); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory (set %s): %w", CacheEnv, err)
	}
	return filepath.Join(dir, "millrace"), nil
}

// output runs the go command in a directory.
func output(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}
