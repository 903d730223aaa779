package sigv4

// Codes of [Error], as Amazon S3 spells them.
const (
	CodeDenied          = "AccessDenied" // not signed, or a presigned request out of its time
	CodeUnknownKey      = "InvalidAccessKeyId"
	CodeMismatch        = "SignatureDoesNotMatch"
	CodeSkewed          = "RequestTimeTooSkewed"
	CodeMalformed       = "AuthorizationHeaderMalformed"
	CodeMalformedParams = "AuthorizationQueryParametersError"
)

// Error says why a signature was refused. It holds no secrets.
type Error struct {
	code, reason string
}

// Error returns the reason.
func (e *Error) Error() string { return e.reason }

// Code returns one of the codes of this package.
func (e *Error) Code() string { return e.code }

func malformed(presigned bool, reason string) *Error {
	if presigned {
		return &Error{CodeMalformedParams, reason}
	}
	return &Error{CodeMalformed, reason}
}
