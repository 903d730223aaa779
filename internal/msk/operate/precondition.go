package operate

import (
	"slices"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// idle returns a BadRequestException unless the connector is in one of the states and
// nothing else works on it.
func idle(s *store.Connector, deed string, states ...model.ConnectorState) error {
	switch {
	case !slices.Contains(states, s.State):
		return model.BadRequest("the connector %s cannot be %s while its state is %s", s.Name, deed, s.State)
	case s.Operation != "":
		return model.BadRequest("the connector %s cannot be %s while another operation is in progress", s.Name, deed)
	}
	return nil
}

func checkVersion(s *store.Connector, version string) error {
	if version != s.CurrentVersion {
		return model.BadRequest("currentVersion mismatch: the connector %s is no longer, or not yet, at the version that was given", s.Name)
	}
	return nil
}

// occupy stores the connector with an operation that works on it.
func (c *Control) occupy(tx *store.Tx, s *store.Connector, op store.Operation) (string, error) {
	s.Operation = op.ID
	if err := tx.Connectors().Replace(*s); err != nil {
		return "", err
	}
	return op.ID, c.begin(tx, op)
}

// admit checks that a connector can have the worker setting: what it names exists and
// can be used, and quotas allow it. self is the connector when it exists.
func (c *Control) admit(tx *store.Tx, w model.WorkerSetting, self model.ARN) error {
	for _, p := range w.Plugins {
		if err := admitPlugin(tx, p.Custom); err != nil {
			return err
		}
	}
	if w.WorkerConfiguration != nil {
		if err := admitWorkerConfiguration(tx, *w.WorkerConfiguration); err != nil {
			return err
		}
	}
	inUse, err := workersInUse(tx, self)
	if err != nil {
		return err
	}
	_, wanted := w.Capacity.Workers()
	return c.settings.Quotas.CheckWorkers(wanted, inUse)
}

func admitPlugin(tx *store.Tx, p model.CustomPluginRevision) error {
	arn, err := reference(p.ARN)
	if err != nil {
		return err
	}
	plugin, err := tx.Plugins().Find(arn)
	if err != nil {
		return found(err, p.ARN)
	}
	switch latest := plugin.LatestRevision; {
	case plugin.State != model.PluginActive:
		return model.BadRequest("the custom plugin %s cannot be used while its state is %s", plugin.Name, plugin.State)
	case latest == nil || p.Revision > latest.Revision:
		return model.NotFound(revisionName(p.ARN, p.Revision))
	}
	return nil
}

func admitWorkerConfiguration(tx *store.Tx, w model.WorkerConfigurationRevision) error {
	arn, err := reference(w.ARN)
	if err != nil {
		return err
	}
	if _, err := tx.WorkerConfigurations().Find(arn); err != nil {
		return found(err, w.ARN)
	}
	_, err = tx.Revision(arn, w.Revision)
	return found(err, revisionName(w.ARN, w.Revision))
}
