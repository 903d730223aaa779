// Package sigv4 verifies AWS Signature Version 4 on incoming requests: in the
// Authorization header, in the query of a presigned URL, and of bodies sent in
// signed chunks. It serves the MSK Connect API and the development S3 server.
//
// Floor 0. Connect: none (AWS request signing).
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
	maxExpires = 7 * 24 * time.Hour
	unsigned   = "UNSIGNED-PAYLOAD"
	s3Service  = "s3"
)

// Verifier knows the credentials of one service. It is not changed after its
// first use; methods are safe for concurrent use.
type Verifier struct {
	// Service is the signing name, such as "s3" or "kafkaconnect".
	Service string
	// Secrets holds the secret access key by access key ID.
	Secrets map[string]string
}

// Signature is a verified signature.
type Signature struct {
	// AccessKey is the access key ID the request was signed with.
	AccessKey string
	// Region is the region in the signature's scope.
	Region string

	claim claim
	key   []byte
	last  string // signature of the piece before
}

// claim is what a request says about its signature.
type claim struct {
	accessKey, date, region, service string
	time                             time.Time
	signed                           []string // header names in lower case
	signature                        string
	presigned                        bool
	expires                          time.Duration
}

func (c claim) scope() string {
	return c.date + "/" + c.region + "/" + c.service + "/aws4_request"
}

// Verify checks the signature of r without reading its body. payloadHash is the
// hex SHA-256 of the body; it is used when r does not announce one itself in
// X-Amz-Content-Sha256, in which case the caller compares that with the body.
// Errors are of type *Error.
func (v *Verifier) Verify(r *http.Request, payloadHash string) (*Signature, error) {
	c, err := readClaim(r)
	if err != nil {
		return nil, err
	}
	if err := v.checkClaim(c); err != nil {
		return nil, err
	}
	secret, ok := v.Secrets[c.accessKey]
	if !ok {
		return nil, &Error{CodeUnknownKey, "the access key ID is not known"}
	}
	request := hash(v.canonicalRequest(r, c, payloadHash))
	key := signingKey(secret, c)
	want := sign(key, algorithm+"\n"+c.time.Format(timeFormat)+"\n"+c.scope()+"\n"+request)
	if !hmac.Equal([]byte(want), []byte(c.signature)) {
		return nil, &Error{CodeMismatch, "the signature is not that of this request and secret"}
	}
	return &Signature{AccessKey: c.accessKey, Region: c.region, claim: c, key: key, last: want}, nil
}

func (v *Verifier) checkClaim(c claim) error {
	switch {
	case c.service != v.Service:
		return malformed(c.presigned, fmt.Sprintf("the signature is for service %q, not %q", c.service, v.Service))
	case c.date != c.time.Format("20060102"):
		return malformed(c.presigned, "the date of the scope is not that of the request")
	case !slices.Contains(c.signed, "host"):
		return malformed(c.presigned, "the host header is not signed")
	case repeats(c.signed):
		// Each name costs as much as its header is long.
		return malformed(c.presigned, "a header is named twice among the signed ones")
	}
	age := time.Since(c.time)
	if c.presigned {
		if age > c.expires || age < -maxSkew {
			return &Error{CodeDenied, "the presigned request has expired or is not valid yet"}
		}
		return nil
	}
	if age > maxSkew || age < -maxSkew {
		return &Error{CodeSkewed, "the clocks differ by more than 15 minutes"}
	}
	return nil
}

func repeats(names []string) bool {
	lower := strings.Split(strings.ToLower(strings.Join(names, ";")), ";")
	slices.Sort(lower)
	return len(slices.Compact(lower)) < len(names)
}

// Chunk verifies the next signed chunk, or the trailer, of a body. sum is its
// SHA-256. Calls come in the order of the body, from one goroutine.
func (s *Signature) Chunk(trailer bool, signature string, sum []byte) error {
	kind, hashes := "-PAYLOAD", hash("")+"\n"+hex.EncodeToString(sum)
	if trailer {
		kind, hashes = "-TRAILER", hex.EncodeToString(sum)
	}
	text := algorithm + kind + "\n" + s.claim.time.Format(timeFormat) + "\n" + s.claim.scope() + "\n" + s.last + "\n" + hashes
	want := sign(s.key, text)
	if !hmac.Equal([]byte(want), []byte(signature)) {
		return &Error{CodeMismatch, "the signature of a piece of the body is wrong"}
	}
	s.last = want
	return nil
}

// readClaim reads the Authorization header or the query.
func readClaim(r *http.Request) (claim, error) {
	if query := r.URL.Query(); query.Get("X-Amz-Algorithm") != "" {
		return readQuery(query)
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		return claim{}, &Error{CodeDenied, "the request is not signed"}
	}
	fields, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return claim{}, malformed(false, "the signing algorithm is not "+algorithm)
	}
	var c claim
	var credential string
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			c.signed = strings.Split(value, ";")
		case "Signature":
			c.signature = value
		}
	}
	date := r.Header.Get("X-Amz-Date")
	if date == "" {
		if at, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			date = at.UTC().Format(timeFormat)
		}
	}
	return c.complete(credential, date)
}

func readQuery(query url.Values) (claim, error) {
	c := claim{presigned: true, signature: query.Get("X-Amz-Signature"), signed: strings.Split(query.Get("X-Amz-SignedHeaders"), ";")}
	seconds, err := strconv.ParseUint(query.Get("X-Amz-Expires"), 10, 32)
	if c.expires = time.Duration(seconds) * time.Second; err != nil || c.expires > maxExpires {
		return claim{}, malformed(true, "X-Amz-Expires is not a number of seconds up to a week")
	}
	if query.Get("X-Amz-Algorithm") != algorithm {
		return claim{}, malformed(true, "the signing algorithm is not "+algorithm)
	}
	return c.complete(query.Get("X-Amz-Credential"), query.Get("X-Amz-Date"))
}

func (c claim) complete(credential, date string) (claim, error) {
	parts := strings.Split(credential, "/")
	n := len(parts)
	if n < 5 || parts[n-1] != "aws4_request" || len(c.signature) != 2*sha256.Size {
		return claim{}, malformed(c.presigned, "the credential or the signature is incomplete")
	}
	c.accessKey = strings.Join(parts[:n-4], "/")
	c.date, c.region, c.service = parts[n-4], parts[n-3], parts[n-2]
	var err error
	if c.time, err = time.Parse(timeFormat, date); err != nil {
		return claim{}, malformed(c.presigned, "the request has no valid date")
	}
	return c, nil
}

func signingKey(secret string, c claim) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{c.date, c.region, c.service, "aws4_request"} {
		key = mac(key, part)
	}
	return key
}

func sign(key []byte, text string) string { return hex.EncodeToString(mac(key, text)) }

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
