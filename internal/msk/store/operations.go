package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"slices"

	"github.com/millrace/millrace/internal/msk/model"
)

// keptOperations is how many operations of a target are kept at least.
const keptOperations = 200

// OperationKind is what an operation does: one of the API's operation types, or one
// of those that the API does not show.
type OperationKind string

// Kinds of operations. Only the first five are shown by the API.
const (
	UpdateWorkerSetting = OperationKind(model.OperationUpdateWorkerSetting)
	UpdateConfiguration = OperationKind(model.OperationUpdateConfiguration)
	RestartConnector    = OperationKind(model.OperationRestart)
	PauseConnector      = OperationKind(model.OperationPause)
	ResumeConnector     = OperationKind(model.OperationResume)
	CreateConnector     = OperationKind("CREATE_CONNECTOR")
	DeleteConnector     = OperationKind("DELETE_CONNECTOR")
	CreateCustomPlugin  = OperationKind("CREATE_CUSTOM_PLUGIN")
	DeleteCustomPlugin  = OperationKind("DELETE_CUSTOM_PLUGIN")
)

// Operation is a change that takes time. It is kept from the request that asked for it
// until its target is deleted.
type Operation struct {
	// ID is a UUID; that of Shown.ARN if the API shows the operation.
	ID   string        `json:"id"`
	Kind OperationKind `json:"kind"`
	// Target is the connector or plugin that is changed.
	Target model.ARN `json:"target"`
	// Asked is what the request said beyond what Shown has.
	Asked Asked `json:"asked,omitzero"`
	// Step names the step that is to be done, or to be done again after a restart;
	// empty at first. StepState is what it needs. Both are in the words of those
	// who do the work.
	Step      string          `json:"step,omitempty"`
	StepState json.RawMessage `json:"stepState,omitempty"`
	Started   model.Time      `json:"started"`
	// Ended is zero while there is something to do.
	Ended model.Time `json:"ended,omitzero"`
	// Error says why the operation has failed.
	Error *model.StateDescription `json:"error,omitempty"`
	// Shown is what the API says about the operation; nil for the kinds that it does
	// not show.
	Shown *model.Operation `json:"shown,omitempty"`
}

// Asked holds what requests say about how to do an operation.
type Asked struct {
	OnlyFailedTasks bool `json:"onlyFailedTasks,omitempty"`
	SkipHealth      bool `json:"skipHealthValidation,omitempty"`
	// From is the connector's state before; an update of a paused connector leaves
	// it paused.
	From model.ConnectorState `json:"from,omitempty"`
}

// Operations holds the operations of all targets.
type Operations struct {
	tx     *Tx
	bucket bucket
}

// Operations returns the operations.
func (t *Tx) Operations() Operations { return Operations{t, t.bucket(operationsBucket)} }

// Insert adds an operation that begins. Old ones of the same target that have ended
// are forgotten.
func (o Operations) Insert(op Operation) error {
	n, err := o.bucket.NextSequence()
	if err != nil {
		return err
	}
	key := under(op.Target.String(), n)
	if err := o.tx.bucket(operationIDsBucket).Put([]byte(op.ID), key); err != nil {
		return err
	}
	if err := o.write(key, op); err != nil {
		return err
	}
	return o.prune(op.Target)
}

// Replace writes an operation that is there, else ErrNotFound.
func (o Operations) Replace(op Operation) error {
	key := bytes.Clone(o.tx.bucket(operationIDsBucket).Get([]byte(op.ID)))
	if key == nil {
		return ErrNotFound
	}
	return o.write(key, op)
}

// Find returns the operation with the ID, else ErrNotFound.
func (o Operations) Find(id string) (op Operation, err error) {
	key := o.tx.bucket(operationIDsBucket).Get([]byte(id))
	if key == nil {
		return op, ErrNotFound
	}
	found, err := o.bucket.get(key, &op)
	if err == nil && !found {
		err = ErrNotFound
	}
	return op, err
}

// Unfinished returns the operations that have not ended, in the order in which they
// were inserted, whatever the clock said.
func (o Operations) Unfinished() (ops []Operation, err error) {
	var keys [][]byte
	cursor := o.tx.bucket(unfinishedBucket).Cursor()
	for id, at := cursor.First(); id != nil; id, at = cursor.Next() {
		keys = append(keys, bytes.Clone(at))
	}
	slices.SortFunc(keys, func(a, b []byte) int { return cmp.Compare(keyNumber(a), keyNumber(b)) })
	for _, key := range keys {
		var op Operation
		if _, err := o.bucket.get(key, &op); err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// Page returns up to most of the operations on target that the API shows, newest
// first, of those with numbers below before if that is not 0, and the number of the
// last of them; more says whether others follow.
func (o Operations) Page(target model.ARN, before uint64, most int) (items []Operation, last uint64, more bool, err error) {
	items = []Operation{}
	keys := o.bucket.keysUnder(target)
	for i := len(keys) - 1; i >= 0; i-- {
		n := keyNumber(keys[i])
		if before != 0 && n >= before {
			continue
		}
		var op Operation
		if _, err := o.bucket.get(keys[i], &op); err != nil {
			return nil, 0, false, err
		}
		if op.Shown == nil {
			continue
		}
		if len(items) == most {
			return items, last, true, nil
		}
		items, last = append(items, op), n
	}
	return items, last, false, nil
}

// write keeps the list of unfinished operations right.
func (o Operations) write(key []byte, op Operation) error {
	unfinished := o.tx.bucket(unfinishedBucket)
	var err error
	if op.Ended.IsZero() {
		err = unfinished.Put([]byte(op.ID), key)
	} else {
		err = unfinished.Delete([]byte(op.ID))
	}
	if err != nil {
		return err
	}
	return o.bucket.put(key, op)
}

func (o Operations) prune(target model.ARN) error {
	keys := o.bucket.keysUnder(target)
	for _, key := range keys[:max(0, len(keys)-keptOperations)] {
		var op Operation
		if _, err := o.bucket.get(key, &op); err != nil {
			return err
		}
		if op.Ended.IsZero() {
			continue
		}
		if err := o.remove(key, op.ID); err != nil {
			return err
		}
	}
	return nil
}

func (o Operations) forget(target model.ARN) error {
	for _, key := range o.bucket.keysUnder(target) {
		var op Operation
		if _, err := o.bucket.get(key, &op); err != nil {
			return err
		}
		if err := o.remove(key, op.ID); err != nil {
			return err
		}
	}
	return nil
}

func (o Operations) remove(key []byte, id string) error {
	for _, index := range []string{operationIDsBucket, unfinishedBucket} {
		if err := o.tx.bucket(index).Delete([]byte(id)); err != nil {
			return err
		}
	}
	return o.bucket.Delete(key)
}

func keyNumber(key []byte) uint64 { return binary.BigEndian.Uint64(key[len(key)-8:]) }
