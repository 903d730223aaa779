package signing

// ErrEmptyKey reports a key without bytes.
const ErrEmptyKey = keyError("Empty key")

type keyError string

func (e keyError) Error() string     { return string(e) }
func (e keyError) JavaClass() string { return "java.lang.IllegalArgumentException" }

// AlgorithmError reports a MAC algorithm that is not known.
type AlgorithmError struct{ Name string }

// Error is Java's text.
func (e *AlgorithmError) Error() string { return "Algorithm " + e.Name + " not available" }

// JavaClass names the exception.
func (e *AlgorithmError) JavaClass() string { return "java.security.NoSuchAlgorithmException" }

// HeaderError reports a signature that cannot be read: a bad request, status 400.
type HeaderError struct{ Err error }

// Error is the text of the cause, as Connect answers it.
func (e *HeaderError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *HeaderError) Unwrap() error { return e.Err }

// JavaClass names the exception.
func (e *HeaderError) JavaClass() string {
	return "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"
}
