package awsproviders

import (
	"context"
	"log/slog"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// wanted is a key with what a placeholder appends to it, such as password?ttl=60000.
type wanted struct {
	whole, key string
	ttl        time.Duration // 0 for none
}

// parseKey takes the options off a key: name=value, separated by commas. Names that are
// not known, and what is no option at all, mean nothing.
func parseKey(ctx context.Context, whole string) wanted {
	key, rest, found := strings.Cut(whole, "?")
	w := wanted{whole: whole, key: key}
	if !found {
		return w
	}
	text, given := option(rest, "ttl")
	if !given {
		return w
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms <= 0 {
		slog.WarnContext(ctx, "config provider: ttl is not a number of milliseconds above 0", "key", key)
		return w
	}
	w.ttl = milliseconds(ms)
	return w
}

// option returns the last value of a name. A value goes on to the next name, so that it
// may have commas.
func option(text, name string) (value string, found bool) {
	names, next := regexp.MustCompile(`(\w+)=`), regexp.MustCompile(`,\w+=`)
	for {
		at := names.FindStringSubmatchIndex(text)
		if at == nil {
			return value, found
		}
		this, rest := text[at[2]:at[3]], text[at[1]:]
		end := len(rest)
		if stop := next.FindStringIndex(rest); stop != nil {
			end = stop[0]
		}
		if this == name {
			value, found = rest[:end], true
		}
		text = rest[end:]
	}
}

// shorter returns the shorter of two times to live, 0 being none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// milliseconds returns a time that may be too long for a Duration.
func milliseconds(ms int64) time.Duration {
	return time.Duration(min(ms, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}
