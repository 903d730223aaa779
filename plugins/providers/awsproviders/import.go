package awsproviders

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
)

const (
	localDirKey = "local_dir"

	maxObject  = 64 << 20 // bytes
	importTime = 2 * time.Minute
)

func importConfig() *config.Def {
	return config.NewDef(amazonKeys(config.Key{
		Name: localDirKey, Type: config.StringType, Importance: config.High,
		Doc: "The directory for the files. Without one it is that for temporary files.",
	})...)
}

// imports copies objects to files; the path is the region, a key is bucket/object, and
// the value is the path of the file.
type imports struct {
	*connection
	dir string
}

func newImport(params map[string]string) (provider.Provider, error) {
	v, c, err := openAmazon(importConfig(), params, bounds{size: maxObject})
	if err != nil {
		return nil, err
	}
	dir := v.String(localDirKey)
	if strings.TrimSpace(dir) == "" {
		dir = os.TempDir()
	}
	return &imports{c, dir}, nil
}

// Get implements [provider.Provider].
func (p *imports) Get(ctx context.Context, region string, keys []string) (provider.Data, error) {
	keys, err := asked(keys)
	if err != nil || len(keys) == 0 {
		return provider.Data{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, importTime)
	defer cancel()
	data := provider.Data{Values: map[string]string{}}
	for _, key := range keys {
		file, err := p.file(ctx, strings.TrimSpace(region), key)
		if err != nil {
			return provider.Data{}, err
		}
		data.Values[key] = file
	}
	return data, nil
}

// object is where something is in S3.
type object struct{ bucket, key, name string }

// parseObject reads bucket/object as a java.nio.file.Path does; name is the last
// element. It must be good as the name of a file.
func parseObject(text string) (object, error) {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '/' })
	if len(parts) < 2 {
		return object{}, config.Errorf("", "'%s' is not the bucket and the key of an object, as in bucket/path/file", text)
	}
	name := parts[len(parts)-1]
	if name == "." || name == ".." || strings.ContainsAny(name, "\x00\\") || !filepath.IsLocal(name) {
		return object{}, config.Errorf("", "The object %q does not end in the name of a file", text)
	}
	return object{parts[0], strings.Join(parts[1:], "/"), name}, nil
}

// file returns the file of an object. As with the Java provider, one that is there is
// taken as it is: tasks of one worker share it.
func (p *imports) file(ctx context.Context, region, text string) (string, error) {
	at, err := parseObject(text)
	if err != nil {
		return "", err
	}
	file := filepath.Join(p.dir, at.name)
	info, err := os.Stat(file)
	switch {
	case err == nil && info.Mode().IsRegular():
		return file, nil
	case err == nil:
		return "", config.Errorf("", "%s is not a file, so the object %s cannot be imported", file, text)
	case !errors.Is(err, fs.ErrNotExist):
		return "", notImported(text, err)
	}
	return file, p.download(ctx, region, text, at, file)
}

func notImported(text string, err error) error {
	return &config.Error{Msg: fmt.Sprintf("The object %s cannot be imported: %s", text, err), Err: err}
}

func (p *imports) download(ctx context.Context, region, text string, at object, file string) error {
	if region == "" {
		if err := p.located(); err != nil {
			return err
		}
	}
	out, err := p.client(region).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(at.bucket), Key: aws.String(at.key)})
	var missing *types.NoSuchKey
	switch {
	case errors.As(err, &missing):
		return config.Errorf("", "No object found at %s", text)
	case err != nil:
		return trouble("Could not read object "+text+" in Amazon S3", err)
	}
	defer func() { _ = out.Body.Close() }()
	return save(out.Body, text, file)
}

// client makes no connections of its own.
func (p *imports) client(region string) *s3.Client {
	return s3.NewFromConfig(p.Config, func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
		o.UsePathStyle = o.BaseEndpoint != nil && !amazonHost(*o.BaseEndpoint)
		// Many stores do not know checksums.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
}

// amazonHost tells whether an endpoint is of Amazon, where buckets are part of the host
// name; others seldom have names for them.
func amazonHost(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && (strings.HasSuffix(u.Hostname(), ".amazonaws.com") || strings.HasSuffix(u.Hostname(), ".amazonaws.com.cn"))
}

// save writes a file that only this user may read, and that is there with all its
// content or not at all.
func save(from io.Reader, text, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return notImported(text, err)
	}
	part, err := os.CreateTemp(filepath.Dir(file), ".import-*")
	if err != nil {
		return notImported(text, err)
	}
	defer func() { _ = os.Remove(part.Name()) }()
	reader := &source{from: from}
	_, err = io.Copy(part, reader)
	if closed := part.Close(); err == nil {
		err = closed
	}
	switch {
	case reader.err != nil:
		return trouble("Could not read object "+text+" in Amazon S3", reader.err)
	case err != nil:
		return notImported(text, err)
	}
	if err := os.Rename(part.Name(), file); err != nil {
		return notImported(text, err)
	}
	return nil
}

// source remembers the error of a reader, to tell it from that of a writer.
type source struct {
	from io.Reader
	err  error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.from.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
