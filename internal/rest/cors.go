package rest

import (
	"net/http"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/regex"
)

// cors lets browsers call the API from other origins (CrossOriginHandler of Jetty).
type cors struct {
	any     bool
	origins []*regex.Pattern
	methods string
}

// newCORS reads lists with commas between: regular expressions for origins, and
// methods. Without origins it is off, and nil.
func newCORS(origins, methods string) (*cors, error) {
	if strings.TrimSpace(origins) == "" {
		return nil, nil
	}
	c := &cors{methods: "GET,POST,HEAD"}
	if methods != "" {
		if _, err := distinct(keyMethods, methods); err != nil {
			return nil, err
		}
		c.methods = methods
	}
	items, err := distinct(keyOrigins, origins)
	if err != nil {
		return nil, err
	}
	for _, origin := range items {
		if origin == "*" {
			c.any = true
			continue
		}
		p, err := regex.Compile("(?i)" + origin)
		if err != nil {
			return nil, config.Invalid(keyOrigins, origins, err.Error())
		}
		c.origins = append(c.origins, p)
	}
	return c, nil
}

// distinct splits a list, in which nothing may be twice.
func distinct(key, list string) ([]string, error) {
	items := strings.Split(list, ",")
	seen := map[string]bool{}
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
		if seen[items[i]] {
			return nil, config.Invalid(key, list, "duplicate element: "+items[i])
		}
		seen[items[i]] = true
	}
	return items, nil
}

// apply puts the CORS headers into a response. The request goes on in any case.
func (c *cors) apply(r *http.Request, to http.Header) {
	to.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" || !c.allows(origin) {
		return
	}
	to.Set("Access-Control-Allow-Origin", origin)
	if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
		to.Set("Access-Control-Allow-Methods", c.methods)
		to.Set("Access-Control-Allow-Headers", "Content-Type")
		to.Set("Access-Control-Max-Age", "60")
	}
}

// allows tells whether one of the origins in the header is allowed.
func (c *cors) allows(header string) bool {
	if c.any {
		return true
	}
	for _, origin := range strings.Fields(header) {
		for _, p := range c.origins {
			if ok, err := p.Matches(origin); err == nil && ok {
				return true
			}
		}
	}
	return false
}
