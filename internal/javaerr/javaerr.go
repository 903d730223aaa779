// Package javaerr tells errors in Java's words: the name of the exception class
// that stands for a Go error, and a text like a stack trace. Only what speaks to
// the outside needs it: task status, REST answers, dead letter headers.
//
// Floor 2. Connect: org.apache.kafka.connect.errors.
package javaerr

import (
	"errors"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/java/text"
)

// Classes of Connect's and Kafka's own errors.
const (
	ConnectException    = "org.apache.kafka.connect.errors.ConnectException"
	RetriableException  = "org.apache.kafka.connect.errors.RetriableException"
	DataException       = "org.apache.kafka.connect.errors.DataException"
	BuilderException    = "org.apache.kafka.connect.errors.SchemaBuilderException"
	ProjectorException  = "org.apache.kafka.connect.errors.SchemaProjectorException"
	ConfigException     = "org.apache.kafka.common.config.ConfigException"
	SerializerException = "org.apache.kafka.common.errors.SerializationException"
)

// Class returns the name of the Java exception that stands for err itself, not
// for its causes. An error from elsewhere, such as a JVM, names its own by a
// method JavaClass() string; an error of no known type is a ConnectException.
func Class(err error) string {
	switch e := err.(type) {
	case interface{ JavaClass() string }:
		return e.JavaClass()
	case *data.Error:
		return dataClass(e.Kind)
	case *config.Error:
		return ConfigException
	case *connect.RetriableError:
		return RetriableException
	case *text.NumberFormatError:
		return "java.lang.NumberFormatException"
	case *dateformat.ParseError:
		return "java.text.ParseException"
	case *regex.SyntaxError:
		return "java.util.regex.PatternSyntaxException"
	}
	return ConnectException
}

func dataClass(kind data.Kind) string {
	switch kind {
	case data.Invalid:
		return DataException
	case data.BadSchema:
		return BuilderException
	case data.Unprojectable:
		return ProjectorException
	case data.Unserializable:
		return SerializerException
	case data.NullValue:
		return "java.lang.NullPointerException"
	case data.BadClass:
		return "java.lang.ClassCastException"
	case data.BadNumber:
		return "java.lang.NumberFormatException"
	case data.BadArgument:
		return "java.lang.IllegalArgumentException"
	case data.OutOfRange:
		return "java.lang.IndexOutOfBoundsException"
	case data.NoElement:
		return "java.util.NoSuchElementException"
	case data.BadState:
		return "java.lang.IllegalStateException"
	}
	return DataException
}

// Trace returns class and message of err and of each cause, a line for each, as
// the first lines of a Java stack trace read. It ends with a line feed. An error
// that keeps frames gives them, a line for each, by a method Frames() []string.
func Trace(err error) string {
	var b strings.Builder
	for head := ""; err != nil; head, err = "Caused by: ", cause(err) {
		b.WriteString(head + Class(err))
		if msg := err.Error(); msg != "" {
			b.WriteString(": " + msg)
		}
		b.WriteByte('\n')
		if f, ok := err.(interface{ Frames() []string }); ok {
			for _, frame := range f.Frames() {
				b.WriteString("\tat " + frame + "\n")
			}
		}
	}
	return b.String()
}

// cause returns the error behind err; of several, the first.
func cause(err error) error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		if list := several.Unwrap(); len(list) > 0 {
			return list[0]
		}
		return nil
	}
	return errors.Unwrap(err)
}
