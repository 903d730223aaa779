package herder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// Validation is the outcome of validating a connector's configuration, as
// PUT /connector-plugins/{plugin}/config/validate shows it.
type Validation struct {
	Class      string // as submitted
	ErrorCount int
	Groups     []string
	Configs    []ValidatedKey
}

// ValidatedKey is one key of it.
type ValidatedKey struct {
	Definition  *Definition // nil for a key without one
	Name        string
	Value       *string // canonical text; nil for null; secrets are hidden
	Recommended []string
	Errors      []string
	Visible     bool
}

// Definition is a key as the REST API describes it.
type Definition struct {
	Name, Type    string
	Required      bool
	Default       *string
	Importance    string
	Documentation string
	Group         *string
	OrderInGroup  int
	Width         string
	DisplayName   string
	Dependents    []string
}

// DefinitionOf describes a key; its default in canonical text.
func DefinitionOf(k *config.Key, def *string) *Definition {
	d := &Definition{
		Name: k.Name, Type: k.Type.String(), Required: k.Required, Default: def,
		Importance: k.Importance.String(), Documentation: k.Doc, OrderInGroup: k.Order,
		Width: k.Width.String(), DisplayName: k.DisplayName(), Dependents: k.Dependents,
	}
	if k.Group != "" {
		d.Group = &k.Group
	}
	return d
}

// Problems returns the text of a refusal, as creating or changing a connector
// answers it; "" when there is none.
func (v *Validation) Problems() string {
	if v.ErrorCount == 0 {
		return ""
	}
	var b strings.Builder
	for _, k := range v.Configs {
		for _, text := range k.Errors {
			b.WriteString("\n" + text)
		}
	}
	return fmt.Sprintf("Connector configuration is invalid and contains the following %d error(s):%s\n"+
		"You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`", v.ErrorCount, b.String())
}

// Validate checks a configuration in which some keys may be null.
type Validate func(ctx context.Context, props map[string]string, nulls map[string]bool) (*Validation, error)

// Bounded is validate with an end: the connector's own check may hang, and then the
// answer is an error when ctx ends, while the call goes on.
func (validate Validate) Bounded(ctx context.Context, log *slog.Logger, props map[string]string, nulls map[string]bool) (*Validation, error) {
	type answer struct {
		v   *Validation
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		v, err := validate(ctx, props, nulls)
		logPanic(log, err)
		answers <- answer{v, err}
	}()
	select {
	case a := <-answers:
		return a.v, a.err
	case <-ctx.Done():
		log.Error("A connector did not return from Validate in time; the call goes on", "class", props["connector.class"])
		return nil, &Error{Reason: TimedOut, Err: ctx.Err(), Msg: "Request timed out while the connector validated its configuration"}
	}
}

// logPanic shows where a connector panicked; the answer says only that it did.
func logPanic(log *slog.Logger, err error) {
	var p interface {
		error
		StackText() string
	}
	if errors.As(err, &p) {
		log.Error("A connector panicked", "err", err, "stack", p.StackText())
	}
}
