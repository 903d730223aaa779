package operate

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/msk/model"
)

// maxReason bounds the text of a [Failure] in bytes.
const maxReason = 4000

// Failure is why an operation cannot succeed, for the client's user. It names the cause
// and what to mend, and holds no secrets.
type Failure struct {
	// Code is one of the model's Reason constants.
	Code    string
	Message string
	// Err is the cause; nil when there is none. Its text is not shown.
	Err error
}

// Error returns the message.
func (f *Failure) Error() string { return f.Message }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Failed returns a Failure without a cause.
func Failed(code, format string, values ...any) *Failure {
	return &Failure{Code: code, Message: fmt.Sprintf(format, values...)}
}

// reason returns what the API says about an error.
func reason(err error) model.StateDescription {
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Code: model.ReasonUnknown, Message: err.Error()}
	}
	return model.StateDescription{Code: f.Code, Message: shorten(f.Message, maxReason)}
}

// shorten cuts a text that is longer than most bytes.
func shorten(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "..."
}
