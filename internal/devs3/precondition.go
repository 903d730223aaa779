package devs3

import (
	"net/http"
	"strings"
	"time"
)

// conditions are the four conditional headers, plain or with the prefix of a
// copy source.
type conditions struct {
	match, noneMatch               string
	modifiedSince, unmodifiedSince time.Time
}

func readConditions(h http.Header, prefix string) conditions {
	c := conditions{match: h.Get(prefix + "If-Match"), noneMatch: h.Get(prefix + "If-None-Match")}
	c.modifiedSince, _ = http.ParseTime(h.Get(prefix + "If-Modified-Since"))
	c.unmodifiedSince, _ = http.ParseTime(h.Get(prefix + "If-Unmodified-Since"))
	return c
}

// check says whether the object may be read. An ETag condition makes the date
// condition beside it void.
func (c conditions) check(o *object) error {
	switch {
	case c.match != "" && !matches(c.match, o):
		return errPreconditionFailed
	case c.match == "" && !c.unmodifiedSince.IsZero() && o.Modified.After(c.unmodifiedSince):
		return errPreconditionFailed
	case c.noneMatch != "" && matches(c.noneMatch, o):
		return errNotModified
	case c.noneMatch == "" && !c.modifiedSince.IsZero() && !o.Modified.After(c.modifiedSince):
		return errNotModified
	}
	return nil
}

// matches reports whether the list of ETags, or "*", covers the object.
func matches(list string, o *object) bool {
	for etag := range strings.SplitSeq(list, ",") {
		etag = strings.TrimPrefix(strings.TrimSpace(etag), "W/")
		if etag == "*" || unquote(etag) == o.ETag {
			return true
		}
	}
	return false
}

func unquote(etag string) string { return strings.Trim(etag, `"`) }

// writeCondition reads If-None-Match: * and If-Match of a conditional write.
func writeCondition(h http.Header) (condition, error) {
	none, match := h.Get("If-None-Match"), h.Get("If-Match")
	switch {
	case none == "" && match == "":
		return nil, nil
	case match != "" && none != "":
		return nil, errNotImplemented.because("If-Match and If-None-Match cannot be combined.")
	case none == "*":
		return func(present *object) error {
			if present != nil {
				return errPreconditionFailed
			}
			return nil
		}, nil
	case none != "":
		return nil, errNotImplemented.because("If-None-Match takes only * in a write.")
	}
	return func(present *object) error {
		if present == nil {
			return errNoSuchKey
		}
		if !matches(match, present) {
			return errPreconditionFailed
		}
		return nil
	}, nil
}
