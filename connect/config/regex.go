package config

import "github.com/millrace/millrace/internal/java/regex"

// nullPattern is what Java says of a null pattern.
const nullPattern = `Cannot invoke "String.isEmpty()" because "this.pattern" is null`

// Regex demands a Java regular expression.
func Regex() Validator {
	return Valid("valid regex", func(key string, value any) error {
		pattern, ok := value.(string)
		if !ok {
			return Invalid(key, value, "Invalid regex: "+nullPattern)
		}
		if _, err := regex.Compile(pattern); err != nil {
			return Invalid(key, value, "Invalid regex: "+err.Error())
		}
		return nil
	})
}
