//go:build !linux

package fleet

// cgroups makes nothing: control groups are Linux's.
type cgroups struct {
	root string
	why  string
}

func openCgroups(string) cgroups { return cgroups{why: "only Linux has control groups"} }

func (cgroups) create(string, int, int64) (*cgroup, error) { return &cgroup{}, nil }

func (cgroups) dir(string) string { return "" }

func (cgroups) close() {}

func removeGroup(string) error { return nil }

func outOfMemory(string) bool { return false }
