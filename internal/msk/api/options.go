package api

import (
	"log/slog"
	"time"
)

const (
	defaultMaxBody     = 1 << 20
	defaultBodyTimeout = 30 * time.Second
	defaultTimeout     = 60 * time.Second
	defaultMaxRequests = 256
	defaultAccount     = "000000000000"
)

// Options says whom the API lets in, and how much of a server it uses.
type Options struct {
	// Secrets holds the secret access key by access key ID. When there are none,
	// signatures are not checked.
	Secrets map[string]string
	// AllowUnsigned lets requests without a signature in although there are
	// secrets.
	AllowUnsigned bool
	// Region is the region that signatures must be for; empty means any.
	Region string
	// Account is answered to clients that ask whose credentials they use; empty
	// means 000000000000.
	Account string
	// MaxBody is the size in bytes of the largest body; 0 means 1 MiB.
	MaxBody int64
	// BodyTimeout is how long a client may take to send the body; 0 means 30 s.
	BodyTimeout time.Duration
	// Timeout is how long the service may take; 0 means 60 s.
	Timeout time.Duration
	// MaxRequests is how many requests are worked on at the same time; others are
	// answered with TooManyRequestsException. 0 means 256.
	MaxRequests int
	// Workers lets clients look at the workers of connectors; nil does not.
	// ConnectWrites lets them use all of the workers' Connect REST API, not only what
	// changes nothing.
	Workers       Workers
	ConnectWrites bool
	// Log receives internal errors; nil discards them. It sees no bodies.
	Log *slog.Logger
}

func (o Options) complete() Options {
	if o.Account == "" {
		o.Account = defaultAccount
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.BodyTimeout == 0 {
		o.BodyTimeout = defaultBodyTimeout
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxRequests == 0 {
		o.MaxRequests = defaultMaxRequests
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
