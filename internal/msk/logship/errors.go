package logship

import (
	"errors"

	"github.com/aws/smithy-go"
)

// invalid tells whether a destination says that the request itself is wrong.
func invalid(err error) bool {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return false
	}
	switch answer.ErrorCode() {
	case "InvalidParameterException", "InvalidArgumentException", "SerializationException", "ValidationException", "EntityTooLarge":
		return true
	}
	return false
}
