package devs3

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const (
	privateDir    = ".millrace"
	maxPathLength = 900
	maxSegment    = 200
)

// layout maps buckets and keys to paths.
type layout struct {
	root string
	// folds is true when the file system takes "a" and "A" for the same name.
	folds bool
}

func (l layout) bucket(name string) string  { return filepath.Join(l.root, name) }
func (l layout) tmp() string                { return filepath.Join(l.root, privateDir, "tmp") }
func (l layout) uploads() string            { return filepath.Join(l.root, privateDir, "uploads") }
func (l layout) journals() string           { return filepath.Join(l.root, privateDir, "journal") }
func (l layout) journal(name string) string { return filepath.Join(l.journals(), name+".jsonl") }
func (l layout) hiddenBucket(name string) string {
	return filepath.Join(l.root, privateDir, "objects", name)
}

// path returns where the object is stored: at its own path, or hidden under
// the hash of its key.
func (l layout) path(bucket, key string, hidden bool) string {
	if !hidden {
		return filepath.Join(l.bucket(bucket), filepath.FromSlash(key))
	}
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(l.hiddenBucket(bucket), name[:2], name)
}

// ordinary reports whether the key can be a path below its bucket.
func (l layout) ordinary(key string) bool {
	if len(key) > maxPathLength || !filepath.IsLocal(filepath.FromSlash(key)) {
		return false
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." || len(segment) > maxSegment {
			return false
		}
	}
	return !strings.ContainsFunc(key, l.awkward) && (runtime.GOOS != "windows" || !trimmedByWindows(key))
}

func (l layout) awkward(c rune) bool {
	if c < ' ' || c == 0x7f || c == '\\' {
		return true
	}
	if l.folds && (c > 0x7f || 'A' <= c && c <= 'Z') {
		return true
	}
	return runtime.GOOS == "windows" && strings.ContainsRune(`<>:"|?*`, c)
}

func trimmedByWindows(key string) bool {
	for segment := range strings.SplitSeq(key, "/") {
		if strings.TrimRight(segment, ". ") != segment {
			return true
		}
	}
	return false
}

// foldsCase asks the file system itself.
func foldsCase(dir string) (bool, error) {
	f, err := os.CreateTemp(dir, "case-x")
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return false, err
	}
	base := filepath.Base(f.Name())
	_, err = os.Stat(filepath.Join(dir, strings.ToUpper(base)))
	return err == nil, nil
}

// validBucket reports whether name follows the naming rules of S3 buckets.
func validBucket(name string) bool {
	if len(name) < 3 || len(name) > 63 || strings.Contains(name, "..") {
		return false
	}
	for i, c := range []byte(name) {
		inner := i > 0 && i < len(name)-1
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case (c == '-' || c == '.') && inner:
		default:
			return false
		}
	}
	return true
}
