package devbroker

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kfake"
)

const (
	defaultCompactAbove = 32 << 20
	partitionsDir       = "partitions"
	backupDir           = "before-compaction"
	backupDraft         = "before-compaction.draft"
	compactedFile       = "compacted"
)

// compact shrinks the compacted topics before anybody uses them. kfake deletes
// a partition's files before it writes the new ones, so the old ones get a
// second name first; if the process is killed, the next start restores them.
func (b *Broker) compact() error {
	dir := b.settings.DataDir
	partitions, size, err := compactedPartitions(dir)
	if err != nil || !b.worthCompacting(size) {
		return err
	}
	if err := backUp(dir, partitions); err != nil {
		return err
	}
	err = b.privately(func(cluster *kfake.Cluster, _ dialer) error {
		cluster.Compact()
		return nil
	})
	if err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(dir, backupDir)); err != nil {
		return err
	}
	_, after, err := compactedPartitions(dir)
	if err != nil {
		return err
	}
	b.log.Info("topics were compacted", "before", size, "after", after)
	return os.WriteFile(filepath.Join(dir, compactedFile), []byte(strconv.FormatInt(after, 10)), 0o644)
}

// worthCompacting asks for twice the size the last compaction left.
func (b *Broker) worthCompacting(size int64) bool {
	limit := b.settings.CompactAbove
	if limit == 0 {
		limit = defaultCompactAbove
	}
	if limit < 0 || size <= limit {
		return false
	}
	text, err := os.ReadFile(filepath.Join(b.settings.DataDir, compactedFile))
	if err != nil {
		return true
	}
	last, err := strconv.ParseInt(string(text), 10, 64)
	return err != nil || size > 2*last
}

// compactedPartitions returns the directory names of all partitions of
// compacted topics, and the size of their logs.
func compactedPartitions(dir string) (names []string, size int64, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "topics.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	var doc struct {
		Topics []struct {
			Name       string            `json:"name"`
			Partitions int               `json:"partitions"`
			Configs    map[string]string `json:"configs"`
		} `json:"topics"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, 0, fmt.Errorf("read topics.json: %w", err)
	}
	for _, t := range doc.Topics {
		if !strings.Contains(t.Configs["cleanup.policy"], "compact") {
			continue
		}
		for p := range t.Partitions {
			name := url.PathEscape(t.Name) + "-" + strconv.Itoa(p)
			names = append(names, name)
			size += logSize(filepath.Join(dir, partitionsDir, name))
		}
	}
	return names, size, nil
}

func logSize(dir string) (size int64) {
	logs, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.dat"))
	for _, path := range logs {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	return size
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// backUp links the files of the partitions under a second name. The backup
// counts once it has its final name.
func backUp(dir string, partitions []string) error {
	draft := filepath.Join(dir, backupDraft)
	if err := os.RemoveAll(draft); err != nil {
		return err
	}
	for _, name := range partitions {
		if err := linkFiles(filepath.Join(dir, partitionsDir, name), filepath.Join(draft, name)); err != nil {
			return err
		}
	}
	return os.Rename(draft, filepath.Join(dir, backupDir))
}

// restore puts the files of an unfinished compaction back.
func restore(dir string) error {
	if err := os.RemoveAll(filepath.Join(dir, backupDraft)); err != nil {
		return err
	}
	backup := filepath.Join(dir, backupDir)
	partitions, err := os.ReadDir(backup)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range partitions {
		live := filepath.Join(dir, partitionsDir, p.Name())
		if err := os.RemoveAll(live); err != nil {
			return err
		}
		if err := linkFiles(filepath.Join(backup, p.Name()), live); err != nil {
			return err
		}
	}
	return os.RemoveAll(backup)
}

// linkFiles makes to a directory with the files of from. A missing from is an
// empty one.
func linkFiles(from, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	files, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.Link(filepath.Join(from, f.Name()), filepath.Join(to, f.Name())); err != nil {
			return err
		}
	}
	return nil
}
