package fleet

import "os"

// cgroup is the control group of one worker. The zero value is none.
type cgroup struct {
	dir *os.File // open while a process is started in it
}

func (g *cgroup) path() string {
	if g.dir == nil {
		return ""
	}
	return g.dir.Name()
}

func (g *cgroup) close() {
	if g.dir != nil {
		_ = g.dir.Close()
	}
}
