package rest

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxHead bounds the request line and the headers together, each, as Jetty does.
const maxHead = 8 << 10

// refusal is what the HTTP server itself has against a request.
type refusal struct {
	status int
	reason string
}

// uri is the path of a request.
type uri struct {
	segments []string // decoded, without matrix parameters
	odd      bool     // holds %2F, %25 or %5C, which the Java worker refuses
}

// parseURI reads the path of a request as Jetty 12 does, which refuses what two
// readers could understand differently.
func parseURI(r *http.Request) (uri, *refusal) {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if i := strings.Index(path, "://"); i > 0 && !strings.HasPrefix(path, "/") {
		_, path, _ = strings.Cut(path[i+3:], "/")
		path = "/" + path
	}
	switch {
	case len(r.RequestURI) > maxHead:
		return uri{}, &refusal{http.StatusRequestURITooLong, "URI Too Long"}
	case headLength(r.Header) > maxHead:
		return uri{}, &refusal{http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large"}
	case path == "*":
		return uri{}, &refusal{http.StatusNotFound, "Not Found"}
	case !strings.HasPrefix(path, "/") || strings.Contains(path, "//") || strings.ContainsFunc(path, illegal):
		return uri{}, &refusal{http.StatusBadRequest, "Bad Request"}
	}
	return split(strings.TrimSuffix(path[1:], "/"))
}

func headLength(h http.Header) int {
	n := 0
	for name, values := range h {
		for _, v := range values {
			n += len(name) + len(v) + len(": \r\n")
		}
	}
	return n
}

func illegal(c rune) bool {
	return c <= ' ' || c >= unicode.MaxASCII || strings.ContainsRune("\"<>\\^`{|}", c)
}

func split(path string) (u uri, no *refusal) {
	if path == "" {
		return u, nil
	}
	for i, raw := range strings.Split(path, "/") {
		raw, _, _ = strings.Cut(raw, ";")
		segment, err := url.PathUnescape(raw)
		dots := segment == "." || segment == ".."
		if err != nil || raw == "" || dots && (i == 0 && raw == ".." || raw != segment) ||
			!utf8.ValidString(segment) || strings.ContainsFunc(segment, unicode.IsControl) {
			return u, &refusal{http.StatusBadRequest, "Bad Request"}
		}
		u.odd = u.odd || strings.ContainsAny(segment, "/\\%")
		u.segments = append(u.segments, segment)
	}
	return u, nil
}

// location returns the path of a connector as Jersey's UriBuilder writes it: what may
// stand in a path stays, and so does what looks encoded already.
func location(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString("/connectors/")
	for i := range len(name) {
		c := name[i]
		if plainInPath(c) || c == '%' && i+2 < len(name) && isHex(name[i+1]) && isHex(name[i+2]) {
			b.WriteByte(c)
			continue
		}
		b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
	}
	return b.String()
}

func plainInPath(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!$&'()*+,;=:@/", c) >= 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// template returns the name of the first {variable} in a connector's name, which the
// Java worker takes for one of its URL template.
func template(name string) (variable string, found bool) {
	_, rest, open := strings.Cut(name, "{")
	variable, _, closed := strings.Cut(rest, "}")
	variable, _, _ = strings.Cut(variable, ":")
	variable = strings.TrimSpace(variable)
	return variable, open && closed && variable != ""
}
