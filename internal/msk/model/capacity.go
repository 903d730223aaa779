package model

const (
	defaultScaleIn  = 20 // percent, as in all of AWS' examples
	defaultScaleOut = 80
)

// Capacity says how many workers a connector has, of which size: exactly one member is
// set.
type Capacity struct {
	AutoScaling *AutoScaling         `json:"autoScaling,omitempty"`
	Provisioned *ProvisionedCapacity `json:"provisionedCapacity,omitempty"`
}

// ProvisionedCapacity is a fixed number of workers.
type ProvisionedCapacity struct {
	// MCUCount is the size of a worker: 1, 2, 4 or 8 times 1 vCPU and 4 GiB.
	MCUCount    int `json:"mcuCount"`
	WorkerCount int `json:"workerCount"`
}

// AutoScaling is a number of workers that follows the load.
type AutoScaling struct {
	// MCUCount is as in [ProvisionedCapacity].
	MCUCount       int `json:"mcuCount"`
	MinWorkerCount int `json:"minWorkerCount"`
	MaxWorkerCount int `json:"maxWorkerCount"`
	// ScaleIn and ScaleOut may be absent in a request to create a connector; see
	// [Capacity.Effective].
	ScaleIn  *ScalePolicy `json:"scaleInPolicy,omitempty"`
	ScaleOut *ScalePolicy `json:"scaleOutPolicy,omitempty"`
	// MaxTaskCount limits the tasks; 0 means no limit.
	MaxTaskCount int `json:"maxAutoscalingTaskCount,omitempty"`
}

// ScalePolicy is the threshold at which the number of workers changes.
type ScalePolicy struct {
	// CPUPercent is the average over the workers, 1 to 100.
	CPUPercent int `json:"cpuUtilizationPercentage"`
}

// Effective returns the capacity with the policies that a request may leave out.
func (c Capacity) Effective() Capacity {
	if c.AutoScaling == nil {
		return c
	}
	scaling := *c.AutoScaling
	if scaling.ScaleIn == nil {
		scaling.ScaleIn = &ScalePolicy{defaultScaleIn}
	}
	if scaling.ScaleOut == nil {
		scaling.ScaleOut = &ScalePolicy{defaultScaleOut}
	}
	return Capacity{AutoScaling: &scaling}
}

// MCUCount returns the size of a worker in MCUs, 0 for no capacity.
func (c Capacity) MCUCount() int {
	switch {
	case c.AutoScaling != nil:
		return c.AutoScaling.MCUCount
	case c.Provisioned != nil:
		return c.Provisioned.MCUCount
	}
	return 0
}

// Workers returns the least and the greatest number of workers. The greatest counts
// towards quotas.
func (c Capacity) Workers() (least, most int) {
	switch {
	case c.AutoScaling != nil:
		return c.AutoScaling.MinWorkerCount, c.AutoScaling.MaxWorkerCount
	case c.Provisioned != nil:
		return c.Provisioned.WorkerCount, c.Provisioned.WorkerCount
	}
	return 0, 0
}

// check says what is wrong with the capacity. An update must name both policies.
func (c Capacity) check(p *problems, update bool) {
	if (c.AutoScaling == nil) == (c.Provisioned == nil) {
		p.add("capacity must have exactly one of autoScaling and provisionedCapacity")
		return
	}
	if c.AutoScaling != nil {
		c.AutoScaling.check(p, update)
		return
	}
	checkMCUs(p, "capacity.provisionedCapacity.mcuCount", c.Provisioned.MCUCount)
	checkWorkers(p, "capacity.provisionedCapacity.workerCount", c.Provisioned.WorkerCount)
}

func (a *AutoScaling) check(p *problems, update bool) {
	const at = "capacity.autoScaling."
	checkMCUs(p, at+"mcuCount", a.MCUCount)
	checkWorkers(p, at+"minWorkerCount", a.MinWorkerCount)
	checkWorkers(p, at+"maxWorkerCount", a.MaxWorkerCount)
	if a.MaxWorkerCount < a.MinWorkerCount {
		p.add(at + "maxWorkerCount must not be less than minWorkerCount")
	}
	a.ScaleIn.check(p, at+"scaleInPolicy", update)
	a.ScaleOut.check(p, at+"scaleOutPolicy", update)
	if a.MaxTaskCount != 0 && a.MaxTaskCount < a.MaxWorkerCount {
		p.add(at + "maxAutoscalingTaskCount must not be less than maxWorkerCount")
	}
}

func (s *ScalePolicy) check(p *problems, member string, required bool) {
	switch {
	case s != nil:
		p.between(member+".cpuUtilizationPercentage", s.CPUPercent, 1, 100)
	case required:
		p.add("%s is required", member)
	}
}

func checkMCUs(p *problems, member string, count int) {
	if count != 1 && count != 2 && count != 4 && count != 8 {
		p.add("%s must be 1, 2, 4 or 8", member)
	}
}

// checkWorkers leaves the upper bound to [Quotas].
func checkWorkers(p *problems, member string, count int) {
	if count < 1 {
		p.add("%s must be at least 1", member)
	}
}
