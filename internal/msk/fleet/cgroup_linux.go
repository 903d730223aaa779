package fleet

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const (
	cpuPeriod     = 100_000 // microseconds
	subtreeFile   = "cgroup.subtree_control"
	processesFile = "cgroup.procs"
)

// cgroups makes the control groups of workers below one of its own. The zero value
// makes none.
type cgroups struct {
	root string
	// why says why there is no root.
	why string
}

// openCgroups finds out whether this process may limit others, and prepares it. key
// keeps drivers apart that share a control group.
func openCgroups(key string) cgroups {
	own, err := ownCgroup()
	if err == nil {
		var g cgroups
		if g, err = openCgroupsIn(own, key, []string{"cpu", "memory"}); err == nil {
			return g
		}
	}
	return cgroups{why: err.Error()}
}

// ownCgroup returns the directory of this process's control group.
func ownCgroup() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	mount, err := cgroupMount(string(mounts))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(groups)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return filepath.Join(mount, path), nil
		}
	}
	return "", errors.New("this process is in no control group of version 2")
}

// cgroupMount finds where control groups of version 2 are mounted; see proc(5).
func cgroupMount(mountinfo string) (string, error) {
	for line := range strings.Lines(mountinfo) {
		place, kind, ok := strings.Cut(line, " - ")
		fields := strings.Fields(place)
		if ok && strings.HasPrefix(kind, "cgroup2 ") && len(fields) > 4 {
			return fields[4], nil
		}
	}
	return "", errors.New("control groups of version 2 are not mounted")
}

// openCgroupsIn prepares a group below own in which workers get groups with the
// controllers.
func openCgroupsIn(own, key string, controllers []string) (cgroups, error) {
	text, err := os.ReadFile(filepath.Join(own, "cgroup.controllers"))
	if err != nil {
		return cgroups{}, err
	}
	for _, name := range controllers {
		if !slices.Contains(strings.Fields(string(text)), name) {
			return cgroups{}, fmt.Errorf("the controller %s is not available in %s", name, own)
		}
	}
	if err := enableControllers(own, controllers); err != nil {
		return cgroups{}, err
	}
	sum := sha256.Sum256([]byte(key))
	root := filepath.Join(own, "millrace-fleet-"+hex.EncodeToString(sum[:4]))
	if err := makeGroup(root); err != nil {
		return cgroups{}, err
	}
	if err := enable(root, controllers); err != nil {
		return cgroups{}, errors.Join(err, os.Remove(root))
	}
	return cgroups{root: root}, nil
}

// enableControllers hands controllers down. A group with processes of its own cannot do
// so; then this process goes into one below, and back if that was not enough.
func enableControllers(own string, controllers []string) error {
	err := enable(own, controllers)
	if !errors.Is(err, syscall.EBUSY) {
		return err
	}
	leaf := filepath.Join(own, "millrace-control")
	if err := makeGroup(leaf); err != nil {
		return err
	}
	if err := joinGroup(leaf); err != nil {
		return err
	}
	if err = enable(own, controllers); err != nil {
		return errors.Join(err, joinGroup(own), os.Remove(leaf))
	}
	return nil
}

func enable(dir string, controllers []string) error {
	if len(controllers) == 0 {
		return nil
	}
	return writeControl(filepath.Join(dir, subtreeFile), "+"+strings.Join(controllers, " +"))
}

func joinGroup(dir string) error {
	return writeControl(filepath.Join(dir, processesFile), strconv.Itoa(os.Getpid()))
}

func makeGroup(dir string) error {
	if err := os.Mkdir(dir, 0o755); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// writeControl never makes a file: without the kernel's there is no such setting.
func writeControl(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// dir returns the group of a worker, "" when there are none.
func (g cgroups) dir(id string) string {
	if g.root == "" {
		return ""
	}
	return filepath.Join(g.root, id)
}

// create makes the group of a worker anew, so that what it counts is the next process's.
func (g cgroups) create(id string, mcus int, memory int64) (*cgroup, error) {
	dir := g.dir(id)
	if dir == "" {
		return &cgroup{}, nil
	}
	if err := removeGroup(dir); err != nil {
		return nil, err
	}
	if err := makeGroup(dir); err != nil {
		return nil, err
	}
	err := errors.Join(
		writeControl(filepath.Join(dir, "cpu.max"), fmt.Sprintf("%d %d", mcus*cpuPeriod, cpuPeriod)),
		writeControl(filepath.Join(dir, "memory.max"), strconv.FormatInt(memory, 10)),
	)
	if err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	// A worker and what it started make no sense without each other.
	_ = writeControl(filepath.Join(dir, "memory.oom.group"), "1")
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	return &cgroup{f}, nil
}

// removeGroup is no error when there is none.
func removeGroup(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a control group: %w", err)
	}
	return nil
}

// outOfMemory reports whether the kernel killed a process of the group for its memory.
func outOfMemory(dir string) bool {
	if dir == "" {
		return false
	}
	text, err := os.ReadFile(filepath.Join(dir, "memory.events"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok {
			return n != "0"
		}
	}
	return false
}

// close removes the driver's group if no worker is in it.
func (g cgroups) close() {
	if g.root != "" {
		_ = os.Remove(g.root)
	}
}
