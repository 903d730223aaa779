package rest

import (
	"mime"
	"strconv"
	"strings"
)

const jsonType = "application/json"

// acceptable returns the content type to answer with, or false when the client takes
// no JSON. Like Jersey it does not mind q=0.
func acceptable(accept []string) (string, bool) {
	if len(accept) == 0 {
		return jsonType, true
	}
	best, quality := "", -1.0
	for _, item := range strings.Split(strings.Join(accept, ","), ",") {
		name, params, err := mime.ParseMediaType(strings.TrimSpace(item))
		if err != nil || name != "*/*" && name != "application/*" && name != jsonType {
			continue
		}
		q := 1.0
		if text, ok := params["q"]; ok {
			q, _ = strconv.ParseFloat(text, 64)
			delete(params, "q")
		}
		if q <= quality {
			continue
		}
		best, quality = jsonType, q
		for key, value := range params {
			if name == jsonType {
				best += ";" + key + "=" + value
			}
		}
	}
	return best, best != ""
}

// plain returns the content type for the answer to OPTIONS: the text that says what
// is allowed, or else any type that the client takes, for nothing.
func plain(accept []string) (contentType string, text bool) {
	other := ""
	for _, item := range strings.Split(strings.Join(accept, ","), ",") {
		name, _, err := mime.ParseMediaType(strings.TrimSpace(item))
		switch {
		case err != nil:
		case name == "*/*" || name == "text/*" || name == "text/plain":
			return "text/plain", true
		case other == "":
			other = strings.Replace(name, "/*", "/json", 1)
		}
	}
	if other == "" {
		return "text/plain", true
	}
	return other, false
}

// offer is what a request says of its body.
type offer uint8

const (
	untyped offer = iota // no Content-Type
	isJSON
	otherType
	unreadable
)

func offered(contentType []string) offer {
	if len(contentType) == 0 {
		return untyped
	}
	name, _, err := mime.ParseMediaType(contentType[0])
	switch {
	case err != nil && name == "" || !strings.Contains(name, "/"):
		return unreadable
	case name == jsonType || name == "*/*" || name == "application/*":
		return isJSON
	}
	return otherType
}
