package operate

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/millrace/millrace/internal/msk/archive"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

const maxNamedClasses = 10

// knowsClass fails when nothing can run the connector's class.
func (e *Engine) knowsClass(s setup) error {
	class := s.connector.Configuration[model.ConnectorClassKey]
	if _, known := e.settings.Natives.Connector(class); known {
		return nil
	}
	inventory, err := e.inventory(s.setting)
	if err != nil {
		return err
	}
	if len(inventory.Find(class)) > 0 {
		return Failed(model.ReasonPluginClassNotFound,
			"the connector class %s is in the custom plugin, but it is written in Java and not among the connectors that run natively; it needs a Java plugin host, which is not there",
			class)
	}
	return Failed(model.ReasonPluginClassNotFound,
		"the connector class %s is neither a native connector nor in the custom plugin, which has %s; check connector.class and the plugin", class, connectorsIn(inventory))
}

func connectorsIn(r archive.Report) string {
	var classes []string
	for _, p := range r.Plugins {
		if p.Kind == archive.Source || p.Kind == archive.Sink {
			classes = append(classes, p.Class)
		}
	}
	switch n := len(classes); {
	case n == 0:
		return "no connectors"
	case n > maxNamedClasses:
		return fmt.Sprintf("the connectors %s and %d more", strings.Join(classes[:maxNamedClasses], ", "), n-maxNamedClasses)
	}
	return "the connectors " + strings.Join(classes, ", ")
}

// inventory returns what is in the plugins of a worker setting.
func (e *Engine) inventory(w model.WorkerSetting) (all archive.Report, err error) {
	for _, p := range w.Plugins {
		arn, err := reference(p.Custom.ARN)
		if err != nil {
			return all, err
		}
		one, err := e.inventoryOf(arn)
		if err != nil {
			return all, fmt.Errorf("read what is in the custom plugin %s: %w", arn.Name, err)
		}
		all.Plugins = append(all.Plugins, one.Plugins...)
	}
	return all, nil
}

func (e *Engine) inventoryOf(arn model.ARN) (r archive.Report, err error) {
	err = e.settings.Store.View(func(tx *store.Tx) error {
		p, err := tx.Plugins().Find(arn)
		if err != nil || len(p.Inventory) == 0 {
			return err
		}
		return json.Unmarshal(p.Inventory, &r)
	})
	return r, err
}
