package fleet

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestCgroupMount(t *testing.T) {
	const v1 = "35 25 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	for text, want := range map[string]string{
		"30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n": "/sys/fs/cgroup",
		v1 + "36 25 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n":               "/sys/fs/cgroup/unified",
		v1: "",
		"": "",
	} {
		if got, err := cgroupMount(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// fakeHierarchy looks like a control group that may be divided.
func fakeHierarchy(t *testing.T, controllers string) string {
	t.Helper()
	own := t.TempDir()
	for name, text := range map[string]string{"cgroup.controllers": controllers, subtreeFile: "", processesFile: ""} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return own
}

func TestCgroupsAreLeftAloneWhereTheyCannotBe(t *testing.T) {
	for name, tc := range map[string]struct{ own, want string }{
		"none":            {t.TempDir(), "cgroup.controllers"},
		"no memory":       {fakeHierarchy(t, "cpuset cpu io"), "the controller memory is not available"},
		"not to be split": {fakeHierarchy(t, "cpu memory"), subtreeFile}, // no files appear in a new directory
	} {
		g, err := openCgroupsIn(tc.own, "key", []string{"cpu", "memory"})
		if err == nil || !strings.Contains(err.Error(), tc.want) || g.root != "" {
			t.Errorf("%s: %+v, %v; want %q", name, g, err, tc.want)
		}
		if left, _ := filepath.Glob(filepath.Join(tc.own, "millrace-*")); len(left) > 0 {
			t.Errorf("%s: left %q", name, left)
		}
	}
	var none cgroups
	group, err := none.create("w", 1, 1)
	if err != nil || group.path() != "" || none.dir("w") != "" {
		t.Errorf("%+v, %v", group, err)
	}
}

func TestOutOfMemory(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]bool{"low 0\noom 1\noom_kill 1\n": true, "low 0\noom 1\noom_kill 0\n": false, "": false} {
		if err := os.WriteFile(filepath.Join(dir, "memory.events"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := outOfMemory(dir); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	if outOfMemory("") || outOfMemory(dir+"x") {
		t.Error("no group is out of memory")
	}
}

// The kernel's limits, where this process may set them.
func TestCgroupsOfTheKernel(t *testing.T) {
	d := open(t, func(s *Settings) { s.NoCgroups = false })
	if d.cgroups.root == "" {
		t.Skip("not tested here: limits by control groups, because " + d.cgroups.why)
	}
	d.settings.SampleEvery = 1 << 40 // the kernel shall be the one to act
	w := d.apply(spec(1))[0]
	group := d.cgroups.dir(w.ID)
	if got := read(filepath.Join(group, "cpu.max")); got != "100000 100000\n" {
		t.Errorf("cpu.max %q", got)
	}
	if got := read(filepath.Join(group, "memory.max")); got != "1073741824\n" {
		t.Errorf("memory.max %q", got)
	}
	d.settings.MCUMemory = 64 << 20
	d.apply(spec(1).kind("greedy 400000000"))
	await(t, "the kernel's kill", func() bool {
		return len(d.told(TooLarge)) > 0 && strings.HasPrefix(d.told(TooLarge)[0].Reason, "the kernel killed it")
	})
	if err := d.Remove(t.Context(), w.Fleet); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(group); !os.IsNotExist(err) {
		t.Errorf("the group is left: %v", err)
	}
}

// A process begins in its group, and the group goes with the worker. This needs no
// controllers, so it is possible in more places.
func TestProcessBeginsInItsGroup(t *testing.T) {
	own, err := ownCgroup()
	if err != nil {
		t.Skip("not tested here: " + err.Error())
	}
	groups, err := openCgroupsIn(own, t.TempDir(), nil)
	if err != nil {
		t.Skip("not tested here: control groups, because " + err.Error())
	}
	t.Cleanup(groups.close)
	dir := groups.dir("w")
	if err := makeGroup(dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := removeGroup(dir); err != nil {
			t.Error(err)
		}
	})
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	p, err := os.StartProcess(os.Args[0], os.Args[:1], &os.ProcAttr{Env: []string{fakeWorker + "=plain"}, Sys: attributes(&cgroup{f})})
	if err != nil {
		t.Fatal(err)
	}
	inside := read(filepath.Join("/proc", strconv.Itoa(p.Pid), "cgroup"))
	if err := p.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(inside, filepath.Base(groups.root)+"/w\n") {
		t.Errorf("the process began in %q", inside)
	}
}
