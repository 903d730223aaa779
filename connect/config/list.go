package config

import (
	"slices"
	"strings"
)

// items returns the texts of a list's items; false for what is no list.
func items(value any) ([]string, bool) {
	switch list := value.(type) {
	case []string:
		return list, true
	case []any:
		texts := make([]string, len(list))
		for i, item := range list {
			texts[i] = show(item)
		}
		return texts, true
	}
	return nil, false
}

// ListRule is the validator of lists (KIP-1161). At run time duplicates are dropped
// before it looks.
type ListRule struct {
	AllowEmpty bool // the whole list may be empty
	AllowNull  bool
	Valid      []string // the items that are valid; nil for any
}

func (ListRule) unique() bool { return true }

// String describes the items that are valid; Kafka has no words for any.
func (r ListRule) String() string {
	if r.Valid == nil {
		return ""
	}
	return bracketed(r.Valid)
}

// Check returns an error for null, for an empty list, and for repeated, empty or
// not valid items.
func (r ListRule) Check(key string, value any) error {
	if value == nil {
		if r.AllowNull {
			return nil
		}
		return Errorf(key, "Configuration '%s' values must not be null.", key)
	}
	list, _ := items(value)
	if len(list) == 0 {
		return r.checkEmpty(key)
	}
	if len(dedupe(list)) != len(list) {
		return Errorf(key, "Configuration '%s' values must not be duplicated.", key)
	}
	return r.checkItems(key, list)
}

func (r ListRule) checkEmpty(key string) error {
	if r.AllowEmpty {
		return nil
	}
	valid := "any non-empty value"
	if r.Valid != nil {
		valid = bracketed(r.Valid)
	}
	return Errorf(key, "Configuration '%s' must not be empty. Valid values include: %s", key, valid)
}

func (r ListRule) checkItems(key string, list []string) error {
	for _, item := range list {
		if item == "" {
			return Errorf(key, "Configuration '%s' values must not be empty.", key)
		}
		if r.Valid != nil && !slices.Contains(r.Valid, item) {
			return Invalid(key, item, "String must be one of: "+strings.Join(r.Valid, ", "))
		}
	}
	return nil
}

// NonEmptyList demands a list with at least one item.
func NonEmptyList() Validator {
	return Valid("non-empty list", func(key string, value any) error {
		if list, _ := items(value); len(list) == 0 {
			return Invalid(key, value, "Empty list")
		}
		return nil
	})
}

// AtMostItems demands a list of at most n items; null is accepted.
func AtMostItems(n int) Validator {
	return Valid("List containing maximum of "+show(n)+" elements", func(key string, value any) error {
		if list, _ := items(value); len(list) > n {
			return Invalid(key, value, "exceeds maximum list size of ["+show(n)+"].")
		}
		return nil
	})
}
