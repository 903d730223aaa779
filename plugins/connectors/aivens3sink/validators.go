package aivens3sink

import (
	"net/url"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/dateformat"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// texts makes a validator of texts; null is accepted.
func texts(description string, check func(key, s string) error) config.Validator {
	return config.Valid(description, func(key string, value any) error {
		s, ok := value.(string)
		if !ok {
			return nil
		}
		return check(key, s)
	})
}

// refused makes a validator of texts from a function that says why one is refused.
func refused(description string, why func(s string) string) config.Validator {
	return texts(description, func(key, s string) error {
		if reason := why(s); reason != "" {
			return config.Invalid(key, s, reason)
		}
		return nil
	})
}

func passwords() config.Validator {
	return config.Valid("A null, or a non empty String.", func(key string, value any) error {
		if p, ok := value.(config.Password); ok && strings.TrimSpace(p.Reveal()) == "" {
			return config.Invalid(key, config.Hidden, "Password must be non-empty")
		}
		return nil
	})
}

func providers() config.Validator {
	return refused("a credentials provider of the AWS SDKs for Java", func(s string) string {
		if kind, ok := s3store.KindOf(s); ok && kind != s3store.AssumeRole {
			return ""
		}
		return "Class " + s + " could not be found."
	})
}

func urls() config.Validator {
	return refused("A valid URL.  Will default to https protocol if not otherwise specified.", func(s string) string {
		if strings.TrimSpace(s) == "" {
			return "String must be non-empty"
		}
		if !strings.Contains(s, "://") {
			s = "https://" + s
		}
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "should be valid URL"
		}
		return ""
	})
}

func buckets() config.Validator {
	return texts("the name of a bucket", func(key, s string) error {
		if reason := wrongBucket(s); reason != "" {
			return config.Errorf(key, "Illegal bucket name: %s", reason)
		}
		return nil
	})
}

// wrongBucket says in the words of the AWS SDK what is wrong with a name.
func wrongBucket(name string) string {
	if len(name) < 3 || len(name) > 63 {
		return "Bucket name should be between 3 and 63 characters long"
	}
	if numbers := strings.Split(name, "."); len(numbers) == 4 && !slices.ContainsFunc(numbers, notDigits) {
		return "Bucket name must not be formatted as an IP Address"
	}
	before := rune(0)
	for _, c := range name {
		if reason := wrongLetter(before, c); reason != "" {
			return "Bucket name should not " + reason
		}
		before = c
	}
	if before == '.' || before == '-' {
		return "Bucket name should not end with '-' or '.'"
	}
	return ""
}

func notDigits(s string) bool { return s == "" || strings.Trim(s, "0123456789") != "" }

func wrongLetter(before, c rune) string {
	pair := string([]rune{before, c})
	switch {
	case c >= 'A' && c <= 'Z':
		return "contain uppercase characters"
	case strings.ContainsRune(" \t\r\n", c):
		return "contain white space"
	case pair == "\x00.":
		return "begin with a period"
	case pair == "..":
		return "contain two adjacent periods"
	case pair == "-." || pair == ".-":
		return "contain dashes next to periods"
	case pair == "\x00-":
		return "begin with a '-'"
	case c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z':
		return ""
	}
	return "contain '" + string(c) + "'"
}

const mostPartSize = 2_000_000_000

func partSizes() config.Validator {
	return config.Valid("[1,...,2000000000]", func(key string, value any) error {
		n, ok := value.(int32)
		switch {
		case !ok:
			return config.Invalid(key, nil, "Part size must be non-null")
		case n <= 0:
			return config.Invalid(key, value, "Part size must be greater than 0")
		case n > mostPartSize:
			return config.Invalid(key, value, "Part size must be no more: 2000000000 bytes (2GB)")
		}
		return nil
	})
}

// quoted lists texts in quotes.
func quoted(list []string) string { return "'" + strings.Join(list, "', '") + "'" }

func compressionNames() []string { return []string{"none", "gzip", "snappy", "zstd"} }
func typeNames() []string        { return []string{"avro", "csv", "json", "jsonl", "parquet"} }
func fieldNames() []string       { return []string{"key", "value", "offset", "timestamp", "headers"} }

func compressions() config.Validator {
	return texts(quoted(compressionNames()), func(key, s string) error {
		if s = strings.ToLower(s); !slices.Contains(compressionNames(), s) {
			return config.Invalid(key, s, quoted(compressionNames()))
		}
		return nil
	})
}

func outputTypes() config.Validator {
	return texts(quoted(typeNames()), func(key, s string) error {
		if strings.TrimSpace(s) == "" {
			return config.Invalid(key, "must not be empty or not set", "")
		}
		if !slices.Contains(typeNames(), strings.ToLower(s)) {
			return config.Invalid(key, s, "Supported values are: "+quoted(typeNames()))
		}
		return nil
	})
}

func fieldLists() config.Validator {
	return config.Valid(quoted(fieldNames()), func(key string, value any) error {
		list, ok := value.([]string)
		if ok && len(list) == 0 {
			return config.Invalid(key, list, "cannot be empty")
		}
		for _, name := range list {
			if !slices.Contains(fieldNames(), strings.ToLower(name)) {
				return config.Invalid(key, list, "supported values are: "+quoted(fieldNames()))
			}
		}
		return nil
	})
}

func encodings() config.Validator {
	return refused("'none', 'base64'", func(s string) string {
		if s == "none" || s == "base64" {
			return ""
		}
		return "supported values are: 'none', 'base64'"
	})
}

func avroCodecs() config.Validator {
	return refused("null, deflate, snappy or bzip2", func(s string) string {
		switch s {
		case "null", "deflate", "snappy", "bzip2":
			return ""
		case "":
			return "cannot be empty"
		}
		return "Unknown or not supported codec " + s
	})
}

func zones() config.Validator {
	return refused("a time zone such as Europe/Madrid, UTC or +02:00", func(s string) string {
		if _, err := dateformat.Zone(s); err != nil {
			return "Unknown time-zone ID: " + s
		}
		return ""
	})
}

func timeSources() config.Validator {
	return refused("wallclock or event", func(s string) string {
		if strings.EqualFold(s, "wallclock") || strings.EqualFold(s, "event") {
			return ""
		}
		return "Unknown timestamp source: " + s
	})
}

const mostBackoff = 24 * 60 * 60 * 1000 // milliseconds

func backoffs() config.Validator {
	return config.Valid("[0,...,86400000]", func(key string, value any) error {
		n, ok := value.(int64)
		switch {
		case ok && n < 0:
			return config.Invalid(key, value, "Value must be at least 0")
		case ok && n > mostBackoff:
			return config.Invalid(key, value, "Value must be no more than 86400000 (24 hours)")
		}
		return nil
	})
}

func fileNames() config.Validator {
	return refused("a template such as {{topic}}-{{partition}}-{{start_offset}}", func(s string) string {
		if _, _, err := nameOf(s); err != nil {
			return err.Error()
		}
		return ""
	})
}

// choices recommends texts.
func choices(texts ...string) config.Recommender {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return recommended(all)
}

type recommended []any

func (r recommended) Recommended(string, map[string]any) []any { return r }
func (r recommended) Visible(string, map[string]any) bool      { return true }
