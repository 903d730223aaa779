package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/millrace/millrace/internal/sigv4"
)

const (
	signingName = "kafkaconnect"
	stsService  = "sts"
)

// door decides who comes in.
type door struct {
	verifiers     map[string]*sigv4.Verifier // by service; empty when nothing is checked
	allowUnsigned bool
	region        string
	crossOrigin   *http.CrossOriginProtection
}

func newDoor(o Options) *door {
	d := &door{allowUnsigned: o.AllowUnsigned, region: o.Region, crossOrigin: http.NewCrossOriginProtection()}
	if len(o.Secrets) == 0 {
		return d
	}
	d.verifiers = map[string]*sigv4.Verifier{}
	for _, service := range []string{signingName, stsService} {
		d.verifiers[service] = &sigv4.Verifier{Service: service, Secrets: o.Secrets}
	}
	return d
}

// admit returns nil for a request that comes in. Errors are of type *refusal.
func (d *door) admit(r *http.Request, service string, body []byte) error {
	if d.open(r) {
		return d.admitUnchecked(r)
	}
	switch len(r.Header.Values("Authorization")) {
	case 0:
		return denied("MissingAuthenticationTokenException", "the request is not signed in its Authorization header")
	case 1:
		return d.verify(r, service, body)
	}
	return denied("IncompleteSignatureException", "the request has more than one Authorization header")
}

// open says whether the request comes in without a signature.
func (d *door) open(r *http.Request) bool {
	unsigned := r.Header.Get("Authorization") == "" && r.URL.Query().Get("X-Amz-Algorithm") == ""
	return len(d.verifiers) == 0 || d.allowUnsigned && unsigned
}

// admitUnchecked keeps pages in somebody's browser out: without a signature nothing else
// tells them from a client.
func (d *door) admitUnchecked(r *http.Request) error {
	if localOrigin(r.Header.Get("Origin")) {
		return nil
	}
	if err := d.crossOrigin.Check(r); err != nil {
		return denied("AccessDeniedException", "the request comes from a page of another origin")
	}
	return nil
}

func (d *door) verify(r *http.Request, service string, body []byte) error {
	sum := sha256.Sum256(body)
	payload := hex.EncodeToString(sum[:])
	if announced := r.Header.Get("X-Amz-Content-Sha256"); announced != "" && announced != payload {
		return denied("InvalidSignatureException", "X-Amz-Content-Sha256 is not the SHA-256 of the body")
	}
	// A query could hold another signature, which the verifier would prefer.
	if r.URL.Query().Has("X-Amz-Algorithm") {
		return denied("IncompleteSignatureException", "the request must be signed in its Authorization header only")
	}
	signature, err := d.verifiers[service].Verify(r, payload)
	if err != nil {
		return denied(exception(err), err.Error())
	}
	if service == signingName && d.region != "" && signature.Region != d.region {
		return denied("InvalidSignatureException", "the signature is for the region "+signature.Region+", not "+d.region)
	}
	return nil
}

func denied(code, message string) error { return &refusal{http.StatusForbidden, code, message} }

// exception returns the name that AWS' front ends have for what is wrong with a
// signature.
func exception(err error) string {
	var problem *sigv4.Error
	if !errors.As(err, &problem) {
		return "AccessDeniedException"
	}
	switch problem.Code() {
	case sigv4.CodeUnknownKey:
		return "UnrecognizedClientException"
	case sigv4.CodeMismatch, sigv4.CodeSkewed:
		return "InvalidSignatureException"
	case sigv4.CodeMalformed, sigv4.CodeMalformedParams:
		return "IncompleteSignatureException"
	}
	return "MissingAuthenticationTokenException"
}

// whoAmI says whether the request is for the service sts: Terraform asks it first.
func whoAmI(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/" }

func asksIdentity(form []byte) bool {
	values, err := url.ParseQuery(strings.TrimSpace(string(form)))
	return err == nil && values.Get("Action") == "GetCallerIdentity"
}
