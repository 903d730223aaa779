package providers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/java/properties"
)

// maxFile bounds what is read of one file, in bytes.
const maxFile = 8 << 20

var errTooLarge = errors.New("file is larger than 8 MiB")

// file reads property files; the path is the file.
type file struct{ allowed allowedPaths }

func newFile(params map[string]string) (provider.Provider, error) {
	allowed, err := parseAllowedPaths(params)
	if err != nil {
		return nil, err
	}
	return file{allowed}, nil
}

func (f file) Get(ctx context.Context, path string, keys []string) (provider.Data, error) {
	if path == "" {
		return provider.Data{}, nil
	}
	real, ok := f.allowed.resolve(path)
	if !ok {
		slog.WarnContext(ctx, "config provider: path is not in "+allowedPathsKey, "path", path)
		return provider.Data{}, nil
	}
	values, err := readProperties(real)
	if err != nil {
		return provider.Data{}, &config.Error{Msg: "Could not read properties from file " + path, Err: err}
	}
	return provider.Data{Values: pick(values, keys)}, nil
}

func readProperties(path string) (map[string]string, error) {
	raw, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	return properties.Parse(raw)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if len(raw) > maxFile {
		return nil, errTooLarge
	}
	return raw, nil
}
