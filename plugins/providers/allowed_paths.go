package providers

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

const allowedPathsKey = "allowed.paths"

// allowedPaths bounds what a provider may read; nil allows everything.
type allowedPaths []string

func parseAllowedPaths(params map[string]string) (allowedPaths, error) {
	text := params[allowedPathsKey]
	if text == "" {
		return nil, nil
	}
	var allowed allowedPaths
	for _, path := range strings.Split(text, ",") {
		if !filepath.IsAbs(path) {
			return nil, config.Errorf(allowedPathsKey, "Path %s is not absolute", path)
		}
		if _, err := os.Stat(path); err != nil {
			return nil, config.Errorf(allowedPathsKey, "Path %s does not exist", path)
		}
		allowed = append(allowed, filepath.Clean(path))
	}
	return allowed, nil
}

// resolve returns the path to read, or false when it is not allowed: as written,
// and, as Kafka 4.4 does, after symbolic links are followed.
func (a allowedPaths) resolve(path string) (string, bool) {
	clean := filepath.Clean(path)
	if a == nil {
		return clean, true
	}
	if !slices.ContainsFunc(a, func(root string) bool { return within(root, clean) }) {
		return "", false
	}
	real, err := filepath.EvalSymlinks(clean)
	if errors.Is(err, fs.ErrNotExist) {
		return clean, true
	}
	if err != nil {
		return "", false
	}
	return real, slices.ContainsFunc(a, func(root string) bool {
		realRoot, err := filepath.EvalSymlinks(root)
		return err == nil && within(realRoot, real)
	})
}

func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
