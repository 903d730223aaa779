package autoscale

// TasksPerMCU is how many tasks MSK Connect counts on for an MCU.
const TasksPerMCU = 2

// Tasks gives the tasks.max of a connector with autoscaled capacity, which takes the
// place of what its configuration says.
type Tasks struct {
	// Workers is the number of workers now, MCUs the size of each.
	Workers, MCUs int
	// Cap is maxAutoscalingTaskCount; 0 means none.
	Cap int
	// UserMax is the tasks.max of the connector's configuration, as one more cap. MSK
	// Connect ignores it; 0 does so too.
	UserMax int
}

// Max returns the number of tasks, at least 1.
func (t Tasks) Max() int {
	n := t.Workers * t.MCUs * TasksPerMCU
	for _, limit := range []int{t.Cap, t.UserMax} {
		if limit > 0 {
			n = min(n, limit)
		}
	}
	return max(n, 1)
}
