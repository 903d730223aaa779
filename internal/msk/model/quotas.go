package model

// Quotas are the limits of an account in a region.
type Quotas struct {
	CustomPlugins        int
	WorkerConfigurations int
	// Workers counts those of all connectors, an autoscaled one with its maximum.
	Workers             int
	WorkersPerConnector int
}

// DefaultQuotas returns the limits that AWS has.
func DefaultQuotas() Quotas {
	return Quotas{CustomPlugins: 100, WorkerConfigurations: 100, Workers: 60, WorkersPerConnector: 10}
}

// CheckWorkers returns a BadRequestException when a connector may not have so many
// workers while the other connectors have inUse of them.
func (q Quotas) CheckWorkers(wanted, inUse int) error {
	if wanted > q.WorkersPerConnector {
		return BadRequest("quota exceeded: a connector can have %d workers, this one asks for %d", q.WorkersPerConnector, wanted)
	}
	return checkQuota("workers", q.Workers, inUse, wanted)
}

// CheckCustomPlugins returns a BadRequestException when there can be no more plugins.
func (q Quotas) CheckCustomPlugins(inUse int) error {
	return checkQuota("custom plugins", q.CustomPlugins, inUse, 1)
}

// CheckWorkerConfigurations returns a BadRequestException when there can be no more
// worker configurations.
func (q Quotas) CheckWorkerConfigurations(inUse int) error {
	return checkQuota("worker configurations", q.WorkerConfigurations, inUse, 1)
}

func checkQuota(what string, limit, inUse, more int) error {
	if inUse+more > limit {
		return BadRequest("quota exceeded: there can be %d %s, %d are in use and %d more were asked for", limit, what, inUse, more)
	}
	return nil
}
