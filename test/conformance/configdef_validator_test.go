package conformance

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// checkValidator makes the validator that the case describes in words and gives it
// the input.
func (c *Case) checkValidator() (any, error) {
	v := validatorOf(c.text("validator"))
	if v.String() != c.text("toString") {
		return nil, fmt.Errorf("validator prints as %q, want %q", v, c.text("toString"))
	}
	return "ok", v.Check("k", c.goValue(c.Input, config.StringType))
}

// validatorOf reads NAME or NAME(ARGUMENT,…).
func validatorOf(words string) config.Validator {
	name, rest, _ := strings.Cut(words, "(")
	args := strings.Split(strings.TrimSuffix(rest, ")"), ",")
	number := func(i int) float64 {
		f, err := strconv.ParseFloat(args[i], 64)
		if err != nil {
			panic(malformed{err})
		}
		return f
	}
	switch name {
	case "Range.atLeast":
		return config.AtLeast(number(0))
	case "Range.between":
		return config.Between(number(0), number(1))
	case "ValidString.in":
		return config.OneOf(args...)
	case "CaseInsensitiveValidString.in":
		return config.OneOfFold(args...)
	case "ListSize.atMostOfSize":
		return config.AtMostItems(int(number(0)))
	case "ValidList.in":
		return listOf(rest)
	case "ValidList.anyNonDuplicateValues":
		return config.ListRule{AllowEmpty: args[0] == "true", AllowNull: args[1] == "true"}
	case "CompositeValidator":
		return config.All(composed(args)...)
	}
	return plainValidator(name)
}

// plainValidator is one without arguments.
func plainValidator(name string) config.Validator {
	switch name {
	case "NonNullValidator", "NonNull":
		return config.NonNull()
	case "NonEmptyString":
		return config.NonEmpty()
	case "NonEmptyStringWithoutControlChars":
		return config.NonEmptyPrintable()
	case "NonEmptyListValidator":
		return config.NonEmptyList()
	case "RegexValidator":
		return config.Regex()
	}
	panic(malformed{fmt.Errorf("unknown validator %q", name)})
}

// listOf reads [ALLOWEMPTY;]ITEM,….
func listOf(rest string) config.Validator {
	empty, words, given := strings.Cut(strings.TrimSuffix(rest, ")"), ";")
	if !given {
		empty, words = "true", empty
	}
	return config.ListRule{AllowEmpty: empty == "true", Valid: strings.Split(words, ",")}
}

// composed reads the parts of a composite: Range0 is a range from 0.
func composed(names []string) []config.Validator {
	var all []config.Validator
	for _, name := range names {
		if least, ok := strings.CutPrefix(name, "Range"); ok {
			all = append(all, validatorOf("Range.atLeast("+least+")"))
			continue
		}
		all = append(all, plainValidator(name))
	}
	return all
}
