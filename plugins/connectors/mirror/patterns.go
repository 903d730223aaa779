package mirror

import (
	"regexp"
	"strings"

	"github.com/millrace/millrace/internal/java/regex"
)

var listComma = regexp.MustCompile(`\W*,\W*`)

// CompilePatterns returns a pattern that matches what one of the fields matches, nil
// for no fields: an empty property shall match nothing. The error is a
// [regex.SyntaxError] or a [regex.UnsupportedError].
func CompilePatterns(fields []string) (*regex.Pattern, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	return regex.Compile(strings.Join(fields, "|"))
}

// SplitPatterns divides a property into fields for [CompilePatterns]. A comma takes
// all that is not a letter, digit or underscore around it along, even a part of a
// pattern: "a.*,b" gives a and b. Empty fields at the end are dropped, unless the
// property itself is empty.
func SplitPatterns(property string) []string {
	fields := listComma.Split(property, -1)
	if len(fields) == 1 {
		return fields
	}
	for len(fields) > 0 && fields[len(fields)-1] == "" {
		fields = fields[:len(fields)-1]
	}
	return fields
}
