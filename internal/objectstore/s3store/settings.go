package s3store

import (
	"net/http"
	"time"
)

// Settings says which bucket, how to reach it, and how objects are stored.
type Settings struct {
	Bucket      string
	Region      string
	Endpoint    string // "" for the environment's or that of AWS; https unless it says otherwise
	PathStyle   bool   // the bucket is part of the path, not of the host name
	Accelerate  bool   // transfer acceleration
	Credentials Credentials
	Proxy       Proxy

	Attempts  int           // for each request, at least 1
	Backoff   time.Duration // mean pause doubles from here, with jitter
	Expect    bool          // ask before sending large bodies (Expect: 100-continue)
	MD5       bool          // Content-MD5 with each part
	Parallel  int           // connections kept open
	UserAgent string        // product/version

	ACL        string // canned
	Encryption Encryption

	// Transport takes the place of the network, for tests; nil for the network.
	Transport http.RoundTripper

	renew func() // has credentials looked for again; nil: they stay what they are
}

// Proxy is an HTTP proxy.
type Proxy struct {
	URL, User string // URL "": the environment's
	Password  string
}

// Encryption is how S3 encrypts objects.
type Encryption struct {
	Name        string // AES256, aws:kms or another; "" for the bucket's default
	KMSKey      string
	CustomerKey []byte // 32 bytes, only with AES256
}

// Credentials says where to find credentials.
type Credentials struct {
	Kind       Kind
	ID, Secret string // for Static, and what AssumeRole begins with when set
	Token      string // with these two; "" for keys without an end
	Role       Role   // for AssumeRole
}

// Role is an IAM role to take on.
type Role struct{ ARN, ExternalID, SessionName, Region string }

// Kind is a source of credentials.
type Kind uint8

// The sources of credentials.
const (
	Default     Kind = iota // what the AWS SDK finds by itself
	Static                  // given
	Environment             // variables
	Profile                 // shared configuration files
	Instance                // the machine's metadata service
	WebIdentity             // a token file, as in Kubernetes
	AssumeRole              // a role, taken on with Static or Default credentials
	Anonymous               // none: requests are not signed
)
