package archive

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// ContentType is what a file is declared to be, spelled as in the API of MSK Connect.
type ContentType string

// The two content types. Both are ZIP files; a JAR holds classes, a ZIP holds JARs.
const (
	JAR ContentType = "JAR"
	ZIP ContentType = "ZIP"
)

// Settings say what is expected of a file.
type Settings struct {
	ContentType ContentType
	// MD5 is the expected checksum in hexadecimal digits; "" accepts any.
	MD5 string
	// TempDir is where JARs are unpacked one at a time, as files without a name where
	// the system has such; "" is the system's directory.
	TempDir string
	// Limits may be zero for [DefaultLimits].
	Limits Limits
}

// Inspect reads the whole file, once for its checksum and once to unpack it. It blocks
// for as long as that takes, or until ctx ends. A file that must not be used gives an
// [*Error].
func Inspect(ctx context.Context, src io.ReaderAt, size int64, s Settings) (Report, error) {
	s.Limits = cmp.Or(s.Limits, DefaultLimits())
	if s.ContentType != JAR && s.ContentType != ZIP {
		return Report{}, refuse(WrongType, "", "the content type is %q; it must be JAR or ZIP", s.ContentType)
	}
	if size > s.Limits.FileBytes {
		return Report{}, refuse(TooLarge, "", "the file has %d bytes; at most %d are allowed", size, s.Limits.FileBytes)
	}
	if err := checkMagic(src, size); err != nil {
		return Report{}, err
	}
	sum, err := checksum(ctx, src, size, s.MD5)
	if err != nil {
		return Report{}, err
	}
	c := newContents(ctx, s, size)
	if err := c.readFile(src, size); err != nil {
		return Report{}, err
	}
	report := c.report()
	report.Size, report.MD5 = size, sum
	return report, nil
}

func checksum(ctx context.Context, src io.ReaderAt, size int64, want string) (string, error) {
	hash := md5.New() // the API shows this one
	if _, err := io.Copy(hash, contextReader{ctx, io.NewSectionReader(src, 0, size)}); err != nil {
		return "", fmt.Errorf("read plugin file: %w", err)
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	if want != "" && !strings.EqualFold(sum, want) {
		return "", refuse(WrongChecksum, "", "the MD5 is %s, not %s", sum, want)
	}
	return sum, nil
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}
