package operate

import (
	"errors"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// Settings says whose control plane it is.
type Settings struct {
	// Partition, Region and Account are parts of every ARN; empty means aws,
	// us-east-1 and 000000000000.
	Partition, Region, Account string
	// Quotas are the limits; the zero value means those of AWS.
	Quotas model.Quotas
}

func (s Settings) complete() Settings {
	if s.Partition == "" {
		s.Partition = "aws"
	}
	if s.Region == "" {
		s.Region = "us-east-1"
	}
	if s.Account == "" {
		s.Account = "000000000000"
	}
	if s.Quotas == (model.Quotas{}) {
		s.Quotas = model.DefaultQuotas()
	}
	return s
}

// Runner carries out operations.
type Runner interface {
	// Start is told that the operation with this ID is in the store, or may be, when the
	// disk is broken. It does not wait for it. Operations that are unfinished when the
	// process starts are the runner's to find. Calls come from several goroutines.
	Start(id string)
}

// Control answers the requests of the API. Its methods are safe for concurrent use.
// Their errors for clients are of type *model.Error.
type Control struct {
	settings Settings
	store    *store.Store
	runner   Runner
}

// New returns a Control over an open store, which stays the caller's to close. Without
// a runner, requests that need one are refused as not supported.
func New(settings Settings, s *store.Store, runner Runner) *Control {
	return &Control{settings.complete(), s, runner}
}

// arn returns the ARN of a new resource.
func (c *Control) arn(kind model.Kind, name string) model.ARN {
	s := c.settings
	return model.ARN{Partition: s.Partition, Region: s.Region, Account: s.Account, Kind: kind, Name: name, ID: model.NewID()}
}

// begin stores an operation that is to be carried out when the transaction is done.
func (c *Control) begin(tx *store.Tx, op store.Operation) error {
	if c.runner == nil {
		return model.Unsupported("the operation " + string(op.Kind))
	}
	return tx.Operations().Insert(op)
}

// change runs do in a transaction and then starts the operation whose ID it returns,
// if any.
func (c *Control) change(do func(*store.Tx) (operation string, err error)) error {
	var operation string
	err := c.store.Update(func(tx *store.Tx) (err error) {
		operation, err = do(tx)
		return err
	})
	// A broken disk may have kept what it did not acknowledge.
	if operation != "" && (err == nil || errors.Is(err, store.ErrNotWritten)) {
		c.runner.Start(operation)
	}
	return unwritten(err)
}

// update runs do in a transaction.
func (c *Control) update(do func(*store.Tx) error) error { return unwritten(c.store.Update(do)) }

// hidden returns an operation that the API does not show.
func hidden(kind store.OperationKind, target model.ARN) store.Operation {
	return store.Operation{ID: model.NewUUID(), Kind: kind, Target: target, Started: model.Now()}
}

// shown returns an operation that the API shows.
func shown(t model.OperationType, connector *store.Connector) store.Operation {
	o := model.NewOperation(t, connector.ARN)
	return store.Operation{
		ID: o.ARN.Operation, Kind: store.OperationKind(t), Target: connector.ARN,
		Asked: store.Asked{From: connector.State}, Started: o.CreationTime, Shown: o,
	}
}

// found turns the store's word for what is not there into the API's.
func found(err error, arn string) error {
	if errors.Is(err, store.ErrNotFound) {
		return model.NotFound(arn)
	}
	return err
}
