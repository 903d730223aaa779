package signing

import (
	"net/http"
	"slices"
	"strings"
)

// Claim is a request that claims to come from a worker of the cluster.
type Claim struct {
	Signature *Signature // nil when it is not signed
	Body      []byte     // what was signed; empty for a request without a body
}

// Verifier says what proof a worker demands at a moment.
type Verifier struct {
	Required   bool     // the group's protocol has session keys; without them nothing is checked
	Key        []byte   // the session key; nil before one has been read
	Algorithms []string // inter.worker.verification.algorithms
}

// Refusal is a request that is not believed.
type Refusal struct {
	Status int // of HTTP
	Msg    string
}

// Error is the text that Connect answers.
func (r *Refusal) Error() string { return r.Msg }

// Verify returns nil when a request may go on, else a *Refusal.
func (v Verifier) Verify(c Claim) error {
	switch {
	case !v.Required:
		return nil
	case c.Signature == nil:
		return &Refusal{http.StatusBadRequest, "Internal request missing required signature"}
	case !slices.Contains(v.Algorithms, c.Signature.Algorithm):
		return &Refusal{
			http.StatusBadRequest, "This worker does not support the '" + c.Signature.Algorithm +
				"' key signing algorithm used by other workers. This worker is currently configured to use: [" +
				strings.Join(v.Algorithms, ", ") + "]. Check that all workers' configuration files permit the same set of " +
				"signature algorithms, and correct any misconfigured worker and restart it.",
		}
	case len(v.Key) == 0:
		return &Refusal{
			http.StatusServiceUnavailable,
			"This worker is still starting up and has not been able to read a session key from the config topic yet",
		}
	case !c.Signature.Valid(v.Key, c.Body):
		return &Refusal{http.StatusForbidden, "Internal request contained invalid signature."}
	}
	return nil
}
