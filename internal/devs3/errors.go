package devs3

import (
	"encoding/xml"
	"errors"
	"net/http"
)

// Error is an S3 error: its code, its HTTP status and a text for people.
type Error struct {
	Status  int
	Code    string
	Message string
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Is reports whether target is an S3 error of the same code.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

func (e *Error) because(message string) *Error {
	return &Error{Status: e.Status, Code: e.Code, Message: message}
}

var (
	errAccessDenied       = &Error{403, "AccessDenied", "Access is denied."}
	errBadDigest          = &Error{400, "BadDigest", "The body does not have the digest given in the request."}
	errBucketExists       = &Error{409, "BucketAlreadyOwnedByYou", "The bucket exists and is yours."}
	errBucketNotEmpty     = &Error{409, "BucketNotEmpty", "The bucket still holds objects."}
	errEntityTooLarge     = &Error{400, "EntityTooLarge", "The object is larger than an upload may be."}
	errEntityTooSmall     = &Error{400, "EntityTooSmall", "A part other than the last is smaller than a part must be."}
	errIncompleteBody     = &Error{400, "IncompleteBody", "The body is shorter than announced."}
	errInternal           = &Error{500, "InternalError", "The server met an internal error."}
	errInvalidArgument    = &Error{400, "InvalidArgument", "An argument is not valid."}
	errInvalidBucketName  = &Error{400, "InvalidBucketName", "The bucket name is not valid."}
	errInvalidDigest      = &Error{400, "InvalidDigest", "The Content-MD5 is not a valid digest."}
	errInvalidPart        = &Error{400, "InvalidPart", "A part was not found or has another ETag."}
	errInvalidPartOrder   = &Error{400, "InvalidPartOrder", "The parts are not in ascending order."}
	errInvalidRange       = &Error{416, "InvalidRange", "The range lies outside the object."}
	errInvalidRequest     = &Error{400, "InvalidRequest", "The request is not valid."}
	errInvalidTag         = &Error{400, "InvalidTag", "A tag is not valid."}
	errInvalidURI         = &Error{400, "InvalidURI", "The URI cannot be understood."}
	errKeyTooLong         = &Error{400, "KeyTooLongError", "The key is longer than 1024 bytes."}
	errMalformedXML       = &Error{400, "MalformedXML", "The XML of the body is not what the operation takes."}
	errMetadataTooLarge   = &Error{400, "MetadataTooLarge", "The user metadata is larger than 2 KiB."}
	errMissingLength      = &Error{411, "MissingContentLength", "The request has no Content-Length."}
	errNoSuchBucket       = &Error{404, "NoSuchBucket", "The bucket does not exist."}
	errNoSuchKey          = &Error{404, "NoSuchKey", "The key does not exist."}
	errNoSuchUpload       = &Error{404, "NoSuchUpload", "The multipart upload does not exist."}
	errNotImplemented     = &Error{501, "NotImplemented", "This server does not offer the operation."}
	errNotModified        = &Error{304, "NotModified", "The object has not changed."}
	errPreconditionFailed = &Error{412, "PreconditionFailed", "A condition of the request does not hold."}
	errPayloadMismatch    = &Error{400, "XAmzContentSHA256Mismatch", "The body does not have the SHA-256 given in the request."}
)

type errorDocument struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	Resource  string   `xml:"Resource"`
	RequestID string   `xml:"RequestId"`
}

// authError turns what an Authenticator returned into an S3 error.
func authError(err error) error {
	var coded interface{ Code() string }
	if !errors.As(err, &coded) {
		return errAccessDenied
	}
	status := http.StatusForbidden
	if coded.Code() == "AuthorizationHeaderMalformed" || coded.Code() == "AuthorizationQueryParametersError" {
		status = http.StatusBadRequest
	}
	return &Error{Status: status, Code: coded.Code(), Message: err.Error()}
}

func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var e *Error
	if !errors.As(err, &e) {
		s.log.Error("S3 request ended with an internal error", "method", r.Method, "path", r.URL.Path, "err", err)
		e = errInternal
	}
	w.Header().Del("Content-Length")
	if e.Status == http.StatusNotModified || r.Method == http.MethodHead {
		w.WriteHeader(e.Status)
		return
	}
	w.Header().Del("Etag")
	s.writeXML(w, e.Status, errorDocument{
		Code: e.Code, Message: e.Message, Resource: r.URL.Path, RequestID: w.Header().Get("X-Amz-Request-Id"),
	})
}
