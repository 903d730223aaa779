package fleet

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/millrace/millrace/internal/java/properties"
)

// The files of a worker. All can hold credentials.
const (
	recordFile     = "worker.json"
	processFile    = "process.json"
	propertiesFile = "worker.properties"
	logFile        = "worker.log"
	newPrefix      = ".new-"

	dirMode  fs.FileMode = 0o700
	fileMode fs.FileMode = 0o600

	idPrefix = "Worker-"
	idDigits = 17
)

// record is worker.json: all that is needed to start the worker.
type record struct {
	Fleet           string
	ID              string
	Created         time.Time
	Port, AdminPort int
	MCUs            int
	Properties      map[string]string
	Env             map[string]string
	// Leaving says that the worker is to be stopped and removed.
	Leaving bool
}

func newID() string {
	b := make([]byte, (idDigits+1)/2)
	_, _ = rand.Read(b) // it does not fail
	return idPrefix + hex.EncodeToString(b)[:idDigits]
}

// with returns the record of the same worker with the settings of the spec.
func (r record) with(s Spec) record {
	r.MCUs, r.Properties, r.Env = s.MCUs, maps.Clone(s.Properties), maps.Clone(s.Env)
	return r
}

// revision tells settings apart without showing them.
func (r record) revision() string {
	text, _ := json.Marshal([]any{r.MCUs, r.Properties, r.Env}) // maps come out sorted
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// properties returns worker.properties.
func (r record) properties(host string) []byte {
	all := maps.Clone(r.Properties)
	if all == nil {
		all = map[string]string{}
	}
	all["listeners"] = url(host, r.Port)
	all["admin.listeners"] = url(host, r.AdminPort)
	all["rest.advertised.listener"] = "http"
	all["rest.advertised.host.name"] = host
	all["rest.advertised.port"] = strconv.Itoa(r.Port)
	var entries []properties.Entry
	for _, key := range slices.Sorted(maps.Keys(all)) {
		entries = append(entries, properties.Entry{Key: key, Value: all[key]})
	}
	return properties.Append(nil, entries...)
}

func url(host string, port int) string {
	return "http://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// makeDir makes the directory of a worker, all of it or nothing.
func makeDir(root string, r record) (dir string, err error) {
	dir = filepath.Join(root, r.Fleet, r.ID)
	half := filepath.Join(root, r.Fleet, newPrefix+r.ID)
	if err := os.MkdirAll(half, dirMode); err != nil {
		return "", fmt.Errorf("make the directory of a worker: %w", err)
	}
	err = writeJSON(filepath.Join(half, recordFile), r)
	if err == nil {
		err = os.Rename(half, dir)
	}
	if err != nil {
		return "", fmt.Errorf("make the directory of a worker: %w", errors.Join(err, os.RemoveAll(half)))
	}
	return dir, nil
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(text, '\n'))
}

// writeFile puts a file in the place of another, or leaves that as it was.
func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// readRecord reads the record of a directory, which must be where it says it is.
func readRecord(root, fleet, id string) (r record, err error) {
	err = readJSON(filepath.Join(root, fleet, id, recordFile), &r)
	if err == nil && (r.Fleet != fleet || r.ID != id) {
		err = fmt.Errorf("it is of worker %s of fleet %s", r.ID, r.Fleet)
	}
	return r, err
}
