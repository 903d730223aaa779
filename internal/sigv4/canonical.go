package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest returns the text whose hash is signed.
func (v *Verifier) canonicalRequest(r *http.Request, c claim, payloadHash string) string {
	if announced := r.Header.Get("X-Amz-Content-Sha256"); announced != "" {
		payloadHash = announced
	} else if c.presigned && v.Service == s3Service {
		payloadHash = unsigned
	}
	return strings.Join([]string{
		r.Method, v.canonicalPath(r), canonicalQuery(r.URL.RawQuery), canonicalHeaders(r, c.signed), strings.Join(c.signed, ";"), payloadHash,
	}, "\n")
}

// canonicalPath encodes the path as it was sent once more; S3 encodes the
// decoded path.
func (v *Verifier) canonicalPath(r *http.Request) string {
	path := r.URL.EscapedPath()
	if v.Service == s3Service {
		path = r.URL.Path
	}
	if path == "" {
		path = "/"
	}
	return encode(path, true)
}

func canonicalQuery(raw string) string {
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = decode(name), decode(value)
		if pair == "" || name == "X-Amz-Signature" {
			continue
		}
		// "\x00" sorts a name before all longer ones.
		pairs = append(pairs, encode(name, false)+"\x00"+encode(value, false))
	}
	slices.Sort(pairs)
	return strings.ReplaceAll(strings.Join(pairs, "&"), "\x00", "=")
}

func decode(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// canonicalHeaders returns the signed headers, each with a line end.
func canonicalHeaders(r *http.Request, signed []string) string {
	var b strings.Builder
	for _, name := range signed {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	return b.String()
}

// headerValue puts back what net/http takes out of the header.
func headerValue(r *http.Request, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	case "transfer-encoding":
		return strings.Join(r.TransferEncoding, ",")
	}
	var values []string
	for _, value := range r.Header.Values(name) {
		values = append(values, strings.Join(strings.Fields(value), " "))
	}
	return strings.Join(values, ",")
}

// encode percent-encodes all but unreserved characters, and slashes if asked.
func encode(s string, keepSlash bool) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == '~', c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}
