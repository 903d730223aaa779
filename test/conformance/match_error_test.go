package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/millrace/millrace/internal/javaerr"
)

// identity is the text of a Java array or object without toString; Go has no
// identity hash codes, and *-marked texts hold any.
var identity = regexp.MustCompile(`(\[B|\[Ljava\.lang\.Object;|[\w.$]+\$\w+)@[0-9a-f]+`)

// A java.nio.ByteBuffer is a []byte in Go.
var (
	bufferText  = regexp.MustCompile(`java\.nio\.\w+ByteBuffer\w*\[pos=\d+ lim=\d+ cap=\d+\]`)
	bufferClass = regexp.MustCompile(`java\.nio\.\w+ByteBuffer\w*`)
)

// sameText compares texts that may hold what differs from run to run.
func sameText(want, got string) bool {
	if want == got {
		return true
	}
	got = identity.ReplaceAllString(got, "$1@*")
	want = bufferText.ReplaceAllString(want, "[B@*")
	want = bufferClass.ReplaceAllString(want, "[B")
	if want == got {
		return true
	}
	if !strings.Contains(want, "{*}") {
		return false
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), regexp.QuoteMeta("{*}"), `\{.*\}`)
	return regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(got)
}

const (
	nullPointer = "java.lang.NullPointerException"
	configError = "org.apache.kafka.common.config.ConfigException"
)

// matchError compares an error with the recorded exception: class and message of
// Connect's own classes, the family of all others. Where Java crashes over a
// configuration, Millrace says what is wrong with it.
func (c *Case) matchError(err error, got any) error {
	if err == nil {
		return fmt.Errorf("no error but %s, want %s", show(got), c.Error)
	}
	class := javaerr.Class(err)
	if !ours(c.Error.Class) {
		if c.Error.Class == nullPointer && class == configError && err.Error() != "" {
			return nil
		}
		if family(class) != family(c.Error.Class) {
			return fmt.Errorf("error %q, want %s", describe(err), c.Error)
		}
		return nil
	}
	want := ""
	if c.Error.Message != nil {
		want = *c.Error.Message
	}
	if class != c.Error.Class || !sameText(want, err.Error()) {
		return fmt.Errorf("error %q, want %s", describe(err), c.Error)
	}
	return c.matchCause(err)
}

// matchCause compares the classes of causes that are Connect's own.
func (c *Case) matchCause(err error) error {
	for want := c.Error.Cause; want != nil && ours(want.Class); want = want.Cause {
		err = errors.Unwrap(err)
		if err == nil || javaerr.Class(err) != want.Class {
			return fmt.Errorf("cause %q, want %s", describe(err), want)
		}
	}
	return nil
}

func ours(class string) bool { return strings.HasPrefix(class, "org.apache.kafka.") }

// family groups the exceptions of the Java runtime that stand for the same
// mistake.
func family(class string) string {
	switch {
	case ours(class):
		return class
	case strings.HasSuffix(class, "IndexOutOfBoundsException"):
		return "index"
	case class == "java.lang.NumberFormatException", class == "java.util.regex.PatternSyntaxException",
		class == "java.lang.IllegalArgumentException":
		return "argument"
	case strings.HasPrefix(class, "com.fasterxml."):
		return "jackson"
	}
	return class
}

func describe(err error) string {
	if err == nil {
		return "none"
	}
	return javaerr.Class(err) + ": " + err.Error()
}

func show(got any) string {
	if v, ok := got.(Value); ok {
		return fmt.Sprintf("%T %v", v.V, v.V)
	}
	return fmt.Sprintf("%v", got)
}

func (e *javaError) String() string {
	if e.Message == nil {
		return e.Class
	}
	return fmt.Sprintf("%q", e.Class+": "+*e.Message)
}
