package providers

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
)

// maxDirectory bounds what is read of one directory, in bytes.
const maxDirectory = 64 << 20

var (
	errNotUTF8           = errors.New("file is not UTF-8 text")
	errDirectoryTooLarge = errors.New("files of the directory are larger than 64 MiB")
)

// directory reads the files of a directory: names are keys, contents are values.
type directory struct{ allowed allowedPaths }

func newDirectory(params map[string]string) (provider.Provider, error) {
	allowed, err := parseAllowedPaths(params)
	if err != nil {
		return nil, err
	}
	return directory{allowed}, nil
}

func (d directory) Get(ctx context.Context, path string, keys []string) (provider.Data, error) {
	if path == "" {
		return provider.Data{}, nil
	}
	real, ok := d.allowed.resolve(path)
	if !ok {
		slog.WarnContext(ctx, "config provider: path is not in "+allowedPathsKey, "path", path)
		return provider.Data{}, nil
	}
	entries, err := os.ReadDir(real)
	if err != nil {
		slog.WarnContext(ctx, "config provider: path is not a directory that can be read", "path", path)
		return provider.Data{}, nil
	}
	values := map[string]string{}
	total := 0
	for _, e := range entries {
		if keys != nil && !slices.Contains(keys, e.Name()) {
			continue
		}
		name := filepath.Join(real, e.Name())
		// Kubernetes mounts secrets as links to files.
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		text, err := d.read(name)
		if total += len(text); err == nil && total > maxDirectory {
			err = errDirectoryTooLarge
		}
		if err != nil {
			return provider.Data{}, &config.Error{Msg: "Could not read file " + e.Name() + " of directory " + path, Err: err}
		}
		values[e.Name()] = text
	}
	return provider.Data{Values: values}, nil
}

func (d directory) read(name string) (string, error) {
	if _, ok := d.allowed.resolve(name); !ok {
		return "", errors.New("file is a link to a path that is not in " + allowedPathsKey)
	}
	raw, err := readBounded(name)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(raw) {
		return "", errNotUTF8
	}
	return string(raw), nil
}
