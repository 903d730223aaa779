package archive

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Reason classifies an [Error].
type Reason string

// The reasons to refuse a file.
const (
	TooLarge       Reason = "TOO_LARGE"        // of more bytes than allowed
	WrongChecksum  Reason = "WRONG_CHECKSUM"   // not of the expected MD5
	WrongType      Reason = "WRONG_TYPE"       // no archive, or not the declared kind of one
	Truncated      Reason = "TRUNCATED"        // its end is missing
	Corrupt        Reason = "CORRUPT"          // damaged inside
	Encrypted      Reason = "ENCRYPTED"        // readable with a password only
	Unsupported    Reason = "UNSUPPORTED"      // of a compression method that Java cannot read either
	UnsafeName     Reason = "UNSAFE_NAME"      // an entry would be unpacked somewhere else
	SpecialFile    Reason = "SPECIAL_FILE"     // an entry is a link or a device
	TooManyEntries Reason = "TOO_MANY_ENTRIES" // of more entries than allowed
	Bomb           Reason = "BOMB"             // unpacks to more bytes than allowed
)

// Error says why a file is refused. Every other kind of error means that the file could
// not be read.
type Error struct {
	Reason Reason
	// Entry is where: the path in the file, for a JAR in a ZIP that of the JAR, "!/"
	// and the path in it. It is "" for the file as a whole.
	Entry  string
	Detail string
	Err    error // may be nil
}

// Error says where and what, for people.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("plugin file: ")
	if e.Entry != "" {
		fmt.Fprintf(&b, "%q: ", e.Entry)
	}
	b.WriteString(e.Detail)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns what a decoder or the disk said, nil for nothing.
func (e *Error) Unwrap() error { return e.Err }

func refuse(reason Reason, entry, format string, args ...any) *Error {
	return &Error{Reason: reason, Entry: entry, Detail: fmt.Sprintf(format, args...)}
}

// damaged turns what the decoders of ZIP say into an [Error]. Errors of the disk stay
// what they are.
func damaged(entry string, err error) error {
	var known *Error
	var deflate flate.CorruptInputError
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &deflate), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Error{Reason: Corrupt, Entry: entry, Detail: "the archive is damaged", Err: err}
	case errors.Is(err, zip.ErrAlgorithm):
		return &Error{Reason: Unsupported, Entry: entry, Detail: "the compression method is not supported", Err: err}
	}
	return fmt.Errorf("read plugin file: %w", err)
}
