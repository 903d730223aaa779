// Package signing signs the requests that workers send each other, and checks the
// signatures of those they receive. The key is the session key that the leader
// writes to the config topic; algorithms have the names that Java gives them.
//
// Floor 0. Connect: org.apache.kafka.connect.runtime.rest.InternalRequestSignature.
package signing

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strings"
)

// Headers of a signed request.
const (
	AuthorizationHeader = "X-Connect-Authorization"
	AlgorithmHeader     = "X-Connect-Request-Signature-Algorithm"
)

// Signature is what a request claims to prove that a worker of the cluster sent it.
type Signature struct {
	Algorithm string // as the sender wrote it, in any letter case
	MAC       []byte
}

// Sign returns the signature of body, which may be empty. The error is an
// [AlgorithmError] or [ErrEmptyKey].
func Sign(algorithm string, key, body []byte) (Signature, error) {
	newHash, ok := lookup(algorithm)
	switch {
	case !ok:
		return Signature{}, &AlgorithmError{algorithm}
	case len(key) == 0:
		return Signature{}, ErrEmptyKey
	}
	mac := hmac.New(newHash, key)
	mac.Write(body)
	return Signature{Algorithm: algorithm, MAC: mac.Sum(nil)}, nil
}

// Encoded returns the MAC as the header holds it.
func (s Signature) Encoded() string { return base64.StdEncoding.EncodeToString(s.MAC) }

// SetHeaders adds the signature to the headers of a request.
func (s Signature) SetHeaders(h http.Header) {
	h.Set(AuthorizationHeader, s.Encoded())
	h.Set(AlgorithmHeader, s.Algorithm)
}

// FromHeaders returns the signature that a request carries; ok is false when one of
// the headers is missing. The error is a [HeaderError]: the algorithm is not known,
// or the MAC is not Base64.
func FromHeaders(h http.Header) (s Signature, ok bool, err error) {
	encoded, algorithm := h.Values(AuthorizationHeader), h.Values(AlgorithmHeader)
	if len(encoded) == 0 || len(algorithm) == 0 {
		return Signature{}, false, nil
	}
	s.Algorithm = strings.Join(algorithm, ",")
	if !Available(s.Algorithm) {
		return Signature{}, false, &HeaderError{&AlgorithmError{s.Algorithm}}
	}
	if s.MAC, err = DecodeBase64(strings.Join(encoded, ",")); err != nil {
		return Signature{}, false, &HeaderError{err}
	}
	return s, true, nil
}

// Valid tells whether the signature is that of body, made with key. The time it
// takes does not depend on where the MACs differ.
func (s Signature) Valid(key, body []byte) bool {
	want, err := Sign(s.Algorithm, key, body)
	return err == nil && hmac.Equal(want.MAC, s.MAC)
}
