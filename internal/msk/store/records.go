package store

import (
	"encoding/json"

	"github.com/millrace/millrace/internal/msk/model"
)

// Connector is what is kept of a connector.
type Connector struct {
	model.Connector
	// Invocation is the client's id of the call that created it.
	Invocation string `json:"invocation,omitempty"`
	// Operation is the ID of the operation that works on it; empty when none does.
	Operation string `json:"operation,omitempty"`
	// Fleet is what is needed to find the workers again after a restart, in the
	// words of those who run them.
	Fleet json.RawMessage `json:"fleet,omitempty"`
}

// Plugin is what is kept of a custom plugin.
type Plugin struct {
	model.CustomPlugin
	// ContentType and Location are what was asked for, also before there is a
	// revision.
	ContentType model.ContentType    `json:"contentType"`
	Location    model.PluginLocation `json:"location"`
	// Invocation and Operation are as in [Connector].
	Invocation string `json:"invocation,omitempty"`
	Operation  string `json:"operation,omitempty"`
	// File is what was fetched, below the control plane's directory of plugins.
	File string `json:"file,omitempty"`
	// Inventory says what is in the file, in the words of those who fetched it.
	Inventory json.RawMessage `json:"inventory,omitempty"`
}

// WorkerConfiguration is what is kept of a worker configuration; its content is among
// the [Revisions].
type WorkerConfiguration struct {
	model.WorkerConfigurationSummary
	// Invocation is as in [Connector].
	Invocation string `json:"invocation,omitempty"`
}

func (c Connector) identity() model.ARN           { return c.ARN }
func (p Plugin) identity() model.ARN              { return p.ARN }
func (w WorkerConfiguration) identity() model.ARN { return w.ARN }
