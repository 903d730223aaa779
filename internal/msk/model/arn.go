package model

import (
	"fmt"
	"strings"
)

const (
	service      = "kafkaconnect"
	maxARNLength = 2048
)

// Kind is the type of a resource, as its ARN spells it.
type Kind string

// The kinds of resources.
const (
	KindConnector           Kind = "connector"
	KindOperation           Kind = "connector-operation"
	KindCustomPlugin        Kind = "custom-plugin"
	KindWorkerConfiguration Kind = "worker-configuration"
)

// ARN names a resource. ARNs are comparable; as text and in JSON an ARN is
// arn:PARTITION:kafkaconnect:REGION:ACCOUNT:KIND/NAME/ID, with /OPERATION behind it for
// an operation. The zero ARN is the empty text.
type ARN struct {
	// Partition is "aws" or another world of AWS.
	Partition string
	// Region and Account say whose the resource is.
	Region, Account string
	// Kind is the resource's type.
	Kind Kind
	// Name is the resource's name; for an operation, that of its connector.
	Name string
	// ID is UUID-N; for an operation, that of its connector.
	ID string
	// Operation is the UUID of an operation and otherwise empty.
	Operation string
}

// String returns the ARN as text.
func (a ARN) String() string {
	if a == (ARN{}) {
		return ""
	}
	text := "arn:" + a.Partition + ":" + service + ":" + a.Region + ":" + a.Account + ":" + string(a.Kind) + "/" + a.Name + "/" + a.ID
	if a.Kind == KindOperation {
		text += "/" + a.Operation
	}
	return text
}

// IsZero says whether there is no ARN.
func (a ARN) IsZero() bool { return a == ARN{} }

// MarshalText returns the ARN as text.
func (a ARN) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (a *ARN) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = ARN{}
		return nil
	}
	var err error
	*a, err = ParseARN(string(text))
	return err
}

// OperationARN returns the ARN of an operation on the connector a.
func (a ARN) OperationARN(id string) ARN {
	a.Kind, a.Operation = KindOperation, id
	return a
}

// Connector returns the ARN of the connector that the operation a works on.
func (a ARN) Connector() ARN {
	a.Kind, a.Operation = KindConnector, ""
	return a
}

// ParseARN reads an ARN of this service. It checks the form only: whether the name is
// allowed and the ID looks like one is left to whoever looks for the resource. Errors
// are of type *ARNError.
func ParseARN(text string) (ARN, error) {
	if len(text) > maxARNLength {
		return ARN{}, &ARNError{Reason: fmt.Sprintf("it has more than %d characters", maxARNLength)}
	}
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return ARN{}, &ARNError{text, "it is not arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE", false}
	}
	if parts[2] != service {
		return ARN{}, &ARNError{text, "it is of another service", true}
	}
	a := ARN{Partition: parts[1], Region: parts[3], Account: parts[4]}
	if a.Region == "" || a.Account == "" {
		return ARN{}, &ARNError{text, "it has no region or no account", false}
	}
	return a.resource(text, strings.Split(parts[5], "/"))
}

func (a ARN) resource(text string, path []string) (ARN, error) {
	a.Kind = Kind(path[0])
	want := 3
	switch a.Kind {
	case KindConnector, KindCustomPlugin, KindWorkerConfiguration:
	case KindOperation:
		want = 4
	default:
		return ARN{}, &ARNError{text, "it is of an unknown resource type", true}
	}
	if len(path) != want {
		return ARN{}, &ARNError{text, fmt.Sprintf("a %s has %d parts between slashes", a.Kind, want), false}
	}
	for _, part := range path {
		if part == "" || strings.Contains(part, ":") {
			return ARN{}, &ARNError{text, "a part of it is empty or has a colon", false}
		}
	}
	a.Name, a.ID = path[1], path[2]
	if a.Kind == KindOperation {
		a.Operation = path[3]
	}
	return a, nil
}

// ARNError is the error of a text that is no ARN of a resource.
type ARNError struct {
	// Text is what was given; empty when it is too long to be repeated.
	Text string
	// Reason says what is wrong with it.
	Reason string
	// Foreign tells an ARN of something else from a text that is no ARN at all.
	Foreign bool
}

// Error says which text is wrong, and why.
func (e *ARNError) Error() string { return fmt.Sprintf("invalid ARN %q: %s", e.Text, e.Reason) }
