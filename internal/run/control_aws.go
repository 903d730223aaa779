package run

import (
	"context"
	"path/filepath"

	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/msk/metricship"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/roles"
)

// openRoles begins to serve the credentials of roles, if there are any; nil for none.
func (p *controlPlane) openRoles(o ControlOptions, registry *logs.Logs) (operate.Roles, error) {
	if o.Roles == "" && !o.AssumeRoles {
		return nil, nil
	}
	s := roles.Settings{Dir: filepath.Join(o.Data, "roles"), Assume: o.AssumeRoles, Region: o.region(), Log: registry.For("millrace.control.roles")}
	var err error
	if s.Sources, err = o.roleSources(); err != nil {
		return nil, err
	}
	p.roles, err = roles.Open(s)
	return p.roles, err
}

// exportMetrics begins to send metrics to CloudWatch, if that is asked for.
func (p *controlPlane) exportMetrics(o ControlOptions, registry *logs.Logs) (err error) {
	if !o.CloudWatchMetrics {
		return nil
	}
	p.exporter, err = metricship.Start(context.Background(), metricship.Settings{
		Region: o.region(), Read: p.engine.Metrics, Log: registry.For("millrace.control.metrics"),
	})
	return err
}
