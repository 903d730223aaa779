package connecttest

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// validateRecord checks what must hold for a record wherever it is.
func validateRecord(r *connect.Record) error {
	var errs []error
	if r.Topic == "" {
		errs = append(errs, errors.New("the record has no topic"))
	}
	if r.Partition < connect.NoPartition {
		errs = append(errs, fmt.Errorf("partition %d is not possible", r.Partition))
	}
	if r.Timestamp < 0 && r.Timestamp != connect.NoTimestamp {
		errs = append(errs, fmt.Errorf("timestamp %d is not possible; a record without has NoTimestamp", r.Timestamp))
	}
	errs = append(errs, validateValue("key", r.KeySchema, r.Key), validateValue("value", r.ValueSchema, r.Value))
	for _, h := range r.Headers {
		if h.Key == "" {
			errs = append(errs, errors.New("a header has no name"))
		}
		errs = append(errs, validateValue("header "+h.Key, h.Schema, h.Value))
	}
	return errors.Join(errs...)
}

// validateValue checks a value against its schema, or that it is in the data model
// at all.
func validateValue(what string, schema *data.Schema, v any) error {
	err := inModel(v)
	if err == nil && schema != nil {
		err = data.Validate(schema, v)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// inModel checks that a value and its parts have types that converters know.
func inModel(v any) error {
	switch v := v.(type) {
	case nil, data.Decimal, data.Instant, *big.Int:
		return nil
	case []any:
		return allInModel(v)
	case *data.Struct:
		return allInModel(v.Slots())
	case *data.Map:
		for k, x := range v.All() {
			if err := errors.Join(inModel(k), inModel(x)); err != nil {
				return err
			}
		}
		return nil
	}
	if _, ok := data.TypeOf(v); !ok {
		return fmt.Errorf("a %T is not in the data model: use the types that package data lists", v)
	}
	return nil
}

func allInModel(list []any) error {
	for _, v := range list {
		if err := inModel(v); err != nil {
			return err
		}
	}
	return nil
}
