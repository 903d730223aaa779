package standalone

import "github.com/millrace/millrace/internal/metrics"

// RestartSamples returns how often failed tasks were started again without being
// asked.
func (h *Herder) RestartSamples() []metrics.Restarts { return h.restarts.RestartSamples() }
