package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/workerconfig"
)

// header is a rule that puts a header into responses (KIP-577).
type header struct {
	name, value string
	add         bool // beside headers of the same name, not in their place
	date        bool // the value is the date that is after from now
	after       time.Duration
}

// newHeaders reads rules. Though actions are checked in any case, their case counts,
// as in Jetty's HeaderFilter.
func newHeaders(rules []workerconfig.HeaderRule) ([]header, error) {
	list := make([]header, len(rules))
	for i, r := range rules {
		h := header{name: r.Name, value: r.Value, add: strings.HasPrefix(r.Action, "add"), date: strings.HasSuffix(r.Action, "Date")}
		if h.date {
			ms, err := strconv.ParseInt(r.Value, 10, 53)
			if err != nil {
				return nil, config.Errorf(keyHeaders, "%s: the value %q of the header %s is not a number of milliseconds", keyHeaders, r.Value, r.Name)
			}
			h.after = time.Duration(ms) * time.Millisecond
		}
		list[i] = h
	}
	return list, nil
}

// apply puts the header into a response.
func (h header) apply(to http.Header) {
	value := h.value
	if h.date {
		value = time.Now().Add(h.after).UTC().Format(http.TimeFormat)
	}
	if h.add {
		to.Add(h.name, value)
		return
	}
	to.Set(h.name, value)
}
