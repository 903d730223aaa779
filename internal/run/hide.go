package run

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// hiddenError is an error whose text does not show what configuration providers
// returned.
type hiddenError struct {
	err     error
	secrets []string
}

// hide takes the values of some keys out of the text of an error. Values of one or two
// characters are no secrets, and would take words apart.
func hide(err error, props map[string]string, keys []string) error {
	var secrets []string
	for _, key := range keys {
		if value := props[key]; len(value) > 2 {
			secrets = append(secrets, value)
		}
	}
	if err == nil || secrets == nil {
		return err
	}
	// The longest first: one may begin with another.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return &hiddenError{err, secrets}
}

// Error returns the text without the secrets.
func (e *hiddenError) Error() string {
	text := e.err.Error()
	for _, secret := range e.secrets {
		text = strings.ReplaceAll(text, secret, config.Hidden)
	}
	return text
}

// Unwrap returns the error, whose own text has them.
func (e *hiddenError) Unwrap() error { return e.err }
