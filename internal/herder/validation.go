package herder

import (
	"fmt"
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
