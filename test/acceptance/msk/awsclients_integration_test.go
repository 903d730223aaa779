//go:build integration

package msk

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/prerequisite"
	"github.com/millrace/millrace/test/integration/s3server"
)

// awsClients is the name of boto3 and the AWS CLI in MILLRACE_REQUIRE.
const awsClients = "awsclients"

const (
	installWindow = 5 * time.Minute
	clientWindow  = 2 * time.Minute // of one run of a client
)

//go:embed testdata/requirements.txt
var requirements []byte

// python installs boto3 and the AWS CLI once for all tests.
var python pythonHome

type pythonHome struct {
	once sync.Once
	dir  string
	err  error
}

// program returns the path of the Python that has boto3 and the AWS CLI.
func (h *pythonHome) program(t *testing.T) string {
	t.Helper()
	h.once.Do(func() { h.dir, h.err = installClients() })
	if h.err != nil {
		prerequisite.Missing(t, awsClients, h.err)
	}
	return pythonOf(h.dir)
}

func pythonOf(home string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(home, "Scripts", "python.exe")
	}
	return filepath.Join(home, "bin", "python")
}

// installClients returns the directory of a virtual environment with the clients, which
// it makes unless it is in the cache.
func installClients() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), installWindow)
	defer cancel()
	version, err := run(ctx, "python3", "-c", "import sys; print(sys.version, sys.base_prefix)")
	if err != nil {
		return "", err
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, awsClients, fmt.Sprintf("%x", sha256.Sum256(append(version, requirements...)))[:12])
	if _, err := os.Stat(pythonOf(dir)); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("make the cache of the AWS clients: %w", err)
	}
	partial, err := os.MkdirTemp(filepath.Dir(dir), "partial-")
	if err != nil {
		return "", fmt.Errorf("make the cache of the AWS clients: %w", err)
	}
	if err := install(ctx, partial); err != nil {
		return "", errors.Join(err, os.RemoveAll(partial))
	}
	if err := os.Rename(partial, dir); err != nil {
		// Somebody else may have made it at the same time.
		if _, there := os.Stat(pythonOf(dir)); there != nil {
			return "", errors.Join(err, os.RemoveAll(partial))
		}
		return dir, os.RemoveAll(partial)
	}
	return dir, nil
}

// install makes a virtual environment. It works where it is moved to, but for the scripts
// in it, which nobody uses.
func install(ctx context.Context, dir string) error {
	if _, err := run(ctx, "python3", "-m", "venv", dir); err != nil {
		return err
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return err
	}
	_, err := run(ctx, pythonOf(dir), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement", list)
	return err
}

func run(ctx context.Context, name string, args ...string) ([]byte, error) {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return out, nil
}

func cacheDir() (string, error) {
	if dir := os.Getenv(s3server.CacheEnv); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory (set %s): %w", s3server.CacheEnv, err)
	}
	return filepath.Join(dir, "millrace"), nil
}

// clientEnv returns the environment of a client: nothing of the user's AWS settings is
// in it.
func (p *plane) clientEnv(more ...string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "TMPDIR=" + os.TempDir(),
		"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
		"AWS_ENDPOINT_URL_KAFKACONNECT=" + p.url, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + filepath.Join(p.dir, "no-config"), "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(p.dir, "no-credentials"),
		"PYTHONDONTWRITEBYTECODE=1", "AWS_PAGER=",
	}
	return append(env, more...)
}

// TestBoto3 runs testdata/boto3_test.py.
func TestBoto3(t *testing.T) {
	t.Parallel()
	program := python.program(t)
	p := newPlane(t)
	ctx, cancel := context.WithTimeout(t.Context(), clientWindow)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, filepath.Join("testdata", "boto3_test.py"), "-v")
	cmd.Env = p.clientEnv("TEST_BOOTSTRAP="+p.bootstrap, "TEST_BUCKET="+bucket, "TEST_KEY="+pluginKey, "TEST_MD5="+p.archiveMD5(), "TEST_DIR="+p.dir)
	out, err := cmd.CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Error(err)
	}
}
