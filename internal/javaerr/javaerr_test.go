package javaerr_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/javaerr"
)

type foreign struct{}

func (foreign) Error() string     { return "boom" }
func (foreign) JavaClass() string { return "com.example.Boom" }
func (foreign) Frames() []string  { return []string{"com.example.A.b(A.java:7)"} }

func TestClass(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{data.Errorf("x"), javaerr.DataException},
		{data.Fail(data.BadSchema, "x"), javaerr.BuilderException},
		{data.Fail(data.Unprojectable, "x"), javaerr.ProjectorException},
		{data.Fail(data.Unserializable, "x"), javaerr.SerializerException},
		{data.Fail(data.NullValue, "x"), "java.lang.NullPointerException"},
		{data.Fail(data.BadClass, "x"), "java.lang.ClassCastException"},
		{data.Fail(data.BadNumber, "x"), "java.lang.NumberFormatException"},
		{data.Fail(data.BadArgument, "x"), "java.lang.IllegalArgumentException"},
		{data.Fail(data.OutOfRange, "x"), "java.lang.IndexOutOfBoundsException"},
		{data.Fail(data.NoElement, "x"), "java.util.NoSuchElementException"},
		{data.Fail(data.BadState, "x"), "java.lang.IllegalStateException"},
		{config.Missing("a"), javaerr.ConfigException},
		{connect.Retriable(errors.New("x")), javaerr.RetriableException},
		{&connect.Error{Msg: "x"}, javaerr.ConnectException},
		{fmt.Errorf("read: %w", data.Errorf("x")), javaerr.ConnectException},
		{errors.New("x"), javaerr.ConnectException},
		{&text.NumberFormatError{}, "java.lang.NumberFormatException"},
		{&dateformat.ParseError{}, "java.text.ParseException"},
		{&regex.SyntaxError{}, "java.util.regex.PatternSyntaxException"},
		{foreign{}, "com.example.Boom"},
	} {
		if got := javaerr.Class(c.err); got != c.want {
			t.Errorf("Class(%#v) = %s, want %s", c.err, got, c.want)
		}
	}
}

func TestTrace(t *testing.T) {
	err := &connect.Error{Msg: "outer", Err: errors.Join(data.Errorf("inner").Because(foreign{}), errors.New("second"))}
	want := "org.apache.kafka.connect.errors.ConnectException: outer\n" +
		"Caused by: org.apache.kafka.connect.errors.ConnectException: inner\nsecond\n" +
		"Caused by: org.apache.kafka.connect.errors.DataException: inner\n" +
		"Caused by: com.example.Boom: boom\n" +
		"\tat com.example.A.b(A.java:7)\n"
	if got := javaerr.Trace(err); got != want {
		t.Errorf("Trace = %q, want %q", got, want)
	}
	if got := javaerr.Trace(nil); got != "" {
		t.Errorf("Trace(nil) = %q", got)
	}
}
